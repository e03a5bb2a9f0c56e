"""A preview says what the pass of that day does, changes nothing, and reads no more than it has to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from sellmode_backend.rules import passes
from sellmode_backend.rules import preview as previews
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules.judging import UnfitRule
from sellmode_contract.wire import MAX_PREVIEW_LINES, Preview
from tests.backend.rules.rules_shop import RulesShop
from tests.backend.rules.test_passes import feeds

TODAY = dt.date(2026, 11, 22)


def preview(shop: RulesShop, rule: TaskRule, days: int = 1) -> Preview:
    with shop.database.snapshot() as connection:
        return previews.preview(connection, rule, "Alpha", TODAY + dt.timedelta(days=days), shop.clock())


@pytest.mark.parametrize("cap", [None, 2, 5])
def test_a_preview_says_what_the_pass_will_do(
    shop: RulesShop, cap: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "BATCH", 4)
    rule = TaskRule(id="r", slug="welcome", name="W", title="W", trigger="new_customer", offset_days=1, daily_cap=cap)
    people = shop.many(11, owner=shop.ada.id, email="a@example.com")
    shop.write(Consent(id="c", customer=people[10].id, channel="email", state="unsubscribed"))
    rule = msgspec.structs.replace(rule, consent="email")
    told = preview(shop, rule)
    due = min(10, cap or 10)
    assert (told.day, told.due, told.held) == ("2026-11-23", due, 11 - due)
    assert [line.held for line in told.lines if line.customer == people[10].id] == ["no_consent"]
    shop.rule(**msgspec.structs.asdict(rule) | {"id": shop.rule("welcome", enabled=False).id})
    shop.clock.forward(days=1)
    report = shop.run()
    assert (report.made, sum(report.held.values())) == (told.due, told.held)
    assert {task.customer for task in shop.tasks()} == {line.customer for line in told.lines if not line.held}
    assert {line.due for line in told.lines} == {"2026-11-23"}


def test_what_was_made_is_not_due_again_and_an_open_one_holds_back(shop: RulesShop) -> None:
    rule = shop.rule("thank")
    anna = shop.add(shop.ada)
    shop.buys(anna)
    shop.run()
    assert preview(shop, rule, 0) == Preview(day="2026-11-22", due=0, held=0, lines=())
    shop.buys(anna)
    told = preview(shop, rule)
    assert [line.held for line in told.lines] == ["open_already"]


def test_a_day_that_has_begun_counts_what_was_made_against_the_cap(shop: RulesShop) -> None:
    rule = shop.rule("thank", daily_cap=1)
    anna, ben = shop.add(shop.ada), shop.add(shop.ada)
    shop.buys(anna)
    shop.run()
    shop.buys(ben)
    assert (preview(shop, rule, 0).due, preview(shop, rule).due) == (0, 1)


def test_a_long_preview_shows_the_first_and_counts_all(shop: RulesShop) -> None:
    shop.many(MAX_PREVIEW_LINES + 20)
    rule = TaskRule(id="r", slug="welcome", name="W", title="W", trigger="new_customer")
    told = preview(shop, rule)
    assert (told.due, len(told.lines)) == (MAX_PREVIEW_LINES + 20, MAX_PREVIEW_LINES)


@pytest.mark.parametrize(
    ("given", "error"), [({"audience": "shoe:9"}, UnfitRule), ({"store": "Gamma"}, passes.UnknownStore)]
)
def test_what_cannot_be_previewed_is_told(shop: RulesShop, given: dict[str, Any], error: type[Exception]) -> None:
    rule = TaskRule(id="r", slug="r", name="W", title="W", trigger="purchase", audience=given.get("audience", ""))
    before = feeds(shop)
    with shop.database.snapshot() as connection, pytest.raises(error):
        previews.preview(connection, rule, given.get("store", "Alpha"), TODAY, shop.clock())
    assert feeds(shop) == before

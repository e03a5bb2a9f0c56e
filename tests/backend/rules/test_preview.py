"""A preview says what the pass of that day does, changes nothing, and reads no more than it has to."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    told = preview(shop, rule, 0)
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


def test_a_preview_of_a_later_day_leaves_out_what_the_passes_before_it_make(shop: RulesShop) -> None:
    """A rule that is switched on after days of passes makes what is due from that day on, and says so before."""
    off = shop.rule("thank", offset_days=2, enabled=False)
    for _ in range(6):
        shop.run()
        shop.buys(shop.add(shop.ada))
        shop.clock.forward(days=1)
    told = [preview(shop, off, days).due for days in (6, 7, 8, 9)]
    shop.write(msgspec.structs.replace(off, enabled=True))
    made = []
    for _ in told:
        made.append(shop.run().made)
        shop.clock.forward(days=1)
    assert told == made == [1, 1, 0, 0]


_RULES: tuple[dict[str, Any], ...] = (
    {"trigger": "purchase", "offset_days": 2},
    {"trigger": "purchase", "offset_hours": 20},
    {"trigger": "date", "dates": ("birthday",), "offset_days": -1},
    {"trigger": "new_customer", "offset_days": 1, "consent": "email"},
    {"trigger": "lapsed", "after_days": 3, "contact_gap_days": 2},
    {"trigger": "stay_in_touch", "after_days": 2, "audience": "last_purchase<4d"},
    {"trigger": "replenishment", "after_days": 2, "products": ("Soap",)},
)


@given(
    seed=st.integers(0, 2**32),
    what=st.sampled_from(_RULES),
    cap=st.sampled_from([None, 1, 2]),
    expires=st.sampled_from([None, 0, 1, 3]),
    ahead=st.integers(0, 5),
)
@settings(max_examples=10)
def test_the_preview_of_a_day_is_what_its_pass_makes_after_daily_passes(
    busy_shop: RulesShop, seed: int, what: dict[str, Any], cap: int | None, expires: int | None, ahead: int
) -> None:
    shop = busy_shop
    shop.empty()
    chance = random.Random(seed)
    rule = shop.rule("r", daily_cap=cap, expires_days=expires, enabled=chance.random() < 0.5, **what)
    for _ in range(4):
        shop.run()
        for _ in range(chance.randint(0, 2)):
            person = shop.add(chance.choice([shop.ada, shop.ben, None]), created_at=shop.clock(), email="a@b.cd")
            born = shop.clock() + dt.timedelta(days=chance.randint(-3, 6))
            shop.birthday(person, born.month, born.day)
            if chance.random() < 0.7:
                shop.buys(person)
            if chance.random() < 0.3:
                shop.contacted(person)
        shop.clock.forward(days=1)
    told = [preview(shop, rule, 4 + day) for day in range(ahead + 1)]
    shop.write(msgspec.structs.replace(rule, enabled=True))
    for day in told:
        before = {task.id for task in shop.tasks()}
        report = shop.run()
        made = sorted((task.customer, task.due) for task in shop.tasks() if task.id not in before)
        assert made == sorted((line.customer, line.due) for line in day.lines if not line.held)
        assert sum(report.held.values()) == day.held
        shop.clock.now = (shop.clock.now + dt.timedelta(days=1)).replace(hour=0)

"""Picks that are gone, sold out or have another price are a task of whoever manages them, one for each list."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from sellmode_backend.rules import preview as previews
from sellmode_backend.store import records
from sellmode_contract import visibility, wire
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.pick_list import Delegation, PickList
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.stock import Stock
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.visibility import Account
from tests.backend.rules.rules_shop import RulesShop

COAT = Product(id="p1", sku="C-1", title="Coat", price=100, currency="EUR")
SCARF = Product(id="p2", sku="S-1", title="Scarf", price=50, currency="EUR")
CAP = Product(id="p3", sku="H-1", title="Cap", price=30, currency="EUR")
_as_it_was = msgspec.structs.replace


def goods(shop: RulesShop) -> tuple[LookItem, ...]:
    """Three products, of which nothing has changed."""
    shop.write(
        COAT, SCARF, CAP, *(Stock(id=f"s-{each.id}", product=each.id, available={"Alpha": 3}) for each in (COAT, CAP))
    )
    return tuple(LookItem(sku=each.sku, price=each.price, currency="EUR") for each in (COAT, SCARF, CAP))


def rule(shop: RulesShop, **fields: Any) -> TaskRule:
    return shop.rule("stale-picks", trigger="stale_picks", title="Review", **fields)


def tasks(shop: RulesShop, state: str | None = None) -> list[ManualTask]:
    with shop.database.snapshot() as connection:
        found = [task for task in records.each(connection, "manual_task") if isinstance(task, ManualTask)]
    return sorted(
        (task for task in found if state in (None, task.state)), key=lambda task: task.created_at or shop.clock()
    )


def told(shop: RulesShop, rule: TaskRule, asker: Account | None = None) -> list[wire.PreviewLine]:
    with shop.database.snapshot() as connection:
        day = shop.clock().date()
        scopes = visibility.scopes("associate", asker) if asker else None
        return list(previews.preview(connection, rule, "Alpha", day, shop.clock(), scopes=scopes).lines)


def test_a_list_has_one_task_and_another_one_only_for_what_it_did_not_name(shop: RulesShop) -> None:
    picks = PickList(id="l1", store="Alpha", owner=shop.ada.id, title="Winter", items=goods(shop))
    bens = _as_it_was(picks, id="l2", owner=shop.ben.id, items=picks.items[1:2])
    shop.write(picks, bens, _as_it_was(picks, id="l3", owner=None), _as_it_was(picks, id="l4", owner=shop.cleo.id))
    made_of = rule(shop, due_time="10:00")
    assert shop.run().made == 0, "nothing has changed"

    shop.write(Stock(id="s-p3", product="p3", available={"Alpha": 0, "Beta": 4}), _as_it_was(COAT, price=120))
    assert shop.run().made == 0, "lists are looked at when the day begins"
    shop.clock.forward(days=1)
    expected = told(shop, made_of)
    assert shop.run().made == 1
    (task,) = tasks(shop)
    assert (task.creator, task.picks, task.products, task.rule) == (shop.ada.id, "l1", ("C-1", "H-1"), "stale-picks")
    assert (task.title, task.because and task.because.about) == ("Review", "Winter")
    assert expected == [wire.PreviewLine(picks="Winter", due=task.due, person=shop.ada.id)]
    assert [line.held for line in told(shop, made_of)] == ["open_already"]

    shop.write(_as_it_was(SCARF, active=False))
    shop.clock.forward(days=1)
    assert shop.run().made == 1, "Ben's: Ada's task is open"
    shop.write(_as_it_was(task, state="dismissed", done_by=shop.ada.id, done_at=shop.clock()))
    for more in (1, 0):
        shop.clock.forward(days=1)
        assert shop.run().made == more, "once, for the scarf that the task did not name"

    shop.write(_as_it_was(picks, items=()), COAT)
    shop.clock.forward(days=1)
    assert shop.run().expired == 1
    assert [(each.picks, each.state, each.reason) for each in tasks(shop) if each.state != "dismissed"] == [
        ("l2", "open", ""), ("l1", "expired", "the picks are up to date")
    ]  # fmt: skip


def test_of_a_store_it_is_for_who_has_it_delegated_else_for_the_manager(shop: RulesShop) -> None:
    shop.set_mode("team")
    goods(shop)
    shop.write(_as_it_was(COAT, active=False))
    today = shop.clock().date()
    week = dt.timedelta(days=7)

    def given(first: dt.date, **more: object) -> Delegation:
        days = {"from_day": first.isoformat(), "to_day": (first + week).isoformat()}
        return msgspec.convert(
            {"taker": shop.ben.id, "giver": shop.mia.id, "given_at": shop.clock(), **days, **more}, Delegation
        )

    def written(id: str, *delegations: Delegation) -> PickList:
        items = (LookItem(sku="C-1"),)
        return PickList(id=id, store="Alpha", title=id, items=items, delegations=delegations, changed_by=shop.ada.id)

    shop.write(
        written("now", given(today)),
        written("over", given(today - 2 * week)),
        written("revoked", given(today, revoked_at=shop.clock())),
        _as_it_was(written("own"), owner=shop.ada.id),
    )
    rule(shop)
    shop.run()
    assert {task.picks: task.creator for task in tasks(shop)} == {
        "now": shop.ben.id, "over": shop.mia.id, "revoked": shop.mia.id
    }  # fmt: skip


def test_a_manager_is_told_of_no_colleagues_lists(shop: RulesShop) -> None:
    items = goods(shop)
    shop.write(_as_it_was(COAT, active=False))
    shop.write(PickList(id="l1", store="Alpha", owner=shop.ada.id, title="Ada's", items=items))
    made_of = rule(shop)
    assert told(shop, made_of, shop.mia) == []
    assert [line.picks for line in told(shop, made_of, shop.ada)] == ["Ada's"]


@pytest.mark.parametrize("field", ["audience", "message", "action", "daily_cap", "expires_days"])
def test_a_rule_for_picks_has_nothing_of_customers(shop: RulesShop, field: str) -> None:
    wrong = {"audience": "tag:vip", "message": "Dear", "action": "call", "daily_cap": 3, "expires_days": 2}
    rule(shop, **{field: wrong[field]})
    assert "stale_picks has no" in str(shop.run().unfit)

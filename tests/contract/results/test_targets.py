"""Targets: of which periods they are, how far a figure is, and what cannot be one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from sellmode_contract.kinds.retailer import Retailer, StoreEntry
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.target import Target, target_id
from sellmode_contract.mutations import Create, Edit, Rejected, Remove, World, apply
from sellmode_contract.results.figures import Figure
from sellmode_contract.results.kpis import KPIS
from sellmode_contract.results.periods import read_period
from sellmode_contract.results.targets import Progress, as_number, days_left, goals, in_steps, next_month, wanted
from sellmode_contract.roles import ROLE_CAPABILITIES, Role
from sellmode_contract.visibility import Account
from tests.support.applied import Held

TODAY = dt.date(2026, 11, 18)
NOW = dt.datetime(2026, 11, 18, 12, tzinfo=dt.UTC)


def target(kpi: str, month: str, value: int, store: str = "S", person: str | None = None) -> Target:
    return Target(
        id=target_id(store, person, kpi, month), store=store, person=person, kpi=kpi, month=month, value=value
    )


QUARTER = [target(kpi, f"2026-{month}", month) for kpi in ("outreach", "atv") for month in (10, 11, 12)]


@pytest.mark.parametrize(
    ("period", "stores", "expected"),
    [
        ("month", "S", {"outreach": 11, "atv": 11}),
        ("2026-12", "S", {"outreach": 12, "atv": 12}),
        ("quarter", "S", {"outreach": 33}),  # three averages make none
        ("2026-11-01..2026-12-31", "S", {"outreach": 23}),
        ("year", "S", {}),
        ("week", "S", {}),
        ("2026-11-01..2026-11-29", "S", {}),
        ("month", "ST", {"outreach": 18}),
        ("quarter", "ST", {}),
    ],
)
def test_months_are_added_up_where_all_have_one_and_the_figure_is_a_sum(
    period: str, stores: str, expected: dict[str, int]
) -> None:
    held = [*QUARTER, target("outreach", "2026-11", 7, "T"), target("outreach", "2026-11", 99, person="a")]
    found = goals(held, tuple(stores), None, read_period(period, TODAY))
    assert {kpi: figure.numerator for kpi, figure in found.items()} == expected


@pytest.mark.parametrize(
    ("kpi", "typed", "steps"),
    [("store_sales", "40000.5", 4_000_050), ("outreach", "25", 25), ("csat", "92.5", 925), ("upt", "2.15", 215)],
)
def test_a_value_is_held_in_the_steps_in_which_its_figure_is_written(kpi: str, typed: str, steps: int) -> None:
    found = KPIS[kpi]
    assert in_steps(found, Decimal(typed), "EUR") == steps
    assert as_number(found, steps, "EUR") == Decimal(typed)
    scale = 100 if found.unit == "money" else 1
    assert wanted(found, steps).value == Decimal(typed) * scale
    with pytest.raises(ValueError, match="It can have up to"):
        in_steps(found, Decimal(f"{typed}1" if "." in typed else f"{typed}.001") / 10, "EUR")


def test_how_far_a_figure_is_and_what_is_missing_each_day() -> None:
    def progress(kpi: str, now: int, of: int | None, value: int) -> Progress:
        return Progress(wanted(KPIS[kpi], value), Figure(KPIS[kpi], now, of))

    sales = progress("store_sales", 2_500, None, 10_001)
    assert (sales.is_way, sales.met, sales.missing.numerator) == (True, False, 7_501)
    assert sales.each_day(days_left(read_period("month", TODAY), TODAY)).numerator == 577  # 13 days, rounded up
    assert days_left(read_period("2026-10", TODAY), TODAY) == 0
    assert progress("store_sales", 10_001, None, 10_001).missing.numerator == 0
    assert [progress("csat", now, 100, 925).met for now in (92, 93)] == [False, True]
    assert [progress("refunds", now, None, 100).met for now in (100, 101)] == [True, False]
    empty = progress("csat", 0, 0, 925)
    assert (empty.share, empty.met, empty.is_way) == (None, False, False)
    assert [next_month(month) for month in ("2026-01", "2026-12")] == ["2026-02", "2027-01"]


# ------------------------------------------------------------------ set


def account(role: Role = "manager", *stores: str) -> Account:
    return Account(
        id="m", user_name="m", name="M", role=role, stores=stores or ("S",), capabilities=ROLE_CAPABILITIES[role]
    )


def world(*held: Target, by: Account | None = None) -> World:
    people = [
        Staff(id=id, store=store, user_name=id, name=id, role="associate", active=id != "gone")
        for id, store in (("a", "S"), ("gone", "S"), ("t", "T"))
    ]
    stores = tuple(StoreEntry(id=id, name=id, time_zone="Pacific/Auckland") for id in ("S", "T"))
    retailer = Retailer(id="r", name="R", mode="team", currency="EUR", time_zone="UTC", stores=stores)
    return World(Held([*people, *held]), by or account(), retailer, "mid", NOW)


def create(**fields: Any) -> Create:
    doc = {"kpi": "store_sales", "month": "2026-11", "value": 100, **fields}
    id = target_id(doc.get("store", "S"), doc.get("person"), doc["kpi"], doc["month"])
    return Create(kind="target", id=id, doc={name: value for name, value in doc.items() if value is not None})


def test_a_target_says_who_set_it_and_its_currency_and_those_whose_figure_it_is_get_a_card() -> None:
    made = apply(create(), world()).puts
    assert [(type(each).__name__, each.currency, each.set_by) for each in made] == [  # type: ignore[attr-defined]  # both have these
        ("Target", "EUR", "m"),
        ("TargetCard", "EUR", "m"),
    ]
    assert apply(create(kpi="outreach", person="a"), world()).puts[0].currency == ""  # type: ignore[attr-defined]
    several = account("regional", "S", "T")
    assert apply(create(store="T"), world(by=several)).puts[0].store == "T"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("operation", "by", "why"),
    [
        (create(value=0), None, "more than zero"),
        (create(value=-5), None, "more than zero"),
        (create(month="2026-10"), None, "month that is over"),
        (create(month="2026-13"), None, "no such month"),
        (create(kpi="tasks_ahead"), None, "one of individual_sales"),
        (create(kpi="individual_sales"), None, "say of whom"),
        (create(person="a"), None, "of stores, not of people"),
        (create(kpi="outreach", person="gone"), None, "works in the store"),
        (create(kpi="outreach", person="t"), None, "works in the store"),
        (create(store="T"), None, "Only the managers"),
        (create(), account("regional", "S", "T"), "which store"),
        (create(store="S", kpi="outreach", person="a"), account("regional", "S", "T"), "own manager"),
        (msgspec.structs.replace(create(), id="another"), None, "made of what it is about"),
    ],
)
def test_what_cannot_be_a_target_is_refused_by_its_rule(operation: Create, by: Account | None, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        apply(operation, world(by=by))


def test_there_is_one_of_the_same_and_those_of_a_month_that_is_over_stay() -> None:
    this, last = target("store_sales", "2026-11", 5), target("store_sales", "2026-10", 5)
    with pytest.raises(Rejected, match="already"):
        apply(create(), world(this))
    with pytest.raises(Rejected, match="Only the managers"):  # and not that there is one
        apply(create(store="S"), world(this, by=account("manager", "T")))
    (edited, *_) = apply(Edit(kind="target", id=this.id, set={"value": 6}, was={"value": 5}), world(this)).puts
    assert isinstance(edited, Target)
    assert edited.value == 6
    for operation in (Edit(kind="target", id=last.id, set={"value": 6}, was={}), Remove(kind="target", id=last.id)):
        with pytest.raises(Rejected, match="month that is over"):
            apply(operation, world(last))

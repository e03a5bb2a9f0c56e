"""KPIs, worked out from facts: the worked examples, and what holds of all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.kinds.fact import Fact
from sellmode_contract.results import availability
from sellmode_contract.results.figures import DASH, Figure, Totals, added
from sellmode_contract.results.figures import figure as worked_out
from sellmode_contract.results.kpis import FIRST, KPIS, Kpi, in_order
from sellmode_contract.results.measures import MEASURES
from sellmode_contract.results.periods import Period

TODAY = dt.date(2026, 11, 18)
NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))


def fact(*sums: tuple[str, str, str, int], month: str = "2026-11") -> Fact:
    return Fact(
        id="f", store="S", month=month, days=added({}, {(day, channel, name): n for day, channel, name, n in sums})
    )


def figures(facts: Iterable[Fact], period: Period, all_stores: Iterable[Fact] | None = None) -> dict[str, Figure]:
    mine = Totals(facts, period, TODAY)
    whole = Totals(all_stores, period, TODAY) if all_stores is not None else None
    return {kpi.id: worked_out(kpi, mine, whole) for kpi in KPIS.values()}


def figure(kpi: str, *sums: tuple[str, str, str, int], period: Period = NOVEMBER) -> str:
    return figures([fact(*sums)], period)[kpi].text("EUR")


@pytest.mark.parametrize(
    ("kpi", "sums", "text"),
    [
        ("chat_answer_rate", [("01", "chat", "chats_answered", 8), ("01", "chat", "requests", 10)], "80.0 %"),
        ("cart_abandonment", [("02", "online", "carts", 994), ("02", "online", "carts_bought", 430)], "56.7 %"),
        ("nps", [("03", "", "nps_promoters", 6), ("03", "", "nps_detractors", 1), ("03", "", "nps_responses", 10)],
         "+50"),
        ("atv", [("04", "store", "net_sales", 12_000), ("04", "store", "transactions", 8)], "EUR 15.00"),
        ("upt", [("04", "store", "units", 9), ("04", "store", "transactions", 4)], "2.25"),
        ("store_conversion", [("04", "store", "transactions", 3), ("05", "store", "footfall", 12)], "25.0 %"),
        ("csat", [("04", "", "csat_positive", 9), ("04", "", "csat_responses", 12)], "75.0 %"),
        ("csat_mean", [("04", "", "csat_points", 50), ("04", "", "csat_responses", 12)], "4.17"),
        ("order_accuracy", [("04", "", "orders_right", 97), ("04", "", "orders_fulfilled", 100)], "97.0 %"),
        ("stock_accuracy", [("04", "", "stock_right", 45), ("04", "", "stock_counted", 50)], "90.0 %"),
        ("checkout_abandonment", [("02", "", "checkouts", 200), ("02", "", "checkouts_bought", 150)], "25.0 %"),
        ("online_conversion", [("02", "online", "transactions", 3), ("02", "", "sessions", 150)], "2.0 %"),
        ("visitor_conversion", [("02", "online", "transactions", 3), ("02", "", "shop_visitors", 100)], "3.0 %"),
        ("feedback_rating", [("02", "site", "feedback", 2), ("02", "sms", "feedback", 2),
                             ("02", "site", "feedback_points", 9), ("02", "sms", "feedback_points", 6)], "3.75"),
        ("capture_rate", [("04", "store", "identified", 3), ("04", "online", "identified", 1),
                          ("04", "store", "transactions", 4), ("04", "online", "transactions", 4)], "50.0 %"),
        ("consent_rate", [("04", "", "contacts_consented", 1), ("04", "", "contacts_added", 4)], "25.0 %"),
        ("open_rate", [("05", "", "looks_opened", 3), ("05", "", "looks_shared", 4)], "75.0 %"),
        ("reply_rate", [("05", "", "looks_answered", 1), ("05", "", "looks_shared", 4)], "25.0 %"),
        ("task_completion", [("10", "rule", "tasks_done", 6), ("10", "rule", "tasks_open", 1),
                             ("10", "rule", "tasks_expired", 1), ("10", "rule", "tasks_dismissed", 5)], "75.0 %"),
        ("influenced_share", [("04", "online", "credited_sales", 300), ("04", "online", "net_sales", 1_200)],
         "25.0 %"),
        ("auv", [("04", "store", "net_sales", 9_000), ("04", "store", "units", 4)], "EUR 22.50"),
        ("days_to_convert", [("04", "online", "convert_minutes", 4320), ("04", "online", "credited_orders", 2)], "1.5"),
        ("individual_sales", [("04", "store", "net_sales", 5), ("04", "online", "net_sales", 700),
                              ("04", "online", "credited_sales", 100)], "EUR 1.05"),
    ],
)  # fmt: skip
def test_worked_examples(kpi: str, sums: list[tuple[str, str, str, int]], text: str) -> None:
    assert figure(kpi, *sums) == text


def test_a_store_is_available_while_anybody_is() -> None:
    def at(hour: int) -> dt.datetime:
        return dt.datetime(2026, 11, 18, hour, tzinfo=dt.UTC)

    minutes = availability.minutes([(at(14), at(15)), (at(9), at(12)), (at(11), at(12))])
    assert minutes == 240
    week = Period(TODAY, TODAY + dt.timedelta(days=6))
    rate = figures([fact(("18", "", "minutes_available", minutes))], week)["availability_rate"]
    assert rate.text("EUR") == "10.0 %"  # of 40 hours


def test_a_task_is_overdue_from_the_next_day_on() -> None:
    tasks = [("17", "manual", "tasks_open", 1), ("18", "manual", "tasks_open", 5), ("16", "rule", "tasks_done", 3)]
    assert figure("task_completion", *tasks) == "75.0 %"
    assert (figure("tasks_overdue", *tasks), figure("tasks_ahead", *tasks)) == ("1", "5")


def test_a_share_is_of_all_stores_and_unknown_without_them() -> None:
    mine, theirs = fact(("01", "online", "credited_sales", 250)), fact(("01", "online", "credited_sales", 750))
    known = figures([mine], NOVEMBER, all_stores=[mine, theirs])["contribution"]
    assert (known.value, figures([mine], NOVEMBER)["contribution"].value) == (Fraction(25), None)


@pytest.mark.parametrize("kpi", KPIS.values(), ids=list(KPIS))
def test_nothing_over_nothing_is_a_dash(kpi: Kpi) -> None:
    text = figures([], NOVEMBER)[kpi.id].text("EUR")
    assert text == (DASH if kpi.denominator and kpi.id != "availability_rate" else text)
    assert (text == DASH) == bool(kpi.denominator and kpi.id != "availability_rate")


def test_every_measure_is_used_and_every_kpi_says_what_it_is() -> None:
    used = {part.measure for kpi in KPIS.values() for part in kpi.parts}
    assert used - {"days"} == MEASURES.keys() - {"other_currency"}
    assert len({kpi.name for kpi in KPIS.values()}) == len({kpi.formula for kpi in KPIS.values()}) == len(KPIS)
    for work, first in FIRST.items():
        there = {kpi.id for of in ("store", "person") for kpi in in_order(work, of)}
        assert set(first) <= there
        assert all(work in KPIS[id].works for id in first)


_SUMS = st.lists(
    st.tuples(
        st.sampled_from(["01", "09", "18", "28"]),
        st.sampled_from(["store", "online"]),
        st.sampled_from(["net_sales", "transactions", "tasks_open", "tasks_done"]),
        st.integers(-(10**9), 10**9),
    ),
    max_size=12,
)


@given(_SUMS, _SUMS, st.integers(1, 27))
def test_sums_of_days_are_the_sum_of_the_whole(some: list, more: list, cut: int) -> None:  # type: ignore[type-arg]
    """However facts are cut into records and periods into days, a sum comes to the same."""
    facts = [fact(*([item] if item else [])) for item in (*some, *more)]
    first, rest = (
        Period(NOVEMBER.first, dt.date(2026, 11, cut)),
        Period(dt.date(2026, 11, cut) + dt.timedelta(days=1), NOVEMBER.last),
    )
    for kpi in KPIS.values():
        parts = [Totals(facts, period, TODAY).sum(kpi.numerator) for period in (NOVEMBER, first, rest)]
        assert parts[0] == parts[1] + parts[2]


@given(_SUMS)
def test_what_is_added_and_taken_away_leaves_nothing(sums: list) -> None:  # type: ignore[type-arg]
    days: dict = {}  # type: ignore[type-arg]
    for day, channel, measure, amount in sums:
        days = added(days, {(day, channel, measure): amount})
    for day, channel, measure, amount in reversed(sums):
        days = added(days, {(day, channel, measure): -amount})
    assert days == {}

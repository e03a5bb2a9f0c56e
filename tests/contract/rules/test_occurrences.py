"""What rules find in what is known of a customer, and when it is due."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sellmode_contract.kinds.customer import Figures
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules import LATE_DAYS
from sellmode_contract.rules.facts import Event, Facts, Item, Purchase
from tests.contract.rules.making import TODAY, ZURICH, at, customer, date, decided, judge, purchase, rule

DAY = dt.timedelta(days=1)


def _due(one: TaskRule, facts: Facts, today: dt.date = TODAY, **about: Any) -> list[tuple[str, str]]:
    return [(found.occurrence, found.due.text) for found in decided(one, facts, today=today, **about)]


# ------------------------------------------------------------------ purchases


def test_a_thank_you_is_due_days_after_the_purchase_once_for_each_order() -> None:
    bought = (purchase("o1", at("2026-11-20T18:30")), purchase("o2", at("2026-11-21T09:00")))
    thanks = rule("purchase", offset_days=2, due_time="10:00", expires_days=3)
    facts = Facts(customer=customer(), purchases=bought)
    assert _due(thanks, facts, TODAY - DAY) == []
    assert _due(thanks, facts) == [("o1", "2026-11-22T10:00")]
    assert _due(thanks, facts, made=["o1"]) == []
    assert _due(thanks, facts, TODAY + DAY, made=["o1"]) == [("o2", "2026-11-23T10:00")]


def test_the_day_of_a_purchase_is_the_stores() -> None:
    late = purchase("o1", dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC))  # the 21st in Zurich, the 20th in Lima
    facts, thanks = Facts(customer=customer(), purchases=(late,)), rule("purchase", offset_days=1)
    assert _due(thanks, facts) == [("o1", "2026-11-22")]
    assert _due(thanks, facts, TODAY - DAY, zone=ZoneInfo("America/Lima")) == [("o1", "2026-11-21")]


@pytest.mark.parametrize(
    ("products", "about"),
    [
        (("Soap",), "Soap"),
        (("soap ", "Tea"), "soap "),
        (("sku:1001",), "sku:1001"),
        (("SKU-less", "sku:1002"), None),
        (("Tea",), None),
    ],
)
def test_a_purchase_of_some_products_only(products: tuple[str, ...], about: str | None) -> None:
    bought = purchase("o1", at("2026-11-20T12:00"), Item("Soap", "1001", 2), Item("Scarf", "7", 1))
    found = decided(rule("purchase", offset_days=2, products=products), Facts(customer=customer(), purchases=(bought,)))
    assert [one.because.about for one in found] == ([] if about is None else [about])


def test_with_hours_it_is_due_at_that_very_instant() -> None:
    bought = purchase("o1", at("2026-11-21T22:15:40"))
    facts = Facts(customer=customer(), purchases=(bought,))
    assert _due(rule("purchase", offset_hours=26), facts, TODAY + DAY) == [("o1", "2026-11-23T00:15")]
    assert _due(rule("purchase", offset_hours=3), facts) == [("o1", "2026-11-22T01:15")]


def test_replenishment_counts_from_the_latest_purchase_of_each_product() -> None:
    bought = (
        purchase("o1", at("2026-10-20T12:00"), Item("Soap", "1", 1)),
        purchase("o2", at("2026-10-23T12:00"), Item("Soap", "1", 1), Item("Tea", "2", 3)),
        purchase("o3", at("2026-10-25T12:00"), Item("Scarf", "7", 1)),
    )
    refill = rule("replenishment", products=("Soap", "Tea", "sku:9"), after_days=30)
    facts = Facts(customer=customer(), purchases=bought)
    assert _due(refill, facts, dt.date(2026, 11, 19)) == [], "the purchase of October 20 is not the latest"
    assert _due(refill, facts) == [("o2/Soap", "2026-11-22"), ("o2/Tea", "2026-11-22")]
    each = msgspec.structs.replace(refill, after_days=10, per_unit=True)
    assert _due(each, facts) == [("o2/Tea", "2026-11-22")], "three units last three times as long"


# ------------------------------------------------------------------ lapsed


def test_lapsed_after_days() -> None:
    last = at("2026-10-23T09:00")
    facts = Facts(customer=customer(last_purchase=last))
    assert _due(rule("lapsed", after_days=31), facts) == []
    (found,) = decided(rule("lapsed", after_days=30), facts)
    assert (found.occurrence, found.due.text, found.because.at) == ("2026-10-23T07:00:00Z", "2026-11-22", last)
    assert _due(rule("lapsed"), Facts(customer=customer())) == [], "who never bought has not lapsed"


@pytest.mark.parametrize(
    ("orders", "first", "times", "due"),
    [
        (2, "2026-10-03T12:00", 3, "2026-12-22"),  # 20 days on average, the last on October 23
        (5, "2026-10-03T12:00", 1, "2026-10-28"),  # 5 days
        (4, "2026-10-03T12:00", 1, "2026-10-30"),  # 6 2/3 days
        (4, "2026-10-03T12:00", 3, "2026-11-12"),  # exactly 20 days
        (2, "2026-10-03T12:00", 0.1, "2026-10-25"),
        (2, "2026-10-23T08:00", 3, None),  # both on one day: nothing is usual for them
        (1, "2026-10-23T12:00", 3, None),
        (0, "2026-10-23T12:00", 3, None),
    ],
)
def test_lapsed_by_what_is_usual_for_a_customer(orders: int, first: str, times: float, due: str | None) -> None:
    facts = Facts(
        customer=customer(orders=orders, first_purchase=at(first), last_purchase=at("2026-10-23T12:00")),
    )
    usual = rule("lapsed", after_days=None, times_average=times, expires_days=0)
    days = [dt.date(2026, 10, 20) + number * DAY for number in range(90)]
    assert [text for day in days for _, text in _due(usual, facts, day)] == ([due] if due else [])


# ------------------------------------------------------------------ days


def test_birthdays_of_the_customer_of_others_and_of_pets() -> None:
    facts = Facts(
        customer=customer(
            custom={
                "pet": [{"name": "Tom", "birthday": "2020-11-25"}, {"name": "Rex", "birthday": "2019-01-01"}, {}],
                "member_since": "2016-11-25",
            }
        ),
        dates=(date(11, 25, 1990), date(11, 24), date(11, 26, label="Birthday ", about="Jo")),
    )
    own = rule("date", offset_days=-3, expires_days=0)
    (found,) = decided(own, facts)
    assert (found.occurrence, found.due.text) == ("d11-25/2026", "2026-11-22")
    assert (found.because.day, found.because.about, found.because.whose) == ("2026-11-25", "birthday", "")
    (jo,) = decided(own, facts, today=TODAY + DAY)
    assert (jo.because.about, jo.because.whose) == ("Birthday ", "Jo"), "labels are compared as people write them"
    (tom,) = decided(rule("date", dates=("pet.birthday",), offset_days=-3), facts)
    assert (tom.occurrence, tom.because.about, tom.because.whose) == ("pet.birthday/Tom/2026", "pet.birthday", "Tom")
    (since,) = decided(rule("date", dates=("member_since",), offset_days=-3), facts)
    assert since.occurrence == "member_since/2026"


def test_a_key_has_the_year_of_the_day_itself() -> None:
    facts = Facts(customer=customer(), dates=(date(1, 2),))
    early = rule("date", offset_days=-5)
    assert _due(early, facts, dt.date(2026, 12, 28)) == [("d1-2/2027", "2026-12-28")]


@pytest.mark.parametrize(("year", "due"), [(2027, "2027-02-28"), (2028, "2028-02-29"), (2100, "2100-02-28")])
def test_the_leap_day_is_kept_on_the_28th_in_other_years(year: int, due: str) -> None:
    facts = Facts(customer=customer(), dates=(date(2, 29, 1996),))
    keep = rule("date", expires_days=0)
    found = [item for number in range(5) for item in _due(keep, facts, dt.date(year, 2, 26) + number * DAY)]
    assert found == [(f"d2-29/{year}", due)]


def test_a_day_before_its_first_year_is_not_kept() -> None:
    facts = Facts(customer=customer(custom={"member_since": "2027-11-22"}), dates=(date(11, 22, 2027, "wedding"),))
    assert _due(rule("date", dates=("wedding", "member_since")), facts) == []
    assert len(_due(rule("date", dates=("wedding", "member_since")), facts, dt.date(2027, 11, 22))) == 2


def test_days_that_there_are_not_are_passed_over() -> None:
    facts = Facts(
        customer=customer(custom={"pet": [{"name": "Tom", "birthday": "soon"}, {"birthday": 7}], "member_since": 3.0}),
        dates=(date(13, 1), date(2, 30), date(0, 0)),
    )
    assert _due(rule("date", dates=("birthday", "pet.birthday", "member_since"), expires_days=400), facts) == []


def test_two_pets_of_one_name_are_one_occurrence() -> None:
    pets = [{"name": "Tom", "birthday": "2020-11-22"}, {"name": "Tom", "birthday": "2021-11-22"}]
    assert len(_due(rule("date", dates=("pet.birthday",)), Facts(customer=customer(custom={"pet": pets})))) == 1


# ------------------------------------------------------------------ the customer, events


def test_a_new_customer_once() -> None:
    facts = Facts(customer=customer(created_at=at("2026-11-20T12:00")))
    assert _due(rule("new_customer", offset_days=2), facts) == [("new", "2026-11-22")]
    assert _due(rule("new_customer", offset_days=2), Facts(customer=customer())) == []


def test_stay_in_touch_counts_from_the_last_contact_or_else_from_the_beginning() -> None:
    touch = rule("stay_in_touch", after_days=10)
    made = customer(created_at=at("2026-11-12T12:00"))
    (found,) = decided(touch, Facts(customer=made))
    assert (found.occurrence, found.because.at) == ("created", None)
    spoken = at("2026-11-12T12:00")
    (found,) = decided(touch, Facts(customer=customer(created_at=at("2020-01-01T12:00"), last_contact=spoken)))
    assert (found.occurrence, found.because.at) == ("2026-11-12T11:00:00Z", spoken)


def test_an_event_of_another_system_needs_only_its_name() -> None:
    events = (
        Event("e1", "back_in_stock", at("2026-11-22T09:00"), "ben", "Silk scarf"),
        Event("e2", "abandoned_cart", at("2026-11-22T09:00")),
    )
    facts = Facts(customer=customer(), events=events)
    now = at("2026-11-22T09:05")
    (found,) = decided(rule("event", offset_hours=2), facts, now=now)
    assert (found.occurrence, found.due.text, found.because.about) == ("e1", "2026-11-22T11:00", "Silk scarf")
    (found,) = decided(rule("event", event="abandoned_cart"), facts, now=now)
    assert (found.due.text, found.because.about) == ("2026-11-22", "abandoned_cart")


# ------------------------------------------------------------------ late


@pytest.mark.parametrize("expires", [None, 0, 3, 20])
def test_what_could_not_be_made_in_time_is_made_until_it_would_expire(expires: int | None) -> None:
    facts = Facts(customer=customer(), purchases=(purchase("o1", at("2026-11-01T12:00")),))
    thanks = rule("purchase", offset_days=2, due_time="10:00", expires_days=expires)
    first = dt.date(2026, 11, 3)
    made = {number for number in range(-3, 30) if _due(thanks, facts, first + number * DAY)}
    assert made == set(range((LATE_DAYS if expires is None else expires) + 1))


def test_what_is_made_late_is_due_that_day_and_expires_when_it_would_have() -> None:
    facts = Facts(customer=customer(), purchases=(purchase("o1", at("2026-11-18T12:00")),))
    thanks = rule("purchase", offset_days=2, due_time="10:00", expires_days=5)
    (morning,) = decided(thanks, facts, now=at("2026-11-22T09:59"))
    (noon,) = decided(thanks, facts, now=at("2026-11-22T12:00"))
    assert (morning.due.text, noon.due.text) == ("2026-11-22T10:00", "2026-11-22")
    assert morning.expires == noon.expires == dt.date(2026, 11, 25)


# ------------------------------------------------------------------ properties

_ZONES = st.sampled_from(["UTC", "Europe/Zurich", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns"])
_FIRST = dt.datetime(2026, 2, 26, tzinfo=dt.UTC)
_MOMENTS = st.integers(0, 34 * 24 * 60).map(lambda minute: _FIRST + minute * dt.timedelta(minutes=1))
_HISTORIES = st.lists(_MOMENTS, max_size=6, unique=True).map(sorted)
_RULES = st.one_of(
    st.builds(
        rule,
        st.sampled_from(["purchase", "new_customer", "date", "event"]),
        offset_days=st.integers(-10, 20),
        offset_hours=st.sampled_from([0, 0, 5, -30]),
        expires_days=st.sampled_from([None, 0, 2, 10]),
    ),
    st.builds(
        rule,
        st.sampled_from(["lapsed", "stay_in_touch", "replenishment"]),
        after_days=st.integers(1, 20),
        offset_days=st.integers(-3, 3),
        expires_days=st.sampled_from([None, 0, 2, 10]),
    ),
    st.builds(
        rule,
        st.just("lapsed"),
        after_days=st.none(),
        times_average=st.sampled_from([0.5, 1.0, 3.0]),
        expires_days=st.just(4),
    ),
)


def _facts(moments: list[dt.datetime]) -> Facts:
    """A customer whose purchases, contacts, days and events all lie at these moments."""
    bought: tuple[Purchase, ...] = tuple(purchase(f"o{number}", when) for number, when in enumerate(moments))
    figures = Figures(orders=len(moments))
    if moments:
        figures = Figures(
            orders=len(moments), first_purchase=moments[0], last_purchase=moments[-1], last_contact=moments[-1]
        )
    return Facts(
        customer=msgspec.structs.replace(customer(created_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC)), figures=figures),
        purchases=bought,
        dates=tuple(date(when.month, when.day) for when in {when.date(): when for when in moments}.values()),
        events=tuple(Event(f"e{number}", "back_in_stock", when) for number, when in enumerate(moments)),
    )


def _made(one: TaskRule, facts: Facts, zone: ZoneInfo, days: list[dt.date]) -> dict[str, dt.date]:
    """What passes on some days make, one after the other, with the day; everything is done at once."""
    ledger: dict[str, dt.date] = {}
    for day in days:
        for found in decided(one, facts, made=ledger, zone=zone, today=day):
            if not found.held:
                assert found.occurrence not in ledger
                ledger[found.occurrence] = day
    return ledger


_DAYS = [dt.date(2026, 2, 10) + number * DAY for number in range(90)]


@settings(max_examples=50)
@given(_RULES, _HISTORIES, _ZONES)
def test_daily_passes_make_everything_once_in_any_time_zone(
    one: TaskRule, moments: list[dt.datetime], zone: str
) -> None:
    facts = _facts(moments)
    # In turn, as a second task of one day waits for the first.
    fresh = msgspec.structs.replace(one, expires_days=max(one.expires_days or 0, 10))
    here, there = (_made(fresh, facts, ZoneInfo(name), _DAYS) for name in (zone, "Asia/Tokyo"))
    if fresh.times_average is None:  # an average counts the store's days
        assert here.keys() == there.keys(), "keys do not depend on the time zone"
        # Those of one day wait for each other.
        assert all(abs(here[key] - there[key]) <= (len(moments) + 1) * DAY for key in here)


@settings(max_examples=50)
@given(_RULES, _HISTORIES, _ZONES, st.data())
def test_what_needs_says_is_all_that_a_rule_looks_at(
    one: TaskRule, moments: list[dt.datetime], zone: str, data: st.DataObject
) -> None:
    facts, day = _facts(moments), data.draw(st.sampled_from(_DAYS))
    judged = judge(one, zone=ZoneInfo(zone), today=day)
    needs = judged.needs()
    since, events_since = needs.purchases_since, needs.events_since
    less = msgspec.structs.replace(
        facts,
        purchases=tuple(item for item in facts.purchases if since is not None and item.at >= since),
        events=tuple(
            item for item in facts.events if events_since and item.name in needs.events and item.at >= events_since
        ),
        dates=facts.dates if needs.dates else (),
    )
    assert judged.decisions(less) == judged.decisions(facts)


@settings(max_examples=50)
@given(_RULES, _HISTORIES, _ZONES, st.lists(st.booleans(), min_size=90, max_size=90))
def test_passes_that_are_missed_make_nothing_twice_and_miss_only_what_would_have_expired(
    one: TaskRule, moments: list[dt.datetime], zone: str, run: list[bool]
) -> None:
    facts, place = _facts(moments[:1]), ZoneInfo(zone)
    days = [day for day, runs in zip(_DAYS, run, strict=True) if runs]
    daily, some = _made(one, facts, place, _DAYS), _made(one, facts, place, days)
    window = LATE_DAYS if one.expires_days is None else one.expires_days
    for key, day in daily.items():
        in_time = [other for other in days if day <= other <= day + window * DAY]
        assert some.get(key) == (in_time[0] if in_time else None)
    assert some.keys() <= daily.keys()


@given(_MOMENTS, st.integers(-5, 5), st.integers(-100, 100), _ZONES)
def test_hours_count_by_the_clock_that_never_changes(moment: dt.datetime, days: int, hours: int, zone: str) -> None:
    place = ZoneInfo(zone)
    facts = Facts(customer=customer(), purchases=(purchase("o1", moment),))
    local = moment.astimezone(place)
    started = local.replace(tzinfo=None) + days * DAY
    exact = started.replace(tzinfo=place, fold=local.fold).astimezone(dt.UTC) + dt.timedelta(hours=hours)
    day = exact.astimezone(place).date()
    if not hours:
        return
    hourly = rule("purchase", offset_days=days, offset_hours=hours, expires_days=0)
    (found,) = decided(hourly, facts, zone=place, today=day, now=exact - DAY)
    late = exact - found.due.instant(place)
    assert dt.timedelta() <= late < dt.timedelta(minutes=1) or exact.astimezone(place).fold == 1


def test_a_store_day_of_twenty_five_hours_is_one_day() -> None:
    evening = purchase("o1", at("2026-10-24T23:30"))
    facts = Facts(customer=customer(), purchases=(evening,))
    assert _due(rule("purchase", offset_days=1), facts, dt.date(2026, 10, 25), zone=ZURICH) == [("o1", "2026-10-25")]

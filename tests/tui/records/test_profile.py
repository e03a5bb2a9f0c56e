from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Figures
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.staff import Staff
from sellmode_tui.records import RecordStore, WhySeen
from sellmode_tui.records.customers.profile import OwnField
from tests.tui.cache.lines import ME, NOW, RETAILER, STORE, account, customer, fill, head, open_cache, put, staff

STRANGER = source_id("staff", "test", "stranger")
_PET = CustomField(name="pet", label="Pets", type="group", fields=(CustomField(name="species", label="", type="text"),))
_SHOE = CustomField(name="shoe", label="Shoe size", type="number")


def _ago(days: int) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


_PERSON = customer(
    1,
    owner="staff-1",
    given_name="Ada",
    custom={"gone": "old", "shoe": 38, "pet": [{"species": "cat"}]},
    sources={"email": "shopify"},
    figures=Figures(
        orders=3,
        other_orders=1,
        units=7,
        spend=10_000,
        other_spend={"EUR": 500},
        first_purchase=_ago(100),
        last_purchase=dt.datetime(2026, 11, 12, 23, 30, tzinfo=dt.UTC),
        categories=(("shoes", 6000),),
    ),
)
_SALE = OrderLine(title="Shoe", amount=5000, quantity=1)
_ORDERS = [
    Order(
        id="order-1", customer="customer-1", number="1", placed_at=_ago(100), currency="CHF", total=5000,
        channel="store", store=STORE, sold_by="staff-1", lines=(_SALE,),
    ),
    Order(
        id="order-2", customer="customer-1", number="2", placed_at=_ago(20), currency="CHF", total=-5000,
        channel="online", store="store-9", sold_by=STRANGER,
        lines=(OrderLine(title="Shoe", amount=-5000, kind="return"),),
    ),
]  # fmt: skip
_OTHERS = [
    Consent(
        id="consent-1", customer="customer-1", channel="sms", state="subscribed", changed_at=_ago(30), actor="customer"
    ),
    Consent(id="consent-2", customer="customer-1", channel="email"),
    ImportantDate(id="date-1", customer="customer-1", label="birthday", month=12, day=1),
    ImportantDate(id="date-2", customer="customer-1", label="birthday", month=2, day=29, about="Tom"),
    Note(id="note-1", customer="customer-1", author="staff-1", written_at=_ago(10), text="Likes blue"),
    Contact(id="contact-1", customer="customer-1", author=ME, at=_ago(5), channel="call"),
    HistoryEntry(
        id="history-1", customer="customer-1", at=_ago(50), event="assigned", actor="shopify", subject="staff-1"
    ),
    HistoryEntry(id="history-2", customer="customer-1", at=_ago(60), event="moved", actor=STRANGER, subject=STORE),
    Note(id="note-2", customer="customer-2", author=ME, written_at=NOW, text="of somebody else"),
]


@pytest.fixture(params=[True, False], ids=["with indexes", "while first syncing"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordStore]:
    cache = open_cache(tmp_path)
    retailer = msgspec.structs.replace(RETAILER, custom_fields=(_PET, _SHOE))
    people = [staff(1, "Bo Meyer"), _me(), _PERSON, customer(2)]
    fill(cache, [retailer, *people, *_ORDERS, *_OTHERS], finish=request.param)
    yield RecordStore(cache, clock=lambda: NOW)
    cache.close()


def _me() -> Staff:
    return msgspec.structs.replace(staff(0, "Ana Ruiz"), id=ME)


def test_a_profile_has_all_that_belongs_to_the_customer(records: RecordStore) -> None:
    profile = records.customers.profile("customer-1")
    assert profile
    assert profile.customer == _PERSON
    assert profile.customer.sources == {"email": "shopify"}
    assert (profile.owner_name, profile.store_name) == ("Bo Meyer", "Zürich")
    assert [order.id for order in profile.orders] == ["order-2", "order-1"]
    assert profile.orders[1].lines == (_SALE,)
    assert [consent.channel for consent in profile.consents] == ["email", "sms"]
    assert [date.id for date in profile.dates] == ["date-2", "date-1"]
    assert [note.id for note in profile.notes] == ["note-1"]
    assert [contact.id for contact in profile.contacts] == ["contact-1"]
    assert [entry.id for entry in profile.history] == ["history-1", "history-2"]
    assert profile.own_fields == (
        OwnField("pet", _PET, [{"species": "cat"}]),
        OwnField("shoe", _SHOE, 38),
        OwnField("gone", None, "old"),
    )


def test_one_timeline_newest_first_with_names(records: RecordStore) -> None:
    profile = records.customers.profile("customer-1")
    assert profile
    assert [(entry.kind, entry.record.id, entry.who, entry.subject) for entry in profile.timeline] == [
        ("contact", "contact-1", "Ana Ruiz", ""),
        ("note", "note-1", "Bo Meyer", ""),
        ("return", "order-2", "a colleague", ""),
        ("consent", "consent-1", "customer", ""),
        ("history", "history-1", "shopify", "Bo Meyer"),
        ("history", "history-2", "a colleague", "Zürich"),
        ("order", "order-1", "Bo Meyer", ""),
    ]
    assert profile.names == {
        "staff-1": "Bo Meyer", ME: "Ana Ruiz", STRANGER: "a colleague", STORE: "Zürich", "store-9": "store-9",
    }  # fmt: skip


def test_figures(records: RecordStore) -> None:
    profile = records.customers.profile("customer-1")
    assert profile
    totals = profile.totals
    assert (totals.currency, totals.spend, totals.other_spend) == ("CHF", 10_000, {"EUR": 500})
    assert (totals.orders, totals.units, totals.average_order) == (3, 7, 5000)
    assert totals.units_per_order == pytest.approx(7 / 3)
    assert totals.categories == (("shoes", 6000),)
    assert totals.days_between == (dt.date(2026, 11, 13) - dt.date(2026, 8, 14)).days / 2, "the store's days"
    assert totals.days_since == 9


def test_a_customer_who_never_bought_has_no_averages(records: RecordStore) -> None:
    profile = records.customers.profile("customer-2")
    assert profile
    totals = profile.totals
    assert (totals.spend, totals.average_order, totals.units_per_order, totals.days_between, totals.days_since) == (
        0, None, None, None, None,
    )  # fmt: skip
    assert [entry.record.id for entry in profile.timeline] == ["note-2"]


def test_why_a_customer_is_seen(records: RecordStore) -> None:
    assert records.why("customer", "customer-1") == WhySeen(
        kind="customer",
        id="customer-1",
        name="Ada",
        mode="team",
        column="team",
        rule="everyone in the customer's store",
        audience=f"store:{STORE}",
        person_name="",
        owner="staff-1",
        owner_name="Bo Meyer",
        store=STORE,
    )


def test_not_visible_and_unknown_answer_alike(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [_PERSON])
    cache.accept(head("associate"), at=NOW)
    records = RecordStore(cache)
    for id in ("customer-1", "nobody"):
        assert (records.customers.profile(id), records.why("customer", id), records.customers.find().find(id)) == (
            None,
            None,
            None,
        )
    cache.close()


def test_in_associate_mode_the_owner_is_the_reason(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    cache.accept(head("associate"), at=NOW)
    cache.apply([put(customer(1, given_name="Ada"), f"own/person:{STORE}:{ME}")], "1")
    why = RecordStore(cache).why("customer", "customer-1")
    assert why
    assert (why.mode, why.audience) == ("associate", f"person:{STORE}:{ME}")
    cache.close()


def test_the_retailer_account_mode_and_zone(records: RecordStore) -> None:
    retailer = records.retailer()
    assert retailer
    assert retailer.name == "House"
    assert records.account() == account()
    assert records.mode() == "team"
    assert str(records.zone()) == "Europe/Zurich"
    assert [one.name for one in records.colleagues()] == ["Ana Ruiz", "Bo Meyer"]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "/etc/passwd", "../UTC", "Europe"])
def test_days_of_an_unknown_zone_are_utc(tmp_path: Path, zone: str) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [msgspec.structs.replace(RETAILER, time_zone=zone, stores=())])
    assert RecordStore(cache).zone() == ZoneInfo("UTC")
    cache.close()

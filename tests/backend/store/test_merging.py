"""Two customers become one, with all that belongs to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.store import duplicates, figures, keys, merging, orders, records
from sellmode_backend.store.database import Database
from sellmode_backend.store.orders import OrderEntry
from sellmode_backend.store.schema import record
from sellmode_contract.kinds.consent import Consent, ConsentState
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.wish import Wish
from sellmode_contract.mutations import Merge, Rejected, Remove, apply
from sellmode_contract.records import Record
from tests.backend.merges import NOW, Stored, merge, world

ANN = Customer(id="ann", store="s", owner="ada", given_name="Ann", email="a@example.com", number="1")
BEN = Customer(id="ben", store="s", owner="bo", given_name="Ben", email="a@example.com", number="2")
PAIR = duplicates.pair_id("ann", "ben")


def put(database: Database, *written: Record) -> None:
    people = {item.id: item for item in written if isinstance(item, Customer)}
    with database.transaction() as connection:
        records.write(connection, written)
        duplicates.watch(connection, {id: (None, customer) for id, customer in people.items()})


def belongings(database: Database, customer: str = "ann") -> dict[str, Record]:
    with database.snapshot() as connection:
        return {item.id: item for item in records.children(connection, customer)}


def remembered(database: Database) -> Mapping[str, str]:
    """The values that were lost, by field."""
    return {
        item.field: item.value
        for item in belongings(database).values()
        if isinstance(item, HistoryEntry) and item.event == "overwritten"
    }


def test_the_kept_customer_has_their_own_fields_and_those_that_were_taken(database: Database) -> None:
    ann = msgspec.structs.replace(
        ANN, phone="1", tags=("a", "b"), preferences=("red",), sizes={"shoes": "38"}, custom={"pet": "cat"},
        sources={"email": "shopify", "phone": "shopify"}, created_at=NOW,
    )  # fmt: skip
    ben = msgspec.structs.replace(
        BEN, phone="079 123 45 67", phone_e164="+41791234567", tier="gold", tags=("b", "c"), preferences=("blue",),
        sizes={"shoes": "39", "ring": "7"}, custom={"pet": "dog", "car": "none"}, sources={"custom.car": "shopify"},
        created_at=NOW - dt.timedelta(days=1),
    )  # fmt: skip
    put(database, ann, ben)
    assert merge(database, "ann", "ben", take=("phone", "tier")) == msgspec.structs.replace(
        ann, phone="079 123 45 67", phone_e164="+41791234567", tier="gold", tags=("a", "b", "c"),
        preferences=("red", "blue"), sizes={"shoes": "38", "ring": "7"}, custom={"pet": "cat", "car": "none"},
        sources={"email": "shopify", "custom.car": "shopify"}, created_at=NOW - dt.timedelta(days=1),
    )  # fmt: skip
    assert remembered(database) == {
        "given_name": "Ben", "phone": "1", "number": "2", "sizes.shoes": "39", "custom.pet": "dog"
    }  # fmt: skip


def test_a_merge_is_remembered(database: Database) -> None:
    put(database, msgspec.structs.replace(ANN, owner=None), BEN)
    assert merge(database, "ann", "ben").owner == "bo"
    history = [item for item in belongings(database).values() if isinstance(item, HistoryEntry)]
    assert {(entry.event, entry.actor, entry.at, entry.subject) for entry in history} == {
        ("merged", "mia", NOW, None), ("assigned", "mia", NOW, "bo"), ("overwritten", "mia", NOW, None)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mine", "theirs", "holds", "lost"),
    [
        ("subscribed", "unsubscribed", "unsubscribed", "subscribed"),
        ("unsubscribed", "subscribed", "unsubscribed", "subscribed"),
        ("one_to_one", "subscribed", "one_to_one", "subscribed"),
        ("subscribed", "subscribed", "subscribed", None),
        ("subscribed", None, "subscribed", None),
        (None, "unsubscribed", "unsubscribed", None),
        (None, "one_to_one", "one_to_one", None),
        (None, "subscribed", None, "subscribed"),
    ],
)
def test_the_stricter_consent_holds(
    database: Database, mine: ConsentState | None, theirs: ConsentState | None, holds: str | None, lost: str | None
) -> None:
    put(database, ANN, BEN)
    for customer, state in (("ann", mine), ("ben", theirs)):
        if state:
            put(
                database,
                Consent(
                    id=f"of-{customer}", customer=customer, channel="email", state=state, evidence=f"said {customer}"
                ),
            )
    merge(database, "ann", "ben")
    consents = [item for item in belongings(database).values() if isinstance(item, Consent)]
    assert [consent.state for consent in consents] == ([holds] if holds else [])
    if mine and consents:
        assert consents[0].id == "of-ann"
        assert consents[0].evidence == ("said ben" if mine != holds else "said ann")
    assert remembered(database).get("consent.email") == lost


def test_what_belonged_to_the_other_one_belongs_to_the_kept_one(database: Database) -> None:
    put(database, ANN, BEN)
    theirs: list[Any] = [
        Note(id="n", customer="ben", author="bo", written_at=NOW, text="Likes blue.", private=True),
        Contact(id="c", customer="ben", author="bo", at=NOW, channel="call"),
        HistoryEntry(id="h", customer="ben", at=NOW, event="created", actor="bo"),
        ParkedEdit(id="p", customer="ben", author="cy", at=NOW, operation={"op": "edit"}),
        RuleTask(id="t", customer="ben", store="s"),
        ImportantDate(id="d", customer="ben", label="anniversary", month=2, day=29),
    ]
    put(database, *theirs)
    kept = merge(database, "ann", "ben")
    mine = belongings(database)
    for item in theirs:
        assert mine[item.id] == msgspec.structs.replace(item, customer="ann")
    assert kept.figures.last_contact == NOW
    assert kept.figures.waiting == 1
    with database.snapshot() as connection:
        tags = dict(connection.execute(sa.select(record.c.id, record.c.own).where(record.c.parent == "ann")).all())
    assert tags["c"] == "person:s:ada"
    assert tags["n"] is None, "a private note of somebody who does not own the customer"


def test_a_date_that_both_have_stays_once(database: Database) -> None:
    put(database, ANN, BEN)
    put(
        database,
        ImportantDate(id="a1", customer="ann", label="Birthday", month=3, day=14),
        ImportantDate(id="a2", customer="ann", label="wedding", month=5, day=1, year=2001),
        ImportantDate(id="b1", customer="ben", label="birthday", month=3, day=14, year=1980),
        ImportantDate(id="b2", customer="ben", label="wedding", month=5, day=1, year=2011),
        ImportantDate(id="b3", customer="ben", label="birthday", month=3, day=14, about="Rex"),
    )
    merge(database, "ann", "ben")
    dates = {item.id: item.year for item in belongings(database).values() if isinstance(item, ImportantDate)}
    assert dates == {"a1": 1980, "a2": 2001, "b2": 2011, "b3": None}


def test_orders_go_along_and_the_figures_are_those_of_both(database: Database) -> None:
    put(database, ANN, BEN)

    def order(id: str, customer: str, days: int) -> OrderEntry:
        return OrderEntry(
            id=id, customer=customer, number=id, placed_at=NOW - dt.timedelta(days=days), currency="USD", total=100,
            channel="store", store="s", lines=(OrderLine(title="Soap", amount=100, quantity=2, type="Soap"),),
        )  # fmt: skip

    with database.transaction() as connection:
        orders.write_orders(connection, [order("o1", "ann", 1), order("o2", "ben", 9), order("o3", "ben", 3)])
        figures.refresh(connection, ["ann", "ben"])
    kept = merge(database, "ann", "ben")
    assert (kept.figures.orders, kept.figures.units, kept.figures.spend) == (3, 6, 300)
    assert kept.figures.first_purchase == NOW - dt.timedelta(days=9)
    assert kept.figures.categories == (("Soap", 300),)
    with database.snapshot() as connection:
        assert {entry.customer for entry in orders.read_orders(connection, ["o1", "o2", "o3"])} == {"ann"}
    assert {item.customer for item in belongings(database).values() if isinstance(item, Order)} == {"ann"}


def test_whoever_names_the_other_one_means_the_kept_one(database: Database) -> None:
    cat = Customer(id="cat", store="s", given_name="Cat", email="a@example.com", phone="123")
    put(database, ANN, BEN, cat)
    merge(database, "ben", "ann")
    merge(database, "cat", "ben")
    with database.snapshot() as connection:
        assert merging.kept(connection, ["ann", "ben", "cat", "dan"]) == {"ann": "cat", "ben": "cat"}
        assert keys.merged_with(connection, "number", ["1", "2", "3"]) == {"1": ["ann"], "2": ["ben"]}
        assert keys.customers_with(connection, "number", ["1", "2"]) == {}
        assert keys.keys_of_merged(connection, ["ann", "cat"]) == {"ann": {("email", "a@example.com"), ("number", "1")}}


def test_other_pairs_follow_a_merge(database: Database) -> None:
    put(database, ANN, BEN, Customer(id="cat", store="s", given_name="Cat", email="a@example.com"))
    merge(database, "ann", "ben")
    with database.snapshot() as connection:
        (pair,) = records.each(connection, "duplicate_pair")
    assert isinstance(pair, DuplicatePair)
    assert pair.customers == ("ann", "cat")


def test_what_cannot_be_merged_is_refused(database: Database) -> None:
    put(database, ANN, BEN, msgspec.structs.replace(ANN, id="far", store="other", email="b@example.com"))
    with database.transaction() as connection:
        records.write(connection, [DuplicatePair(id="odd", store="s", customers=("ann", "far"))])
    for operation, code, field in (
        (Merge(id="none", keep="ann"), "not_found", ""),
        (Merge(id=PAIR, keep="cat"), "invalid", "keep"),
        (Merge(id=PAIR, keep="ann", take=("email", "owner")), "invalid", "owner"),
        (Merge(id="odd", keep="ann"), "conflict", ""),
    ):
        with database.snapshot() as connection, pytest.raises(Rejected) as refusal:
            merging.merge(operation, world(Stored(connection)))
        assert (refusal.value.code, refusal.value.field) == (code, field)


def test_who_added_a_customer_cannot_take_back_what_others_were_merged_into(database: Database) -> None:
    put(database, ANN, BEN, HistoryEntry(id="h", customer="ann", at=NOW, event="created", actor="mia"))
    merge(database, "ann", "ben")
    with database.snapshot() as connection, pytest.raises(Rejected, match="already has other records"):
        apply(Remove(kind="customer", id="ann"), world(Stored(connection)))


def test_who_came_with_the_first_import_was_there_before_all_others(database: Database) -> None:
    put(database, msgspec.structs.replace(ANN, created_at=NOW), msgspec.structs.replace(BEN, created_at=None))
    assert merge(database, "ann", "ben").created_at is None


def test_what_both_wish_for_is_wished_for_once_unless_it_says_more(database: Database) -> None:
    def wish(id: str, customer: str, sku: str, note: str = "") -> Wish:
        return Wish(id=id, customer=customer, sku=sku, note=note, wished_at=NOW)

    put(
        database, ANN, BEN,
        wish("w1", "ann", "coat", "black"), wish("w2", "ben", "coat"), wish("w3", "ben", "coat", "navy"),
        wish("w4", "ben", "hat"),
    )  # fmt: skip
    merge(database, "ann", "ben")
    assert {id for id, each in belongings(database).items() if isinstance(each, Wish)} == {"w1", "w3", "w4"}

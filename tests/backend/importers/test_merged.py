"""Imports after customers were merged: their rows mean the one who was kept, and the same files change nothing."""

from __future__ import annotations

import datetime as dt
import threading
import time

import msgspec
import sqlalchemy as sa

from sellmode_backend.store import duplicates, merging, orders, records
from sellmode_backend.store.database import Database
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.note import Note
from sellmode_contract.mutations import Merge
from tests.backend.importers.exports import NOW, ORDER, Export, customer
from tests.backend.merges import Stored, merge, world
from tests.support.backend import DEADLINE, retailer_database

ONE = source_id("customer", "shopify", "number:1")
TWO = source_id("customer", "shopify", "number:2")
LATER = NOW + dt.timedelta(days=1)


def twins(export: Export, **of_two: str) -> None:
    """Two customers of one e-mail, with different numbers."""
    export.customers(
        customer("1", Email="lee@example.com", Note="First."),
        customer("2", **{"Email": "lee@example.com", "First_Name": "Anna", "Note": "Second.", **of_two}),
    )


def everybody(database: Database) -> dict[str, Customer]:
    with database.snapshot() as connection:
        return {item.id: item for item in records.each(connection, "customer") if isinstance(item, Customer)}


def revisions(database: Database) -> dict[tuple[str, str], int]:
    with database.snapshot() as connection:
        return {
            (kind, item.id): records.revisions(connection, [(kind, item.id)])[kind, item.id].rev
            for kind in ("customer", "note", "consent", "order", "history", "duplicate_pair")
            for item in records.each(connection, kind)
        }


def test_an_import_makes_pairs_and_the_same_files_change_nothing(database: Database, export: Export) -> None:
    twins(export.staff())
    assert export.load(database).written["duplicate pair"] == 1
    with database.snapshot() as connection:
        (pair,) = records.each(connection, "duplicate_pair")
    assert isinstance(pair, DuplicatePair)
    assert pair.id == duplicates.pair_id(ONE, TWO)
    before = revisions(database)
    assert not +export.load(database, now=LATER).written
    assert revisions(database) == before


def test_the_same_files_change_nothing_after_a_merge(database: Database, export: Export) -> None:
    twins(export.staff())
    export.orders(ORDER | {"Email": "lee@example.com", "Note Attributes": "customer: 2"})
    export.load(database)
    merge(database, ONE, TWO)
    before = revisions(database)
    summary = export.load(database, now=LATER)
    assert not +summary.written
    assert export.rejected() == []
    assert revisions(database) == before
    assert everybody(database).keys() == {ONE}


def test_what_changes_in_either_row_changes_the_kept_one(database: Database, export: Export) -> None:
    twins(export.staff())
    export.load(database)
    merge(database, ONE, TWO)
    export.customers(
        customer("1", Email="lee@example.com", Note="First.", First_Name="Annabel"),
        customer("2", Email="lee@example.com", Note="Second, changed.", First_Name="Anna", Phone="+1 202 555 0101"),
    )
    export.load(database, now=LATER)
    (kept,) = everybody(database).values()
    assert (kept.number, kept.given_name, kept.phone_e164) == ("1", "Annabel", "+12025550101")
    with database.snapshot() as connection:
        notes = [item.text for item in records.children(connection, ONE, "note") if isinstance(item, Note)]
    assert sorted(notes) == ["First.", "Second, changed."]
    assert export.rejected() == []
    before = revisions(database)
    assert not +export.load(database, now=LATER).written
    assert revisions(database) == before

    twins(export, Note="")
    export.load(database, now=LATER)
    with database.snapshot() as connection:
        notes = [item.text for item in records.children(connection, ONE, "note") if isinstance(item, Note)]
    assert notes == ["First."]


def test_two_rows_of_one_person_make_the_stricter_consent(database: Database, export: Export) -> None:
    def rows(one: str, two: str) -> None:
        export.customers(
            customer("1", Email="lee@example.com", Accepts_Email_Marketing=one),
            customer("2", Email="lee@example.com", Accepts_Email_Marketing=two),
        )

    rows("yes", "yes")
    export.staff().load(database)
    merge(database, ONE, TWO)
    rows("yes", "no")
    export.load(database, now=LATER)
    with database.snapshot() as connection:
        (consent,) = records.children(connection, ONE, "consent")
    assert isinstance(consent, Consent)
    assert consent.state == "one_to_one"


def test_who_was_made_by_hand_is_still_known_by_what_they_had(database: Database, export: Export) -> None:
    """Their id is no source's: the import knows them by number, e-mail or phone."""
    by_hand = Customer(id="hand", store="s", given_name="Anna", email="anna@example.com", phone="+12025550101")
    kept = Customer(id="kept", store="s", given_name="Ann", email="lee@example.com", phone="+12025550101")
    with database.transaction() as connection:
        records.write(connection, [by_hand, kept])
        duplicates.watch(connection, {item.id: (None, item) for item in (by_hand, kept)})
    row = {"Email": "anna@example.com", "First_Name": "Anna", "Phone": "+1 202 555 0101", "Tags": ""}
    export.staff().customers(customer("7", **row))
    export.load(database)
    assert everybody(database)["hand"].number == "7"
    merge(database, "kept", "hand")
    before = revisions(database)
    assert not +export.load(database, now=LATER).written
    assert revisions(database) == before
    export.customers(customer("", Last_Name="Li", **row))
    export.load(database, now=LATER)
    assert everybody(database).keys() == {"kept"}
    assert everybody(database)["kept"].family_name == "Li"


def test_the_first_row_about_who_was_made_by_hand_takes_nothing_away(database: Database, export: Export) -> None:
    by_hand = Customer(
        id="hand", store="s", owner="ada", given_name="Anna", email="anna@example.com", phone="1", tags=("vip",)
    )
    with database.transaction() as connection:
        records.write(connection, [by_hand])
    export.staff().customers(customer("7", Email="anna@example.com", First_Name="", Last_Name="Li", Tags="regular"))
    export.load(database)
    hand = everybody(database)["hand"]
    assert (hand.store, hand.owner, hand.given_name, hand.phone) == ("s", "ada", "Anna", "1")
    assert (hand.number, hand.family_name, hand.tags) == ("7", "Li", ("vip", "regular"))
    before = revisions(database)
    assert not +export.load(database, now=LATER).written
    assert revisions(database) == before


def test_new_orders_of_who_was_merged_are_the_kept_ones(database: Database, export: Export) -> None:
    export.staff().customers(
        customer("1", Email="one@example.com", Phone="+1 202 555 0101"),
        customer("2", Email="two@example.com", Phone="+1 202 555 0101"),
    )
    export.load(database)
    merge(database, ONE, TWO)
    export.orders(
        ORDER | {"Name": "#1", "Id": "1", "Email": "two@example.com"},
        ORDER | {"Name": "#2", "Id": "2", "Note Attributes": "customer: 2"},
        ORDER | {"Name": "#3", "Id": "3", "Email": "one@example.com"},
    )
    summary = export.load(database, now=LATER)
    assert not [question for question in summary.open if "orders name a customer" in question]
    ids = [source_id("order", "shopify", str(number)) for number in (1, 2, 3)]
    with database.snapshot() as connection:
        assert {entry.customer for entry in orders.read_orders(connection, ids)} == {ONE}
    assert everybody(database)[ONE].figures.orders == 3


def test_an_order_that_was_there_goes_on_after_a_merge(database: Database, export: Export) -> None:
    twins(export.staff())
    export.orders(ORDER | {"Note Attributes": "customer: 2"})
    export.load(database)
    merge(database, ONE, TWO)
    export.orders(ORDER | {"Note Attributes": "customer: 2", "Refunded Amount": "5.00"})
    export.load(database, now=LATER)
    assert everybody(database)[ONE].figures.spend == 2500


def test_an_order_that_comes_while_its_customer_is_merged_goes_to_the_kept_one(
    postgresql_url: str, export: Export
) -> None:
    with retailer_database(postgresql_url) as database:
        twins(export.staff())
        export.load(database)
        export.orders(ORDER | {"Note Attributes": "customer: 2", "Currency": "EUR"})
        importing = threading.Thread(target=export.load, args=(database,))
        with database.transaction() as connection:
            records.read_many(connection, "customer", [ONE, TWO], lock=True)
            importing.start()
            ends = time.monotonic() + DEADLINE
            while not connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                assert time.monotonic() < ends, "the import does not wait for the customer"
            merged = merging.merge(Merge(id=duplicates.pair_id(ONE, TWO), keep=ONE), world(Stored(connection)))
            records.write(connection, merged.outcome.puts, removed=merged.outcome.removes)
            merging.settle(connection, [merged], LATER)
        importing.join(DEADLINE)
        assert everybody(database)[ONE].figures.orders == 1


def test_an_email_of_everybody_is_told_of_at_every_import(database: Database, export: Export) -> None:
    many = [customer(f"{number:02}", Email="shop@example.com") for number in range(duplicates.MAX_SHARED + 1)]
    export.staff().customers(*many)
    for _ in range(2):
        summary = export.load(database)
        (asked,) = [case for question, case in summary.open.items() if "duplicates" in question]
        assert msgspec.to_builtins(asked)["count"] == 1
    with database.snapshot() as connection:
        assert list(records.each(connection, "duplicate_pair")) == []

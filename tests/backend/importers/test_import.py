"""The import as a whole, on both engines."""

from __future__ import annotations

import csv
import datetime as dt
import json
import threading
import zipfile
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.accounts import directory
from sellmode_backend.importers import customers, orders, run, staff, values
from sellmode_backend.importers.context import ImportRefused
from sellmode_backend.importers.rejects import Rejects
from sellmode_backend.importers.sources.shopify import SHOPIFY
from sellmode_backend.reports.totals import Total, totals
from sellmode_backend.store import matching, records, schema, settings
from sellmode_backend.store import orders as stored_orders
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.store.migrations import migrate
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.staff import Staff
from tests.backend.importers.exports import MORE_OF_ORDER, NOW, ORDER, STAFF_ROWS, Export, as_csv, customer, product
from tests.support.hostile import HOSTILE

T = TypeVar("T")

UTC = ZoneInfo("UTC")
LATER = NOW + dt.timedelta(days=1)


def all_customers(database: Database) -> dict[str, Customer]:
    """By number, else by e-mail."""
    with database.snapshot() as connection:
        found = [item for item in records.each(connection, "customer") if isinstance(item, Customer)]
    return {item.number or item.email: item for item in found}


def one_customer(database: Database, number: str = "25") -> Customer:
    return all_customers(database)[number]


def belonging(database: Database, customer: Customer, kind: type[T]) -> list[T]:
    with database.snapshot() as connection:
        return [item for item in records.children(connection, customer.id) if isinstance(item, kind)]


def edit(database: Database, record: Customer | Consent | Note | Product) -> None:
    with database.transaction() as connection:
        records.write(connection, [record])


def clocks(database: Database) -> dict[str, int]:
    with database.snapshot() as connection:
        return dict(connection.execute(sa.select(schema.feed.c.id, schema.feed.c.seq)).all())


def person(database: Database, user_name: str) -> str:
    with database.snapshot() as connection:
        return directory.named(connection, user_name).id


def store_id(database: Database, name: str) -> str:
    with database.snapshot() as connection:
        return next(entry.id for entry in settings.stores(connection) if entry.name == name)


def order_of(database: Database, key: str) -> stored_orders.OrderEntry:
    with database.snapshot() as connection:
        (found,) = stored_orders.read_orders(connection, [source_id("order", "shopify", key)])
    return found


def grand_total(database: Database, currency: str = "USD") -> Total:
    with database.snapshot() as connection:
        return totals(connection, currency, UTC).groups["all"].get("all", Total())


# ------------------------------------------------------------------ a real year


def test_the_example_retailer_comes_in_to_the_cent_and_once(
    database: Database, shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "journey"
    expected = json.loads((folder / "expected.json").read_text())
    seen: list[int] = []
    tables = run.open_tables(SHOPIFY, [folder])
    with Rejects(tmp_path / "rejects") as rejects:
        summary = run.import_tables(
            database, SHOPIFY, tables, rejects, now=NOW, progress=lambda step: seen.append(step.bytes)
        )
    assert summary.rejected == {}
    assert summary.read == {
        "staff.csv": 14, "products.csv": expected["products"], "customers.csv": 110, "orders.csv": expected["lines"],
    }  # fmt: skip
    assert summary.unknown == {}
    assert list(summary.open) == [staff.NO_CODE]
    assert sum(seen) == sum(file.size for file in tables)
    with database.snapshot() as connection:
        assert totals(connection, "USD", UTC).document() == expected["totals"]

    people = all_customers(database)
    assert len(people) == expected["customers"]
    with (folder / "customers.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            figures = people[row["Customer ID"].removeprefix("'")].figures
            assert figures.spend == round(float(row["Total Spent"]) * 100)
            assert figures.orders == int(row["Total Orders"])

    before = clocks(database)
    with Rejects(tmp_path / "rejects") as rejects:
        again = run.import_tables(database, SHOPIFY, tables, rejects, now=LATER)
    assert +again.written == {}
    assert clocks(database) == before


# ------------------------------------------------------------------ who is who


def test_owner_and_store_come_from_the_tags(database: Database, export: Export) -> None:
    export.staff().customers(
        customer("1"),
        customer("2", Tags="associate:2-1"),
        customer("3", Tags="home store:2"),
        customer("4", Tags="home store:Store 2, VIP"),
        customer("5", Tags=""),
        customer("6", Tags="associate:9-9, home store:7"),
        customer("7", Tags="associate:1-1, associate:1-2, home store:1, home store:2"),
        customer("8", Tags="associate:2-1, home store:1"),
    )
    summary = export.load(database)
    one, two = store_id(database, "Store 1"), store_id(database, "Store 2")
    assert {number: (item.owner, item.store) for number, item in all_customers(database).items()} == {
        "1": (person(database, "1-1"), one),
        "2": (person(database, "2-1"), two),
        "3": (None, two),
        "4": (None, two),
        "5": (None, None),
        "6": (None, None),
        "7": (None, None),
        "8": (None, one),
    }
    assert one_customer(database, "4").tags == ("VIP",)
    assert {
        question: sorted(case.examples) for question, case in summary.open.items() if question != staff.NO_CODE
    } == {
        customers.UNKNOWN_OWNER: ["6"],
        customers.UNKNOWN_STORE: ["6"],
        customers.TWO_OWNERS: ["7"],
        customers.TWO_STORES: ["7"],
        customers.OWNER_ELSEWHERE: ["8"],
        customers.NO_STORE: ["5", "6", "7"],
    }


def test_what_was_open_is_settled_when_the_staff_are_known(database: Database, export: Export) -> None:
    export.staff(STAFF_ROWS[:1]).customers(customer("25", Tags="associate:1-1"))
    assert customers.UNKNOWN_OWNER in export.load(database).open
    assert (one_customer(database).owner, one_customer(database).store) == (None, None)
    summary = export.staff().load(database, now=LATER)
    assert customers.UNKNOWN_OWNER not in summary.open
    assert (one_customer(database).owner, one_customer(database).store) == (
        person(database, "1-1"),
        store_id(database, "Store 1"),
    )


def test_a_customer_without_tags_gets_the_store_of_most_orders(database: Database, export: Export) -> None:
    export.staff().customers(customer("25", Tags=""), customer("26", Tags=""))
    buyer = ORDER | {"Email": "c25@example.com"}
    twice = ORDER | {"Email": "c26@example.com"}
    export.orders(
        buyer | {"Id": "1", "Name": "#1", "Location": "Store 2"},
        buyer | {"Id": "2", "Name": "#2", "Location": "Store 1"},
        buyer | {"Id": "3", "Name": "#3", "Location": "Store 1"},
        buyer | {"Id": "4", "Name": "#4", "Location": "Store 2", "Cancelled at": "2026-06-01 00:00:00 +0000"},
        buyer | {"Id": "5", "Name": "#5", "Location": "Store 2", "Cancelled at": "2026-06-01 00:00:00 +0000"},
        twice | {"Id": "6", "Name": "#6", "Location": "Store 1", "Created at": "2026-01-01 00:00:00 +0000"},
        twice | {"Id": "7", "Name": "#7", "Location": "Store 2", "Created at": "2026-02-01 00:00:00 +0000"},
    )
    export.load(database)
    assert one_customer(database, "25").store == store_id(database, "Store 1")
    assert one_customer(database, "26").store == store_id(database, "Store 2")
    assert +export.load(database, now=LATER).written == {}


def test_customers_are_known_by_number_else_e_mail_else_phone(database: Database, export: Export) -> None:
    old = {"First Name": "Ann", "Last Name": "Lee", "Country Code": "US", "Tags": "home store:1"}
    export.staff().customers(
        old | {"Email": "a@example.com", "Phone": ""},
        old | {"Email": "", "Phone": "(202) 555-0123"},
        old | {"Email": "b@example.com", "Phone": "+1 202 555 0123"},
    )
    export.load(database)
    assert len(all_customers(database)) == 3
    first = {item.email or item.phone: item.id for item in all_customers(database).values()}

    # The newer export has numbers: who was known by e-mail or phone gets one, and nobody comes twice.
    export.customers(
        customer("1", Email="A@Example.com", First_Name="Anna"),
        customer("2", Email="", Phone="'+12025550123"),
        customer("3", Email="b@example.com"),
        customer("4", Email="a@example.com"),
    )
    export.load(database, now=LATER)
    found = all_customers(database)
    assert set(found) == {"1", "2", "3", "4"}
    assert {number: found[number].id for number in "123"} == {
        "1": first["a@example.com"], "2": first["(202) 555-0123"], "3": first["b@example.com"],
    }  # fmt: skip
    assert (found["1"].given_name, found["1"].email) == ("Anna", "A@Example.com")
    assert +export.load(database, now=LATER).written == {}


def test_a_customer_who_comes_twice_in_a_file(database: Database, export: Export) -> None:
    export.staff().customers(customer("25"), customer("25", First_Name="Bea"), customer("26"))
    assert export.load(database).rejected == {"customers.csv": 1}
    assert [(row["Sellmode Line"], row["Sellmode Reason"]) for row in export.rejected()] == [
        ("3", "is about the same customer as line 2")
    ]
    assert one_customer(database).given_name == "Ann"


def test_an_order_finds_its_customer_by_e_mail_then_phone_then_note(database: Database, export: Export) -> None:
    export.staff().customers(
        customer("1", Phone="'+12025550111"),
        customer("2", Email="shared@example.com", Phone="'+12025550122"),
        customer("3", Email="Shared@example.com"),
    )
    who = [
        ({"Email": "C1@EXAMPLE.com", "Phone": "+12025550122", "Note Attributes": "customer: 3"}, "1"),
        ({"Email": "shared@example.com", "Phone": "'+1 (202) 555-0122"}, "2"),
        ({"Email": "shared@example.com", "Note Attributes": "a: b\ncustomer: 3"}, "3"),
        ({"Note Attributes": "customer: '2"}, "2"),
        ({"Email": "nobody@example.com", "Phone": "+12025550111"}, "1"),
        ({"Email": "shared@example.com"}, None),
        ({"Note Attributes": "customer: 99"}, None),
        ({}, None),
    ]
    export.orders(*(ORDER | fields | {"Id": str(n), "Name": f"#{n}"} for n, (fields, _) in enumerate(who)))
    summary = export.load(database)
    ids = {number: item.id for number, item in all_customers(database).items()}
    assert [order_of(database, str(n)).customer for n in range(len(who))] == [
        number and ids[number] for _, number in who
    ]
    assert summary.open[orders.UNMATCHED].examples == ["#5", "#6"]
    assert len(belonging(database, all_customers(database)["1"], Order)) == 2
    assert grand_total(database) == Total(8 * 3000, 8, 16)


def test_an_order_stays_with_its_customer_and_seller_when_these_change(database: Database, export: Export) -> None:
    export.staff().customers(customer("25")).orders(ORDER | {"Email": "c25@example.com"})
    export.load(database)
    edit(database, msgspec.structs.replace(one_customer(database), email="new@example.com"))
    with database.transaction() as connection:
        directory.move(connection, directory.named(connection, "1-1"), store_id_in(connection, "Store 2"))
    before = clocks(database)
    summary = export.load(database, now=LATER)
    assert +summary.written == {}
    assert set(summary.open) == {staff.NO_CODE}
    assert clocks(database) == before
    assert order_of(database, "1001").sold_by == person(database, "1-1")


def store_id_in(connection: sa.Connection, name: str) -> str:
    return next(entry.id for entry in settings.stores(connection) if entry.name == name)


def test_sellers_are_named_by_name_within_the_store_or_by_id(database: Database, export: Export) -> None:
    twin = {"Employee ID": "2-2", "Name": "bo chen", "Location": "Store 2", "Role": "associate"}
    same = {"Employee ID": "2-3", "Name": "Di Eng", "Location": "Store 2", "Role": "associate"}
    export.staff([*STAFF_ROWS, twin, same])
    sold = [
        ("Bo Chen", "Store 1", "1-1"),
        ("BO CHEN", "Store 2", "2-2"),
        ("1-2", "Store 1", "1-2"),
        ("2-1", "Store 1", "2-1"),
        ("cy diaz", "Store 2", "1-2"),
    ]
    unknown = [("Di Eng", "Store 2"), ("Di Eng", "Store 1"), ("Nobody", "Store 1")]
    rows = [*sold, *((name, store, "") for name, store in unknown), ("", "Store 1", "")]
    export.orders(
        *(
            ORDER | {"Id": str(n), "Name": f"#{n}", "Employee": name, "Location": store}
            for n, (name, store, _) in enumerate(rows)
        )
    )
    summary = export.load(database)
    assert [order_of(database, str(n)).sold_by for n in range(len(rows))] == [
        person(database, user_name) if user_name else None for _, _, user_name in rows
    ]
    assert summary.open[orders.UNKNOWN_SELLER].examples == ["#5", "#6", "#7"]


def test_who_sells_in_another_store_is_credited_there_and_gets_no_customer(database: Database, export: Export) -> None:
    """Cy works in Store 1: the sale is Store 2's, and so is the customer, who has no owner for it."""
    export.staff().customers(customer("25", Tags="")).orders(
        ORDER | {"Email": "c25@example.com", "Employee": "Cy Diaz", "Location": "Store 2", "Source": "pos"}
    )
    summary = export.load(database)
    order, bought = order_of(database, "1001"), one_customer(database)
    assert (order.sold_by, order.store) == (person(database, "1-2"), store_id(database, "Store 2"))
    assert (bought.store, bought.owner) == (order.store, None)
    assert summary.open[orders.SOLD_ELSEWHERE].examples == [order.number]
    assert orders.UNKNOWN_SELLER not in summary.open
    assert orders.SOLD_ELSEWHERE not in export.load(database, now=LATER).open


# ------------------------------------------------------------------ merging


def test_an_edit_outlives_an_unchanged_export_and_loses_to_a_changed_one(database: Database, export: Export) -> None:
    export.staff().customers(customer("25", Phone="'+12025550123", Tags="home store:1, a, b", Note="tea"))
    export.load(database)
    known = one_customer(database)
    assert known.sources["email"] == "shopify"
    edited = msgspec.structs.replace(
        known, given_name="Annie", phone="+12025550199", phone_e164="+12025550199", tags=("b", "mine"), tier="gold"
    )
    edit(database, edited)
    assert +export.load(database, now=LATER).written == {}
    assert one_customer(database) == edited

    export.customers(customer("25", Phone="'+12025550123", Tags="home store:1, b, c", Last_Name="Li", Note="coffee"))
    export.load(database, now=LATER)
    merged = one_customer(database)
    assert (merged.given_name, merged.family_name, merged.phone, merged.tier) == ("Annie", "Li", "+12025550199", "gold")
    assert merged.tags == ("b", "mine", "c")
    (note,) = belonging(database, merged, Note)
    assert (note.text, note.written_at, note.author, note.private) == ("coffee", LATER, None, False)

    export.customers(customer("25", First_Name="Anya", Phone="'+12025550123", Tags="home store:1", Last_Name="Li"))
    export.load(database, now=LATER)
    assert one_customer(database).given_name == "Anya"
    assert one_customer(database).tags == ("mine",)
    assert belonging(database, merged, Note) == []


def test_a_note_that_somebody_worked_on_is_not_dropped(database: Database, export: Export) -> None:
    export.staff().customers(customer("25", Note="tea"))
    export.load(database)
    (note,) = belonging(database, one_customer(database), Note)
    edit(database, msgspec.structs.replace(note, text="tea, no sugar"))
    export.customers(customer("25", Note=""))
    export.load(database, now=LATER)
    assert [item.text for item in belonging(database, one_customer(database), Note)] == ["tea, no sugar"]


def test_a_missing_row_column_or_file_changes_nothing(database: Database, export: Export) -> None:
    export.staff().products(product("S1")).customers(customer("25", Note="tea"), customer("26")).orders(ORDER)
    export.load(database)
    before, was = clocks(database), all_customers(database)
    for name in ("staff.csv", "products.csv", "orders.csv"):
        (export.folder / name).unlink()
    export.customers({"Customer ID": "25", "First Name": "Ann", "Last Name": "Lee", "Email": "c25@example.com"})
    summary = export.load(database, now=LATER)
    assert summary.missing == ["staff.csv", "products.csv", "orders.csv", "inventory.csv"]
    assert +summary.written == {}
    assert (clocks(database), all_customers(database)) == (before, was)


def test_consent_only_gets_stricter(database: Database, export: Export) -> None:
    def states() -> dict[str, str]:
        return {item.channel: item.state for item in belonging(database, one_customer(database), Consent)}

    def load(email: str, sms: str) -> list[str]:
        export.customers(customer("25", Accepts_Email_Marketing=email, Accepts_SMS_Marketing=sms))
        return list(export.load(database, now=LATER).open)

    export.staff()
    load("yes", "no")
    assert states() == {"email": "subscribed"}
    (consent,) = belonging(database, one_customer(database), Consent)
    assert (consent.actor, consent.evidence) == ("shopify", "Accepts Email Marketing: yes")
    # A "no" by a way that the customer cannot be reached by makes no record, but is not loosened either.
    assert customers.LOOSER_CONSENT in load("yes", "yes")
    assert states() == {"email": "subscribed"}
    load("no", "no")
    assert states() == {"email": "one_to_one"}
    (consent,) = belonging(database, one_customer(database), Consent)
    assert (consent.changed_at, consent.evidence) == (LATER, "Accepts Email Marketing: no")
    assert customers.LOOSER_CONSENT in load("yes", "no")
    assert states() == {"email": "one_to_one"}
    edit(database, msgspec.structs.replace(consent, state="unsubscribed"))
    load("yes", "no")
    load("no", "no")
    assert states() == {"email": "unsubscribed"}


def test_a_no_is_a_consent_to_personal_messages_only(database: Database, export: Export) -> None:
    export.customers(customer("25", Phone="+12025550123", Accepts_Email_Marketing="no", Accepts_SMS_Marketing="no"))
    export.load(database)
    found = belonging(database, one_customer(database), Consent)
    assert {(item.channel, item.state, item.evidence) for item in found} == {
        ("email", "one_to_one", "Accepts Email Marketing: no"),
        ("sms", "one_to_one", "Accepts SMS Marketing: no"),
    }


def test_a_reassignment_is_merged_and_remembered(database: Database, export: Export) -> None:
    export.staff().customers(customer("25"), customer("26"))
    export.load(database)
    cy = person(database, "1-2")
    for number in ("25", "26"):
        edit(database, msgspec.structs.replace(one_customer(database, number), owner=cy))
    export.customers(customer("25"), customer("26", Tags="associate:2-1"))
    export.load(database, now=LATER)
    assert one_customer(database, "25").owner == cy
    moved = one_customer(database, "26")
    assert (moved.owner, moved.store) == (person(database, "2-1"), store_id(database, "Store 2"))
    history = belonging(database, moved, HistoryEntry)
    assert sorted((entry.event, entry.subject, entry.actor, entry.at) for entry in history) == [
        ("assigned", person(database, "2-1"), "shopify", LATER),
        ("moved", store_id(database, "Store 2"), "shopify", LATER),
    ]
    assert belonging(database, one_customer(database, "25"), HistoryEntry) == []


def test_a_customer_whose_store_changes_does_not_keep_an_owner_who_sees_nothing(
    database: Database, export: Export
) -> None:
    export.staff().customers(customer("25"))
    export.load(database)
    export.customers(customer("25", Tags="associate:1-1, home store:2"))
    summary = export.load(database, now=LATER)
    assert (one_customer(database).owner, one_customer(database).store) == (None, store_id(database, "Store 2"))
    assert summary.open[customers.OWNER_ELSEWHERE].examples == ["25"]


def test_staff_who_were_moved_promoted_or_disabled_stay_so(database: Database, export: Export) -> None:
    export.staff()
    export.load(database)
    with database.transaction() as connection:
        bo = directory.move(connection, directory.named(connection, "1-1"), store_id_in(connection, "Store 2"))
        directory.disable(connection, directory.named(connection, "1-2"))
    assert +export.load(database, now=LATER).written == {}
    with database.snapshot() as connection:
        assert directory.named(connection, "1-1") == bo
        assert not directory.named(connection, "1-2").active

    export.staff([*STAFF_ROWS[:1], STAFF_ROWS[1] | {"Name": "Bo Chan", "Role": "manager"}, *STAFF_ROWS[2:]])
    export.load(database, now=LATER)
    with database.snapshot() as connection:
        changed = directory.named(connection, "1-1")
        card = records.read(connection, "staff", changed.id)
    assert (changed.name, changed.role, changed.stores) == ("Bo Chan", "manager", bo.stores)
    assert "reassign" in changed.capabilities
    assert isinstance(card, Staff)
    assert (card.name, card.role) == ("Bo Chan", "manager")


def test_products_change_and_what_was_sold_is_of_their_type(database: Database, export: Export) -> None:
    export.staff().products(product("S1"), product("S2"), product("S1", Title="Again")).orders(ORDER)
    summary = export.load(database)
    assert summary.rejected == {"products.csv": 1}
    assert export.rejected()[0]["Sellmode Reason"] == "is the same as on line 2, and the rest is not"
    id = source_id("product", "shopify", "S1")
    line = order_of(database, "1001").lines[0]
    assert (line.product, line.type) == (id, "Soap")
    with database.snapshot() as connection:
        soap = records.read(connection, "product", id)
    assert isinstance(soap, Product)
    edit(database, msgspec.structs.replace(soap, title="Fine soap", tags=("a", "b", "gift")))
    export.products(product("S1", Variant_Price="16.00", Tags="b, c"))
    assert +export.load(database, now=LATER).written == {"product": 1}
    with database.snapshot() as connection:
        soap = records.read(connection, "product", id)
    assert isinstance(soap, Product)
    assert (soap.title, soap.price, soap.tags) == ("Fine soap", 1600, ("b", "gift", "c"))


# ------------------------------------------------------------------ orders


def test_a_list_without_a_column_leaves_what_was_known(database: Database, export: Export) -> None:
    whole = product("S1", Option1_Value="M") | {
        "Option1 Name": "Size", "Body (HTML)": "<p>Mild</p>", "Product Category": "Care > Soap", "Gift Card": "true",
        "Variant Compare At Price": "20.00", "Variant Barcode": "4006381333931", "Image Src": "https://example.com/1.jpg",
    }  # fmt: skip
    export.staff().products(whole)
    assert export.load(database).written["product"] == 1
    with database.snapshot() as connection:
        before = records.read(connection, "product", source_id("product", "shopify", "S1"))
    assert isinstance(before, Product)
    assert (before.description, before.compare_at, before.gift_card) == ("Mild", 20_00, True)
    assert (before.vendor, before.category, before.active, len(before.images)) == ("Maker", "Care > Soap", True, 1)
    export.products({"Title": "Product S1", "Variant SKU": "S1", "Variant Price": "16.00"})
    assert +export.load(database, now=LATER).written == {"product": 1}
    with database.snapshot() as connection:
        after = records.read(connection, "product", before.id)
    assert after == msgspec.structs.replace(before, price=16_00)


def test_refunds_cancellations_returns_currencies_and_orders_of_nobody(database: Database, export: Export) -> None:
    mine = ORDER | {"Email": "c25@example.com"}
    export.staff().products(product("S1")).customers(customer("25")).orders(
        mine | {"Total": "35.00"},
        MORE_OF_ORDER,
        mine | {"Id": "2", "Name": "#2", "Refunded Amount": "10.00", "Source": "web", "Employee": ""},
        mine | {"Id": "3", "Name": "#3", "Cancelled at": "2026-05-15 00:00:00 +0000"},
        mine | {"Id": "4", "Name": "#4", "Lineitem quantity": "-1", "Total": "-15.00"},
        mine | {"Id": "5", "Name": "#5", "Currency": "EUR"},
        ORDER | {"Id": "6", "Name": "#6", "Total": "7.00"},
    )
    summary = export.load(database)
    assert summary.rejected == {}
    assert orders.UNMATCHED not in summary.open
    assert [(line.kind, line.amount) for line in order_of(database, "1001").lines] == [
        ("sale", 3000), ("sale", 400), ("rounding", 100),
    ]  # fmt: skip
    figures = one_customer(database).figures
    assert (figures.orders, figures.units, figures.spend, figures.other_spend) == (
        3, 6, 3500 + 2000 - 1500, {"EUR": 3000},
    )  # fmt: skip
    nobody = order_of(database, "6")
    assert nobody.customer is None
    assert [(line.kind, line.amount) for line in nobody.lines] == [("sale", 3000), ("rounding", -2300)]
    with database.snapshot() as connection:
        assert records.read(connection, "order", nobody.id) is None
        found = totals(connection, "USD", ZoneInfo("Asia/Tokyo"))
    assert found.groups["all"]["all"] == Total(3500 + 2000 - 1500 + 700, 3, 3 + 2 - 1 + 2)
    assert found.groups["source"] == {"pos": Total(2700, 2, 4), "web": Total(2000, 1, 2)}
    assert found.others == {"EUR": 1}
    assert grand_total(database, "EUR") == Total(3000, 1, 2)
    assert +export.load(database, now=LATER).written == {}


def test_an_order_that_changes_is_written_again(database: Database, export: Export) -> None:
    export.staff().customers(customer("25")).orders(ORDER | {"Email": "c25@example.com"}, MORE_OF_ORDER)
    export.load(database)
    export.orders(ORDER | {"Email": "c25@example.com", "Refunded Amount": "30.00"})
    assert +export.load(database, now=LATER).written == {"order": 1, "customer's figures": 1}
    assert [line.title for line in order_of(database, "1001").lines] == ["Soap"]
    assert one_customer(database).figures.spend == 0
    (record,) = belonging(database, one_customer(database), Order)
    assert record.refunded == 3000


def test_an_order_found_a_customer_who_came_later(database: Database, export: Export) -> None:
    export.staff().orders(ORDER | {"Email": "c25@example.com"})
    assert export.load(database).open[orders.UNMATCHED].count == 1
    export.customers(customer("25"))
    assert orders.UNMATCHED not in export.load(database, now=LATER).open
    assert len(belonging(database, one_customer(database), Order)) == 1
    assert one_customer(database).figures.orders == 1


def test_an_order_names_its_customer_by_what_the_source_says_and_not_by_what_people_corrected(
    database: Database, export: Export
) -> None:
    phone = {"Phone": "'+12025550123"}
    export.staff().customers(customer("25", **phone), customer("26"))
    export.load(database)
    edit(database, msgspec.structs.replace(one_customer(database), email="new@example.com", phone="", phone_e164=""))
    twin = msgspec.structs.replace(one_customer(database, "26"), id="twin", number="", sources={})
    edit(database, msgspec.structs.replace(twin, store=store_id(database, "Store 2"), owner=None))
    export.orders(
        ORDER | {"Email": "C25@example.com"},
        ORDER | {"Id": "2", "Name": "#2"} | phone,
        ORDER | {"Id": "3", "Name": "#3", "Email": "c26@example.com"},
    )
    assert orders.UNMATCHED not in export.load(database, now=LATER).open
    mine, other = one_customer(database), one_customer(database, "26")
    assert [order_of(database, key).customer for key in ("1001", "2", "3")] == [mine.id, mine.id, other.id]

    export.customers(customer("25", Email="later@example.com"), customer("26"))
    export.orders(
        ORDER | {"Id": "4", "Name": "#4", "Email": "c25@example.com"},
        ORDER | {"Id": "5", "Name": "#5", "Email": "later@example.com"},
    )
    assert export.load(database, now=LATER).open[orders.UNMATCHED].examples == ["#4"]
    assert order_of(database, "5").customer == mine.id


def test_an_order_of_nobody_finds_who_is_known_later_by_any_way(database: Database, export: Export) -> None:
    """The file of orders is not there again: by an import of customers, and by one whom people have added."""
    export.staff().orders(
        ORDER | {"Email": "c25@example.com"},
        ORDER | {"Id": "2", "Name": "#2", "Email": "walk@example.com"},
        ORDER | {"Id": "3", "Name": "#3", "Email": "walk@example.com", "Cancelled at": "2026-05-15 00:00:00 +0000"},
    )
    export.load(database)
    (export.folder / "orders.csv").unlink()
    export.customers(customer("25", Tags=""))
    export.load(database, now=LATER)
    mine = one_customer(database)
    assert order_of(database, "1001").customer == mine.id
    assert (mine.figures.orders, mine.store) == (1, store_id(database, "Store 1"))
    assert len(belonging(database, mine, Order)) == 1

    edit(database, Customer(id="walk-in", email="Walk@example.com", store=mine.store))
    assert matching.link(database, [mine.id, "nobody"]) == set()
    assert matching.link(database, ["walk-in"]) == {"walk-in"}
    assert matching.link(database) == set()
    assert [order_of(database, key).customer for key in ("2", "3")] == ["walk-in"] * 2
    assert all_customers(database)["Walk@example.com"].figures.orders == 1


def test_an_order_that_two_could_have_made_waits(database: Database, export: Export) -> None:
    export.staff().orders(ORDER | {"Email": "walk@example.com"})
    export.load(database)
    for id in ("one", "two"):
        edit(database, Customer(id=id, email="walk@example.com"))
    assert matching.link(database) == set()
    with database.transaction() as connection:
        records.write(connection, [], removed=[("customer", "one")])
    assert matching.link(database) == {"two"}


# ------------------------------------------------------------------ what goes wrong


def test_bad_rows_are_kept_and_the_rest_goes_in(database: Database, export: Export) -> None:
    export.staff([*STAFF_ROWS, STAFF_ROWS[0], STAFF_ROWS[1] | {"Employee ID": "9", "Role": "boss"}])
    export.products(product("A"), product("B", Title=""))
    export.customers(customer("1"), customer("2", Email="no address"), customer("3"))
    export.orders(ORDER, MORE_OF_ORDER | {"Lineitem quantity": "?"}, ORDER | {"Id": "2", "Name": "#2", "Total": "?"})
    with (export.folder / "customers.csv").open("ab") as file:
        file.write(b'4,Ann\n"5,open\n')
    summary = export.load(database)
    assert summary.rejected == {"staff.csv": 1, "products.csv": 1, "customers.csv": 1, "orders.csv": 2}
    assert summary.left_out == {"customers.csv": 1}
    assert summary.repeated == {"staff.csv": 1}
    assert not summary.complete
    assert [(row["file"], row["Sellmode Line"], row["Sellmode Column"]) for row in export.rejected()] == [
        ("customers.csv", "3", "Email"),
        ("customers.csv", "6", ""),
        ("orders.csv", "3", "Lineitem quantity"),
        ("orders.csv", "4", "Total"),
        ("products.csv", "3", "Title"),
        ("staff.csv", "7", "Role"),
    ]
    assert export.rejected()[0]["Email"] == "no address"
    assert set(all_customers(database)) == {"1", "2", "3", "4"}  # the last one has empty fields
    assert grand_total(database) == Total(3000, 1, 2)
    assert "customers.csv: 5 rows read, 1 rejected, 1 fields left out of others" in summary.lines()


def test_rejects_that_were_corrected_come_in_alone(database: Database, export: Export) -> None:
    export.staff().products(product("A", Handle="shirt"), product("B", Handle="shirt", Title="", Variant_Price="?"))
    export.customers(customer("1", Email="no address", First_Name="=1+1"), customer("2"))
    export.orders(ORDER, MORE_OF_ORDER | {"Lineitem quantity": "?"}, ORDER | {"Id": "2", "Name": "#2", "Total": "?"})
    export.load(database)
    assert len(order_of(database, "1001").lines) == 1
    for path in export.rejects.iterdir():
        told = path.read_text("utf-8").replace("no address", "c1@example.com")
        path.write_text(told.replace(",?,", ",3,"), "utf-8")
    summary = export.load(database, now=LATER, folder=export.rejects)
    assert (summary.rejected, summary.left_out, summary.unread) == ({}, {}, [])
    assert one_customer(database, "1").email == "c1@example.com"
    assert one_customer(database, "1").given_name == "=1+1"
    assert [line.title for line in order_of(database, "1001").lines][:2] == ["Soap", "Comb"]
    assert order_of(database, "2").total == 300


def test_what_is_as_long_as_it_may_be_goes_in(database: Database, export: Export) -> None:
    """PostgreSQL's indexes and both engines' integers have limits of their own."""
    longest, most = "7" * 320, "99999999999.99"
    wide = "\u0390" * 320  # a letter that casefolding makes three of
    row = customer(longest, Email=f"{wide[:64]}@{wide[:255]}", Phone="12" * 160) | {"Customer ID": longest}
    line = {"Lineitem quantity": "1", "Lineitem price": most, "Lineitem discount": "0"}
    order = ORDER | line | {"Total": f"-{most}", "Phone": "1" * 5000, "Note Attributes": f"customer: {longest}"}
    export.staff().products(product("S1")).customers(row).orders(order, *[MORE_OF_ORDER | line] * 5000)
    assert export.load(database).rejected == {}
    found = one_customer(database, longest)
    assert (found.number, found.figures.units, found.figures.spend) == (longest, 5001, -9_999_999_999_999)
    assert grand_total(database) == Total(-9_999_999_999_999, 1, 5001)


def test_a_file_that_cannot_be_read_stops_no_other_and_is_told_of(database: Database, export: Export) -> None:
    export.staff().customers(customer("1"))
    (export.folder / "orders.csv").write_text("what,ever\n1,2\n")
    (export.folder / "products.xlsx").write_bytes(b"PK\x03\x04")
    (export.folder / "notes.csv").write_text("what,ever\n1,2\n")
    (export.folder / "README").write_text("not a table")
    summary = export.load(database)
    assert set(all_customers(database)) == {"1"}
    assert [file.name for file in summary.unread] == ["products.xlsx", "notes.csv", "orders.csv"]
    assert any(line.startswith("orders.csv: NOT READ: it has no column 'Name'") for line in summary.lines())
    assert not summary.complete


def test_a_folder_without_exports_is_refused(database: Database, export: Export) -> None:
    with pytest.raises(ImportRefused, match="measures, targets or wishes as CSV"):
        export.load(database)


def test_shopifys_own_names_parts_and_archives_are_read(database: Database, export: Export) -> None:
    """An order may begin in one part and end in the next, and parts may overlap."""
    buyer = ORDER | {"Email": "c25@example.com"}
    parts = {
        "orders_export_1.csv": [buyer],
        "orders_export_2.csv": [MORE_OF_ORDER, buyer | {"Id": "2", "Name": "#2"}],
        "orders_export_10.csv": [buyer | {"Id": "2", "Name": "#2"}, buyer | {"Id": "3", "Name": "#3"}],
    }
    with zipfile.ZipFile(export.folder / "orders_export.ZIP", "w") as archive:
        for name, rows in parts.items():
            text = as_csv(rows if rows[0] is not MORE_OF_ORDER else [dict.fromkeys(ORDER, ""), *rows])
            archive.writestr(name, text)
    (export.folder / "customers_export.csv").write_text(as_csv([customer("25")]), newline="")
    (export.folder / "customers_export (1).csv").write_text(as_csv([customer("26"), customer("25")]), newline="")
    export.staff()
    summary = export.load(database)
    assert (summary.rejected, summary.unread) == ({}, [])
    assert summary.repeated == {"customers_export.csv": 1, "orders_export.ZIP/orders_export_10.csv": 1}
    assert set(all_customers(database)) == {"25", "26"}
    assert [
        [line.title for line in order_of(database, key).lines if line.kind == "sale"] for key in ("1001", "2", "3")
    ] == [["Soap", "Comb"], ["Soap"], ["Soap"]]
    assert one_customer(database).figures.orders == 3


def test_a_damaged_archive_is_told_of(database: Database, export: Export) -> None:
    export.staff()
    path = export.folder / "orders.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", as_csv([ORDER | {"Id": str(n), "Name": f"#{n}"} for n in range(3000)]))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    (export.folder / "no.zip").write_bytes(b"nothing")
    summary = export.load(database)
    assert sorted(file.name for file in summary.unread) == ["no.zip", "orders.zip/orders.csv"]


def test_an_import_that_was_killed_is_simply_run_again(
    database: Database, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sellmode_backend.importers.context.BATCH", 2)
    export.staff().products(*(product(f"S{n}") for n in range(5)))
    export.customers(*(customer(str(n), Note=f"note {n}", Accepts_Email_Marketing="yes") for n in range(5)))
    export.orders(*(ORDER | {"Id": str(n), "Name": f"#{n}", "Email": f"c{n % 5}@example.com"} for n in range(9)))

    class Killed(BaseException):
        pass

    for steps in range(12):
        left = steps

        def stop(_: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed

        tables = run.open_tables(SHOPIFY, [export.folder])
        with Rejects(None) as rejects, pytest.raises(Killed):
            run.import_tables(database, SHOPIFY, tables, rejects, now=NOW, progress=stop)
    export.load(database)
    people = all_customers(database)
    assert {number: item.figures.orders for number, item in people.items()} == {"0": 2, "1": 2, "2": 2, "3": 2, "4": 1}
    assert [len(belonging(database, people["1"], kind)) for kind in (Order, Note, Consent)] == [2, 1, 1]
    assert grand_total(database) == Total(27_000, 9, 18)
    assert +export.load(database, now=LATER).written == {}


def test_an_import_waits_for_another_writer(postgresql_url: str, export: Export) -> None:
    """Whoever holds a clock too long for PostgreSQL's patience costs a try, and no row."""
    database = open_database(postgresql_url)
    migrate(database)
    with database.transaction() as connection:
        settings.initialise(connection, "Maison", "associate", "UTC", "USD")
    export.staff().customers(customer("25"))
    export.load(database)
    refused = threading.Event()
    held = threading.Event()

    def hold() -> None:
        with database.transaction() as connection:
            connection.execute(sa.select(schema.feed).with_for_update())
            held.set()
            assert refused.wait(20)

    sa.event.listen(database.engine, "rollback", lambda _: refused.set())
    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(20)
    export.customers(customer("25", First_Name="Bea"), customer("26"))
    summary = export.load(database, now=LATER)
    holder.join()
    assert refused.is_set()
    assert summary.written["customer"] == 2
    assert one_customer(database).given_name == "Bea"
    database.close()


def test_hostile_text_comes_into_the_records_unchanged(database: Database, export: Export) -> None:
    texts = [text for text in HOSTILE if text]
    export.staff()
    export.products(*(product(f"S{n}", Title=text) for n, text in enumerate(texts)))
    export.customers(*(customer(str(n), First_Name=text, Note=text) for n, text in enumerate(texts)))
    export.orders(
        *(
            ORDER | {"Id": str(n), "Name": f"#{n}", "Lineitem name": text, "Email": f"c{n}@example.com"}
            for n, text in enumerate(texts)
        )
    )
    summary = export.load(database)
    assert summary.rejected == {}
    with database.snapshot() as connection:
        names = {
            item.number: item.given_name for item in records.each(connection, "customer") if isinstance(item, Customer)
        }
        notes = {item.customer: item.text for item in records.each(connection, "note") if isinstance(item, Note)}
        titles = {item.sku: item.title for item in records.each(connection, "product") if isinstance(item, Product)}
        lines = {
            item.number: item.lines[0].title for item in records.each(connection, "order") if isinstance(item, Order)
        }
        ids = {item.number: item.id for item in records.each(connection, "customer") if isinstance(item, Customer)}
    assert [names[str(n)] for n in range(len(texts))] == list(map(values.name, texts))
    assert [notes[ids[str(n)]] for n in range(len(texts))] == texts
    assert [titles[f"S{n}"] for n in range(len(texts))] == list(map(values.name, texts))
    assert [lines[f"#{n}"] for n in range(len(texts))] == texts
    assert +export.load(database, now=LATER).written == {}


def test_custom_fields_are_columns_like_any(database: Database, export: Export) -> None:
    with database.transaction() as connection:
        settings.change(
            connection,
            custom_fields=(
                CustomField(name="shoe", label="Shoe size", type="number"),
                CustomField(name="skin", label="Skin", type="choice", choices=("dry", "oily")),
                CustomField(name="since", label="Client since", type="date"),
                CustomField(name="pet", label="Pets", type="group"),
            ),
        )
    base = customer("25") | {"Shoe size": "38.5", "skin": "dry", "Client since": "2020-02-29", "Pets": "?"}
    bad = [{"Shoe size": "big"}, {"skin": "scaly"}, {"Client since": "2021-02-29"}]
    export.staff().customers(base, *(base | {"Customer ID": str(n)} | fields for n, fields in enumerate(bad)))
    summary = export.load(database)
    assert one_customer(database).custom == {"shoe": 38.5, "skin": "dry", "since": "2020-02-29"}
    assert one_customer(database).sources["custom.shoe"] == "shopify"
    assert summary.unknown == {"customers.csv": ["Pets"]}
    assert [row["Sellmode Column"] for row in export.rejected()] == ["Shoe size", "skin", "Client since"]
    export.customers(base | {"Shoe size": ""})
    export.load(database, now=LATER)
    assert one_customer(database).custom == {"skin": "dry", "since": "2020-02-29"}


def test_parts_of_an_address_do_not_take_the_place_of_a_whole_one(database: Database, export: Export) -> None:
    export.customers(customer("25", **{"Default Address Address1": "Dam 1", "Default Address City": "Amsterdam"}))
    export.load(database)
    before = one_customer(database).address
    (export.folder / "customers.csv").write_text(
        "Customer ID,First Name,Last Name,Email,Default Address City\n25,Ann,Lee,c25@example.com,Leiden\n", "utf-8"
    )
    assert export.load(database, now=LATER).unknown == {"customers.csv": ["Default Address City"]}
    assert one_customer(database).address == before

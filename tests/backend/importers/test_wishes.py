"""Wish lists as a list: put on by number or e-mail, once, beside what people have noted; refused where it is wrong."""

from __future__ import annotations

import datetime as dt

from sellmode_backend.store import records
from sellmode_backend.store.database import Database
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.wish import Wish
from tests.backend.importers.exports import NOW, Export, Record, as_csv, customer, product


def wish(email: str, sku: str, at: str = "", **more: str) -> Record:
    return {"E-mail": email, "SKU": sku, "Wished at": at, "Note": "", "Employee": "", **more}


def wishes(database: Database) -> list[Wish]:
    with database.snapshot() as connection:
        found = [each for each in records.each(connection, "wish") if isinstance(each, Wish)]
    return sorted(found, key=lambda each: (each.wished_at, each.sku))


def test_wish_lists_come_in_once_and_say_what_they_cannot_use(database: Database, export: Export) -> None:
    ann = customer("1", Email="ann@example.com")
    export.staff().customers(ann).products(product("S1"), product("S2"))
    (export.folder / "wished.csv").write_text(
        as_csv(
            [
                wish("Ann@Example.com", "S1", "2026-05-14 11:23 +0000", Note="For Christmas", Employee="Bo Chen"),
                wish("ann@example.com", "S2"),
                wish("nobody@example.com", "S1"),
                wish("ann@example.com", "unknown"),
            ]
        )
    )
    summary = export.load(database)
    assert summary.written["wish"] == 2
    assert [(told["Sellmode Line"], told["Sellmode Reason"]) for told in export.rejected()] == [
        ("4", "is nobody who is known"), ("5", "has no known product: import the products first"),
    ]  # fmt: skip
    with database.snapshot() as connection:
        (person,) = (each for each in records.each(connection, "customer") if isinstance(each, Customer))
    first, second = wishes(database)
    assert (first.customer, first.sku, first.title, first.note) == (person.id, "S1", "Product S1", "For Christmas")
    assert first.wished_at == dt.datetime(2026, 5, 14, 11, 23, tzinfo=dt.UTC)
    assert first.author
    assert (second.sku, second.wished_at, second.author) == ("S2", NOW, None)
    assert export.load(database).written["wish"] == 0

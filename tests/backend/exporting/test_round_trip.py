"""What was exported as CSV and imported again is the same retailer."""

from __future__ import annotations

import datetime as dt
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sellmode_backend.exporting.csv_files import as_field, as_value
from sellmode_backend.exporting.export import export
from sellmode_backend.exporting.restoring import restore
from sellmode_backend.exporting.tables import NOT_EXPORTED, TABLES, Column, Form, Value
from sellmode_backend.shopper import brand
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.store import bulk, columns, keys, measures, orders, records, schema
from sellmode_backend.store import settings as stored_settings
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.store.measures import ToldMeasure
from sellmode_backend.store.orders import OrderEntry
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.kinds.retailer import StoreEntry
from tests.backend.exporting.retailers import NOW, empty, silent, whole
from tests.support.worlds import World, worlds

# ------------------------------------------------------------------ whole retailers


def again(database: Database, folder: Path) -> dict[str, Any]:
    """The retailer as it is after a way through CSV files."""
    export(database, folder / "export", NOW, silent)
    with empty(folder) as other:
        restore(other, folder / "export", silent)
        return whole(other)


HOSTILE = st.text("='+-@\t\r\n\"',;\\u{}0aé\x1b\u0301\u202e\x00", max_size=12).map(lambda text: text.replace("\0", "0"))


def fill(database: Database, world: World, texts: list[str]) -> None:
    """Write a random retailer, with texts of any kind as names, notes and titles, and orders that name nobody too."""
    # Cards are made of others, when these are written.
    kinds = {name for name, table in TABLES.items() if table.stored is None}
    others = [record for record in world.records[1:] if kind_of(record) in kinds]
    customers = [record.id for record in others if isinstance(record, Customer)]
    entries = [
        OrderEntry(
            id=f"order-{place}", customer=customers[place % len(customers)] if customers and place % 3 else None,
            number=text, placed_at=NOW - dt.timedelta(days=place, microseconds=place), currency="EUR", total=-place,
            channel="store", store=world.stores[0] if place % 2 else None, source=text,
            lines=tuple(OrderLine(title=text, amount=-place, product=None) for _ in range(place % 3)),
        )
        for place, text in enumerate(texts)
    ]  # fmt: skip
    named = iter(texts)
    with database.transaction() as connection:
        stored_settings.initialise(connection, "Maison", world.mode, "Europe/Paris", "EUR")
        stores = [StoreEntry(id=id, name=f"Store {id}", time_zone="UTC") for id in world.stores]
        stored_settings.write_stores(connection, stores)
        brand.write(connection, Brand(colour="#aa0000", hosts=("shop.example",)))
        bulk.insert(connection, schema.account, [
            {"id": one.id, "user_name": one.user_name, "user_key": one.id, "name": next(named, ""), "role": one.role,
             "work": one.work, "capabilities": sorted(one.capabilities), "active": one.active, "created_at": NOW,
             "password_hash": "secret"}
            for one in world.accounts
        ])  # fmt: skip
        changed = [
            msgspec.structs.replace(record, given_name=next(named, ""), phone=next(named, "1"))
            if isinstance(record, Customer)
            else msgspec.structs.replace(record, text=next(named, "text"))
            if isinstance(record, Note)
            else record
            for record in others
        ]
        records.write(connection, changed)
        orders.write_orders(connection, entries)
        measures.write(
            connection,
            [ToldMeasure(id, "", f"{NOW:%Y-%m-%d}", "", "footfall", len(texts)) for id in world.stores],
        )
        bulk.insert(connection, schema.imported, [
            {"kind": "customer", "id": id, "fields": {"tags": texts, "note": None}} for id in customers
        ])  # fmt: skip
        keys.note_source_keys(
            connection, "shopify", {id: frozenset({("email", f"{id}@example.com")}) for id in customers}
        )


@settings(
    max_examples=6, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(worlds().filter(lambda world: world.mode in ("associate", "team")), st.lists(HOSTILE, max_size=12))
def test_any_retailer_comes_back_the_same(world: World, texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as made, empty(Path(made) / "first") as database:
        fill(database, world, texts)
        before = whole(database)
        assert again(database, Path(made)) == before


def test_the_demo_retailer_comes_back_the_same_on_either_engine(
    demo: Database, prepared_url: str, tmp_path: Path
) -> None:
    before = whole(demo)
    for kind in ("customer", "order", "consent", "date", "note", "rule_task", "manual_task", "customer_card"):
        assert any(name.startswith(f"{kind} ") for name in before), kind
    assert before["rule_occurrence"]

    export(demo, tmp_path / "first", NOW, silent)
    with closing(open_database(prepared_url)) as other:
        restore(other, tmp_path / "first", silent)
        assert whole(other) == before
        export(other, tmp_path / "second", NOW, silent)
    assert lines_of(tmp_path / "second") == lines_of(tmp_path / "first")


def lines_of(folder: Path) -> dict[str, list[bytes]]:
    return {file.name: sorted(file.read_bytes().splitlines()) for file in folder.iterdir()}


# ------------------------------------------------------------------ values


FORMS: dict[Form, st.SearchStrategy[Value]] = {
    "text": HOSTILE | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    "instant": st.just("2026-11-22T09:00:00.000001Z"),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "json": st.just('{"a":["=1","\\\\u0000"]}'),
}


@given(st.data(), st.sampled_from(list(FORMS)), st.booleans())
def test_a_value_of_any_form_comes_back(data: st.DataObject, form: Form, optional: bool) -> None:
    column = Column("column", form, optional)
    value = data.draw(FORMS[form] | st.none() if optional else FORMS[form])
    field = as_field(column, value)
    assert as_value(column, field) == value
    assert form in ("integer", "number") or not field.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_every_table_is_exported_or_it_is_said_why_not() -> None:
    exported = {table.stored.name for table in TABLES.values() if table.stored is not None}
    assert exported | NOT_EXPORTED.keys() == columns.metadata.tables.keys()
    assert not exported & NOT_EXPORTED.keys()

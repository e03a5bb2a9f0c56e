"""Making one of two customers of different stores, as the operator does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from sellmode_backend.cli import commands
from sellmode_backend.customers import merging
from sellmode_backend.customers.naming import NotOneCustomer
from sellmode_backend.importers import customers
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order
from tests.backend.importers.exports import NOW, ORDER, Export, customer

LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def twins(database: Database, export: Export) -> Database:
    """Customer 25 of Store 1 with an order and a note, and somebody whom Store 2 has added with the same e-mail."""
    export.staff().customers(customer("25", Note="likes tea", Accepts_Email_Marketing="yes"))
    export.orders(ORDER | {"Email": "c25@example.com"})
    export.load(database)
    with database.transaction() as connection:
        other = next(entry.id for entry in settings.stores(connection) if entry.name == "Store 2")
        added = Customer(id="added", given_name="Anne", email="C25@example.com", tier="gold", store=other)
        note = Note(id="note", customer="added", written_at=NOW, text="met at the fair")
        consent = Consent(id="consent", customer="added", channel="email", state="unsubscribed")
        records.write(connection, [added, note, consent])
    return database


def test_two_of_different_stores_become_one(twins: Database, export: Export) -> None:
    assert export.load(twins, now=LATER).open[customers.TWINS].count == 1
    preview = merging.merge(twins, "added", "25", now=LATER, dry_run=True)
    assert (preview.gone.orders, preview.kept.orders) == (1, 0)
    with twins.snapshot() as connection:
        assert records.read(connection, "customer", "added") is not None

    assert merging.merge(twins, "added", "25", now=LATER).after == preview.after
    with twins.snapshot() as connection:
        found = [item for item in records.each(connection, "customer") if isinstance(item, Customer)]
        belongings = records.children(connection, "added")
    (kept,) = found
    assert (kept.id, kept.given_name, kept.tier, kept.figures.spend) == ("added", "Anne", "gold", 30_00)
    assert sorted(item.text for item in belongings if isinstance(item, Note)) == ["likes tea", "met at the fair"]
    assert [item.state for item in belongings if isinstance(item, Consent)] == ["unsubscribed"]
    assert len([item for item in belongings if isinstance(item, Order)]) == 1
    told = [(item.event, item.actor) for item in belongings if isinstance(item, HistoryEntry)]
    assert ("merged", "operator") in told

    # Imports mean the one who stays by the other one's keys.
    export.orders(ORDER | {"Id": "2", "Name": "#2", "Email": "c25@example.com"})
    summary = export.load(twins, now=LATER)
    assert customers.TWINS not in summary.open
    with twins.snapshot() as connection:
        order = records.read(connection, "order", source_id("order", "shopify", "2"))
        people = list(records.each(connection, "customer"))
    assert isinstance(order, Order)
    assert (order.customer, len(people)) == ("added", 1)


def test_who_cannot_be_merged(twins: Database) -> None:
    with pytest.raises(merging.MergeRefused, match="Both names are of one customer"):
        merging.merge(twins, "25", "25", now=LATER)
    with pytest.raises(NotOneCustomer, match="nobody"):
        merging.merge(twins, "25", "99", now=LATER)
    with pytest.raises(NotOneCustomer, match="more than one"):
        merging.merge(twins, "c25@example.com", "25", now=LATER)


def test_its_command_shows_both_and_asks(sqlite_url: str, tmp_path: Path, export: Export) -> None:
    def call(*arguments: str, input: str = "") -> tuple[int, str, str]:
        done = CliRunner().invoke(commands, [*arguments, "--database", sqlite_url], input=input)
        return done.exit_code, done.stdout, done.stderr

    export.staff().customers(customer("25"), customer("26", First_Name="Bea"))
    arguments = ["--retailer", "M", "--mode", "team", "--currency", "EUR"]
    assert call("import", "shopify", str(export.folder), *arguments)[0] == 0
    code, shown, told = call("customers", "merge", "25", "26", "--dry-run")
    assert (code, "Nothing was written" in told) == (0, True)
    assert shown.splitlines()[:2] == [
        "Stays: Ann Lee (25, c25@example.com): 0 orders, 2 records",
        "Goes: Bea Lee (26, c26@example.com): 0 orders, 2 records",
    ]
    assert call("customers", "merge", "25", "26", input="n\n")[0] == 1
    assert call("customers", "merge", "25", "26", "--yes")[0] == 0
    assert call("customers", "merge", "25", "26", "--yes")[0] == 1

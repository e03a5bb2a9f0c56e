from __future__ import annotations

import datetime as dt

import pytest

from sellmode_backend.accounts import directory
from sellmode_backend.customers.assigning import AllOf, Assigned, AssignRefused, assign
from sellmode_backend.importers.customers import NO_STORE
from sellmode_backend.store import feeds, records, settings
from sellmode_backend.store.database import Database
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.history import HistoryEntry
from tests.backend.importers.exports import NOW, Export, customer

LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def retailer(database: Database, export: Export) -> Database:
    """Customers 1 and 2 of Bo (1-1), 3 of Di in the other store, 4 of nobody; 5 without a store."""
    tags = ["associate:1-1", "associate:1-1", "associate:2-1", "home store:1", ""]
    export.staff().customers(*(customer(str(n), Tags=tag) for n, tag in enumerate(tags, 1)))
    export.load(database)
    return database


def owners(database: Database) -> dict[str, tuple[str | None, str | None]]:
    """User name of the owner and name of the store of each customer, by number."""
    with database.snapshot() as connection:
        users = {account.id: account.user_name for account in directory.everybody(connection)}
        stores = {entry.id: entry.name for entry in settings.stores(connection)}
        return {
            item.number: (users.get(item.owner or ""), stores.get(item.store or ""))
            for item in records.each(connection, "customer")
            if isinstance(item, Customer)
        }


def history(database: Database) -> list[tuple[str, str, dt.datetime]]:
    with database.snapshot() as connection:
        found = [item for item in records.each(connection, "history") if isinstance(item, HistoryEntry)]
    return sorted((item.event, item.actor, item.at) for item in found)


def test_named_customers_go_to_an_associate(retailer: Database) -> None:
    done = assign(retailer, ["1", "C2@example.com", "4", "5", "1"], "1-2", now=LATER)
    assert done == Assigned(4, 0, {})
    assert owners(retailer) == {
        "1": ("1-2", "Store 1"), "2": ("1-2", "Store 1"), "3": ("2-1", "Store 2"),
        "4": ("1-2", "Store 1"), "5": ("1-2", "Store 1"),
    }  # fmt: skip
    assert history(retailer) == [("assigned", "operator", LATER)] * 4
    assert assign(retailer, ["1", "2"], "1-2", now=LATER) == Assigned(0, 2, {})


def test_who_has_no_number_is_named_by_the_id_that_the_import_tells(database: Database, export: Export) -> None:
    export.staff().customers(customer("", Email="who@example.com", Tags=""))
    (id,) = export.load(database).open[NO_STORE].examples
    assert assign(database, [id.upper()], "1-1", now=LATER) == Assigned(1, 0, {})
    assert owners(database) == {"": ("1-1", "Store 1")}


def test_all_of_one_go_to_nobody_and_leave_their_view(retailer: Database) -> None:
    with retailer.snapshot() as connection:
        bo = directory.named(connection, "1-1")
    scope = f"own/person:{bo.stores[0]}:{bo.id}"
    assert assign(retailer, AllOf("1-1"), None, now=LATER) == Assigned(2, 0, {})
    assert {number for number, (owner, _) in owners(retailer).items() if owner} == {"3"}
    assert history(retailer) == [("unassigned", "operator", LATER)] * 2
    with retailer.snapshot() as connection:
        page = feeds.page(connection, scope, 0, 1000)
    assert page.puts == []
    assert sum(gone.kind == "customer" for gone in page.removes) == 2


def test_all_of_somebody_who_has_moved_store_since(retailer: Database) -> None:
    with retailer.transaction() as connection:
        bo = directory.named(connection, "1-1")
        two = next(entry.id for entry in settings.stores(connection) if entry.name == "Store 2")
        directory.move(connection, bo, two)
    assert assign(retailer, AllOf("1-1"), "1-2", now=LATER) == Assigned(2, 0, {})


def test_a_dry_run_only_tells(retailer: Database) -> None:
    before = owners(retailer)
    assert assign(retailer, AllOf("1-1"), "1-2", now=LATER, dry_run=True) == Assigned(2, 0, {})
    assert owners(retailer) == before
    assert history(retailer) == []


def test_only_asked_customers_move_store(retailer: Database) -> None:
    before = owners(retailer)
    with pytest.raises(AssignRefused, match=r"another store than 2-1's \(2 of Store 1\)"):
        assign(retailer, ["1", "3", "4"], "2-1", now=LATER)
    assert owners(retailer) == before
    assert assign(retailer, ["1", "3", "4"], "2-1", now=LATER, move=True) == Assigned(2, 1, {"Store 1": 2})
    assert owners(retailer)["4"] == ("2-1", "Store 2")


def test_what_is_refused_changes_nothing(retailer: Database) -> None:
    before = owners(retailer)
    with retailer.transaction() as connection:
        directory.disable(connection, directory.named(connection, "1-2"))
    with pytest.raises(AssignRefused, match=r"99 \(nobody\), x@example\.com \(nobody\)"):
        assign(retailer, ["1", "99", "x@example.com"], "1-1", now=LATER)
    with pytest.raises(AssignRefused, match=r"1-2 \(associate, disabled\) cannot have customers"):
        assign(retailer, ["1"], "1-2", now=LATER)
    with pytest.raises(directory.UnknownAccount):
        assign(retailer, ["1"], "nobody", now=LATER)
    with pytest.raises(directory.UnknownAccount):
        assign(retailer, AllOf("nobody"), "1-1", now=LATER)
    assert owners(retailer) == before


def test_an_e_mail_of_two_names_neither(retailer: Database, export: Export) -> None:
    export.customers(customer("8", Email="two@example.com"), customer("9", Email="two@example.com"))
    export.load(retailer)
    with pytest.raises(AssignRefused, match=r"two@example\.com \(more than one\)"):
        assign(retailer, ["two@example.com"], "1-2", now=LATER)

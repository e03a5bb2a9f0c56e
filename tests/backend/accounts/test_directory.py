from __future__ import annotations

import msgspec
import pytest

from sellmode_backend.accounts import directory
from sellmode_backend.accounts.directory import AccountError, UnknownAccount, new_account
from sellmode_backend.store import records
from sellmode_backend.store.database import Database
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.text import UnstorableText
from sellmode_contract.visibility import Account
from tests.backend.people import MovedClock


def test_an_account_is_a_staff_record_too(database: Database, ada: Account) -> None:
    with database.snapshot() as connection:
        assert directory.everybody(connection) == [ada]
        assert records.read(connection, "staff", ada.id) == Staff(
            id=ada.id, store="Alpha", user_name="E1001", name="Person E1001", role="associate"
        )
    assert ada.capabilities == {"sell"}


@pytest.mark.parametrize("typed", ["E1001", "e1001", " E1001 ", "Ｅ１００１"])
def test_a_user_name_is_found_however_it_is_typed(database: Database, ada: Account, typed: str) -> None:
    with database.snapshot() as connection:
        assert directory.named(connection, typed) == ada


def test_an_unknown_name_is_said_so_safely(database: Database) -> None:
    with database.snapshot() as connection, pytest.raises(UnknownAccount, match="'␛Nobody'"):
        directory.named(connection, "\x1bNobody")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"user_name": "e1001"}, "already"),
        ({"user_name": " "}, "1 to 200"),
        ({"stores": ("Gamma",)}, "no store 'Gamma'"),
        ({"stores": ("Alpha", "Beta")}, "one store, not in 2"),
        ({"role": "boss"}, "role 'boss'"),
        ({"work": "none"}, "work 'none'"),
        ({"capabilities": frozenset({"fly"})}, "fly"),
    ],
)
def test_what_cannot_be_is_refused(
    database: Database, ada: Account, clock: MovedClock, wrong: dict[str, object], says: str
) -> None:
    asked = msgspec.structs.replace(new_account(user_name="E2", stores=["Alpha"]), **wrong)
    with pytest.raises(AccountError, match=says), database.transaction() as connection:
        directory.add(connection, asked, clock())
    with database.snapshot() as connection:
        assert directory.everybody(connection) == [ada]


def test_unstorable_names_are_refused(database: Database, clock: MovedClock) -> None:
    with pytest.raises(UnstorableText, match="user name"), database.transaction() as connection:
        directory.add(connection, new_account(user_name="E\0", stores=["Alpha"]), clock())


def test_moving_changes_store_and_directory(database: Database, ada: Account) -> None:
    with database.transaction() as connection:
        moved = directory.move(connection, ada, "Beta")
    with database.snapshot() as connection:
        assert directory.named(connection, "E1001") == moved
        staff = records.read(connection, "staff", ada.id)
    assert moved.stores == ("Beta",)
    assert isinstance(staff, Staff)
    assert staff.store == "Beta"


def test_only_whoever_leads_stores_is_moved_to_several(database: Database, clock: MovedClock, ada: Account) -> None:
    region = new_account(user_name="R1", role="regional", stores=["Beta"])
    with database.transaction() as connection:
        directory.add(connection, region, clock())
        directory.move(connection, region, "Alpha", "Beta")
    with pytest.raises(AccountError, match="works in one store, not in 2"), database.transaction() as connection:
        directory.move(connection, ada, "Alpha", "Beta")
    with database.snapshot() as connection:
        assert directory.named(connection, "R1").stores == ("Alpha", "Beta")


def test_without_a_store_there_is_no_staff_record(database: Database, ada: Account) -> None:
    with database.transaction() as connection:
        directory.update(connection, msgspec.structs.replace(ada, stores=()))
    with database.snapshot() as connection:
        assert records.read(connection, "staff", ada.id) is None
        assert directory.named(connection, "E1001").stores == ()

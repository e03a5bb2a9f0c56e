"""Opening a database: which URLs, which files, and what each kind of transaction may do."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from sellmode_backend.store import accounts, records, settings
from sellmode_backend.store.database import Database, DatabaseError, PasswordInURL, in_parts, open_database
from sellmode_backend.store.schema import setting
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.visibility import Account
from tests.support.accounts import add_accounts

DRESS = Product(id="p-1", sku="1", title="Dress", currency="USD")

# ------------------------------------------------------------------ URLs


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna:hunter2secret@db/sellmode",
        "postgresql+psycopg://anna:hunter2secret@db/sellmode",
        "postgresql://anna:@db/sellmode",
        "postgresql:///sellmode?password=hunter2secret",
        "mysql://anna:hunter2secret@db/sellmode",
    ],
)
def test_a_password_in_the_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(PasswordInURL) as refused:
        open_database(url)
    message = str(refused.value)
    assert "hunter2secret" not in message
    assert all(way in message for way in ("~/.pgpass", "service", "settings file"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "backend.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?uri=true",
        "mysql://db/x",
        "postgresql+asyncpg://db/x",
    ],
)
def test_what_is_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(DatabaseError, match="sqlite:///PATH"):
        open_database(url)


def test_a_plain_postgresql_url_means_psycopg(postgresql_url: str) -> None:
    for name in ("postgresql", "postgres"):
        database = open_database(postgresql_url.replace("postgresql+psycopg", name))
        assert not database.is_sqlite
        with database.snapshot() as connection:
            assert connection.scalar(sa.text("SELECT 1")) == 1
        database.close()


def test_libpq_finds_the_password_itself(postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service file names the server, as it may name a password file."""
    service = tmp_path / "services.conf"
    parsed = sa.make_url(postgresql_url)
    service.write_text(f"[shop]\nhost={parsed.query['host']}\ndbname={parsed.database}\nuser={parsed.username}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    database = open_database("postgresql:///?service=shop")
    with database.snapshot() as connection:
        assert connection.scalar(sa.text("SELECT current_database()")) == parsed.database
    database.close()


# ------------------------------------------------------------------ files


def test_a_sqlite_file_and_its_folders_are_the_owners_alone(tmp_path: Path) -> None:
    os.umask(0)
    path = tmp_path / "new" / "folders" / "backend.db"
    database = open_database(f"sqlite:///{path}")
    with database.transaction() as connection:
        connection.execute(sa.text("CREATE TABLE t (x)"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"backend.db": 0o600, "backend.db-wal": 0o600, "backend.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    database.close()


def test_a_sqlite_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "backend.db"
    path.touch()
    path.chmod(0o640)
    with pytest.raises(DatabaseError, match=r"open to others \(mode 0640\): chmod 600"):
        open_database(f"sqlite:///{path}")


def test_a_sqlite_file_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "backend.db", tmp_path):
        with pytest.raises(DatabaseError, match="cannot be opened"):
            open_database(f"sqlite:///{path}")


def test_sqlite_is_durable_and_checks_references(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    with database.snapshot() as connection:
        said = {
            name: connection.scalar(sa.text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    database.close()


# ------------------------------------------------------------------ transactions


def test_a_transaction_is_kept_or_undone_as_a_whole(database: Database) -> None:
    class Interrupted(Exception):
        pass

    def half() -> None:
        with database.transaction() as connection:
            records.write(connection, [DRESS])
            connection.execute(sa.insert(setting).values(key="k", value="v"))
            raise Interrupted

    with pytest.raises(Interrupted):
        half()
    with database.snapshot() as connection:
        assert records.read(connection, "product", "p-1") is None
        assert connection.scalar(sa.select(setting.c.value).where(setting.c.key == "k")) is None


def test_a_snapshot_cannot_write(database: Database) -> None:
    for _ in range(2):
        with database.snapshot() as connection, pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.insert(setting).values(key="k", value="v"))
        with database.transaction() as connection:
            assert connection.execute(sa.delete(setting).where(setting.c.key == "k")).rowcount == 0


def test_threads_share_a_database(database: Database) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for row in range(5):
                with database.transaction() as connection:
                    connection.execute(sa.insert(setting).values(key=f"{number}.{row}", value="v"))
                with database.snapshot() as connection:
                    assert connection.scalar(sa.select(setting.c.value).where(setting.c.key == f"{number}.{row}"))
        except BaseException as failure:  # noqa: BLE001 -- told below
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_an_error_does_not_tell_what_a_statement_was_given(database: Database) -> None:
    same = sa.insert(setting).values(key="a", value="Ms Secret")
    with database.transaction() as connection:
        connection.execute(same)
        with pytest.raises(sa.exc.IntegrityError) as failed:
            connection.execute(same)
        assert "Secret" not in str(failed.value)
        connection.rollback()


def test_postgresql_learns_how_large_tables_are(database: Database) -> None:
    with database.transaction() as connection:
        records.write(connection, [DRESS])
    database.analyse()
    if not database.is_sqlite:
        with database.snapshot() as connection:
            size = sa.text("SELECT reltuples::int FROM pg_class WHERE oid = 'record'::regclass")
            assert connection.scalar(size) == 2


def test_in_parts_loses_nothing() -> None:
    assert list(in_parts([], 3)) == []
    assert list(in_parts(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert [len(part) for part in in_parts("x" * 1000)] == [500, 500]


# ------------------------------------------------------------------ accounts


def test_accounts_are_read_with_their_stores(database: Database) -> None:
    people = [
        Account(
            id="A1", user_name="amy", name="Amy", role="associate", stores=("S1",), capabilities=frozenset({"sell"})
        ),
        Account(id="A2", user_name="bo", name="Bo", role="regional", stores=("S1", "S2"), work="ecommerce"),
        Account(id="A3", user_name="cy", name="Cy", role="manager", active=False),
    ]
    with database.transaction() as connection:
        settings.write_stores(connection, [StoreEntry(id=id, name=id, time_zone="UTC") for id in ("S1", "S2")])
        add_accounts(connection, people)
    with database.snapshot() as connection:
        assert list(accounts.each(connection)) == people
        assert accounts.read(connection, "A2") == people[1]
        assert accounts.read(connection, "A9") is None

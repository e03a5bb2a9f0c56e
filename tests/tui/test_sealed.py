"""Encrypted files: made private, opened with a raw key, and clear about what is wrong."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from sellmode_tui import sealed
from sellmode_tui.migrations import migrate, transaction

KEY = bytes(range(32))
OTHER_KEY = bytes(32)
CANARY = "Annabel Okafor-Canary"


def fill(path: Path, rows: int = 2000) -> None:
    """A database of some 300 pages, properly closed."""
    with contextlib.closing(sealed.connect(path, KEY, create=True)) as connection:
        connection.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)")
        with transaction(connection):
            connection.executemany("INSERT INTO person VALUES (?, ?)", ((n, CANARY * 25) for n in range(rows)))


def count(path: Path, key: bytes = KEY) -> int:
    with contextlib.closing(sealed.connect(path, key)) as connection, sealed.errors(path):
        return int(connection.execute("SELECT count(*) FROM person WHERE name LIKE '%Okafor%'").fetchone()[0])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


def test_nothing_readable_reaches_the_disk_and_nobody_else_may_read(path: Path) -> None:
    umask = os.umask(0)
    try:
        connection = sealed.connect(path, KEY, create=True)
    finally:
        os.umask(umask)
    connection.execute("CREATE TABLE person (name TEXT)")
    connection.executemany("INSERT INTO person VALUES (?)", [(CANARY,)] * 1000)
    files = sorted(path.parent.glob("some.db*"))
    assert [file.name for file in files] == ["some.db", "some.db-shm", "some.db-wal"]
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o600
        content = file.read_bytes()
        assert CANARY.encode() not in content
        assert b"SQLite format 3" not in content
    connection.close()
    assert path.read_bytes().count(CANARY.encode()) == 0


@pytest.mark.parametrize(
    ("pragma", "wanted"),
    [
        ("journal_mode", "wal"),
        ("foreign_keys", 1),
        ("temp_store", 2),
        ("secure_delete", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("busy_timeout", 5000),
        ("synchronous", 1),
    ],
)
def test_settings(path: Path, pragma: str, wanted: object) -> None:
    with contextlib.closing(sealed.connect(path, KEY, create=True, synchronous="NORMAL")) as connection:
        assert connection.execute(f"PRAGMA {pragma}").fetchone() == (wanted,)


def test_the_journals_setting_is_the_durable_one(path: Path) -> None:
    with contextlib.closing(sealed.connect(path, KEY, create=True)) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_missing_file_is_not_made_by_opening(path: Path) -> None:
    with pytest.raises(sealed.Missing, match="does not exist"):
        sealed.connect(path, KEY)
    assert list(path.parent.glob("some*")) == []


def test_a_wrong_key_is_told_apart_and_harms_nothing(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fill(path)
    before = path.read_bytes()
    with pytest.raises(sealed.WrongKey, match="another account's"):
        sealed.connect(path, OTHER_KEY)
    assert path.read_bytes() == before
    assert count(path) == 2000
    assert capfd.readouterr() == ("", "")  # SQLCipher would write to standard error, over the screen


def test_a_key_of_another_length_is_a_mistake_of_the_program(path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        sealed.connect(path, b"short", create=True)
    assert not path.exists()


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("first page", sealed.Corrupt),
        ("later page", sealed.Corrupt),
        ("cut in the first page", sealed.Corrupt),
        ("cut between pages", sealed.Corrupt),
        ("cut in a page", sealed.Corrupt),
        ("plain SQLite header", sealed.Corrupt),
        ("no database at all", sealed.Corrupt),
    ],
)
def test_damage_is_found_and_named(path: Path, name: str, kind: type[sealed.SealedError]) -> None:
    fill(path)
    content = path.read_bytes()
    path.write_bytes(
        {
            "first page": flipped(content, 2000),
            "later page": flipped(content, 4096 * 50 + 9),
            "cut in the first page": content[:100],
            "cut between pages": content[: 4096 * 3],
            "cut in a page": content[: 4096 * 100 + 77],
            "plain SQLite header": b"SQLite format 3\0" + content[16:],
            "no database at all": b"<html>" * 4096,
        }[name]
    )
    with pytest.raises(kind, match=r"damaged") as caught:
        count(path)
    assert caught.value.path == path
    if name not in ("plain SQLite header", "no database at all"):  # there the salt itself is gone
        assert not isinstance(caught.value, sealed.WrongKey)


def test_every_damaged_page_is_listed(path: Path) -> None:
    fill(path)
    path.write_bytes(flipped(path.read_bytes(), 4096 * 50 + 9))
    with contextlib.closing(sealed.connect(path, KEY)) as connection:
        assert len(sealed.damage(connection)) == 1


def test_an_emptied_file_is_not_taken_for_a_new_one_and_keeps_its_log(path: Path) -> None:
    connection = sealed.connect(path, KEY, create=True)
    connection.execute("CREATE TABLE person (name TEXT)")
    log = Path(f"{path}-wal").read_bytes()
    connection.close()
    path.write_bytes(b"")
    Path(f"{path}-wal").write_bytes(log)
    with pytest.raises(sealed.Corrupt, match="it is empty"):
        sealed.connect(path, KEY, create=True)
    assert Path(f"{path}-wal").read_bytes() == log


def test_a_lost_databases_log_is_not_played_into_a_new_one(path: Path) -> None:
    log = Path(f"{path}-wal")
    log.write_bytes(b"what somebody wrote")
    with pytest.raises(sealed.Corrupt, match="its log is there"):
        sealed.connect(path, KEY, create=True)
    aside = sealed.move_aside(path, "20261122T101500Z")
    fill(path)
    assert Path(f"{aside}-wal").read_bytes() == b"what somebody wrote"


def test_a_maker_that_was_killed_leaves_no_half_made_file(path: Path) -> None:
    Path(f"{path}.new").write_bytes(b"half made")
    fill(path)
    assert sorted(file.name for file in path.parent.glob("some*")) == ["some.db"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(sealed.Unusable, match="No such file or directory"):
        sealed.connect(tmp_path / "absent" / "some.db", KEY, create=True)


def test_a_symlink_is_refused_for_the_file_and_for_its_companions(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    path.symlink_to(elsewhere)
    with pytest.raises(sealed.Unsafe, match="not a plain file"):
        sealed.connect(path, KEY, create=True)
    assert not elsewhere.exists()
    path.unlink()
    fill(path)
    Path(f"{path}-wal").symlink_to(elsewhere)
    with pytest.raises(sealed.Unsafe, match=r"some\.db-wal is not a plain file"):
        sealed.connect(path, KEY)


def test_loose_modes_and_second_names_are_refused(path: Path) -> None:
    fill(path)
    path.chmod(0o640)
    with pytest.raises(sealed.Unsafe, match="chmod 600"):
        sealed.connect(path, KEY)
    path.chmod(0o600)
    path.with_name("again").hardlink_to(path)
    with pytest.raises(sealed.Unsafe, match="second name"):
        sealed.connect(path, KEY)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_another_users_file_is_refused(path: Path) -> None:
    fill(path)
    os.chown(path, 65534, 65534)
    with pytest.raises(sealed.Unsafe, match="another user"):
        sealed.connect(path, KEY)


def test_an_old_sqlite_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbapi2, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(sealed.OldSQLite, match="newer sqlcipher3"):
        sealed.connect(path, KEY, create=True)
    assert not path.exists()


def test_a_full_disk_stores_nothing_by_halves(path: Path) -> None:
    fill(path)
    with contextlib.closing(sealed.connect(path, KEY)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 5}")
        with (
            pytest.raises(sealed.DiskFull, match="Free some room"),
            sealed.errors(path),
            transaction(connection),
        ):
            connection.executemany("INSERT INTO person(name) VALUES (?)", [(CANARY * 25,)] * 500)
        assert not connection.in_transaction
    assert count(path) == 2000


def test_errors_about_statements_stay_what_they_are(path: Path) -> None:
    fill(path, rows=1)
    with contextlib.closing(sealed.connect(path, KEY)) as connection:
        with pytest.raises(dbapi2.IntegrityError), sealed.errors(path):
            connection.execute("INSERT INTO person VALUES (0, '')")
        with pytest.raises(dbapi2.OperationalError, match="no such table"), sealed.errors(path):
            connection.execute("SELECT * FROM absent")


def test_another_process_that_writes_too_long_is_busy(path: Path) -> None:
    fill(path)
    with (
        contextlib.closing(sealed.connect(path, KEY)) as one,
        contextlib.closing(sealed.connect(path, KEY)) as two,
        transaction(one),
    ):
        two.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(sealed.Busy, match="another process"), sealed.errors(path), transaction(two):
            pass


def test_a_killed_writer_leaves_its_commits_and_a_wrong_key_does_not_touch_its_log(path: Path) -> None:
    fill(path, rows=10)
    script = (
        "import os, signal, sys; from pathlib import Path; from sellmode_tui import sealed\n"
        "c = sealed.connect(Path(sys.argv[1]), bytes(range(32)))\n"
        "c.execute(\"INSERT INTO person(name) VALUES ('Okafor')\")\n"
        "c.execute('BEGIN'); c.execute(\"INSERT INTO person(name) VALUES ('Okafor, not committed')\")\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, path], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert Path(f"{path}-wal").stat().st_size > 0
    with pytest.raises(sealed.WrongKey):
        sealed.connect(path, OTHER_KEY)
    assert count(path) == 11


def _make_and_write(path: Path) -> None:
    connection = sealed.connect(path, KEY, create=True)

    def create_person(connection: sealed.Connection) -> None:
        connection.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)")

    migrate(connection, path, [create_person])
    connection.execute("INSERT INTO person(name) VALUES ('Okafor')")
    connection.close()


def test_processes_that_make_the_same_file_at_once_all_succeed(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_make_and_write, args=(path,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert count(path) == 4


def test_moved_aside_with_its_log_and_never_over_another(path: Path) -> None:
    fill(path)
    first = path.read_bytes()
    Path(f"{path}-wal").write_bytes(b"log")
    one = sealed.move_aside(path, "20261122T101500Z")
    fill(path, rows=1)
    two = sealed.move_aside(path, "20261122T101500Z")
    assert not path.exists()
    assert one.name == "some-20261122T101500Z.db"
    assert one.read_bytes() == first
    assert Path(f"{one}-wal").read_bytes() == b"log"
    assert two.name == "some-20261122T101500Z-1.db"


def test_a_process_killed_while_it_moves_aside_leaves_no_database_without_its_log(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(path)
    Path(f"{path}-wal").write_bytes(b"log")
    rename = Path.rename

    class Killed(BaseException):
        pass

    def rename_once(self: Path, target: str | Path) -> Path:
        monkeypatch.setattr(Path, "rename", killed)
        return rename(self, target)

    def killed(self: Path, target: str | Path) -> Path:
        raise Killed

    monkeypatch.setattr(Path, "rename", rename_once)
    with pytest.raises(Killed):
        sealed.move_aside(path, "20261122T101500Z")
    monkeypatch.undo()
    with pytest.raises(sealed.Corrupt, match="its log is there"):
        sealed.connect(path, KEY, create=True)


def test_removed_with_its_companions(path: Path) -> None:
    fill(path)
    Path(f"{path}-wal").write_bytes(b"log")
    sealed.remove(path)
    sealed.remove(path)
    assert list(path.parent.glob("some*")) == []


# ------------------------------------------------------------------ migrations


def first_step(connection: sealed.Connection) -> None:
    connection.execute("CREATE TABLE one (a)")


def second_step(connection: sealed.Connection) -> None:
    connection.execute("CREATE TABLE two (a)")


def failing_step(connection: sealed.Connection) -> None:
    connection.execute("CREATE TABLE half_done (a)")
    raise RuntimeError("killed here")


def tables(connection: sealed.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_steps_are_done_once_and_in_order(path: Path) -> None:
    with contextlib.closing(sealed.connect(path, KEY, create=True)) as connection:
        assert migrate(connection, path, [first_step]) == ["first_step"]
        assert migrate(connection, path, [first_step, second_step]) == ["second_step"]
        assert migrate(connection, path, [first_step, second_step]) == []
        assert tables(connection) == {"migration", "one", "two"}


def test_a_step_that_fails_leaves_nothing_and_is_done_the_next_time(path: Path) -> None:
    with contextlib.closing(sealed.connect(path, KEY, create=True)) as connection:
        with pytest.raises(RuntimeError, match="killed here"):
            migrate(connection, path, [first_step, failing_step])
        assert tables(connection) == {"migration", "one"}
        assert migrate(connection, path, [first_step, second_step]) == ["second_step"]


def test_a_newer_apps_file_is_left_alone(path: Path) -> None:
    with contextlib.closing(sealed.connect(path, KEY, create=True)) as connection:
        migrate(connection, path, [first_step, second_step])
        with pytest.raises(sealed.SchemaTooNew, match=r"newer version of Sellmode \(second_step\)"):
            migrate(connection, path, [first_step])
        assert tables(connection) == {"migration", "one", "two"}

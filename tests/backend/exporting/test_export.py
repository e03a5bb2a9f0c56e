"""What an export writes, how it is read again, and what it refuses."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlcipher3 import dbapi2 as sqlcipher

from sellmode_backend.cli import commands
from sellmode_backend.exporting import csv_files
from sellmode_backend.exporting.export import export
from sellmode_backend.exporting.restoring import UnusableExport, restore
from sellmode_backend.exporting.tables import TABLES
from sellmode_backend.store.database import Database
from tests.backend.exporting.retailers import NOW, empty, silent, whole


def rows_of(database: Any, query: str) -> list[tuple[Any, ...]]:
    return list(database.execute(query).fetchall())


def test_sqlite_has_all_tables_with_types_keys_indexes_and_a_search(demo: Database, tmp_path: Path) -> None:
    path = tmp_path / "maison.db"
    counts: dict[str, int] = {}
    export(demo, path, NOW, counts.__setitem__)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.name != "home"] == ["maison.db"]
    made = sqlcipher.connect(str(path))
    try:
        assert counts.keys() == TABLES.keys()
        assert {name: rows_of(made, f'SELECT count(*) FROM "{name}"')[0][0] for name in TABLES} == counts  # noqa: S608 -- our names
        ((retailer, made_at),) = rows_of(made, "SELECT retailer, made_at FROM export")
        assert (retailer, made_at) == (rows_of(made, "SELECT name FROM retailer")[0][0], "2026-11-22T09:00:00Z")
        assert {row[3] for row in rows_of(made, "PRAGMA foreign_key_list('order_line')")} == {"order_id", "product"}
        types = {row[1]: row[2] for row in rows_of(made, "PRAGMA table_info('order')")}
        assert (types["total"], types["placed_at"]) == ("INTEGER", "TEXT")
        given, family = rows_of(made, "SELECT given_name, family_name FROM customer WHERE given_name <> '' LIMIT 1")[0]
        search = f"""SELECT c.family_name FROM customer c JOIN customer_fts f ON f.rowid = c.rowid
            WHERE customer_fts MATCH '"{given}"'"""  # noqa: S608 -- a name of the demo's
        assert (family,) in rows_of(made, search)
        spent = "SELECT sum(spend) FROM customer_figures"
        assert rows_of(made, spent)[0][0] > 0
        assert "password_hash" not in {row[1] for row in rows_of(made, "PRAGMA table_info('account')")}
    finally:
        made.close()


def test_files_are_for_their_owner_only_and_never_written_over(demo: Database, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    export(demo, folder, NOW, silent)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
    assert {each.stem for each in folder.iterdir()} == {csv_files.ABOUT, *TABLES}
    for taken in (folder, tmp_path / "there.db"):
        taken.touch()
        with pytest.raises(FileExistsError):
            export(demo, taken, NOW, silent)
    assert {each.name for each in tmp_path.iterdir()} - {"home"} == {"export", "there.db"}


def test_nothing_is_left_of_an_export_that_failed(demo: Database, tmp_path: Path) -> None:
    def full(name: str, _: int) -> None:
        if name == "customer":
            raise OSError(28, "No space left on device")

    for name in ("export", "export.db"):
        with pytest.raises(OSError, match="No space"):
            export(demo, tmp_path / name, NOW, full)
    assert [each.name for each in tmp_path.iterdir() if each.name != "home"] == []


def _without_last_row(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def _with(old: bytes, new: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(path.read_bytes().replace(old, new, 1)) and None  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("file", "damage", "said"),
    [
        ("product", Path.unlink, "product.csv is missing"),
        ("product", _without_last_row, "product.csv has .* were written"),
        ("product", _with(b"title", b"nonsense"), "product.csv has a column that this version does not know: nonsense"),
        ("product", _with(b",true", b",perhaps"), "product.csv, line .*, active: is neither true nor false"),
        ("store", _with(b"Europe", b"\xff"), "store.csv is not a CSV file as an export writes it"),
        ("order", _without_last_row, "order"),
        ("export", _with(b",1,", b",99,"), "export.csv has a layout that this version does not know"),
    ],
)
def test_an_export_that_is_not_whole_is_refused_and_nothing_is_written(
    demo: Database, tmp_path: Path, file: str, damage: Callable[[Path], None], said: str
) -> None:
    export(demo, tmp_path / "export", NOW, silent)
    damage(tmp_path / "export" / f"{file}.csv")
    with empty(tmp_path / "again") as other:
        before = whole(other)
        with pytest.raises(UnusableExport, match=said):
            restore(other, tmp_path / "export", silent)
        assert whole(other) == before


def test_a_csv_file_is_one_that_spreadsheets_read(demo: Database, tmp_path: Path) -> None:
    export(demo, tmp_path / "export", NOW, silent)
    with (tmp_path / "export" / "customer.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len({row["id"] for row in rows}) == len(rows)
    assert not any(field.startswith(("=", "+", "@", "-")) for row in rows for field in row.values())


def test_the_commands_write_and_read_and_refuse_a_database_that_is_in_use(demo: Database, tmp_path: Path) -> None:
    url = f"sqlite:///{demo.engine.url.database}"
    runner = CliRunner()
    written = runner.invoke(commands, ["export", str(tmp_path / "export"), "--database", url])
    assert written.exit_code == 0, written.output
    assert "private notes" in written.output
    again = runner.invoke(commands, ["export", str(tmp_path / "export"), "--database", url])
    assert (again.exit_code, "already exists" in again.output) == (1, True)
    other = f"sqlite:///{tmp_path / 'new' / 'backend.db'}"
    taken = runner.invoke(commands, ["import", "sellmode", str(tmp_path / "export"), "--database", other])
    assert taken.exit_code == 0, taken.output
    assert "accounts code --all-new" in taken.output
    twice = runner.invoke(commands, ["import", "sellmode", str(tmp_path / "export"), "--database", other])
    assert "has a retailer already" in str(twice.exception)

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest

from sellmode_backend.importers.escaping import as_it_was
from sellmode_backend.importers.files import find
from sellmode_backend.importers.reading import Layout, Table
from sellmode_backend.importers.rejects import HEADER, Rejected, Rejects
from tests.backend.importers.exports import input_file
from tests.support.hostile import HOSTILE, foreign_controls

LAYOUT = Layout("notes.csv", {"a": ("A",), "b": ("B",)}, frozenset({"a"}))


def of(values: tuple[str, ...], line: int = 2) -> Rejected:
    return Rejected("notes.csv", ["A", "B"], line, "A", "is no e-mail address", values)


def test_rejects_are_private_complete_and_no_formulas(tmp_path: Path) -> None:
    folder = tmp_path / "rejects"
    texts = [
        *HOSTILE,
        "=1+1",
        "+49",
        "-1",
        "@x",
        "\t=1",
        "Ren\udce9e",
        "Ann\0Lee",
        "back\\slash \\u{41}",
        "\x1b]0;title\x07",
        "\ud800",
    ]
    with Rejects(folder) as rejects:
        for line, text in enumerate(texts):
            rejects.add(of((text, "b"), line))
        assert rejects.rows == {"notes.csv": len(texts)}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert foreign_controls(path.read_bytes(), allowed="\r\n\t") == []
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))
    assert table[0] == [*HEADER, "A", "B"]
    assert [as_it_was(row[4]) for row in table[1:]] == texts
    assert as_it_was("\\u{110000} \\u{10ffff}") == "\\u{110000} \U0010ffff"  # somebody's typing: there is no such code
    assert [int(row[0]) for row in table[1:]] == list(range(len(texts)))
    assert all(cell[0] not in "=+-@\t\r" for row in table for cell in row if cell)


def test_rows_that_were_corrected_are_read_like_any_export(tmp_path: Path) -> None:
    with Rejects(tmp_path / "rejects") as rejects:
        rejects.add(of(("=SUM(1)", "b")))
        rejects.add(of(("c", "d"))._replace(whole=False))
        rejects.add(of(())._replace(raw='x,"open\n'))
        rejects.add(of(("e", "f"))._replace(reason=""))
        assert (rejects.rows, rejects.fields) == ({"notes.csv": 2}, {"notes.csv": 1})
    again: list[Rejected] = []
    with Table(input_file(tmp_path / "rejects" / "notes.csv"), [LAYOUT], again.append) as table:
        assert table.unknown == []
        assert [(row["a"], row["b"]) for row in table] == [("=SUM(1)", "b"), ("c", "d"), ("", ""), ("e", "f")]
    assert again == []


def test_without_rejects_there_is_no_folder(tmp_path: Path) -> None:
    with Rejects(tmp_path / "rejects") as rejects:
        assert not rejects
    assert not (tmp_path / "rejects").exists()


def test_a_dry_run_tells_of_each_fault() -> None:
    told: list[Rejected] = []
    with Rejects(None, told.append) as rejects:
        rejects.add(of(("a", "b")))
        rejects.add(of(("a", "b"))._replace(reason=""))
    assert [item.line for item in told] == [2]
    assert bool(rejects)


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("precious")
    with pytest.raises(FileExistsError):
        Rejects(tmp_path / "customers.csv")
    assert (tmp_path / "customers.csv").read_text() == "precious"


def test_each_file_has_rejects_of_its_own_that_are_found_again(tmp_path: Path) -> None:
    files = ["c.csv", "c.tsv", "C.csv", "c-2.csv", "a.zip/c.csv", "/up/.c.csv", "../c.csv", f"{'é' * 300}.csv"]
    with Rejects(tmp_path / "rejects") as rejects:
        for file in files * 2:
            rejects.add(of(("1", "2"))._replace(file=file))
    found = find([tmp_path / "rejects"])
    assert (len(found.files), found.unread) == (len(files), [])
    for one in found.files:
        with Table(one, [LAYOUT], lambda _: None) as table:
            assert [(row["a"], row["b"]) for row in table] == [("1", "2")] * 2

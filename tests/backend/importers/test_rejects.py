from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest

from sellmode_backend.importers.rejects import Rejected, RejectsFile
from tests.support.hostile import HOSTILE, foreign_controls


def test_rejects_are_private_complete_and_harmless(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    texts = [*HOSTILE, "Ren\udce9e", "Ann\0Lee"]
    with RejectsFile(path) as rejects:
        for line, text in enumerate(texts):
            rejects.add(Rejected("customers.csv", line, "Email", "is no e-mail address", text))
        assert rejects.counts == {"customers.csv": len(texts)}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))
    assert table[0] == ["file", "line", "column", "reason", "row"]
    assert [json.loads(row[4]) for row in table[1:]] == texts
    assert [int(row[1]) for row in table[1:]] == list(range(len(texts)))
    # No spreadsheet takes a cell for a formula, no terminal obeys a byte.
    assert all(cell[0] not in "=+-@\t\r" for row in table for cell in row if cell)
    assert foreign_controls(path.read_bytes(), allowed="\r\n") == []


def test_without_rejects_there_is_no_file(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "rejects.csv"):
        assert (tmp_path / "rejects.csv").exists()
    assert not (tmp_path / "rejects.csv").exists()


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("precious")
    with pytest.raises(FileExistsError):
        RejectsFile(tmp_path / "customers.csv")
    assert (tmp_path / "customers.csv").read_text() == "precious"

"""Backup and restore of SQLite, done as docs/operations.md says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

from sellmode_backend.store import settings
from sellmode_backend.store.database import open_database
from tests.docs.reading import DOCS


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _backend(*arguments: str) -> None:
    _run(sys.executable, "-m", "sellmode_backend", *arguments)


def _documented_backup() -> str:
    """The program of the documented command, which Python is given with -c."""
    text = (DOCS / "operations.md").read_text("utf-8")
    line = re.search(r"^/opt/sellmode/bin/python -c .+$", text, re.MULTILINE)
    assert line
    return shlex.split(line[0])[2]


def _epoch_and_mode(path: Path) -> tuple[str, str]:
    database = open_database(f"sqlite:///{path}")
    try:
        with database.snapshot() as connection:
            return settings.epoch(connection), settings.mode(connection)
    finally:
        database.close()


def test_a_backup_of_a_database_in_use_is_restored_and_begins_a_new_epoch(tmp_path: Path) -> None:
    live, backup = tmp_path / "data" / "backend.db", tmp_path / "backup.db"
    _backend("init", "--database", f"sqlite:///{live}", "--retailer", "Meridian", "--mode", "associate")
    before = _epoch_and_mode(live)

    in_use = open_database(f"sqlite:///{live}")
    with in_use.snapshot() as connection:
        assert settings.mode(connection) == "associate"
        _run(sys.executable, "-c", _documented_backup(), live, backup)
    in_use.close()
    _backend("mode", "--database", f"sqlite:///{live}", "team")

    for part in ("", "-wal", "-shm"):
        Path(f"{live}{part}").unlink(missing_ok=True)
    live.write_bytes(backup.read_bytes())
    live.chmod(0o600)
    assert _epoch_and_mode(live) == before
    _backend("restored", "--database", f"sqlite:///{live}")
    epoch, mode = _epoch_and_mode(live)
    assert epoch != before[0]
    assert mode == "associate"

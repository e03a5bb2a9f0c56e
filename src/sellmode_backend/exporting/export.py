"""Making an export: one snapshot of the database, under a temporary name until it is whole."""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from sellmode_backend.exporting import csv_files
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database

_DATABASES = frozenset({".db", ".sqlite", ".sqlite3"})


def export(database: Database, path: Path, now: dt.datetime, tell: Callable[[str, int], None]) -> None:
    """Write all of a retailer: as SQLite if the path ends like one of its files, else as a folder of CSV files.

    Whoever reads it sees all of it or nothing, and only its owner may. ``tell`` is told of each table and its rows.
    Raises FileExistsError if something is there already, OSError, SettingError without a retailer.
    """
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    place = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))  # mode 0700
    try:
        made = place / path.name
        with database.snapshot() as connection:
            retailer = settings.retailer(connection)
            if retailer is None:
                raise settings.SettingError("the database has no retailer yet")
            about = {
                "retailer": retailer.name,
                "made_at": now.isoformat().replace("+00:00", "Z"),
                "sellmode": version("sellmode"),
            }
            if path.suffix.casefold() in _DATABASES:
                from sellmode_backend.exporting import sqlite_file  # with sqlite-utils, which only this needs

                sqlite_file.write(made, connection, about, tell)
            else:
                made.mkdir(mode=0o700)
                csv_files.write(made, connection, about, tell)
        _put(made, path)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _put(made: Path, path: Path) -> None:
    """Give what was made its name, unless something has it by now."""
    if made.is_dir():
        path.mkdir(mode=0o700)  # an empty folder of ours is replaced; any other thing is not
        made.rename(path)
    else:
        path.hardlink_to(made)

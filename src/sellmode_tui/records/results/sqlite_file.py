"""Figures as an SQLite file for Datasette. Loaded where one is written: sqlite-utils need not be installed.

It works on a connection of sqlcipher3, which needs no key for a plain file: the system's SQLite is never opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlite_utils
from sqlcipher3 import dbapi2 as sqlcipher


def write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Fill an empty file."""
    target = sqlcipher.connect(str(path))
    try:
        database = sqlite_utils.Database(target, execute_plugins=False)
        database.table("figures").insert_all(rows, pk=("store", "of", "first_day", "last_day", "kpi"))
        target.commit()
    finally:
        target.close()

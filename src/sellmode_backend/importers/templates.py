"""Empty files of our own plain CSV to be filled in, and the tables that say what their columns mean."""

from __future__ import annotations

import csv
import errno
import io
import os
from pathlib import Path

from sellmode_backend.importers.sources.plain import COLUMNS

README = "README.md"


def write(folder: Path) -> list[Path]:
    """Write a file of headers for each list, and one that says what they mean, into a folder that is made.

    Raises FileExistsError if one of them is there already, and writes none then; OSError.
    """
    texts = {folder / file: _header(file) for file in COLUMNS}
    texts[folder / README] = f"# Columns for `sellmode-backend import plain`\n\n{tables()}"
    for path in texts:
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    return list(texts)


def tables() -> str:
    """What the columns of each list mean, in Markdown."""
    return "\n".join(_table(file) for file in COLUMNS)


def _header(file: str) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(column.header for column in COLUMNS[file])
    return written.getvalue()


def _table(file: str) -> str:
    lines = [f"`{file}`:\n", "| Column | Needed | Example | Meaning |", "| --- | --- | --- | --- |"]
    for column in COLUMNS[file]:
        cells = (f"`{column.header}`", "yes" if column.needed else "", column.example, column.meaning)
        lines.append(f"| {' | '.join(cells)} |".replace("  ", " "))
    return "\n".join(lines) + "\n"

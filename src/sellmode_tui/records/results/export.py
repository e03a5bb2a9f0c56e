"""Figures as rows for other programs: as CSV, JSON, and SQLite for Datasette."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from sellmode_contract import money
from sellmode_contract.results.figures import Compared
from sellmode_contract.text import escaped_json, visible
from sellmode_tui.records.results.shown import ShownFigures

COLUMNS: Final = (
    "store", "person", "of", "first_day", "last_day", "kpi", "name", "unit", "value", "text", "numerator",
    "denominator", "target", "progress", "before", "year_before", "better", "formula", "source", "comes_later",
    "complete_until",
)  # fmt: skip
ENDINGS: Final = (".csv", ".json", ".db")
"""Of files, by what is in them."""


class NoSqliteUtils(Exception):
    """What writes SQLite files is not installed here."""


def rows(shown: ShownFigures, figures: Sequence[Compared]) -> list[dict[str, Any]]:
    """A row for each figure."""
    return [_row(shown, figure) for figure in figures]


def _row(shown: ShownFigures, figure: Compared) -> dict[str, Any]:
    kpi = figure.now.kpi
    progress = shown.progress(figure)
    value, before, year_before = (_number(each.value, kpi.unit, shown.currency) for each in figure)
    return {
        "store": ",".join(shown.subject.stores),
        "person": shown.subject.person,
        "of": shown.subject.name,
        "first_day": str(shown.period.first),
        "last_day": str(shown.period.last),
        "kpi": kpi.id,
        "name": kpi.name,
        "unit": shown.currency if kpi.unit == "money" else kpi.unit,
        "value": value,
        "text": figure.now.text(shown.currency),
        "numerator": figure.now.numerator,
        "denominator": figure.now.denominator,
        "target": _number(progress.goal.value, kpi.unit, shown.currency) if progress else None,
        "progress": _number(progress.share, "", shown.currency) if progress else None,
        "before": before,
        "year_before": year_before,
        "better": kpi.better,
        "formula": str(kpi.formula),
        "source": ", ".join(kpi.sources),
        "comes_later": kpi.comes_later,
        "complete_until": _instant(shown.complete_until),
    }


def _instant(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if moment else None


def _number(value: Fraction | None, unit: str, currency: str) -> float | None:
    """A figure as a number: money in units of the currency."""
    if value is None:
        return None
    return round(float(value / 10 ** money.exponent(currency) if unit == "money" else value), 6)


def as_csv(made: Sequence[dict[str, Any]]) -> str:
    """With a line of headings; a name is text that neither a terminal nor a spreadsheet takes for more."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "of": _cell(row["of"])} for row in made)
    return file.getvalue()


def _cell(name: str) -> str:
    name = visible(name)
    return f"'{name}" if name[:1] in ("=", "@", "+", "-") else name


def write(path: Path, made: Sequence[dict[str, Any]]) -> None:
    """Make a file that nobody else may read, where none is; its ending says what it holds.

    Raises OSError, and NoSqliteUtils.
    """
    if path.suffix == ".db":
        write_sqlite(path, made)
    elif path.suffix == ".json":
        _make(path, f"{escaped_json(list(made), indent=2)}\n".encode())
    else:
        _make(path, as_csv(made).encode())


def write_sqlite(path: Path, made: Sequence[dict[str, Any]]) -> None:
    """The same, as a file for Datasette whatever its ending."""
    try:
        from sellmode_tui.records.results import sqlite_file
    except ImportError:
        raise NoSqliteUtils from None
    _make(path, b"")
    sqlite_file.write(path, made)


def _make(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)

"""Printing: tables of plain text, and JSON whose keys are always all there."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click
import msgspec

from sellmode_contract.text import cells, escaped_json, head, units, visible

GAP = "  "
NARROWEST = 4
"""No column is cut to fewer cells."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")


def is_terminal() -> bool:
    """Whether a person looks at standard output."""
    return sys.stdout.isatty()


def say(text: str) -> None:
    """Talk to the person, who may have sent the data elsewhere."""
    click.echo(text, err=True)


# ------------------------------------------------------------------ JSON


def print_json(value: Any) -> None:
    """One object on one line."""
    click.echo(escaped_json(plain(value)))


def plain(value: Any) -> Any:  # noqa: PLR0911  # one for each sort of value
    """A value as JSON has it: records, dataclasses and named tuples as objects with every field, instants in UTC."""
    match value:
        case msgspec.Struct():
            return {name: plain(field) for name, field in msgspec.structs.asdict(value).items()}
        case tuple() if hasattr(value, "_asdict"):
            return {name: plain(field) for name, field in value._asdict().items()}
        case Mapping():
            return {str(name): plain(field) for name, field in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted(plain(item) for item in value)
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case _ if dataclasses.is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


# ------------------------------------------------------------------ words


def day(moment: dt.datetime | None, zone: dt.tzinfo) -> str:
    """The calendar day of an instant in the store; empty for none."""
    return f"{moment.astimezone(zone):%Y-%m-%d}" if moment else ""


def minute(moment: dt.datetime | None, zone: dt.tzinfo | None = None) -> str:
    """An instant to the minute, in a zone or the terminal's own; empty for none."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""


def labelled(*pairs: tuple[str, str], width: int = 10) -> Iterator[str]:
    """Values below each other, each with its label; those that say nothing are left out."""
    return (f"  {label:{width}}{visible(text)}" for label, text in pairs if text)


def sections(pairs: Iterable[tuple[str, Iterable[str]]]) -> Iterator[str]:
    """Lines under headings; headings without any are left out."""
    for heading, lines in pairs:
        if shown := list(lines):
            yield from ("", heading, *(f"  {line}" for line in shown))


# ------------------------------------------------------------------ tables


class Table:
    """Columns aligned to the first rows printed, cut to the terminal's width where a person looks at them."""

    def __init__(self, columns: Sequence[str], *, right: Iterable[str] = ()) -> None:
        self._columns = list(columns)
        self._right = [column in set(right) for column in columns]
        self._widths: list[int] | None = None
        self._cut = is_terminal()

    def print(self, rows: Iterable[Sequence[str]]) -> None:
        """Print rows; the heading comes before the first."""
        shown = [[visible(cell) for cell in row] for row in rows]
        if self._widths is None:
            self._widths = self._fitting([self._columns, *shown])
            self._line(self._columns, self._widths)
        for row in shown:
            self._line(row, self._widths)

    def _fitting(self, rows: list[list[str]]) -> list[int]:
        widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
        if self._cut:
            room = shutil.get_terminal_size().columns - len(GAP) * (len(widths) - 1)
            while sum(widths) > room and max(widths) > NARROWEST:
                widths[widths.index(max(widths))] -= 1
        return widths

    def _line(self, row: Sequence[str], widths: Sequence[int]) -> None:
        parts = []
        column = 1
        for cell, width, right in zip(row, widths, self._right, strict=True):
            text = cut(cell, width) if self._cut else cell
            space = " " * (width - cells(text))
            column += width + len(GAP)
            # Terminals disagree on the width of an emoji sequence.
            place = f"\x1b[{column}G" if self._cut and any(unit.sequence for unit in units(text)) else ""
            parts.append((space + text if right else text + space) + GAP + place)
        click.echo("".join(parts).rstrip())


def cut(text: str, width: int) -> str:
    """`visible` text in at most so many cells; what does not fit is replaced by an ellipsis."""
    return text if cells(text) <= width else f"{head(text, width - 1)}…"

"""What events say, in the words of the lists that imports read: so that both come to the same records."""

from __future__ import annotations

import bisect
import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from sellmode_backend.importers.reading import Layout
from sellmode_backend.importers.values import YEARS

ListKind = Literal["product", "customer", "order", "stock", "measure"]
RowFields = Mapping[str, str]
"""Fields of a layout, as text."""


class Unreadable(Exception):
    """An event says nothing that can be used; says why, and repeats no value."""


class Said(NamedTuple):
    """What an event says of one thing as it is now."""

    kind: ListKind
    key: str
    """By what its source knows it."""
    at: dt.datetime
    """When its source changed it last: what is older changes nothing."""
    rows: Sequence[RowFields]


class GivenBack(NamedTuple):
    """What an event says of a refund."""

    order: str
    """By what its source knows it."""
    id: str
    at: dt.datetime
    amount: str
    currency: str
    """Empty: that of the order."""


class Named(NamedTuple):
    """What an event says of what a number stands for."""

    kind: str
    key: str
    name: str


class Erased(NamedTuple):
    """That nothing is to be known of a customer any more."""

    number: str
    email: str


class Reading(NamedTuple):
    """All that an event says."""

    said: tuple[Said, ...] = ()
    refunds: tuple[GivenBack, ...] = ()
    names: tuple[Named, ...] = ()
    erased: tuple[Erased, ...] = ()
    asks: str = ""
    """What the operator has to see to."""


class WrittenTable:
    """A list as an export would have it, of what events say."""

    def __init__(self, layout: Layout, said: Sequence[tuple[str, Said]]) -> None:
        """``said`` with the ids of its events."""
        self.name = layout.file
        there = dict.fromkeys(field for _, one in said for row in one.rows for field in row)
        fields = list(there | dict.fromkeys(sorted(layout.required)))
        written = [_lines([layout.fields[field][0] for field in fields])]
        self._begins: list[int] = []
        self._events: list[str] = []
        line = 2
        for event, one in said:
            lines = "".join(_lines([row.get(field, "") for field in fields]) for row in one.rows)
            self._begins.append(line)
            self._events.append(event)
            written.append(lines)
            line += lines.count("\n")
        self._data = "".join(written).encode(errors="surrogatepass")
        self.size = len(self._data)

    def open(self) -> io.BufferedReader:
        """Open it for reading."""
        return io.BufferedReader(io.BytesIO(self._data))

    def event_of(self, line: int) -> str:
        """The event that a line is of."""
        return self._events[max(bisect.bisect_right(self._begins, line) - 1, 0)]


def _lines(values: list[str]) -> str:
    """A row as a file has it: of one line, or more where a value has some."""
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow([value.replace("\r\n", "\n").replace("\r", "\n") for value in values])
    return row.getvalue()


LONGEST_VALUE: Final = 100_000
_AMOUNT: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


def text(value: Any) -> str:
    """A value of JSON as a list would have it; empty for what is none. Raises Unreadable."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str() if len(value) <= LONGEST_VALUE and "\0" not in value:
            return value
        case int() | float():
            return str(value)
    raise Unreadable("a value is no text or number, or too long, or holds a NUL")


def moment(value: Any) -> dt.datetime:
    """A moment with its offset, of the years that imports take. Raises Unreadable."""
    try:
        read = dt.datetime.fromisoformat(text(value))
    except ValueError:
        raise Unreadable("a time is not written with its day, hour and offset") from None
    if read.tzinfo is None:
        raise Unreadable("a time has no offset")
    if read.year not in YEARS:
        raise Unreadable(f"a time is not between the years {YEARS.start} and {YEARS.stop - 1}")
    return read.astimezone(dt.UTC)


def part(value: Any, name: str) -> Mapping[str, Any]:
    """An object within an object; an empty one where there is none. Raises Unreadable."""
    found = value.get(name) or {}
    if not isinstance(found, dict):
        raise Unreadable(f"{name} is no object")
    return found


def parts(value: Any, name: str, most: int = 1_000) -> list[Mapping[str, Any]]:
    """The objects of a list within an object. Raises Unreadable."""
    found = value.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unreadable(f"{name} is no list of objects")
    if len(found) > most:
        raise Unreadable(f"{name} has more than {most} of them")
    return found


def total(amounts: Iterable[Any]) -> str:
    """Amounts in major units, added up; empty if there is none. Raises Unreadable."""
    given = [text(amount) for amount in amounts]
    if not all(_AMOUNT.fullmatch(amount) for amount in given):
        raise Unreadable("an amount is no number")
    return str(sum(map(Decimal, given), Decimal())) if given else ""

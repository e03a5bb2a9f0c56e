"""The syntax tree of a filter, and its text again."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from sellmode_contract.filters.fields import RESERVED_NAMES, FieldType

Operator = Literal[":", "=", "<", "<=", ">", ">=", "*"]
"""`:` is for text only: each word begins a word. `*`: there is a value. `!=` is read as `Not` of `=`."""
Unit = Literal["d", "w", "m", "y"]
PeriodName = Literal[
    "today", "yesterday", "tomorrow", "this-week", "last-week", "next-week",
    "this-month", "last-month", "next-month", "this-year", "last-year",
]  # fmt: skip
"""Periods that move with today; a week begins on Monday."""


class Span(msgspec.Struct, frozen=True, eq=False):
    """A place in the filter's text, in characters from 0. All are equal: trees are compared by what they mean."""

    start: int = 0
    end: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span)

    def __hash__(self) -> int:
        return hash(Span)


class Duration(msgspec.Struct, frozen=True):
    """A length of time: `90d`, `6w`, `3m`, `1y`."""

    count: int
    unit: Unit

    def before(self, today: dt.date) -> dt.date:
        """The day that long before; the last of the month for a 31st that is not there, no earlier than year 1."""
        return self._moved(today, -1)

    def after(self, today: dt.date) -> dt.date:
        """The day that long after, no later than year 9999."""
        return self._moved(today, 1)

    def _moved(self, today: dt.date, sign: int) -> dt.date:
        if self.unit in ("d", "w"):
            days = sign * self.count * (7 if self.unit == "w" else 1)
            return dt.date.fromordinal(min(max(today.toordinal() + days, 1), dt.date.max.toordinal()))
        months = today.year * 12 + today.month - 1 + sign * self.count * (12 if self.unit == "y" else 1)
        year, month = divmod(months, 12)
        if not dt.MINYEAR <= year <= dt.MAXYEAR:
            return dt.date.min if sign < 0 else dt.date.max
        return dt.date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


class Period(msgspec.Struct, frozen=True):
    """A day, month or year, from its first to its last day."""

    first: dt.date
    last: dt.date


class Named(msgspec.Struct, frozen=True):
    """A period that moves with today."""

    name: PeriodName


class MonthDay(msgspec.Struct, frozen=True, order=True):
    """A day of any year."""

    month: int
    day: int


class Me(msgspec.Struct, frozen=True):
    """Whoever asks."""


Value: TypeAlias = str | bool | Decimal | Duration | Period | Named | MonthDay | Me


class Comparison(msgspec.Struct, frozen=True):
    """A field and what it is compared with."""

    field: str
    type: FieldType
    operator: Operator
    values: tuple[Value, ...] = ()
    """Any of them is enough. None for `*`; exactly one for an order (`<`)."""
    span: Span = Span()


class Words(msgspec.Struct, frozen=True):
    """Text to search for, as `search.parse_query` reads it; single spaces."""

    text: str
    span: Span = Span()


class Not(msgspec.Struct, frozen=True):
    """Everybody whom `item` does not hold for."""

    item: Node


class And(msgspec.Struct, frozen=True):
    """All of them hold; two or more, none of them an `And`. The empty filter is `And()`: everybody."""

    items: tuple[Node, ...] = ()


class Or(msgspec.Struct, frozen=True):
    """At least one of them holds; two or more, none of them an `Or`."""

    items: tuple[Node, ...]


Node: TypeAlias = And | Or | Not | Comparison | Words

_PLAIN = re.compile(r'[^\s()",:=<>!*\\\-][^\s()",:=<>!*\\]*')
_KEYWORDS = RESERVED_NAMES | {"me", "nobody"}


def unparse(tree: Node) -> str:
    """A filter's text; parsed again it gives an equal tree."""
    if isinstance(tree, And):
        return " ".join(_grouped(item) if isinstance(item, Or) else unparse(item) for item in tree.items)
    if isinstance(tree, Or):
        return " or ".join(unparse(item) for item in tree.items)
    if isinstance(tree, Not):
        single = isinstance(tree.item, Comparison | Not) or (isinstance(tree.item, Words) and " " not in tree.item.text)
        return f"-{unparse(tree.item) if single else _grouped(tree.item)}"
    if isinstance(tree, Words):
        return " ".join(quoted(word) for word in tree.text.split(" "))
    if tree.operator == "*":
        return f"has:{tree.field}"
    sign = ":" if tree.operator == "=" and tree.type not in ("text", "number", "money") else tree.operator
    comma = ", " if tree.type in ("number", "money") else ","  # of numbers it would part thousands
    return f"{tree.field}{sign}{comma.join(map(value_text, tree.values))}"


def value_text(value: Value) -> str:  # noqa: PLR0911 - a case for each type
    """A value as it is typed."""
    match value:
        case str():
            return quoted(value)
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
        case Duration():
            return f"{value.count}{value.unit}"
        case Named():
            return value.name
        case MonthDay():
            return f"{value.month:02}-{value.day:02}"
        case Me():
            return "me"
        case Period(first=first, last=last):
            whole = first.isoformat()
            if first == last:
                return whole
            return whole[:7] if first.month == last.month else whole[:4]


def quoted(text: str) -> str:
    """`text` as one word or value, in quotes where it needs them."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _KEYWORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _grouped(tree: Node) -> str:
    return f"({unparse(tree)})"

"""Columns of a list of customers that are a retailer's own fields, and those that are important dates.

A shop's own columns are called ``Birth date (customer.metafields.facts.birth_date)``: a label and a metafield's key.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from sellmode_backend.importers import values
from sellmode_backend.importers.reading import Row, Table, UnusableRow, normal
from sellmode_contract.kinds.date import WORDS
from sellmode_contract.kinds.retailer import CustomField

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_METAFIELD = re.compile(r"(?P<label>.*?)\s*\((?:customer\.metafields\.)?(?P<key>[\w-]+\.[\w-]+)\)\s*")
_GUARDED = re.compile(r"'(?=[\d=+\-@])")
"""What keeps spreadsheets from taking a text for a number or a formula."""
_FIRST_YEAR = 1800


class _Column(NamedTuple):
    label: str
    metafield: str
    """Its key; empty for a column that is none."""

    @property
    def word(self) -> str:
        """What it is called in one word: ``birth_date``."""
        called = self.metafield.rpartition(".")[2] or self.label
        return re.sub(r"[\s-]+", "_", called.strip().casefold())


def _column(header: str) -> _Column:
    found = _METAFIELD.fullmatch(header)
    return _Column(found["label"], found["key"]) if found else _Column(header, "")


class CustomColumns:
    """The columns of a table that are fields which the retailer defined, and those that are dates to remember.

    A field is found by its metafield's key, else by its label, else by its name. A group repeats and fits in no column.
    """

    def __init__(self, table: Table, fields: Iterable[CustomField], today: dt.date) -> None:
        columns = {header: _column(header) for header in table.unknown}
        single = [field for field in fields if field.type != "group"]
        self._read: list[tuple[str, str, Callable[[str], str | float | None]]] = []
        """Of each: what it is called among a row's fields, its header, and what its text comes to."""
        taken: set[str] = set()
        for by in (_by_metafield, _by_label, _by_name):
            for field in single:
                header = next((one for one in columns if one not in taken and by(field, columns[one])), None)
                if header is not None and all(name != f"custom.{field.name}" for name, _, _ in self._read):
                    taken.add(header)
                    self._read.append((f"custom.{field.name}", header, partial(_value, header, field)))
        for label, words in WORDS.items():
            if header := next((one for one in columns if columns[one].word in words), None):
                taken.add(header)
                self._read.append((f"date.{label}", header, partial(_day_to_remember, header, today)))
        self.headers = frozenset(taken)
        """The headers found."""

    def read(self, row: Row) -> dict[str, str | float | None]:
        """The values of a row that can be used, by ``custom.NAME`` or ``date.LABEL``; None for an empty one."""
        return values.those_usable(
            row, **{name: partial(read, row.other(header).strip()) for name, header, read in self._read}
        )


def _by_metafield(field: CustomField, column: _Column) -> bool:
    return bool(field.metafield) and field.metafield == column.metafield


def _by_label(field: CustomField, column: _Column) -> bool:
    return normal(column.label) in (normal(field.label), normal(field.name))


def _by_name(field: CustomField, column: _Column) -> bool:
    return column.word == field.name


def _value(header: str, field: CustomField, text: str) -> str | float | None:
    bare = _GUARDED.sub("", text, count=1) if field.type == "text" else values.identifier(text)
    if not bare:
        return None
    if field.type == "number":
        if not _NUMBER.fullmatch(bare):
            raise UnusableRow(header, "is no number")
        return float(bare)
    if field.type == "date":
        return _day(header, bare).isoformat()
    if field.type == "choice" and bare not in field.choices:
        raise UnusableRow(header, f"is none of {', '.join(field.choices)}")
    return bare


def _day_to_remember(header: str, today: dt.date, text: str) -> str | None:
    bare = values.identifier(text)
    if not bare:
        return None
    day = _day(header, bare)
    if day.year < _FIRST_YEAR or day > today:
        raise UnusableRow(header, f"is not between {_FIRST_YEAR} and today")
    return day.isoformat()


def _day(header: str, text: str) -> dt.date:
    try:
        return dt.datetime.fromisoformat(text).date()
    except ValueError:
        raise UnusableRow(header, "is no date such as 2026-05-14") from None

"""Columns of customers.csv that are a retailer's own fields."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial

from sellmode_backend.importers import values
from sellmode_backend.importers.reading import Row, Table, UnusableRow
from sellmode_contract.kinds.retailer import CustomField

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)


class CustomColumns:
    """The columns of a table whose header is the label or the name of a field that the retailer defined.

    A group repeats and fits in no column: it is not among them.
    """

    def __init__(self, table: Table, fields: tuple[CustomField, ...]) -> None:
        named = {name: field for field in fields if field.type != "group" for name in (field.name, field.label)}
        self._columns = [(header, named[header]) for header in table.unknown if header in named]
        self.headers = frozenset(header for header, _ in self._columns)
        """The headers found."""

    def read(self, row: Row) -> dict[str, str | float | None]:
        """The values of a row that can be used, by ``custom.`` and the field's name; None for an empty one."""
        return values.those_usable(
            row,
            **{
                f"custom.{field.name}": partial(_value, row.other(header), header, field)
                for header, field in self._columns
            },
        )


def _value(text: str, header: str, field: CustomField) -> str | float | None:
    stripped = text.strip()
    if not stripped:
        return None
    if field.type == "number":
        if not _NUMBER.fullmatch(stripped):
            raise UnusableRow(header, "is no number")
        return float(stripped)
    if field.type == "date":
        try:
            return dt.date.fromisoformat(stripped).isoformat()
        except ValueError:
            raise UnusableRow(header, "is no date such as 2026-05-14") from None
    if field.type == "choice":
        if stripped not in field.choices:
            raise UnusableRow(header, f"is none of {', '.join(field.choices)}")
        return stripped
    return text

"""What every record has; the structs of the kinds stand beside their declarations (``kinds``).

A record is what travels on a sync line and rests in two stores: the backend's and the terminal's cache. It holds ids,
not other records' names. Instants are UTC; money is in integer minor units of an ISO 4217 currency; ids are UUID text.
Documents are additive: a field that one side does not know is kept in the stored JSON and ignored here.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypeAlias

import msgspec

Instant: TypeAlias = Annotated[dt.datetime, msgspec.Meta(tz=True)]
"""A moment with its zone: without one it cannot be compared with any other."""


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every record has."""

    id: str


class FieldEdit(msgspec.Struct, frozen=True):
    """Who has written what stands in a field, and when."""

    by: str
    """Staff id."""
    at: Instant


class EditedRecord(Record, frozen=True, kw_only=True):
    """A record whose fields people edit."""

    edited: dict[str, FieldEdit] = msgspec.field(default_factory=dict)
    """By field; of maps by entry (``sizes.shoes``). None for what stands there since it was made, or by an import."""

    def last_edit(self, path: str) -> FieldEdit | None:
        """Who has written a field last, or an entry of it; None if nobody has since it was made."""
        edits = [edit for name, edit in self.edited.items() if name == path or name.startswith(f"{path}.")]
        return max(edits, key=lambda edit: edit.at, default=None)


def parent_of(record: Record) -> str | None:
    """Id of the customer that a record belongs to, if it belongs to one. A customer's own id is not its parent."""
    return getattr(record, "customer", None)

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


def parent_of(record: Record) -> str | None:
    """Id of the customer that a record belongs to, if it belongs to one. A customer's own id is not its parent."""
    return getattr(record, "customer", None)

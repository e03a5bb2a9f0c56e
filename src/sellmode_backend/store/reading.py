"""Reading stored documents of which one may be unreadable: what is damaged keeps nobody from the rest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store.schema import record
from sellmode_contract.records import Record

_T = TypeVar("_T")
_R = TypeVar("_R", bound=Record)

UNREADABLE = (msgspec.MsgspecError, RecursionError)
"""What reading a damaged document raises."""
_log = logging.getLogger(__name__)


def tried(decode: Callable[[str], _T], kind: str, id: str, doc: str) -> _T | None:
    """A record of its document; None, with a line in the log, if it cannot be read."""
    try:
        return decode(doc)
    except UNREADABLE as error:
        _log.error("%s %s is left out, its document cannot be read: %s", kind, id, type(error).__name__)
        return None


def each(connection: Connection, kind: str, type: type[_R]) -> Iterator[tuple[str, _R | None]]:
    """All records of a kind in the order of their ids, None for those that cannot be read."""
    decode = msgspec.json.Decoder(type).decode
    query = sa.select(record.c.id, record.c.doc).where(record.c.kind == kind).order_by(record.c.id)
    for id, doc in connection.execute(query):
        yield id, tried(decode, kind, id, doc)

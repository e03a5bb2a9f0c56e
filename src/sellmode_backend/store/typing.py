"""Who writes just now in a talk between a customer and a store: the moment, which is over in some seconds.

It is no record and moves no clock: a row for each side of a talk, and a ring of the bell.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk
from sellmode_backend.store.feeds import NOTES
from sellmode_backend.store.schema import record, talk_typing
from sellmode_contract import wire
from sellmode_contract.audiences import Tags
from sellmode_contract.kinds.request import talk_id

Side: TypeAlias = Literal["customer", "store"]
LASTS: Final = dt.timedelta(seconds=wire.TYPING_SECONDS)
"""So long after it was said somebody counts as writing."""

_NEW: Final = dt.timedelta(seconds=1)


class Typing(NamedTuple):
    """One side of a talk writes."""

    request: str
    at: dt.datetime
    tags: Tags
    """Who may know: those who see the talk."""


def note(connection: Connection, request: str, store: str, side: Side, now: dt.datetime) -> None:
    """A side of a request's talk is writing; what comes right after that it said so is nothing new."""
    if is_said(connection, request, side, now):
        return
    bulk.upsert(connection, talk_typing, [{"talk": talk_id(request), "side": side, "request": request, "at": now}])
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify(NOTES, store)))


def is_said(connection: Connection, request: str, side: Side, now: dt.datetime) -> bool:
    """Whether a side has said a moment ago that it is writing."""
    said = sa.select(talk_typing.c.at).where(talk_typing.c.talk == talk_id(request), talk_typing.c.side == side)
    at = connection.scalar(said)
    return at is not None and now - _NEW < at <= now


def fresh(connection: Connection, side: Side, now: dt.datetime) -> list[Typing]:
    """Who of a side is writing."""
    query = (
        sa.select(talk_typing.c.request, talk_typing.c.at, record.c.team, record.c.own)
        .join(record, (record.c.kind == "talk") & (record.c.id == talk_typing.c.talk))
        .where(talk_typing.c.side == side, talk_typing.c.at > now - LASTS)
    )
    return [Typing(id, at, Tags(team, own)) for id, at, team, own in connection.execute(query)]


def forget_old(connection: Connection, now: dt.datetime) -> int:
    """Delete moments that are over; how many."""
    return connection.execute(sa.delete(talk_typing).where(talk_typing.c.at <= now - LASTS)).rowcount

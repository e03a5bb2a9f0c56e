"""A customer's talk with a store: its lines as their page shows them, and what they write, read and rate."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, cast

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import limits
from sellmode_backend.shopper.requests import sessions
from sellmode_backend.shopper.requests.asking import Unfit, line_id
from sellmode_backend.store import lookup, records
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.chat_line import CUSTOMER, LONGEST, MOST, ChatLine
from sellmode_contract.kinds.request import Request, Talk, talk_id
from sellmode_contract.mutations.customers import EMAIL
from sellmode_contract.mutations.requests import with_line

LONGEST_COMMENT: Final = 1_000
LONGEST_KEY: Final = 64
"""Characters of what a page calls a line."""
_ANEW_SECONDS: Final = 24 * 60 * 60
"""What is said to wait for where a talk is as long as it can be."""
LINES: Final = (limits.Rate(30, dt.timedelta(minutes=5)), limits.Rate(300, dt.timedelta(days=1)))
"""Of one talk."""
CHOICES: Final = limits.Rate(50, dt.timedelta(days=1))
"""Ratings and wishes of one talk."""


@dataclass(frozen=True)
class Session:
    """A customer's hold on a talk."""

    token: str
    request: Request
    talk: Talk
    expires_at: dt.datetime


def find(connection: Connection, token: str, now: dt.datetime, *, lock: bool = False) -> Session | None:
    """What a token is for; None for one that is unknown or has ended, and where the request is no more.

    With ``lock`` nobody else changes the request until the transaction ends.
    """
    found = sessions.find(connection, token, now)
    if found is None:
        return None
    id, expires_at = found
    if lock and isinstance(before := records.read(connection, "request", id), Request) and before.customer:
        records.hold(connection, "customer", [before.customer])  # as everybody: customers come first
    request = records.read(connection, "request", id, lock=lock)
    talk = records.read(connection, "talk", talk_id(id), lock=lock)
    if not (isinstance(request, Request) and isinstance(talk, Talk)):
        return None
    return Session(token, request, talk, expires_at)


def lines(connection: Connection, request: str, after: int = 0) -> list[ChatLine]:
    """The lines of a talk with numbers after one, in order."""
    ids = lookup.all_ids(connection, "chat_line", request)
    found = cast("list[ChatLine]", records.read_many(connection, "chat_line", ids))
    return sorted((line for line in found if line.n > after), key=lambda line: line.n)


def write(connection: Connection, session: Session, text: str, key: str, now: dt.datetime) -> int:
    """The customer writes a line, which their page calls ``key``: sent again it is the same; gives its number.

    What was closed is open again by it. Raises Unfit or TooManyAttempts.
    """
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise Unfit("empty", "text")
    if len(words) > LONGEST:
        raise Unfit("too_long", "text")
    if not 1 <= len(key) <= LONGEST_KEY:
        raise Unfit("again", "key")
    request = session.request
    id = line_id(request.id, key)
    there = records.read(connection, "chat_line", id)
    if isinstance(there, ChatLine):
        return there.n
    if request.lines >= MOST:
        raise limits.TooManyAttempts(_ANEW_SECONDS)
    for rate in LINES:
        limits.allow(connection, ("line", str(rate.within), request.id), rate, now)
    sessions.go_on(connection, session.token, now)
    line = ChatLine(
        id=id,
        store=request.store,
        request=request.id,
        holder=request.claimed_by,
        customer=request.customer,
        n=request.lines + 1,
        at=now,
        by=CUSTOMER,
        text=words,
    )
    records.write(connection, [with_line(request, line), line], now=now)
    return line.n


def came(connection: Connection, session: Session, n: int, now: dt.datetime, *, is_read: bool) -> None:
    """The lines up to a number have come to the customer's page, or were read there."""
    talk, n = session.talk, min(n, session.request.lines)
    read = max(talk.read, n if is_read else 0)
    after = msgspec.structs.replace(talk, read=read, delivered=max(n, talk.delivered))
    records.write(connection, [after], now=now)


def rate(connection: Connection, session: Session, rating: str, comment: str, now: dt.datetime) -> None:
    """The customer says how they were helped; the last word counts. Raises Unfit or TooManyAttempts."""
    if rating not in ("1", "2", "3", "4", "5"):
        raise Unfit("rating", "rating")
    words = comment.replace("\r\n", "\n").strip()
    if len(words) > LONGEST_COMMENT:
        raise Unfit("too_long", "comment")
    limits.allow(connection, ("rating", session.request.id), CHOICES, now)
    records.write(connection, [msgspec.structs.replace(session.request, rating=int(rating), comment=words)], now=now)


def wish_transcript(connection: Connection, session: Session, email: str, now: dt.datetime) -> None:
    """The customer would like to have what was written, by e-mail. Raises Unfit or TooManyAttempts."""
    to = email.strip()
    if not EMAIL.fullmatch(to) or len(to) > 200:
        raise Unfit("email", "email")
    limits.allow(connection, ("transcript", session.request.id), CHOICES, now)
    records.write(connection, [msgspec.structs.replace(session.talk, transcript_to=to)], now=now)


def form_key(guard: str) -> str:
    """What a form calls the line that it brings: a form sent twice brings one."""
    return source_id("form", "sellmode", guard)

"""What belongs to a request of a customer follows it: whoever takes it sees the talk and its lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.store import lookup
from sellmode_contract.kinds.chat_line import ChatLine
from sellmode_contract.kinds.request import Request, Talk, talk_id
from sellmode_contract.records import Record

KINDS: Final = frozenset({"talk", "chat_line"})


def keys(connection: Connection, moved: Sequence[tuple[Request | None, Request | None]]) -> list[tuple[str, str]]:
    """Kind and id of the talks and lines of requests that are gone, or have another holder, customer or store."""
    found: list[tuple[str, str]] = []
    for before, after in moved:
        if before is not None and (after is None or _belongs(before) != _belongs(after)):
            found.append(("talk", talk_id(before.id)))
            found += [("chat_line", id) for id in lookup.all_ids(connection, "chat_line", before.id)]
    return found


def follow(part: Record, request: Request) -> Record:
    """A talk or line as it is with its request."""
    assert isinstance(part, Talk | ChatLine)  # noqa: S101 -- for the type checker
    return msgspec.structs.replace(part, store=request.store, holder=request.claimed_by, customer=request.customer)


def _belongs(request: Request) -> tuple[str, str | None, str | None]:
    return request.store, request.claimed_by, request.customer

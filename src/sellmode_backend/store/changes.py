"""Applying changes of records at the end of a write: what left whose view is noted, clocks move, rows are written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk, feeds
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.prepared import Prepared, one_of
from sellmode_backend.store.schema import gone, record
from sellmode_contract import audiences
from sellmode_contract.audiences import Tags

_NOBODY = Tags(None, None)


class Note(NamedTuple):
    """What is noted with a record that leaves somebody's view."""

    why: str
    at: dt.datetime


class Row(NamedTuple):
    """A row of the table of records."""

    kind: str
    id: str
    feed: str
    parent: str | None
    team: str | None
    own: str | None
    team_since: int
    own_since: int
    seq: int
    rev: int
    doc: str


class Change(NamedTuple):
    """A record before and after; either may be missing."""

    kind: str
    id: str
    old: Row | None
    tags: Tags = _NOBODY
    parent: str | None = None
    doc: str = ""
    """Empty: the record is removed."""


class _Ticks:
    """Deals out the new numbers of each feed: ROWS_PER_SEQ rows and CHARACTERS_PER_SEQ of documents at most to one."""

    def __init__(self) -> None:
        self.count: dict[str, int] = {}
        """How far each clock moves."""
        self._taken: dict[str, tuple[int, int]] = {}
        """Rows and characters of each feed's last number."""

    def place(self, feed: str, rows: int, characters: int = 0) -> int:
        """Which of the feed's new numbers, counted from 1, its next rows get; together, so that a move comes whole."""
        taken_rows, taken_characters = self._taken.get(feed, (feeds.ROWS_PER_SEQ, 0))
        if taken_rows + rows > feeds.ROWS_PER_SEQ or taken_characters + characters > feeds.CHARACTERS_PER_SEQ:
            self.count[feed] = self.count.get(feed, 0) + 1
            taken_rows = taken_characters = 0
        self._taken[feed] = (taken_rows + rows, taken_characters + characters)
        return self.count[feed]


def _feed(tags: Sequence[str | None]) -> str:
    """The feed of a record's tags, which name at most one; empty if nobody may see it."""
    audience = tags[0] or tags[1]
    return audiences.feed_of(audience) if audience else ""


def _scopes(tags: Sequence[str | None]) -> set[str]:
    team, own = tags
    return {name for name in (team and f"team/{team}", own and f"own/{own}") if name}


def apply(connection: Connection, changes: Sequence[Change], note: Note) -> None:
    """Write what changed: removals noted and forgotten, clocks moved last, rows written with the clocks' numbers."""
    if not changes:
        return
    ticks, placed, lost, gained = _Ticks(), [], [], set[tuple[str, str, str]]()
    for change in changes:
        old_tags: Tags = Tags(change.old.team, change.old.own) if change.old else _NOBODY
        old_scopes, scopes = _scopes(old_tags), _scopes(change.tags)
        left, feed = old_scopes - scopes, _feed(change.tags)
        old_feed = _feed(old_tags)
        gained.update((change.kind, change.id, scope) for scope in scopes - old_scopes)
        number = ticks.place(feed, 1 + len(left) * (old_feed == feed), len(change.doc)) if feed else 0
        placed.append((change, feed, number))
        if left:
            old_number = number if old_feed == feed else ticks.place(old_feed, len(left))
            lost += [(change, scope, old_feed, old_number) for scope in left]
    noted = _noted_as_gone(connection, gained, changes)
    revisions = _revisions(changes, noted)

    base = feeds.tick(connection, ticks.count)
    regained = [{"kind": kind, "id": id, "scope": scope} for kind, id, scope in gained & noted.keys()]
    bulk.delete(connection, gone, regained)
    removals = [
        {
            "kind": change.kind,
            "id": change.id,
            "scope": scope,
            "seq": base[feed] + number,
            "why": note.why,
            "at": note.at,
            "rev": revisions[change.kind, change.id],
            "since": _since(change.old, scope),
        }
        for change, scope, feed, number in lost
    ]
    bulk.upsert(connection, gone, removals)
    bulk.delete(connection, record, [{"kind": change.kind, "id": change.id} for change in changes if not change.doc])
    made: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for change, feed, number in placed:
        if change.doc:
            seq = base[feed] + number if feed else 0
            team, own = (change.old.team, change.old.own) if change.old else _NOBODY
            row = {
                "kind": change.kind,
                "id": change.id,
                "feed": feed,
                "parent": change.parent,
                "team": change.tags.team,
                "own": change.tags.own,
                "team_since": change.old.team_since if change.old and team == change.tags.team else seq,
                "own_since": change.old.own_since if change.old and own == change.tags.own else seq,
                "seq": seq,
                "rev": revisions[change.kind, change.id],
                "doc": change.doc,
            }
            (changed if change.old else made).append(row)
    # A new row is plainly inserted: if somebody creates the same record at this moment, whose tags were not seen here,
    # that ends this transaction with an IntegrityError, and trying again is right.
    bulk.insert(connection, record, made)
    bulk.update(connection, record, changed)


def _since(old: Row | None, scope: str) -> int:
    """The number at which a record came into a scope that it was in."""
    if old is None:
        return 0
    return int(old.team_since if scope.startswith("team/") else old.own_since)


_NOTED = Prepared(
    lambda engine: sa.select(gone.c.id, gone.c.scope, gone.c.rev).where(
        gone.c.kind == sa.bindparam("kind"), one_of(engine, gone.c.id, "ids")
    )
)


def _noted_as_gone(
    connection: Connection, gained: Iterable[tuple[str, str, str]], changes: Iterable[Change]
) -> dict[tuple[str, str, str], int]:
    """What is noted of records that come into a scope or are new: kind, id and scope, with the revision they had."""
    by_kind: dict[str, set[str]] = {}
    for kind, id in [*((kind, id) for kind, id, _ in gained), *((new.kind, new.id) for new in changes if not new.old)]:
        by_kind.setdefault(kind, set()).add(id)
    return {
        (kind, id, scope): rev
        for kind, ids in by_kind.items()
        for some in in_parts(sorted(ids))
        for id, scope, rev in _NOTED.rows(connection, kind=kind, ids=some)
    }


def _revisions(changes: Iterable[Change], noted: Mapping[tuple[str, str, str], int]) -> dict[tuple[str, str], int]:
    """The new revision of each record: above what any terminal holds, also if it was removed and is made again."""
    highest: dict[tuple[str, str], int] = {}
    for (kind, id, _), rev in noted.items():
        highest[kind, id] = max(rev, highest.get((kind, id), 0))
    return {
        (change.kind, change.id): 1 + (change.old.rev if change.old else highest.get((change.kind, change.id), 0))
        for change in changes
    }

"""Feed clocks and pages: how an account is sent what changed since its cursor, and never misses a row.

Each store, and the retailer, has a clock: a row of ``feed``. A transaction that changes records of a feed moves its
clock and gives the changed rows the new number. The clock's row is locked until that transaction ends, so number n+1
exists only after n is committed: a snapshot that shows a row of number n shows every row of that feed below n, and a
cursor that has read up to n has missed nothing. A record is found at its latest number only, so the feed needs no
compaction.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from sellmode_backend.store.bulk import one_of
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.prepared import Engine, Prepared
from sellmode_backend.store.schema import feed, gone, record
from sellmode_contract import audiences

ROWS_PER_SEQ = 500
"""Rows of a feed that share one number at most, so that a page of as many always gets on."""

CHARACTERS_PER_SEQ = 2 * 1024 * 1024
"""Of documents that share one number, unless a single one has more, and after which a page ends: a hundred notes as
long as a book have to fit into an answer, and into a server's memory.
"""


NOTES = "sellmode_feeds"
"""PostgreSQL's channel on which feeds are named whose clocks have moved (``bell``)."""


class Put(NamedTuple):
    """A record that a scope has now."""

    kind: str
    id: str
    rev: int
    doc: str
    """JSON."""
    since: int
    """The number at which it came into the scope."""


class Remove(NamedTuple):
    """A record that left a scope."""

    kind: str
    id: str


class Page(NamedTuple):
    """What changed in a scope after a cursor. No record is in both lists, so their order does not matter."""

    puts: list[Put]
    removes: list[Remove]
    horizon: int
    """The cursor after this page."""
    complete: bool
    """Whether there was nothing more when the page was read."""

    @property
    def characters(self) -> int:
        """Of the puts' documents."""
        return sum(len(put.doc) for put in self.puts)


def _ticking(engine: Engine) -> sa.UpdateBase:
    statement = (sqlite.insert if engine == "sqlite" else postgresql.insert)(feed)
    moved = {"seq": feed.c.seq + statement.excluded.seq}
    # The note is sent with the commit, or not at all.
    note = () if engine == "sqlite" else (sa.func.pg_notify(NOTES, feed.c.id),)
    return statement.on_conflict_do_update(index_elements=[feed.c.id], set_=moved).returning(feed.c.seq, *note)


_TICK = Prepared(_ticking, ("id", "seq"))


def tick(connection: Connection, ticks: Mapping[str, int]) -> dict[str, int]:
    """Move clocks on, each by as many numbers as asked, and hold them until the transaction ends.

    Gives each feed's number before the first new one. Clocks are taken in sorted order, and last of all locks, so that
    two writers cannot wait for each other.
    """
    return {name: _TICK.rows(connection, id=name, seq=count)[0][0] - count for name, count in sorted(ticks.items())}


_HEAD = Prepared(sa.select(feed.c.seq).where(feed.c.id == sa.bindparam("id")))


def head(connection: Connection, feed_id: str) -> int:
    """The number that a feed's clock shows; 0 for a feed without changes."""
    return next((seq for (seq,) in _HEAD.rows(connection, id=feed_id)), 0)


def min_seq(connection: Connection, feed_id: str) -> int:
    """The number below which a cursor of a feed may have missed removals, so that its scopes are reset."""
    return connection.scalar(sa.select(feed.c.min_seq).where(feed.c.id == feed_id)) or 0


class Clock(NamedTuple):
    """A feed's clock, as ``head`` and ``min_seq`` give it."""

    seq: int
    min_seq: int


def heads(connection: Connection, feed_ids: Collection[str]) -> dict[str, int]:
    """As ``head``, of any number of feeds at once."""
    found = dict.fromkeys(feed_ids, 0)
    for some in in_parts(sorted(feed_ids), 1000):
        query = sa.select(feed.c.id, feed.c.seq).where(one_of(connection, feed.c.id, some))
        found.update((id, seq) for id, seq in connection.execute(query))
    return found


class _Found(NamedTuple):
    """A record of a scope, with its number."""

    seq: int
    kind: str
    id: str
    rev: int
    doc: str
    since: int


_PUTS = {
    column: Prepared(
        sa.select(record.c.seq, record.c.kind, record.c.id, record.c.rev, record.c.doc, record.c[f"{column}_since"])
        .where(record.c[column] == sa.bindparam("audience"), record.c.seq > sa.bindparam("after"))
        .order_by(record.c.seq)
        .limit(sa.bindparam("limit"))
    )
    for column in ("team", "own")
}
_GONE = Prepared(
    sa.select(gone.c.seq, gone.c.kind, gone.c.id)
    .where(gone.c.scope == sa.bindparam("scope"), gone.c.seq > sa.bindparam("after"))
    .order_by(gone.c.seq)
    .limit(sa.bindparam("limit"))
)


def page(connection: Connection, scope: str, after: int, limit: int) -> Page:
    """What changed in a scope after the cursor ``after``: at most about ``limit`` puts and as many removes.

    Fewer if the documents are large (CHARACTERS_PER_SEQ).

    Takes a snapshot's connection (``Database.snapshot``): clock, records and removals must be of one state. A page
    never splits a number, so ``limit`` counts as ROWS_PER_SEQ at least. A cursor beyond the clock stays where it is.
    """
    limit = max(limit, ROWS_PER_SEQ)
    column = _audience_column(scope).name
    found = _PUTS[column].stream(connection, audience=_audience(scope), after=after, limit=limit + 1)
    with contextlib.closing(found):
        put_rows, puts_cut = _taken(map(_Found._make, found), limit)
    gone_rows = _GONE.rows(connection, scope=scope, after=after, limit=limit + 1)
    end = max(after, head(connection, audiences.feed_of(scope)))
    # A list that was cut may lack rows of its last number; whatever came before is complete.
    last = [*([put_rows[-1].seq] if puts_cut else []), *([gone_rows[-1][0]] if len(gone_rows) > limit else [])]
    horizon = min([end, *(seq - 1 for seq in last)])
    return Page(
        puts=[Put(row.kind, row.id, row.rev, row.doc, row.since) for row in put_rows if row.seq <= horizon],
        removes=[Remove(kind, id) for seq, kind, id in gone_rows if seq <= horizon],
        horizon=horizon,
        complete=horizon == end,
    )


def _taken(found: Iterable[_Found], limit: int) -> tuple[list[_Found], bool]:
    """As many rows as make a page, and one more; whether there may be others."""
    rows, characters = list[_Found](), 0
    for row in found:
        rows.append(row)
        characters += len(row.doc)
        if characters > CHARACTERS_PER_SEQ and row.seq > rows[0].seq:
            return rows, True
    return rows, len(rows) > limit


def left(connection: Connection, scope: str, after: int) -> int:
    """How many records of a scope changed after a cursor: what a first sync has still to bring."""
    count = sa.select(sa.func.count()).where(_audience_column(scope) == _audience(scope), record.c.seq > after)
    return connection.scalar(count) or 0


def collect_gone(connection: Connection, older_than: dt.datetime) -> int:
    """Forget the removals noted before an instant; cursors that may not have seen them are reset from now on.

    Gives how many were forgotten.
    """
    old = gone.c.at < older_than
    highest: dict[str, int] = {}
    for scope, seq in connection.execute(
        sa.select(gone.c.scope, sa.func.max(gone.c.seq)).where(old).group_by(gone.c.scope)
    ):
        name = audiences.feed_of(scope)
        highest[name] = max(highest.get(name, 0), seq)
    for name, seq in sorted(highest.items()):
        connection.execute(sa.update(feed).where(feed.c.id == name, feed.c.min_seq < seq).values(min_seq=seq))
    return connection.execute(sa.delete(gone).where(old)).rowcount


def in_scopes(scopes: Collection[str]) -> sa.ColumnElement[bool]:
    """Whether a record is in one of some scopes."""
    return sa.or_(sa.false(), *(_audience_column(scope) == _audience(scope) for scope in sorted(scopes)))


def _audience(scope: str) -> str:
    return scope.partition("/")[2]


def _audience_column(scope: str) -> sa.Column[str]:
    column = scope.partition("/")[0]
    if column not in ("team", "own"):
        raise ValueError(f"not a scope: {scope!r}")
    return record.c[column]

"""The lines that answer ``POST /v1/sync``, page by page (docs/sync.md tells the contract).

What the terminal sends is done first (``push``), so that an edit is judged before its record leaves, and its effects
are among what the pages bring.

Each page is read in one snapshot of the database, and so are the account, its session, the retailer's mode and the
clocks it is cut by: nothing is sent that was not visible to the account in the state it was read from. Between two
pages nothing is held. When the view has changed since the head the answer ends, and the terminal asks again.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import sessions
from sellmode_backend.accounts.sessions import AccountDisabled, SignedOut
from sellmode_backend.store import clients, feeds, presence, records, typing
from sellmode_backend.store.database import Database
from sellmode_backend.store.feeds import Clock
from sellmode_backend.store.presence import Device
from sellmode_backend.sync import cursor as cursors
from sellmode_backend.sync.cursor import Cursor, Place
from sellmode_backend.sync.incoming import read
from sellmode_backend.sync.judge import Author
from sellmode_backend.sync.push import Push, Pushed, push
from sellmode_backend.sync.standing import Standing, standing
from sellmode_contract import audiences, visibility, wire
from sellmode_contract.kinds.request import Request
from sellmode_contract.mutations.operations import known_changes

_log = logging.getLogger(__name__)

_ENCODER = msgspec.json.Encoder()
_AUDIENCES_FIRST_TO_LAST = ("person", "lead", "store", "all")
"""One's own first: it is the smallest and asked for first."""

_NOTING = threading.Lock()
"""One answer notes at a time: a writer of SQLite waits by luck, and those who write what people wrote come first."""
_NOTING_SECONDS = 1.0
"""So long an answer waits for whoever writes, to note what it brings."""
_IN_THE_WAY = (sa.exc.OperationalError, sa.exc.IntegrityError)
"""What another transaction at the same moment makes of one."""
_KNOWS = known_changes()
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class SyncRules:
    """How answers are cut, and what terminals are told about time."""

    page_lines: int = 500
    """About how many lines a page has; a terminal makes a page durable in one transaction."""
    answer_bytes: int = wire.MAX_ANSWER_BYTES // 4
    """After so many decoded bytes an answer ends, and the terminal asks for more."""
    poll_s: int = 30
    lease: wire.Lease = field(default_factory=lambda: wire.Lease(soft_s=7 * 86400, hard_s=14 * 86400))


class Chunk(NamedTuple):
    """A piece of an answer: whole lines, and nothing is held in the database between two of them."""

    lines: bytes
    """Newline-delimited."""
    number: int
    last: bool


def answer(
    database: Database, token: str, request: wire.SyncRequest, *, clock: Callable[[], dt.datetime], rules: SyncRules
) -> Iterator[Chunk]:
    """The answer's lines, a chunk for each page.

    The first chunk raises SignedOut, AccountDisabled, BadPush or ClientForked.
    """
    answering = _Answering(token, request, clock, rules)
    pushed = answering.push(database)
    lines = None if pushed else answering.nothing_new(database)
    if lines is None:
        with database.snapshot() as connection:
            lines = answering.begin(connection, pushed)
    _note_contact(database, token, answering, clock())
    _note_poll(database, answering, clock())
    if request.typing:
        _note_typing(database, request.typing, answering.standing.view.account.id, clock())
    while True:
        _note_sent(database, answering, clock())
        chunk = Chunk(_ENCODER.encode_lines(lines), len(lines), isinstance(lines[-1], wire.End))
        answering.bytes += len(chunk.lines)
        yield chunk
        if chunk.last:
            return
        with database.snapshot() as connection:
            lines = answering.go_on(connection)


class _Answering:
    """What an answer knows between its pages."""

    standing: Standing
    """As of the head."""
    scopes: Sequence[str]
    """What the head tells."""
    sent: dict[str, int]
    """The scopes that are complete by now and bring what the account was not sent before, and as of which number."""
    complete: dict[str, int]
    """All scopes that are, likewise."""

    def __init__(
        self, token: str, request: wire.SyncRequest, clock: Callable[[], dt.datetime], rules: SyncRules
    ) -> None:
        self.token, self.request, self.clock, self.rules = token, request, clock, rules
        self._cursor = cursors.decode(request.cursor)
        self.bytes = 0
        self._sent = 0
        self._told_before: Mapping[str, clients.Told] = {}
        self.sent, self.complete = {}, {}
        self._newest: dict[str, int] = {}

    def push(self, database: Database) -> Pushed | None:
        """Do what the terminal sent; None if it sent nothing."""
        if not self.request.m:
            return None
        asked = read(self.request.cid, self.request.m)
        longest = dt.timedelta(seconds=self.rules.lease.hard_s)
        return push(database, Push(self.request.cid, asked, self._author, self.clock(), longest))

    def _author(self, connection: Connection) -> Author | None:
        """Who sends mutations; None if they are of another life of the database."""
        standing = self._look(connection)
        if self._is_reset(standing.epoch):
            return None
        had_since = self.clock() - dt.timedelta(seconds=self.rules.lease.hard_s)
        return Author(standing.view.account, standing.view.mode, standing.session.device, had_since)

    def _is_reset(self, epoch: str) -> bool:
        told = (self.request.epoch, self._cursor and self._cursor.epoch)
        return any(known is not None and known != epoch for known in told)

    def nothing_new(self, database: Database) -> list[wire.Line] | None:
        """The answer to most calls, which takes one statement; None if the terminal has not all that it may have."""
        with database.reading() as connection:
            head = self._head(self._look(connection), None)
        clocks = self.standing.clocks
        here = {scope: Place(after=clocks[feed].seq) for scope, feed in self._feeds.items()}
        if here != self._told:
            return None
        self.complete = {scope: place.after for scope, place in here.items()}
        return [head, wire.End(poll_s=self.rules.poll_s)]

    def begin(self, connection: Connection, pushed: Pushed | None) -> list[wire.Line]:
        standing = self._look(connection)
        head = self._head(standing, pushed)
        self._told_before = clients.told(connection, standing.view.account.id)
        results = pushed.results if pushed and not head.reset else ()
        # What the terminal holds of scopes it lost is hidden by the head. Of another store it goes at once; of a store
        # still seen most of it comes back under another scope, and the terminal purges the rest at the end.
        foreign = [scope for scope in self._told if audiences.feed_of(scope) not in self._feeds.values()]
        drops: list[wire.Line] = [wire.Drop(s=scope) for scope in sorted(foreign)]
        return [head, *results, *self._page(connection, standing.clocks, drops)]

    def _head(self, standing: Standing, pushed: Pushed | None) -> wire.Head:
        self.standing = standing
        view = standing.view
        reset = self._is_reset(standing.epoch)
        self._told: Mapping[str, Place] = self._cursor.places if self._cursor and not reset else {}
        self.scopes = sorted(visibility.scopes(view.mode, view.account), key=_order)
        self._feeds = {scope: audiences.feed_of(scope) for scope in self.scopes}
        return wire.Head(
            epoch=standing.epoch,
            view=view,
            scopes=tuple(self.scopes),
            now=self.clock(),
            lease=self.rules.lease,
            schema=(wire.SCHEMA, wire.SCHEMA),
            reset=reset,
            acked=pushed.acked if pushed else standing.acked,
            knows=_KNOWS,
        )

    def go_on(self, connection: Connection) -> list[wire.Line]:
        try:
            now = self._look(connection)
        except (SignedOut, AccountDisabled):
            return [wire.End(more=True)]
        return self._page(connection, now.clocks, []) if now.view == self.standing.view else [wire.End(more=True)]

    def _look(self, connection: Connection) -> Standing:
        return standing(connection, self.token, self.request, self.clock())

    def _page(self, connection: Connection, clocks: Mapping[str, Clock], lines: list[wire.Line]) -> list[wire.Line]:
        """A page: some scopes' changes, and its checkpoint.

        Every scope that has moved is looked at, so that a pass ends only where all of them are complete in one state: a
        record that changed scopes meanwhile is not missing.
        """
        places = {scope: self._place(connection, scope, clocks) for scope in self.scopes}
        complete, characters = True, 0
        for scope in self.scopes:
            place, clock = places[scope], clocks[self._feeds[scope]]
            if place.after == clock.seq and not place.gen:
                self.complete[scope] = clock.seq
                continue
            if len(lines) >= self.rules.page_lines or characters >= feeds.CHARACTERS_PER_SEQ:
                complete = False
                break
            page = feeds.page(connection, scope, place.after, self.rules.page_lines)
            changes, places[scope] = self._changes(scope, place, page)
            lines.extend(changes)
            characters += page.characters
            complete = complete and page.complete
            self._note(scope, page, is_reset=bool(place.gen))
        self._sent += len(lines)
        if lines or places != self._told:
            left = sum(place.left for place in places.values())
            cursor = cursors.encode(Cursor(self.standing.epoch, places))
            lines.append(wire.Checkpoint(cur=cursor, n=len(lines), left=left or None))
        self._told = places
        if complete:
            lines.append(wire.End(poll_s=self.rules.poll_s))
        elif self._sent >= self.request.limit or self.bytes >= self.rules.answer_bytes:
            lines.append(wire.End(more=True))
        return lines

    def _note(self, scope: str, page: feeds.Page, *, is_reset: bool) -> None:
        """Note if a page completes a scope with something that has come into it since that was last so."""
        self._newest[scope] = max([self._newest.get(scope, 0), *(put.since for put in page.puts)])
        told = self._told_before.get(scope)
        if page.complete:
            self.complete[scope] = page.horizon
            if is_reset or self._newest[scope] > (told.last if told else 0):
                self.sent[scope] = page.horizon

    def _place(self, connection: Connection, scope: str, clocks: Mapping[str, Clock]) -> Place:
        """Where to read on in a scope: where the terminal is, or at the beginning of a reset.

        A reset begins where the terminal has nothing of the scope, where removals it has not seen (or that came during
        its reset) are forgotten, and where it knows more than the database.
        """
        clock = clocks[self._feeds[scope]]
        place = self._told.get(scope)
        if place is not None:
            known_since = place.start if place.gen else place.after
            if clock.min_seq <= known_since and max(place.after, place.start) <= clock.seq:
                return place
        # Larger than any earlier reset's unless nothing has changed since, and never 0.
        return Place(gen=clock.seq + 1, start=clock.seq, left=feeds.left(connection, scope, 0))

    @staticmethod
    def _changes(scope: str, place: Place, page: feeds.Page) -> tuple[list[wire.Line], Place]:
        """The lines of a page of a scope, and the place after them."""
        lines: list[wire.Line] = []
        # Up to where a reset began it needs no removals: what it has not delivered is swept at its end.
        if not place.gen or page.horizon > place.start:
            lines += [wire.Remove(k=gone.kind, id=gone.id, s=scope) for gone in page.removes]
        lines += [
            wire.Put(k=put.kind, id=put.id, v=put.rev, s=scope, g=place.gen, d=msgspec.Raw(put.doc.encode()))
            for put in page.puts
        ]
        if not page.complete:
            left = max(place.left - len(page.puts), 0)
            return lines, msgspec.structs.replace(place, after=page.horizon, left=left)
        if place.gen:
            lines.append(wire.Sweep(s=scope, g=place.gen))
        return lines, Place(after=page.horizon)


def _order(scope: str) -> tuple[int, str]:
    audience = scope.partition("/")[2].partition(":")[0]
    return _AUDIENCES_FIRST_TO_LAST.index(audience), scope


def _note_contact(database: Database, token: str, answering: _Answering, now: dt.datetime) -> None:
    """Write down that the account was there, and which scopes it was told: new ones at once, the rest now and then."""
    session, told_at = answering.standing.session, answering.standing.told_at
    noted = [session.seen_at, *(told_at.get(scope, _NEVER) for scope in answering.scopes)]
    if now - min(noted) < sessions.NOTED_AGAIN:
        return
    try:
        with database.transaction() as connection:
            sessions.note_contact(connection, token, now)
            clients.note_scopes(connection, session.account.id, answering.scopes, now)
            clients.note_sent(connection, session.account.id, answering.complete, now)
    except _IN_THE_WAY:  # somebody else writes for long (an import); the next call notes it
        _log.warning("contact could not be noted: the database is busy")


def _note_poll(database: Database, answering: _Answering, now: dt.datetime) -> None:
    """Whoever is available for chat and has no stream of events is connected by polling."""
    if answering.standing.polled_until is None:
        return
    session = answering.standing.session
    try:
        with database.transaction(light=True) as connection:
            presence.polled(connection, Device(session.account.id, session.device), now)
    except _IN_THE_WAY:
        _log.warning("who is connected could not be noted: the database is busy")


def _note_typing(database: Database, id: str, who: str, now: dt.datetime) -> None:
    """Let the customer of a request know that who has taken it is writing; that they are not is told by nobody."""
    with database.snapshot() as connection:
        request = records.read(connection, "request", id)
    if not (isinstance(request, Request) and request.claimed_by == who):
        return
    try:
        with database.transaction(light=True) as connection:
            typing.note(connection, id, request.store, "store", now)
    except _IN_THE_WAY:  # it is said again
        _log.warning("that somebody is writing could not be told: the database is busy")


def _note_sent(database: Database, answering: _Answering, now: dt.datetime) -> None:
    """Write down which scopes are complete with this answer, before it goes out."""
    if not answering.sent or not _NOTING.acquire(timeout=_NOTING_SECONDS):
        return
    try:
        with database.transaction(light=True) as connection:
            clients.note_sent(connection, answering.standing.view.account.id, answering.sent, now)
    except _IN_THE_WAY:  # it is noted with what comes next, or with the contact
        _log.warning("what was sent could not be noted: the database is busy")
    finally:
        _NOTING.release()
    answering.sent = {}

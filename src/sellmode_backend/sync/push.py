"""Doing what a client sent: in its order, each mutation once, and no mutation in the way of the next.

A call's mutations are one transaction, with their effects, the ledger and the client's place in it. If anything
unexpected happens it is undone and they are done one by one, to find the one at which the backend fails: that and all
later ones are answered ``retry``, the third time it is put aside as ``poison``. A database that cannot be had is no
such failure: the error goes to the caller, and nothing counts against a mutation.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.faults import traced
from sellmode_backend.store import clients
from sellmode_backend.store.clients import Client, Entry
from sellmode_backend.store.database import Database, again, is_passing, is_unavailable
from sellmode_backend.store.records import RecordTooLarge
from sellmode_backend.sync import batch
from sellmode_backend.sync.incoming import IncomingMutation
from sellmode_backend.sync.judge import Author
from sellmode_backend.sync.targets import Moved
from sellmode_contract import wire
from sellmode_contract.mutations import Merge, RejectionCode
from sellmode_contract.refusals import TITLES

FAILURES = 3
"""So often the backend fails at a mutation before it puts it aside."""
_ATTEMPTS = 6
"""Of a transaction that others are in the way of."""
_STOPS = ("retry", "gap")
"""Results with which a queue ends for now."""

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class ClientForked(Exception):
    """Another journal uses this client's name, or another account or device does."""


class _Failed(Exception):
    """The backend failed at mutations for a reason of its own, its cause."""


class Push(NamedTuple):
    """A client's mutations."""

    cid: str
    mutations: Sequence[IncomingMutation]
    author: Callable[[Connection], Author | None]
    """Who sends them, as of a transaction; None if they are not to be looked at. May raise what it likes."""
    received: dt.datetime
    longest: dt.timedelta
    """How long ago a mutation can have been made."""


class Pushed(NamedTuple):
    """Their results."""

    results: tuple[wire.Result, ...]
    """One for each, in order; none if they were not looked at."""
    acked: int
    """The highest ``seq`` of the client that was done with before."""


def push(database: Database, wanted: Push) -> Pushed:
    """Do mutations. Raises ClientForked, what ``author`` raises, and what a database raises that cannot be had."""
    results: list[wire.Result] = []
    acked: int | None = None
    for some in _parts(wanted.mutations):
        try:
            done = _attempted(partial(_together, database, wanted, some))
        except _Failed:
            done = _one_by_one(database, wanted, some)
        acked = done.acked if acked is None else acked
        if not done.results:
            return done
        results += done.results
        if results[-1].st in _STOPS:
            break
    # What stopped the queue stops everything behind it.
    stopped = [wire.Result(mid=item.mid, seq=item.seq, st=results[-1].st) for item in wanted.mutations[len(results) :]]
    return Pushed((*results, *stopped), acked or 0)


def _parts(mutations: Sequence[IncomingMutation]) -> Iterator[Sequence[IncomingMutation]]:
    """What is done in one transaction each: a merge of customers moves so much that it has one to itself."""
    begin = 0
    for index, item in enumerate(mutations):
        if isinstance(item.operation, Merge):
            if begin < index:
                yield mutations[begin:index]
            yield [item]
            begin = index + 1
    if begin < len(mutations):
        yield mutations[begin:]


def _attempted(run: Callable[[], _T]) -> _T:
    """Run a transaction, again if another one was in its way. Raises what it raises, and _Failed."""
    try:
        return again(run, _passes, tries=_ATTEMPTS)
    except Exception as error:
        if not _passes(error) or is_unavailable(error):
            raise
        raise _Failed from error


def _passes(error: Exception) -> bool:
    return isinstance(error, Moved) or is_passing(error)


# ------------------------------------------------------------------ together


def _together(database: Database, wanted: Push, some: Sequence[IncomingMutation]) -> Pushed:
    """Do mutations in one transaction: all of them, or those before a gap."""
    with database.transaction() as connection:
        author = wanted.author(connection)
        if author is None:
            return Pushed((), 0)
        client = _held(connection, wanted, author)
        place = _Place(client.last_seq, author.account.id, clients.known(connection, _names(some)))
        for item in some:
            place.take(item)
        if place.new:
            try:
                clients.reopen(connection, place.reopened)
                entries = batch.do(connection, author, place.new, wanted.received, wanted.longest)
                clients.enter(connection, wanted.cid, author.account.id, entries, wanted.received)
            except Exception as error:
                if _passes(error) or is_unavailable(error):
                    raise
                raise _Failed from error
            place.done(entries)
        if place.last_seq != client.last_seq:
            clients.advance(connection, wanted.cid, place.last_seq, wanted.received)
        return Pushed(place.results(some), client.last_seq)


def _held(connection: Connection, wanted: Push, author: Author) -> Client:
    try:
        return clients.hold(connection, wanted.cid, author.account.id, author.device, wanted.received)
    except clients.ForeignClient:
        raise ClientForked from None


def _names(some: Sequence[IncomingMutation]) -> set[str]:
    return {item.mid for item in some if item.has_name}


class _Place:
    """Where a client is, while its mutations are looked at one after the other."""

    def __init__(self, last_seq: int, account: str, known: dict[str, clients.Known]) -> None:
        self.last_seq = last_seq
        self.new: list[IncomingMutation] = []
        self.reopened: list[str] = []
        """Names of those of the new ones that an older version of the backend did not know."""
        self._account, self._known = account, known
        self._told: dict[str, wire.Result] = {}
        self._gap = False

    def take(self, item: IncomingMutation) -> None:
        """See whether a mutation is done already, is the next, or comes too early. Raises ClientForked.

        What an older version of the backend did not know is judged anew when it is sent as the next.
        """
        self._gap = self._gap or item.seq > self.last_seq + 1
        if self._gap:
            self._told.setdefault(item.mid, wire.Result(mid=item.mid, seq=item.seq, st="gap"))
            return
        is_next = item.seq == self.last_seq + 1
        known = self._known.get(item.mid)
        if not item.has_name:
            self._told[item.mid] = _refused(item, "invalid", "A mutation's mid is a UUID in its canonical form.")
        elif known is not None and known.account != self._account:
            self._told[item.mid] = _refused(item, "invalid", "This mutation's mid is taken.")
        elif known is not None and not (is_next and known.result.code == "unsupported"):
            self._told[item.mid] = known.result
        elif any(other.mid == item.mid for other in self.new):
            pass  # twice in one call: done once
        elif is_next:
            self.new.append(item)
            self.reopened += [item.mid] if known else []
        else:
            raise ClientForked
        self.last_seq = max(self.last_seq, item.seq)

    def done(self, entries: Sequence[Entry]) -> None:
        """Note what became of the new ones."""
        self._told.update({entry.result.mid: entry.result for entry in entries})

    def results(self, some: Sequence[IncomingMutation]) -> tuple[wire.Result, ...]:
        """The result of each, under the number it was sent with now."""
        return tuple(msgspec.structs.replace(self._told[item.mid], seq=item.seq) for item in some)


def _refused(item: IncomingMutation, code: RejectionCode, detail: str) -> wire.Result:
    return wire.Result(mid=item.mid, seq=item.seq, st="rejected", code=code, detail=detail)


# ------------------------------------------------------------------ one by one


def _one_by_one(database: Database, wanted: Push, some: Sequence[IncomingMutation]) -> Pushed:
    """Do mutations in a transaction each, up to the one at which the backend fails."""
    results: list[wire.Result] = []
    acked: int | None = None
    for item in some:
        try:
            done = _attempted(partial(_together, database, wanted, [item]))
        except _Failed as failure:
            cause = failure.__cause__ or failure
            _log.error("a mutation failed\n%s", traced(cause))
            done = _attempted(partial(_put_off, database, wanted, item, cause))
        acked = done.acked if acked is None else acked
        if not done.results:
            return done
        results += done.results
        if results[-1].st in _STOPS:
            break
    return Pushed(tuple(results), acked or 0)


def _put_off(database: Database, wanted: Push, item: IncomingMutation, cause: BaseException) -> Pushed:
    """Count a failure; the last one puts the mutation aside, and the queue goes on."""
    with database.transaction() as connection:
        author = wanted.author(connection)
        if author is None:
            return Pushed((), 0)
        client = _held(connection, wanted, author)
        retry = Pushed((wire.Result(mid=item.mid, seq=item.seq, st="retry"),), client.last_seq)
        if client.last_seq != item.seq - 1:  # another call has come by meanwhile
            return retry
        failures = client.failures + 1 if client.failing_mid == item.mid else 1
        code: RejectionCode = "too_large" if isinstance(cause, RecordTooLarge) else "poison"
        if code == "poison" and failures < FAILURES:
            clients.note_failure(connection, wanted.cid, item.mid, failures, wanted.received)
            return retry
        result = _refused(item, code, TITLES[code])
        entry = Entry(result, item.op, item.target, item.body)
        clients.enter(connection, wanted.cid, author.account.id, [entry], wanted.received)
        clients.advance(connection, wanted.cid, item.seq, wanted.received)
        return Pushed((result,), client.last_seq)

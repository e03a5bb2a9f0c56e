"""Bugs to plant: what a sync like this one has got wrong elsewhere, and what the checks therefore have to find."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

import sqlalchemy as sa

from sellmode_backend.rules import ledger
from sellmode_backend.store import bulk, clients, feeds, records, schema
from sellmode_backend.sync import answer, push
from sellmode_backend.sync.cursor import Cursor, Place
from sellmode_contract.wire import Result
from sellmode_tui.cache.page import Page
from sellmode_tui.cache.store import Cache
from sellmode_tui.journal import settlement
from sellmode_tui.migrations import transaction
from sellmode_tui.sync.events import Effect, Settle
from sellmode_tui.sync.leader import HeartbeatMonitor
from sellmode_tui.sync.salvage import Salvage

Plant = Callable[[], AbstractContextManager[object]]


def no_gone() -> AbstractContextManager[object]:
    """What leaves somebody's view is not noted."""
    upsert = bulk.upsert

    def patched(connection: Any, table: Any, rows: Any) -> None:
        if table is not schema.gone:
            upsert(connection, table, rows)

    return mock.patch.object(bulk, "upsert", patched)


def page_splits_number() -> AbstractContextManager[object]:
    """A page that was cut claims the number at which it was cut."""
    page = feeds.page

    def patched(connection: Any, scope: str, after: int, limit: int) -> feeds.Page:
        cut = page(connection, scope, after, limit)
        return cut if cut.complete else cut._replace(horizon=cut.horizon + 1)

    return mock.patch.object(feeds, "page", patched)


def remove_ignores_scope() -> AbstractContextManager[object]:
    """A removal deletes a record that has come back under another scope already."""
    delete = Page._delete  # noqa: SLF001 # planted inside

    def patched(self: Page, kind: str, condition: str, parameters: tuple[Any, ...]) -> None:
        if condition == "id = ? AND scope = ?":
            condition, parameters = "id = ?", parameters[:1]
        delete(self, kind, condition, parameters)

    return mock.patch.object(Page, "_delete", patched)


def policy_read_once() -> AbstractContextManager[object]:
    """Who may see what is asked at the head of an answer only."""

    def patched(self: Any, connection: Any) -> Any:
        clocks = {
            feed: feeds.Clock(feeds.head(connection, feed), feeds.min_seq(connection, feed))
            for feed in set(self._feeds.values())
        }
        return self._page(connection, clocks, [])

    return mock.patch.object(answer._Answering, "go_on", patched)  # noqa: SLF001 # planted inside


@contextlib.contextmanager
def stale_cursor() -> Iterator[None]:
    """The cursor keeps the places of scopes that have left."""
    whose: list[Any] = []
    page = answer._Answering._page  # noqa: SLF001 # planted inside

    def patched(self: Any, connection: Any, clocks: Any, lines: Any) -> Any:
        whose[:] = [self]
        return page(self, connection, clocks, lines)

    def cursor(epoch: str, places: Mapping[str, Place]) -> Cursor:
        told = whose[0]._cursor  # noqa: SLF001 # planted inside
        return Cursor(epoch, {**(told.places if told is not None else {}), **places})

    with mock.patch.object(answer._Answering, "_page", patched), mock.patch.object(answer, "Cursor", cursor):  # noqa: SLF001 # as above
        yield


def no_comparison() -> AbstractContextManager[object]:
    """The cache takes a page although another process has advanced it."""

    @contextlib.contextmanager
    def patched(self: Any) -> Iterator[Any]:
        with self._lock, self._errors(), transaction(self._writer):
            yield self._writer

    return mock.patch.object(Cache, "_advance", patched)


def forgets_during_reset() -> AbstractContextManager[object]:
    """A reset goes on although removals that came during it were forgotten."""
    place = answer._Answering._place  # noqa: SLF001 # planted inside

    def patched(self: Any, connection: Any, scope: str, clocks: Any) -> Place:
        told: Place | None = self._told.get(scope)
        if told is not None and told.gen and max(told.after, told.start) <= clocks[self._feeds[scope]].seq:
            return told
        return place(self, connection, scope, clocks)

    return mock.patch.object(answer._Answering, "_place", patched)  # noqa: SLF001 # planted inside


def _enter_new() -> AbstractContextManager[object]:
    """Let the ledger leave out what it has already."""
    enter, known = clients.enter, clients.known

    def patched(connection: Any, cid: str, account: str, entries: Iterable[clients.Entry], now: Any) -> None:
        kept = list(entries)
        there = known(connection, {each.result.mid for each in kept})
        ledger = schema.mutation.c
        seqs = set(connection.scalars(sa.select(ledger.seq).where(ledger.cid == cid)))
        new = [each for each in kept if each.result.mid not in there and each.result.seq not in seqs]
        enter(connection, cid, account, new, now)

    return mock.patch.object(clients, "enter", patched)


@contextlib.contextmanager
def no_ledger() -> Iterator[None]:
    """Whatever comes is done."""

    def take(self: Any, item: Any) -> None:
        self.new.append(item)
        self.last_seq = max(self.last_seq, item.seq)

    with _enter_new(), mock.patch.object(push._Place, "take", take):  # noqa: SLF001 # planted inside
        yield


def silent_rejection() -> AbstractContextManager[object]:
    """What was refused is settled, and nobody is told."""
    settled = settlement.settled

    def patched(connection: Any, result: Any, at: Any) -> None:
        settled(connection, result, at)
        connection.execute("DELETE FROM tray WHERE mid = ?", (result.mid,))

    return mock.patch.object(settlement, "settled", patched)


@contextlib.contextmanager
def no_unique_mid() -> Iterator[None]:
    """A mutation is told apart by its client's count alone."""
    take = push._Place.take  # noqa: SLF001 # planted inside

    def patched(self: Any, item: Any) -> None:
        if item.seq == self.last_seq + 1 and self._known.get(item.mid):
            self._known = {mid: each for mid, each in self._known.items() if mid != item.mid}
        take(self, item)

    with _enter_new(), mock.patch.object(push._Place, "take", patched):  # noqa: SLF001 # as above
        yield


def rules_without_ledger() -> AbstractContextManager[object]:
    """What rules have made is known by the open tasks alone."""
    return mock.patch.multiple(ledger, made=lambda *_: {}, enter=lambda *_: None)


def forgets_on_salvage() -> AbstractContextManager[object]:
    """What a leaver had not sent counts as taken, whatever comes of the call."""
    again = Salvage.again

    def patched(self: Salvage) -> list[Effect]:
        told = tuple(Result(mid=mid, seq=seq, st="parked", code="moved") for mid, seq in self.sent.items())
        return [Settle(told), *again(self)]

    return mock.patch.object(Salvage, "again", patched)


def drops_poison() -> AbstractContextManager[object]:
    """What the backend fails at again and again counts as done."""
    refused = push._refused  # noqa: SLF001 # planted inside

    def patched(item: Any, code: Any, detail: str) -> Result:
        result = refused(item, code, detail)
        return result if code != "poison" else Result(mid=result.mid, seq=result.seq, st="applied")

    return mock.patch.object(push, "_refused", patched)


def waits_for_poison() -> AbstractContextManager[object]:
    """What the backend fails at is tried for ever."""
    return mock.patch.object(push, "FAILURES", 1_000_000)


def unknown_fields_dropped() -> AbstractContextManager[object]:
    """A document is stored with the fields that this version knows."""
    return mock.patch.object(records, "_with_unknown_fields", lambda _, doc, __: doc)


def nobody_overtakes() -> AbstractContextManager[object]:
    """A leader who does not go on keeps the lead."""
    return mock.patch.object(HeartbeatMonitor, "look", return_value=False)


BUGS: dict[str, Plant] = {
    "no gone": no_gone,
    "page splits seq": page_splits_number,
    "remove ignores tag": remove_ignores_scope,
    "policy read once per stream": policy_read_once,
    "stale cursor kept": stale_cursor,
    "no cursor CAS": no_comparison,
    "GC during reset": forgets_during_reset,
    "no ledger": no_ledger,
    "silent reject": silent_rejection,
    "no mid uniqueness": no_unique_mid,
    "rules without ledger": rules_without_ledger,
    "salvage forgets": forgets_on_salvage,
    "poison dropped": drops_poison,
    "poison waited for": waits_for_poison,
    "unknown fields dropped": unknown_fields_dropped,
    "hung leader kept": nobody_overtakes,
}
"""By the names that docs/proofs.md gives them."""

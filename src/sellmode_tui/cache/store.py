"""The cache file: what the backend sends goes in here, page by page, whatever happens.

A page and its cursor become durable in one transaction, which fails if another process has advanced the cache. So a
killed process leaves the cache as of some checkpoint, and the next pass goes on from there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlcipher3 import dbapi2

from sellmode_contract.search import name_key
from sellmode_contract.wire import Head
from sellmode_tui import misplaced, sealed
from sellmode_tui.cache import catalogue, learning, listing, meta, rows, schema, search, sorting
from sellmode_tui.cache.fold import Fold, Report, fail, folded_all
from sellmode_tui.cache.page import Change, Fits, Page
from sellmode_tui.cache.rows import CHUNK
from sellmode_tui.cache.schema import ASIDE
from sellmode_tui.cache.scrub import Scrubber
from sellmode_tui.cache.tables import OTHER, TABLES, VERSION, Malformed
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.key_memory import HeldKey, Key
from sellmode_tui.migrations import migrate, transaction
from sellmode_tui.private_files import file_identity
from sellmode_tui.sealed import Connection

REBUILD_FROM = 5000
"""A page that announces at least as many records to come, and more than the cache has, is the start of a bulk load."""

FUNCTIONS: dict[str, Callable[[str, str], Any]] = {
    "found": search.found,
    "exactly": search.exactly,
    "begins": search.begins,
    "name_key": name_key,
    "product_found": catalogue.found,
}
"""SQL functions of the readers, as ``sellmode_found`` and so on; each takes what a record holds and what was typed."""

_WRITER_CACHE = "PRAGMA cache_size = -65536"
_READER_CACHE = "PRAGMA cache_size = -16384"


class Overtaken(Exception):
    """Another process has advanced the cache since its state was read. Nothing was changed; read the state again."""


class Interrupted(Exception):
    """A reading was cancelled, or the cache was stopped."""


class SyncState(NamedTuple):
    """Where the cache stands."""

    cursor: str | None
    head: Head | None
    """As last accepted; None before the first contact."""
    last_contact: dt.datetime | None
    """When that was, by the caller's clock."""
    finished_at: dt.datetime | None
    """When a pass was last complete, by the caller's clock."""
    complete: bool
    """Whether a first sync (or one as large) has been completed, and lists and search have their indexes."""

    @property
    def epoch(self) -> str | None:
        """The backend's epoch as last heard."""
        return self.head.epoch if self.head else None


class Changed(NamedTuple):
    """What a page changed."""

    kinds: frozenset[str]
    records: int


class Reading:
    """A consistent view of the cache, for as long as a reading lasts."""

    def __init__(self, connection: Connection, head: Head | None) -> None:
        self.connection = connection
        self.head = head
        self.scopes = meta.visible_scopes(connection, head)
        """The scopes whose records may be shown, by their number in the file; none is nothing."""
        self.built = bool(meta.get(connection, "built"))
        """Whether lists and search have their indexes."""
        self.version: int = meta.get(connection, "content")
        """The same number, the same visible records."""

    def only_visible(self, alias: str) -> str:
        """SQL that is true of a kind's rows that may be shown."""
        # The + keeps SQLite from reading by scope, which would lose the order that it would otherwise read in.
        return f"+{alias}.scope IN ({','.join(map(str, self.scopes))})"


class Cache:
    """An open cache file. Any thread may use it: one writes at a time, each reading has a connection of its own.

    Everything raises `sealed.Replaced` once another version of the app has put a file of its own form in its place.
    """

    def __init__(self, path: Path, key: Key, outbox: Outbox | None = None, report: Report = fail) -> None:
        self.path = path
        self._report = report
        self._reported: set[type[Exception]] = set()
        self._key = HeldKey(key)
        self._outbox = outbox
        self._lock = threading.RLock()
        """Held while the writer's connection is in use."""
        self._readers_lock = threading.Lock()
        self._idle: list[Connection] = []
        self._reading: set[Connection] = set()
        self._stopped = threading.Event()
        self._writer = sealed.connect(path, key, create=True, synchronous="NORMAL")
        self._writer.execute(_WRITER_CACHE)
        self._place = file_identity(path)
        self._scrubber = Scrubber(path, self._writer)
        self._version = 0
        self._watch: Connection | None = None
        self._head: tuple[str, Head] | None = None

    @classmethod
    def open(cls, path: Path, key: Key, outbox: Outbox | None = None, report: Report = fail) -> Cache:
        """Open the cache at ``path``, making it if there is none. Raises SealedError (Corrupt, SchemaTooNew).

        One that another version of the app has filled with other columns or search words starts anew. What ``outbox``
        holds is shown as if the backend had it already. ``report`` is told once of each sort of mistake that folding
        makes; what it was made with does not show, and everything else goes on.
        """
        cache = cls(path, key, outbox, report)
        try:
            if cache._prepare():
                # Another process writes, and what follows folds first; or nothing can be written.
                with contextlib.suppress(sealed.Busy, sealed.DiskFull, sealed.Unusable):
                    cache.fold()
                return cache
        except BaseException:
            cache.close()
            raise
        cache.close()
        sealed.remove(path)
        return cls.open(path, key, outbox, report)

    def stop(self) -> None:
        """End whatever is being read or written, with Interrupted; nothing can be any more. Does not wait."""
        with self._readers_lock:
            self._stopped.set()
            for connection in (self._writer, *self._reading):
                with contextlib.suppress(dbapi2.ProgrammingError):  # closed already
                    connection.interrupt()

    def close(self) -> None:
        """Stop, and close every connection as soon as nobody uses it."""
        self.stop()
        with self._readers_lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        with self._lock:
            if self._watch is not None:
                self._watch.close()
            with contextlib.suppress(dbapi2.Error):
                # What was interrupted before is over: closing moves the log into the file, which can then be read
                # without room for anything beside it.
                self._writer.execute("SELECT 1")
            self._writer.close()
        self._key.drop()

    # -------------------------------------------------------------- state

    def state(self) -> SyncState:
        """Where the cache stands. What is applied next must follow on this."""
        with self._lock, self._errors():
            held = dict(self._writer.execute("SELECT name, value FROM meta"))
            if learning.is_ahead(self._writer):
                raise sealed.Replaced(self.path)
            self._version = held["version"]
        return SyncState(
            cursor=held.get("cursor"),
            head=msgspec.json.decode(held["head"], type=Head) if "head" in held else None,
            last_contact=_moment(held.get("last_contact")),
            finished_at=_moment(held.get("finished_at")),
            complete=bool(held["built"]),
        )

    def changes(self) -> int:
        """A number that differs from the last one if anything in the cache may have changed, by whichever process."""
        with self._lock, self._errors():
            if self._watch is None:
                self._watch = self._connected()
            (version,) = self._watch.execute("PRAGMA data_version").fetchone()
        return int(version)

    # -------------------------------------------------------------- reading

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reading]:
        """A consistent view for the record store. Raises Interrupted if its connection is interrupted."""
        with self._errors():
            connection = self._take()
            try:
                connection.execute("BEGIN")
                try:
                    with sealed.errors(self.path, connection):
                        yield Reading(connection, self._current_head(connection))
                except (msgspec.DecodeError, Malformed) as error:  # none such is ever stored
                    raise sealed.Corrupt(self.path, f"{self.path} is damaged.") from error
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
            finally:
                self._give_back(connection)

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        """Turns the driver's errors into ours."""
        self._check()
        try:
            with sealed.errors(self.path):
                yield
        except dbapi2.OperationalError as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
                raise Interrupted from None
            raise

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Interrupted
        if file_identity(self.path) != self._place:
            raise sealed.Replaced(self.path)

    def _connected(self) -> Connection:
        with self._key.used() as key:
            self._check()
            return sealed.connect(self.path, key, synchronous="NORMAL")

    def _take(self) -> Connection:
        with self._readers_lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._connected()
            connection.execute(_READER_CACHE)
            connection.execute("PRAGMA query_only = on")
            for name, function in FUNCTIONS.items():
                connection.create_function(f"sellmode_{name}", 2, function, deterministic=True)
        with self._readers_lock:
            if not self._stopped.is_set():
                self._reading.add(connection)
                return connection
        connection.close()  # stopped meanwhile: nobody would interrupt it
        raise Interrupted

    def _give_back(self, connection: Connection) -> None:
        with self._readers_lock:
            self._reading.discard(connection)
            if not self._stopped.is_set():
                self._idle.append(connection)
                return
        connection.close()

    def _current_head(self, connection: Connection) -> Head | None:
        text = meta.get(connection, "head")
        if text is None:
            return None
        if self._head is None or self._head[0] != text:
            self._head = (text, msgspec.json.decode(text, type=Head))
        return self._head[1]

    # -------------------------------------------------------------- writing

    def accept(self, head: Head, *, at: dt.datetime) -> None:
        """Let the backend's view of the account take effect: what is in none of its scopes is hidden from now on.

        Whatever leaves is never shown again, even if its scope comes back: its records are sent anew. A reset makes
        every record wait for its scope's sweep. Raises Overtaken.
        """
        allowed = meta.allowed(head)
        if head.reset:
            misplaced.forget(self.path)
        with self._advance() as connection:
            fold = self._fold_in(connection)
            fold.catch_up()
            other_view = _shown(meta.stored_head(connection)) != _shown(head)
            if head.reset or other_view:
                fold.touch_everything()
            if head.reset:
                for table in (*TABLES, OTHER):
                    connection.execute(f'UPDATE "{table}" SET gen = -1')
                connection.execute("UPDATE scope SET swept = NULL, only = NULL")
                connection.execute("DELETE FROM meta WHERE name = 'cursor'")
            meta.put(connection, "head", msgspec.json.encode(head).decode())
            had = {name for (name,) in connection.execute("SELECT name FROM scope WHERE name IS NOT NULL")}
            if left := had - set(head.scopes):
                connection.executemany(
                    "UPDATE scope SET name = NULL, current = 0 WHERE name = ?", ((name,) for name in left)
                )
                # It counts on what they held. The next page brings one that does not; if none comes (the answer was cut
                # here) and they come back, everything has to be sent anew.
                connection.execute("DELETE FROM meta WHERE name = 'cursor'")
            for name in head.scopes:
                connection.execute(
                    "UPDATE scope SET current = ? WHERE pk = ?", (name in allowed, meta.scope_number(connection, name))
                )
            meta.put(connection, "last_contact", at.isoformat())
            if other_view:
                sorting.scopes_changed(connection)
            fold.refold()
            if other_view or fold.compared.changed():
                meta.content_changed(connection)

    def apply(
        self, changes: Sequence[Change], cursor: str, left: int | None = None, fits: Fits = lambda _, __: True
    ) -> Changed:
        """Make a page and the cursor behind it durable together; ``left`` is how many records are about to follow.

        What does not fit the scope that it was sent for is not kept, nor what stood in its place there, and counted.
        Raises Overtaken, and Malformed for a document that is not one of its kind; then nothing was changed.
        """
        self._delete_scopes("dropped")
        with self._advance() as connection:
            if left is not None and left >= REBUILD_FROM and meta.get(connection, "built"):
                (held,) = connection.execute("SELECT count(*) FROM listing").fetchone()
                if left > held:
                    _unbuild(connection)
            fold = self._fold_in(connection)
            fold.catch_up()
            page = Page(connection, fold, fits)
            try:
                for change in changes:
                    page.add(change)
                page.end()
            except OverflowError:
                raise Malformed("a number is too large for any column") from None
            fold.refold()
            kinds = page.kinds | fold.compared.changed()
            if kinds:
                meta.content_changed(connection)
            meta.put(connection, "cursor", cursor)
        misplaced.note(self.path, page.misplaced)
        self._delete_scopes("dropped")
        return Changed(frozenset(kinds), page.records)

    def fold(self) -> bool:
        """Show what was written since the last fold, by whichever process; whether that changed anything.

        Costs next to nothing if there is nothing new. What others apply meanwhile is not overtaken by it. Raises
        SealedError; what could not be folded is so by the next call, page or opening.
        """
        if self._outbox is None:
            return False
        with self._lock, self._errors():
            if folded_all(self._writer, self._outbox):
                return False
            with transaction(self._writer):
                fold = self._fold_in(self._writer)
                fold.catch_up()
                if changed := fold.compared.changed():
                    meta.content_changed(self._writer)
        return bool(changed)

    def finish(self, *, at: dt.datetime) -> None:
        """End a complete pass: delete what is in no current scope, from every page of the file and its log.

        The first time, this is where lists and search get their indexes. What the backend had settled before is in its
        rows now and folds no more. Raises Overtaken.
        """
        settled = self._outbox.change() if self._outbox and self._outbox.retiring() else None
        self._delete_scopes("current = 0")
        self._build()
        # What the journal is about to give up must not be lost from the cache when the power fails.
        with self._durably(settled is not None), self._advance() as connection:
            meta.put(connection, "finished_at", at.isoformat())
        if self._outbox and settled is not None:
            self._outbox.retire(settled)
            self.fold()
        with self._lock, self._errors():
            self._scrubber.scrub()

    def purge(self) -> None:
        """Delete what is in no current scope; for a pass that does not come to its end in time, too."""
        self._delete_scopes("current = 0")
        with self._lock, self._errors():
            self._scrubber.scrub()

    # -------------------------------------------------------------- inside

    def _fold_in(self, connection: Connection) -> Fold:
        return Fold(connection, self._outbox, self._report_once)

    def _report_once(self, error: Exception) -> None:
        if type(error) not in self._reported:
            self._reported.add(type(error))
            self._report(error)

    @contextlib.contextmanager
    def _advance(self) -> Iterator[Connection]:
        """A write transaction that fails if another process made one since the state was read."""
        with self._lock, self._errors():
            with transaction(self._writer):
                advanced = self._writer.execute(
                    "UPDATE meta SET value = value + 1 WHERE name = 'version' AND value = ?", (self._version,)
                )
                if advanced.rowcount != 1:
                    raise Overtaken
                yield self._writer
            self._version += 1

    @contextlib.contextmanager
    def _durably(self, wanted: bool) -> Iterator[None]:
        """Commits inside are on the disk when they are done, and all before them."""
        with self._lock:
            if wanted:
                self._writer.execute("PRAGMA synchronous = FULL")
            try:
                yield
            finally:
                if wanted:
                    with contextlib.suppress(dbapi2.Error):  # stopped or closed: nothing follows
                        self._writer.execute("PRAGMA synchronous = NORMAL")

    def _prepare(self) -> bool:
        """Bring the file up to date; False if what is in it cannot be."""
        with self._errors():
            migrate(self._writer, self.path, schema.STEPS)
            while meta.get(self._writer, "derived") == VERSION and not learning.is_ahead(self._writer):
                self.state()
                try:
                    if learning.is_behind(self._writer):
                        self._learn()
                except Overtaken:  # by another process, which may have learnt the same
                    continue
                except Malformed:
                    break
                return True
            return False

    def _learn(self) -> None:
        """Have records of kinds that are new to the file where they belong, with what was written of them."""
        with self._advance() as connection:
            learning.learn(connection)
            fold = self._fold_in(connection)
            fold.touch_everything()
            fold.refold()

    def _build(self) -> None:
        with self._lock, self._errors():
            if meta.get(self._writer, "built"):
                return
            with self._advance() as connection:
                schema.create_indexes(connection)
                listing.build(connection, self._check)
                catalogue.build(connection, self._check)
                meta.put(connection, "built", 1)
                meta.rows_deleted(connection)  # the log has grown by all of it
                meta.content_changed(connection)

    def _delete_scopes(self, condition: str) -> None:
        """Delete the rows of scopes, some in each transaction, and then the scopes themselves."""
        with self._lock, self._errors():
            doomed = [pk for (pk,) in self._writer.execute(f"SELECT pk FROM scope WHERE {condition}")]
            numbers = ",".join(map(str, doomed))
            for table in (*TABLES, OTHER) if doomed else ():
                deleted = CHUNK
                while deleted == CHUNK:
                    self._check()
                    with transaction(self._writer):
                        deleted = rows.delete(self._writer, table, f"scope IN ({numbers})", limit=CHUNK)
            if doomed:
                with transaction(self._writer):
                    # Nothing that was written here shows what cannot be seen any more: there is nothing to fold anew.
                    self._writer.execute(
                        f"UPDATE {ASIDE} SET scope = NULL, rev = NULL, gen = NULL, doc = NULL"
                        f" WHERE scope IN ({numbers})"
                    )
                    self._writer.execute(f"DELETE FROM scope WHERE pk IN ({numbers})")


def _unbuild(connection: Connection) -> None:
    schema.drop_indexes(connection)
    listing.drop(connection)
    catalogue.drop(connection)
    meta.put(connection, "built", 0)
    meta.content_changed(connection)


def _shown(head: Head | None) -> object:
    """What decides about what is shown."""
    return head and (head.view, frozenset(head.scopes), meta.allowed(head))


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)

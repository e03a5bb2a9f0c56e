"""What the person wrote, until the backend has settled it: the mutations of the journal.

Each method is one transaction, durable on return. They raise `sealed.SealedError`: Busy when another process writes for
longer than a statement waits, DiskFull and so on. Then nothing was changed, and the same call may be made again.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import msgspec

from sellmode_contract import mutations
from sellmode_contract.mutations import Operation, Rejected
from sellmode_contract.wire import MAX_MUTATION_BYTES, Result
from sellmode_tui.journal import settlement
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.entries import (
    ENTRY_COLUMNS,
    Entry,
    Kept,
    Leaving,
    News,
    Pending,
    is_about,
    read_documents,
    read_result,
    written_records,
)
from sellmode_tui.journal.schema import committing, count_change
from sellmode_tui.journal.tray import NotInTray, Tray, leave_tray
from sellmode_tui.language import tr
from sellmode_tui.sealed import Connection


class TakenBack(Exception):
    """The mutation was undone already, in another window perhaps."""


class _OfThread(threading.local):
    act: Callable[[Connection], object] | None = None
    """Runs in the transaction of what it adds."""


class Outbox:
    """The mutations in a journal. May be used from any thread, by several processes at once."""

    def __init__(self, using: Callable[[], AbstractContextManager[Connection]]) -> None:
        """``using`` lends the journal's connection to one thread at a time."""
        self._using = using
        self._here = _OfThread()
        self.tray = Tray(using)
        """What was refused."""

    @contextmanager
    def together(self, act: Callable[[Connection], object]) -> Iterator[None]:
        """Run ``act`` in the transaction of what this thread adds meanwhile: both are stored, or neither."""
        self._here.act = act
        try:
            yield
        finally:
            self._here.act = None

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._using() as connection, committing(connection):
            yield connection

    # ------------------------------------------------------------------ writing

    def add(
        self,
        operation: Operation,
        *,
        mid: str,
        made: ClockReading,
        before: Mapping[str, str | None],
        undoes: str | None = None,
        leaves: Leaving | None = None,
    ) -> Entry:
        """Store a mutation. Storing the same again (the caller is not sure that it was stored) changes nothing.

        What ``leaves`` names leaves the tray with it, and comes back should it be withdrawn.

        Raises Rejected ("too_large") for one that could never be sent, ValueError if ``mid`` names another, NotInTray
        and TakenBack if somebody else was faster.
        """
        (entry,) = self.add_all([Kept(operation, mid, before, undoes)], made=made, leaves=leaves)
        return entry

    def add_all(self, kept: Sequence[Kept], *, made: ClockReading, leaves: Leaving | None = None) -> list[Entry]:
        """Store mutations that were written at once: all of them, or none where it raises as ``add`` does."""
        bulk = kept[0].mid if len(kept) > 1 else None
        bodies = [mutations.encode(each.operation) for each in kept]
        if any(len(body) > MAX_MUTATION_BYTES for body in bodies):
            raise Rejected(
                "too_large",
                tr("A change has at most {number:,} KB; this one has more.", number=MAX_MUTATION_BYTES // 1024),
            )
        entries = []
        with self._writing() as connection:
            for each, body in zip(kept, bodies, strict=True):
                added = connection.execute(
                    "INSERT INTO mutation (mid, body, made_at, boot, since_boot, before, undoes, bulk, change)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (mid) DO NOTHING",
                    (
                        each.mid,
                        body,
                        made.wall.astimezone(dt.UTC).isoformat(),
                        made.boot,
                        made.since_boot,
                        msgspec.json.encode(each.before).decode(),
                        each.undoes,
                        bulk,
                    ),
                )
                if added.rowcount == 1:
                    if each.undoes is not None and _taken_back(connection, each.undoes, but=each.mid):
                        raise TakenBack
                    if leaves is not None and not leave_tray(connection, leaves, made.wall, each.mid):
                        raise NotInTray
                    connection.execute(
                        "UPDATE mutation SET change = ? WHERE mid = ?", (count_change(connection), each.mid)
                    )
                entry = _entry(connection, each.mid)
                if entry is None or entry.body != body:
                    raise ValueError("this id names another mutation")
                entries.append(entry)
            if self._here.act is not None:
                self._here.act(connection)
        return entries

    def withdraw(self, *mids: str) -> set[str]:
        """Withdraw those of some mutations, written at once, that were never put into a request; returns which.

        One that something written later builds on stays. What had left the tray with them is there again.
        """
        with self._writing() as connection:
            found = connection.execute(
                "SELECT number, mid, body, before FROM mutation WHERE state = 'waiting' AND NOT sent"
                f" AND mid IN ({','.join('?' * len(mids))}) ORDER BY number",
                mids,
            ).fetchall()
            if not found:
                return set()
            later = connection.execute(
                "SELECT number, mid, body, undoes FROM mutation WHERE number > ? AND state = 'waiting'", (found[0][0],)
            )
            others = [row for row in later if row[1] not in set(mids)]
            withdrawn = set()
            for number, mid, body, before in found:
                records = written_records(body, read_documents(before))
                if any(
                    after > number and (undoes == mid or is_about(held, records)) for after, _, held, undoes in others
                ):
                    continue
                withdrawn.add(mid)
                # Its row stays for a while, empty, so that other processes hear that it is to be unfolded.
                connection.execute(
                    "UPDATE mutation SET state = 'withdrawn', folds = 0, body = x'', before = '{}', change = ?"
                    " WHERE number = ?",
                    (count_change(connection), number),
                )
                connection.execute(
                    "UPDATE tray SET state = 'open', left_at = NULL, replaced_by = NULL WHERE replaced_by = ?", (mid,)
                )
        return withdrawn

    # ------------------------------------------------------------------ what there is

    def waiting(self) -> list[Entry]:
        """Unsettled mutations, oldest first."""
        return self._entries("state = 'waiting' ORDER BY number")

    def entry(self, mid: str) -> Entry | None:
        """A mutation; None for one that is unknown, was withdrawn, or forgotten after 30 days."""
        with self._using() as connection:
            return _entry(connection, mid)

    def latest(self, limit: int) -> list[Entry]:
        """The latest mutations, newest first, settled or not."""
        return self._entries("state <> 'withdrawn' ORDER BY number DESC LIMIT ?", limit)

    def unsent(self) -> int:
        """The number of unsettled mutations."""
        return int(self._value("SELECT count(*) FROM mutation WHERE state = 'waiting'"))

    def to_send(self) -> int:
        """How many of them the backend may be asked to do: it is not too old for them."""
        return int(self._value("SELECT count(*) FROM mutation WHERE state = 'waiting' AND NOT held"))

    def change(self) -> int:
        """A counter of changes to the fold, the counts or the tray, by any process."""
        return int(self._value("SELECT change FROM outbox"))

    def _entries(self, condition: str, *parameters: int) -> list[Entry]:
        with self._using() as connection:
            rows = connection.execute(f"SELECT {ENTRY_COLUMNS} FROM mutation WHERE {condition}", parameters).fetchall()
        return [Entry.of(row) for row in rows]

    def _value(self, query: str) -> Any:
        with self._using() as connection:
            row = connection.execute(query).fetchone()
        return row and row[0]

    # ------------------------------------------------------------------ sending

    def client(self) -> str:
        """The client id that this journal sends under, until it is renumbered."""
        return str(self._value("SELECT cid FROM outbox"))

    def epoch(self) -> str | None:
        """Backend epoch of settled mutations; None before the first contact."""
        found = self._value("SELECT epoch FROM outbox")
        return None if found is None else str(found)

    def follow(self, epoch: str, knows: str) -> bool:
        """Note a new backend epoch. What the backend may have lost is queued to be sent again before this is called.

        The journal holds it as well as the cache, which may be lost between a restore and the next pass. ``knows``
        names all that the backend can be asked to do: if that is new, what it did not know before is sent again.
        Returns whether there is any such.
        """
        with self._using() as connection:
            noted = connection.execute("SELECT epoch, knows FROM outbox").fetchone()
            if noted == (epoch, knows):
                return False
            with committing(connection):
                connection.execute("UPDATE outbox SET epoch = ?, knows = ?", (epoch, knows))
                return noted[1] != knows and settlement.release(connection)

    def release(self) -> None:
        """Send what the backend was too old for again: there will be no later."""
        with self._writing() as connection:
            settlement.release(connection)

    def batch(self, max_count: int, max_bytes: int, *, fresh: bool = True) -> list[Entry]:
        """The next mutations to send, in order, within the limits, but at least one if any is waiting.

        Without ``fresh`` only what was put into a request before. What the backend is too old for is left out.

        What was sent already comes first, with the number that it had; the others get theirs, for good, before they
        are sent. ``max_bytes`` limits the operations' JSON alone.
        """
        condition = f"state = 'waiting' AND NOT held{'' if fresh else ' AND sent'}"
        with self._using() as connection:
            # Mostly nothing waits, or what was sent is tried again every few seconds: no write transaction then.
            new = f"SELECT 1 FROM mutation WHERE {condition} AND seq IS NULL LIMIT 1"
            numbering: AbstractContextManager[None] = committing(connection)
            if connection.execute(new).fetchone() is None:
                condition, numbering = f"{condition} AND seq IS NOT NULL", nullcontext()
            with numbering:
                rows = connection.execute(
                    f"SELECT number, seq, length(body) FROM mutation WHERE {condition} ORDER BY number LIMIT ?",
                    (max(max_count, 1),),
                ).fetchall()
                taken: list[int] = []
                size = 0
                for number, seq, length in rows:
                    size += length
                    if taken and size > max_bytes:
                        break
                    taken.append(number)
                    if seq is None:
                        connection.execute(
                            "UPDATE mutation SET sent = 1, (cid, seq) = (SELECT cid, next_seq FROM outbox)"
                            " WHERE number = ?",
                            (number,),
                        )
                        connection.execute("UPDATE outbox SET next_seq = next_seq + 1")
                batch = (
                    connection.execute(
                        f"SELECT {ENTRY_COLUMNS} FROM mutation WHERE {condition} AND number <= ? ORDER BY number",
                        (taken[-1],),
                    ).fetchall()
                    if taken
                    else []
                )
        return [Entry.of(row) for row in batch]

    def settle(self, results: Iterable[Result], at: dt.datetime) -> None:
        """Store results of mutations, and put refused ones into the tray, in one transaction.

        What the backend is too old for waits, as if it had never been sent, until the backend knows more (``follow``);
        where it is a field's value that it does not know, another one can be given, so it is refused like any other.
        The same results again change nothing. ``gap`` says nothing about a mutation itself.
        """
        at = at.astimezone(dt.UTC)
        with self._writing() as connection:
            for result in results:
                if result.st == "retry":
                    settlement.failed(connection, result, at)
                elif result.code == "unsupported" and not result.field:
                    settlement.hold(connection, result)
                elif result.st != "gap":
                    settlement.settled(connection, result, at)

    def renumber(self, cid: str, *, again: bool) -> None:
        """Send under another client id, numbered from 1.

        ``again`` (the backend was restored and may have lost it) sends what it had applied or handed over once more,
        too; that is shown no more and no less than before.
        """
        with self._writing() as connection:
            change = count_change(connection)
            connection.execute("UPDATE outbox SET cid = ?, next_seq = 1", (cid,))
            if again:
                connection.execute(
                    "UPDATE mutation SET state = 'waiting', result = NULL, settled_at = NULL, change = ?"
                    " WHERE state = 'applied' OR (state = 'refused' AND result ->> '$.st' = 'parked')",
                    (change,),
                )
            connection.execute("UPDATE mutation SET cid = NULL, seq = NULL WHERE state = 'waiting'")

    def retire(self, upto: int | None = None) -> None:
        """A pass has ended, so the cache has what was settled: stop folding it.

        ``upto`` is the change at which that pass was known to have everything; None is now.
        """
        with self._using() as connection:
            limit = upto if upto is not None else self.change()
            settled = "state = 'applied' AND folds AND change <= ?"
            if connection.execute(f"SELECT 1 FROM mutation WHERE {settled}", (limit,)).fetchone() is None:
                return
            with committing(connection):
                connection.execute(
                    f"UPDATE mutation SET folds = 0, change = ? WHERE {settled}", (count_change(connection), limit)
                )

    def retiring(self) -> bool:
        """Whether anything that is settled still folds."""
        return self._value("SELECT 1 FROM mutation WHERE state = 'applied' AND folds LIMIT 1") is not None

    def forget(self, before: dt.datetime) -> None:
        """Delete what was settled, withdrawn or left the tray before a moment; never what is still shown."""
        limit = before.astimezone(dt.UTC).isoformat()
        settled = "state <> 'waiting' AND NOT folds AND ifnull(settled_at, made_at) < ?"
        left = "state <> 'open' AND left_at < ?"
        with self._using() as connection:
            old = connection.execute(
                f"SELECT 1 FROM mutation WHERE {settled} UNION ALL SELECT 1 FROM tray WHERE {left}", (limit, limit)
            ).fetchone()
            if old is None:
                return
            with committing(connection):
                connection.execute(f"DELETE FROM mutation WHERE {settled}", (limit,))
                connection.execute(f"DELETE FROM tray WHERE {left}", (limit,))

    # ------------------------------------------------------------------ for the fold

    def news(self, journal: str | None, since: int) -> News:
        """What changed since a change of a journal; of another journal, or an older copy, everything that folds."""
        with self._using() as connection:
            connection.execute("BEGIN")  # one view of both tables
            try:
                this, change = connection.execute("SELECT journal, change FROM outbox").fetchone()
                known = this == journal and since <= change
                rows = connection.execute(
                    "SELECT number, mid, body, made_at, folds, result FROM mutation"
                    f" WHERE {'change > ?' if known else 'folds AND change > ?'} ORDER BY number",
                    (since if known else -1,),
                ).fetchall()
            finally:
                connection.execute("ROLLBACK")
        pending = [
            Pending(number, mid, body, dt.datetime.fromisoformat(made_at), bool(folds), read_result(result))
            for number, mid, body, made_at, folds, result in rows
        ]
        return News(this, change, pending)

    def stands_at(self) -> tuple[str, int]:
        """Which journal this is, and its ``change``."""
        with self._using() as connection:
            journal, change = connection.execute("SELECT journal, change FROM outbox").fetchone()
        return str(journal), int(change)


# ------------------------------------------------------------------ inside a transaction


def _taken_back(connection: Connection, mid: str, *, but: str) -> bool:
    """Whether a mutation other than ``but`` takes this one back."""
    return (
        connection.execute(
            "SELECT 1 FROM mutation WHERE undoes = ? AND mid <> ? AND state <> 'withdrawn'", (mid, but)
        ).fetchone()
        is not None
    )


def _entry(connection: Connection, mid: str) -> Entry | None:
    row = connection.execute(
        f"SELECT {ENTRY_COLUMNS} FROM mutation WHERE mid = ? AND state <> 'withdrawn'", (mid,)
    ).fetchone()
    return None if row is None else Entry.of(row)

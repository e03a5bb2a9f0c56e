"""What the person wrote and the backend has not made its own yet, and what it refused: the tables of the journal.

Each method is one transaction, durable on return. They raise `sealed.SealedError`: Busy when another process writes for
longer than a statement waits, DiskFull and so on. Then nothing was changed, and the same call may be made again.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from sellmode_contract import mutations
from sellmode_contract.mutations import Operation, Rejected
from sellmode_contract.wire import MAX_MUTATION_BYTES, Result
from sellmode_tui.cache.losses import Loss, acknowledge, open_losses
from sellmode_tui.migrations import transaction
from sellmode_tui.sealed import Connection

Left: TypeAlias = Literal["resent", "handed_over", "discarded"]
"""How something has left the tray."""


class NotInTray(LookupError):
    """Nothing of this name needs attention (any more)."""

    def __init__(self) -> None:
        super().__init__("This does not need attention any more.")


class TakenBack(Exception):
    """Somebody else, in another pane perhaps, has just taken back the same."""


class Leaving(NamedTuple):
    """Something in the tray for which a mutation now stands."""

    mid: str
    how: Left


class Kept(NamedTuple):
    """A mutation to be kept. Its fields are as in ``Entry``."""

    operation: Operation
    mid: str
    before: Mapping[str, str | None]
    undoes: str | None = None


class Made(NamedTuple):
    """The terminal's clocks when something was written."""

    wall: dt.datetime
    """UTC."""
    boot: str
    """Which start of the machine; empty where that cannot be known."""
    since_boot: float
    """Seconds since that start."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A mutation that was written here."""

    mid: str
    body: bytes
    """The operation as JSON, as it was written and will be sent."""
    made_at: dt.datetime
    """UTC, by the terminal's clock; ``boot`` and ``since_boot`` as in ``Made``."""
    boot: str
    since_boot: float
    cid: str | None
    """The client that ``seq`` counts for."""
    seq: int | None
    """None before it is put into a request of that client."""
    sent: bool
    """Whether it was ever put into a request, under whichever client's name."""
    state: Literal["waiting", "settled"]
    result: Result | None
    """Of what is settled."""
    said: str
    """What the backend said when it last failed at it; empty if it never did."""
    tries: int
    """How often that was."""
    undoes: str | None
    """The mutation that this one takes back."""
    bulk: str | None
    """Names those that were written at once, the first of them; None for one alone."""
    before: dict[str, str | None]
    """The documents (JSON) of the records that it touched as they were shown before it, by ``kind/id``; None: there
    was none."""

    @property
    def operation(self) -> Operation:
        """The operation. Raises Rejected if this version of the app cannot read it."""
        return mutations.decode(self.body)


@dataclass(frozen=True, kw_only=True)
class TrayItem:
    """Something that was not done and needs attention. Its fields are as in ``Entry``."""

    mid: str
    body: bytes
    result: Result
    made_at: dt.datetime
    at: dt.datetime
    """When the answer came, UTC."""
    state: Literal["open", "resent", "handed_over", "discarded"]
    before: dict[str, str | None]

    @property
    def operation(self) -> Operation:
        """The operation. Raises Rejected if this version of the app cannot read it."""
        return mutations.decode(self.body)


class Pending(NamedTuple):
    """What the cache's fold needs of a mutation."""

    number: int
    """Rises in the order in which they were written."""
    mid: str
    body: bytes
    made_at: dt.datetime
    folds: bool
    """Whether what it does is to be shown although the server's rows may not have it."""
    result: Result | None


class News(NamedTuple):
    """What has become of mutations since a change."""

    journal: str
    """Which journal this is; another one knows nothing of what was folded."""
    change: int
    mutations: list[Pending]
    """In their order."""


@contextmanager
def committing(connection: Connection) -> Iterator[None]:
    """A transaction of the journal, which is counted: what it has to hold afterwards is known."""
    with transaction(connection):
        yield
        connection.execute("UPDATE outbox SET commits = commits + 1")


class _OfThread(threading.local):
    act: Callable[[Connection], object] | None = None
    """What goes with what it adds."""


class Outbox:
    """The mutations in a journal. May be used from any thread, by several processes at once."""

    def __init__(self, using: Callable[[], AbstractContextManager[Connection]]) -> None:
        """``using`` lends the journal's connection to one thread at a time."""
        self._using = using
        self._here = _OfThread()

    @contextmanager
    def together(self, act: Callable[[Connection], object]) -> Iterator[None]:
        """Have what this thread adds meanwhile and something else in one transaction: both are kept, or neither."""
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
        made: Made,
        before: Mapping[str, str | None],
        undoes: str | None = None,
        leaves: Leaving | None = None,
    ) -> Entry:
        """Keep a mutation for good. The same again (the caller is not sure that it was kept) changes nothing.

        What ``leaves`` names leaves the tray with it, and comes back should it be withdrawn.

        Raises Rejected ("too_large") for one that could never be sent, ValueError if ``mid`` names another, NotInTray
        and TakenBack if somebody else was faster.
        """
        (entry,) = self.add_all([Kept(operation, mid, before, undoes)], made=made, leaves=leaves)
        return entry

    def add_all(self, kept: Sequence[Kept], *, made: Made, leaves: Leaving | None = None) -> list[Entry]:
        """Keep mutations for good that were written at once: all of them or, as ``add`` raises, none."""
        bulk = kept[0].mid if len(kept) > 1 else None
        bodies = [mutations.encode(each.operation) for each in kept]
        if any(len(body) > MAX_MUTATION_BYTES for body in bodies):
            raise Rejected("too_large", f"A change has at most {MAX_MUTATION_BYTES // 1024} KB; this one has more.")
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
                    if leaves is not None and not _leave_tray(connection, leaves, made.wall, each.mid):
                        raise NotInTray
                    connection.execute("UPDATE mutation SET change = ? WHERE mid = ?", (_changed(connection), each.mid))
                entry = _entry(connection, each.mid)
                if entry is None or entry.body != body:
                    raise ValueError("this id names another mutation")
                entries.append(entry)
            if self._here.act is not None:
                self._here.act(connection)
        return entries

    def withdraw(self, *mids: str) -> set[str]:
        """Take back those of some mutations, written at once, that were never put into a request; returns which.

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
                records = _written(body, _documents.decode(before))
                if any(
                    after > number and (undoes == mid or _is_about(held, records)) for after, _, held, undoes in others
                ):
                    continue
                withdrawn.add(mid)
                # Its row stays for a while, empty, so that other processes hear that it is to be unfolded.
                connection.execute(
                    "UPDATE mutation SET state = 'withdrawn', folds = 0, body = x'', before = '{}', change = ?"
                    " WHERE number = ?",
                    (_changed(connection), number),
                )
                connection.execute(
                    "UPDATE tray SET state = 'open', left_at = NULL, replaced_by = NULL WHERE replaced_by = ?", (mid,)
                )
        return withdrawn

    # ------------------------------------------------------------------ what there is

    def waiting(self) -> list[Entry]:
        """What the backend has not settled yet, in the order in which it was written."""
        return self._entries("state = 'waiting' ORDER BY number")

    def entry(self, mid: str) -> Entry | None:
        """A mutation; None for one that is unknown, was withdrawn, or forgotten after 30 days."""
        with self._using() as connection:
            return _entry(connection, mid)

    def latest(self, limit: int) -> list[Entry]:
        """What was written last, newest first, settled or not."""
        return self._entries("state <> 'withdrawn' ORDER BY number DESC LIMIT ?", limit)

    def unsent(self) -> int:
        """How many mutations the backend has not settled yet."""
        return int(self._value("SELECT count(*) FROM mutation WHERE state = 'waiting'"))

    def oldest_unsent_at(self) -> dt.datetime | None:
        """When the first of them was written, by the terminal's clock."""
        made_at = self._value("SELECT made_at FROM mutation WHERE state = 'waiting' ORDER BY number LIMIT 1")
        return None if made_at is None else dt.datetime.fromisoformat(made_at)

    def change(self) -> int:
        """A number that rises with everything that changes a fold, a count or the tray, by whichever process."""
        return int(self._value("SELECT change FROM outbox"))

    def _entries(self, condition: str, *parameters: int) -> list[Entry]:
        with self._using() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM mutation WHERE {condition}", parameters).fetchall()
        return [_entry_of(row) for row in rows]

    def _value(self, query: str) -> Any:
        with self._using() as connection:
            row = connection.execute(query).fetchone()
        return row and row[0]

    # ------------------------------------------------------------------ sending

    def client(self) -> str:
        """The random name of this journal's client, as long as nobody renames it."""
        return str(self._value("SELECT cid FROM outbox"))

    def epoch(self) -> str | None:
        """The backend's epoch that what was settled here counts for; None before the first contact."""
        found = self._value("SELECT epoch FROM outbox")
        return None if found is None else str(found)

    def follow(self, epoch: str) -> None:
        """Go on with the backend as it is in an epoch: whatever it may have lost before is to be sent again already.

        Kept here, too, since the cache may be lost between a restore and the next pass.
        """
        if self.epoch() != epoch:
            with self._writing() as connection:
                connection.execute("UPDATE outbox SET epoch = ?", (epoch,))

    def batch(self, max_count: int, max_bytes: int, *, fresh: bool = True) -> list[Entry]:
        """What is to be sent now, in order: at least one if anything waits, else no more than the limits allow.

        Without ``fresh`` only what was put into a request before.

        What was sent already comes first, with the number that it had; the others get theirs, for good, before they
        are sent. ``max_bytes`` limits the operations' JSON alone.
        """
        condition = "state = 'waiting'" if fresh else "state = 'waiting' AND sent"
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
                        f"SELECT {_COLUMNS} FROM mutation WHERE {condition} AND number <= ? ORDER BY number",
                        (taken[-1],),
                    ).fetchall()
                    if taken
                    else []
                )
        return [_entry_of(row) for row in batch]

    def settle(self, results: Iterable[Result], at: dt.datetime) -> None:
        """Keep what became of mutations, and put what was not done into the tray, all in one transaction.

        The same results again change nothing. ``gap`` says nothing about a mutation itself.
        """
        at = at.astimezone(dt.UTC)
        with self._writing() as connection:
            for result in results:
                if result.st == "retry":
                    _failed(connection, result, at)
                elif result.st != "gap":
                    _settled(connection, result, at)

    def renumber(self, cid: str, *, again: bool) -> None:
        """Go on under another client's name, counting from 1.

        ``again`` (the backend was restored and may have lost it) sends what it had applied or handed over once more,
        too; that is shown no more and no less than before.
        """
        with self._writing() as connection:
            change = _changed(connection)
            connection.execute("UPDATE outbox SET cid = ?, next_seq = 1", (cid,))
            if again:
                connection.execute(
                    "UPDATE mutation SET state = 'waiting', result = NULL, settled_at = NULL, change = ?"
                    " WHERE state = 'applied' OR (state = 'refused' AND result ->> '$.st' = 'parked')",
                    (change,),
                )
            connection.execute("UPDATE mutation SET cid = NULL, seq = NULL WHERE state = 'waiting'")

    def retire(self, upto: int | None = None) -> None:
        """A pass has ended, so the cache has what was settled: it folds no more.

        ``upto`` is the change at which that pass was known to have everything; None is now.
        """
        with self._using() as connection:
            limit = upto if upto is not None else self.change()
            settled = "state = 'applied' AND folds AND change <= ?"
            if connection.execute(f"SELECT 1 FROM mutation WHERE {settled}", (limit,)).fetchone() is None:
                return
            with committing(connection):
                connection.execute(
                    f"UPDATE mutation SET folds = 0, change = ? WHERE {settled}", (_changed(connection), limit)
                )

    def retiring(self) -> bool:
        """Whether anything that is settled still folds."""
        return self._value("SELECT 1 FROM mutation WHERE state = 'applied' AND folds LIMIT 1") is not None

    def forget(self, before: dt.datetime) -> None:
        """Delete what was settled, taken back or has left the tray before a moment; never what is still shown."""
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

    # ------------------------------------------------------------------ needing attention

    def tray(self, *, open_only: bool = True) -> list[TrayItem]:
        """What was not done, the latest answer last."""
        condition = "WHERE state = 'open'" if open_only else ""
        with self._using() as connection:
            rows = connection.execute(f"SELECT {_TRAY_COLUMNS} FROM tray {condition} ORDER BY at, mid").fetchall()
        return [_tray_item_of(row) for row in rows]

    def tray_item(self, mid: str) -> TrayItem | None:
        """Something that was not done."""
        with self._using() as connection:
            row = connection.execute(f"SELECT {_TRAY_COLUMNS} FROM tray WHERE mid = ?", (mid,)).fetchone()
        return None if row is None else _tray_item_of(row)

    def leave_tray(self, mid: str, how: Left, at: dt.datetime | None = None) -> bool:
        """Somebody has seen to it, at ``at`` or now; False if it was not waiting for that (any more)."""
        with self._writing() as connection:
            left = _leave_tray(connection, Leaving(mid, how), at or dt.datetime.now(dt.UTC), None)
            if left:
                _changed(connection)
        return left

    def needing_attention(self) -> int:
        """How many items of the tray are open."""
        return int(self._value("SELECT count(*) FROM tray WHERE state = 'open'"))

    def has_dependants(self) -> bool:
        """Whether any of them was refused because it builds on something that was."""
        dependant = "SELECT 1 FROM tray WHERE state = 'open' AND result ->> '$.code' = 'dependency' LIMIT 1"
        return self._value(dependant) is not None

    def losses(self) -> list[Loss]:
        """What damage has taken and nobody has acknowledged."""
        with self._using() as connection:
            return open_losses(connection)

    def acknowledge_loss(self, id: int, at: dt.datetime | None = None) -> None:
        """Somebody has seen it. Raises NotInTray if somebody had already."""
        with self._writing() as connection:
            if not acknowledge(connection, id, at or dt.datetime.now(dt.UTC)):
                raise NotInTray
            _changed(connection)

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
            Pending(number, mid, body, dt.datetime.fromisoformat(made_at), bool(folds), _result(result))
            for number, mid, body, made_at, folds, result in rows
        ]
        return News(this, change, pending)

    def stands_at(self) -> tuple[str, int]:
        """Which journal this is, and its ``change``."""
        with self._using() as connection:
            journal, change = connection.execute("SELECT journal, change FROM outbox").fetchone()
        return str(journal), int(change)


# ------------------------------------------------------------------ inside a transaction


def _changed(connection: Connection) -> int:
    (change,) = connection.execute("UPDATE outbox SET change = change + 1 RETURNING change").fetchone()
    return int(change)


def _leave_tray(connection: Connection, leaving: Leaving, at: dt.datetime, replaced_by: str | None) -> bool:
    left = connection.execute(
        "UPDATE tray SET state = ?, left_at = ?, replaced_by = ? WHERE mid = ? AND state = 'open'",
        (leaving.how, at.astimezone(dt.UTC).isoformat(), replaced_by, leaving.mid),
    )
    return left.rowcount > 0


def _taken_back(connection: Connection, mid: str, *, but: str) -> bool:
    """Whether a mutation other than ``but`` takes this one back."""
    return (
        connection.execute(
            "SELECT 1 FROM mutation WHERE undoes = ? AND mid <> ? AND state <> 'withdrawn'", (mid, but)
        ).fetchone()
        is not None
    )


def _failed(connection: Connection, result: Result, at: dt.datetime) -> None:
    """The backend failed at it. What is said is shown; the fold stays as it is."""
    counted = connection.execute(
        "UPDATE mutation SET said = ?, tries = tries + 1, said_at = ?2"
        " WHERE mid = ? AND state = 'waiting' AND said_at IS NOT ?2",
        (result.detail, at.isoformat(), result.mid),
    )
    if counted.rowcount:
        _changed(connection)


def _settled(connection: Connection, result: Result, at: dt.datetime) -> None:
    row = connection.execute("SELECT 1 FROM mutation WHERE mid = ? AND state = 'waiting'", (result.mid,)).fetchone()
    if row is None:  # settled already, or by another terminal of this account
        return
    kept = msgspec.json.encode(result).decode()
    refused = result.st in ("rejected", "parked")
    connection.execute(
        "UPDATE mutation SET state = ?, folds = folds AND NOT ?, result = ?, settled_at = ?, sent = 1, change = ?"
        " WHERE mid = ?",
        (
            "refused" if refused else "applied",
            refused,
            kept,
            at.isoformat(),
            _changed(connection),
            result.mid,
        ),
    )
    if refused:
        connection.execute(f"{_TO_TRAY} AND mid = ? {_UNLESS_THERE}", (result.mid,))
    else:  # handed over before the backend was restored, and done now
        connection.execute("DELETE FROM tray WHERE mid = ? AND state = 'open'", (result.mid,))


_TO_TRAY = (
    "INSERT INTO tray (mid, body, result, made_at, at, before)"
    " SELECT mid, body, result, made_at, settled_at, before FROM mutation WHERE state = 'refused'"
)
_UNLESS_THERE = (
    "ON CONFLICT (mid) DO UPDATE SET result = excluded.result, at = excluded.at, state = 'open', left_at = NULL,"
    " replaced_by = NULL WHERE tray.result ->> '$.st' <> excluded.result ->> '$.st'"
)
REFUSED_TO_TRAY = f"{_TO_TRAY} {_UNLESS_THERE}"
"""Puts what was refused into the tray, unless it is or was there with the same answer."""


def _written(body: bytes, before: Mapping[str, str | None]) -> set[str]:
    """The records (``kind/id``) that later operations may build on: an operation's own, and those that it makes."""
    made = {name for name, document in before.items() if document is None}
    try:
        return {*made, "/".join(mutations.target(mutations.decode(body)))}
    except Rejected:
        return made


def _is_about(body: bytes, records: set[str]) -> bool:
    """Whether an operation is about one of some records, or about somebody who is."""
    try:
        operation = mutations.decode(body)
    except Rejected:
        return False
    return (
        "/".join(mutations.target(operation)) in records or f"customer/{mutations.customers_of(operation)}" in records
    )


_COLUMNS = "mid, body, made_at, boot, since_boot, cid, seq, sent, state, result, said, tries, undoes, bulk, before"
_TRAY_COLUMNS = "mid, body, result, made_at, at, state, before"
_documents = msgspec.json.Decoder(dict[str, str | None])


def _result(text: str | None) -> Result | None:
    return None if text is None else msgspec.json.decode(text, type=Result)


def _entry(connection: Connection, mid: str) -> Entry | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM mutation WHERE mid = ? AND state <> 'withdrawn'", (mid,)
    ).fetchone()
    return None if row is None else _entry_of(row)


def _entry_of(row: tuple[Any, ...]) -> Entry:
    mid, body, made_at, boot, since_boot, cid, seq, sent, state, result, said, tries, undoes, bulk, before = row
    return Entry(
        mid=mid,
        body=body,
        made_at=dt.datetime.fromisoformat(made_at),
        boot=boot,
        since_boot=since_boot,
        cid=cid,
        seq=seq,
        sent=bool(sent),
        state="waiting" if state == "waiting" else "settled",
        result=_result(result),
        said=said,
        tries=tries,
        undoes=undoes,
        bulk=bulk,
        before=_documents.decode(before),
    )


def _tray_item_of(row: tuple[Any, ...]) -> TrayItem:
    mid, body, result, made_at, at, state, before = row
    return TrayItem(
        mid=mid,
        body=body,
        result=msgspec.json.decode(result, type=Result),
        made_at=dt.datetime.fromisoformat(made_at),
        at=dt.datetime.fromisoformat(at),
        state=state,
        before=_documents.decode(before),
    )


# ------------------------------------------------------------------ schema, steps of the journal's


def create_outbox(connection: Connection) -> None:
    """The first outbox, and the tray."""
    connection.execute(
        "CREATE TABLE outbox (id INTEGER PRIMARY KEY CHECK (id = 1), journal TEXT NOT NULL, cid TEXT NOT NULL, "
        "next_seq INTEGER NOT NULL, change INTEGER NOT NULL) STRICT"
    )
    connection.execute("INSERT INTO outbox VALUES (1, lower(hex(randomblob(16))), lower(hex(randomblob(16))), 1, 0)")
    connection.execute(
        "CREATE TABLE mutation (number INTEGER PRIMARY KEY AUTOINCREMENT, mid TEXT NOT NULL UNIQUE, "
        "body BLOB NOT NULL, made_at TEXT NOT NULL, boot TEXT NOT NULL, since_boot REAL NOT NULL, "
        "before TEXT NOT NULL, undoes TEXT, cid TEXT, seq INTEGER, sent INTEGER NOT NULL DEFAULT 0, "
        "state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'applied', 'refused', 'withdrawn')), "
        "result TEXT, settled_at TEXT, said TEXT NOT NULL DEFAULT '', said_at TEXT, tries INTEGER NOT NULL DEFAULT 0, "
        "folds INTEGER NOT NULL DEFAULT 1, change INTEGER NOT NULL, UNIQUE (cid, seq)) STRICT"
    )
    connection.execute("CREATE INDEX mutation_waiting ON mutation (number) WHERE state = 'waiting'")
    connection.execute("CREATE INDEX mutation_change ON mutation (change)")
    # Asked for by every pass, among thousands that are kept for 30 days.
    connection.execute("CREATE INDEX mutation_folding ON mutation (change) WHERE state = 'applied' AND folds")
    connection.execute(
        "CREATE INDEX mutation_done ON mutation (ifnull(settled_at, made_at)) WHERE state <> 'waiting' AND NOT folds"
    )
    connection.execute("CREATE INDEX mutation_undoes ON mutation (undoes) WHERE undoes IS NOT NULL")
    connection.execute(
        "CREATE TABLE tray (mid TEXT PRIMARY KEY, body BLOB NOT NULL, result TEXT NOT NULL, made_at TEXT NOT NULL, "
        "at TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open' "
        "CHECK (state IN ('open', 'resent', 'handed_over', 'discarded')), before TEXT NOT NULL, left_at TEXT, "
        "replaced_by TEXT) STRICT, WITHOUT ROWID"
    )
    connection.execute("CREATE INDEX tray_open ON tray (result ->> '$.code') WHERE state = 'open'")
    connection.execute("CREATE INDEX tray_left ON tray (left_at) WHERE state <> 'open'")


def add_bulks(connection: Connection) -> None:
    """Which mutations were written at once."""
    connection.execute("ALTER TABLE mutation ADD COLUMN bulk TEXT")


def add_epoch(connection: Connection) -> None:
    """Which life of the backend has what was settled."""
    connection.execute("ALTER TABLE outbox ADD COLUMN epoch TEXT")

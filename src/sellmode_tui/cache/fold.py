"""What was written here, shown at once: folded into the rows that the backend sent.

The kinds' tables hold the *effective* rows, so that everything that reads them sees pending changes too. The row as the
backend sent it stands aside meanwhile. Pages and whatever else the backend says act on the backend's rows: what they
touch is unfolded first and folded again afterwards, in the same transaction.

What a mutation reads and writes is noted (``touched``). Mutations one of which writes what another reads or writes are
unfolded and folded together, in the order in which they were written; all others stay as they are. So a new one is
applied once, however many wait, and the result is the same as if all were folded anew.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, TypeAlias

import msgspec
from sqlcipher3 import dbapi2

from sellmode_contract import mutations, visibility
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.mutations import Operation, Outcome, Reader, Rejected, Stage, World
from sellmode_contract.records import Record, parent_of
from sellmode_contract.wire import Head, Result
from sellmode_tui.cache import meta, rows
from sellmode_tui.cache.compared import Compared
from sellmode_tui.cache.schema import ASIDE
from sellmode_tui.cache.tables import decode, own_values, table_of, values_of, where
from sellmode_tui.cache.touched import Touched, key
from sellmode_tui.cache.visible import VisibleRows
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.sealed import Connection

Report: TypeAlias = Callable[[Exception], object]


def fail(error: Exception) -> None:
    """Let a mistake of ours end what is going on."""
    raise error


class Fold:
    """The fold within one write transaction."""

    def __init__(self, connection: Connection, outbox: Outbox | None, report: Report = fail) -> None:
        """``report`` is told of a mistake in what works out the effect of a mutation, which then has none here."""
        self._connection = connection
        self._outbox = outbox
        self._report = report
        self._unfolded: set[int] = set()
        self.compared = Compared(connection)
        """What is written, as it was before."""

    @property
    def active(self) -> bool:
        """Whether anything folds at all."""
        return self._connection.execute("SELECT 1 FROM pending LIMIT 1").fetchone() is not None

    # ------------------------------------------------------------------ the journal's side

    def catch_up(self) -> None:
        """Fold what is new in the journal, and unfold what it has given up."""
        if self._outbox is None or folded_all(self._connection, self._outbox):
            return
        journal, change = _stands_at(self._connection)
        news = self._outbox.news(journal, change)
        if news.journal != journal or news.change < change:  # another one: what was folded is not in it
            self.touch_everything()
            self._forget(self._unfolded)
        known = {
            number: (rev, bool(arrived))
            for number, rev, arrived in self._connection.execute(
                "SELECT number, rev, arrived FROM pending WHERE number IN (SELECT value FROM json_each(?))",
                (json.dumps([mutation.number for mutation in news.mutations]),),
            )
        }
        gone = {mutation.number for mutation in news.mutations if not mutation.folds} & known.keys()
        otherwise = set()
        fresh = []
        for mutation in news.mutations:
            if not mutation.folds:
                continue
            operation = _readable(mutation.body)
            rev = _rev_of(operation, mutation.result)
            if mutation.number not in known:
                fresh.append(_Pending(mutation.number, mutation.mid, mutation.body, mutation.made_at, rev))
            elif operation is not None and rev != (before := known[mutation.number])[0]:
                self._connection.execute(
                    "UPDATE pending SET rev = ?, arrived = 0 WHERE number = ?", (rev, mutation.number)
                )
                # Mostly the backend's row has yet to come, and all stays as it is.
                if before[1] or _has_arrived(self._connection, operation, rev):
                    otherwise.add(mutation.number)
        self._touch_mutations(gone | otherwise)
        self._forget(gone)
        self.refold()
        self._connection.executemany(
            "INSERT INTO pending (number, mid, body, made_at, rev) VALUES (?, ?, ?, ?, ?)",
            ((one.number, one.mid, one.body, one.made_at.isoformat(), one.rev) for one in fresh),
        )
        self._write(self._applied(fresh))
        meta.put(self._connection, "journal", news.journal)
        meta.put(self._connection, "folded", news.change)

    def _forget(self, numbers: Collection[int]) -> None:
        for table in ("pending", "pending_key"):
            self._connection.executemany(f"DELETE FROM {table} WHERE number = ?", ((number,) for number in numbers))
        self._unfolded.difference_update(list(numbers))

    # ------------------------------------------------------------------ the backend's side

    def touch(self, touched: Collection[str]) -> None:
        """Let the backend's rows stand where these ``touched.keys`` change."""
        found = self._connection.execute(
            "SELECT DISTINCT number FROM pending_key WHERE writes = 0 AND key IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(touched)),),
        )
        self._touch_mutations({number for (number,) in found})

    def touch_everything(self) -> None:
        """Let the backend's rows stand everywhere."""
        pending = {number for (number,) in self._connection.execute("SELECT number FROM pending")}
        self._unfold(pending - self._unfolded)

    def refold(self) -> None:
        """Fold again what was unfolded."""
        while self._unfolded:
            numbers = json.dumps(sorted(self._unfolded))
            self._connection.execute(
                "DELETE FROM pending_key WHERE number IN (SELECT value FROM json_each(?))", (numbers,)
            )
            pending = self._connection.execute(
                "SELECT number, mid, body, made_at, rev, arrived FROM pending"
                " WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number",
                (numbers,),
            )
            shown = self._applied(
                [
                    _Pending(number, mid, body, dt.datetime.fromisoformat(made_at), rev, bool(arrived))
                    for number, mid, body, made_at, rev, arrived in pending
                ]
            )
            # They may read and write other records now than before, those of later mutations too.
            if later := self._connected(self._unfolded, later=True) - self._unfolded:
                self._touch_mutations(later)
                continue
            self._unfolded.clear()
            self._write(shown)

    def _touch_mutations(self, numbers: set[int]) -> None:
        new = numbers
        while new := self._connected(new) - numbers:
            numbers = numbers | new
        self._unfold(numbers - self._unfolded)

    def _connected(self, numbers: set[int], *, later: bool = False) -> set[int]:
        """Mutations that write what one of these reads, or the other way round; with ``later`` only later ones."""
        found = self._connection.execute(
            "SELECT DISTINCT other.number FROM pending_key one JOIN pending_key other"
            " ON other.key = one.key AND other.writes = 1 - one.writes AND (other.number > one.number OR NOT ?)"
            " WHERE one.number IN (SELECT value FROM json_each(?))",
            (later, json.dumps(sorted(numbers))),
        )
        return {number for (number,) in found}

    def _unfold(self, numbers: set[int]) -> None:
        if not numbers:
            return
        self._unfolded |= numbers
        sent: dict[str, dict[str, rows.Row]] = defaultdict(dict)
        asides = self._connection.execute(
            f"DELETE FROM {ASIDE} WHERE key IN (SELECT key FROM pending_key WHERE writes = 1"
            " AND number IN (SELECT value FROM json_each(?))) RETURNING kind, id, scope, rev, gen, doc",
            (json.dumps(sorted(numbers)),),
        ).fetchall()
        for kind, id, scope, rev, gen, doc in asides:
            if rev is None:
                self._delete(kind, id)
            else:
                sent[kind][id] = (id, scope, rev, gen, doc, *own_values(kind, id, doc))
        for kind, held in sent.items():
            self.compared.note(kind, held)
            rows.replace(self._connection, kind, held)

    def _delete(self, kind: str, id: str) -> None:
        of_kind, parameters = where(kind, id)
        self.compared.note(kind, [id])
        rows.delete(self._connection, table_of(kind), of_kind, parameters)

    # ------------------------------------------------------------------ folding

    def _applied(self, pending: Sequence[_Pending]) -> _Shown | None:
        """What mutations, in their order, make of the effective rows as they are; None before the first contact."""
        head = meta.stored_head(self._connection)
        if head is None:
            return None
        shown = _Shown(self._connection, head)
        for mutation in pending:
            operation = _readable(mutation.body)
            if operation is None:
                continue
            touched = Touched(shown.stage)
            touched.read.add(key(*mutations.target(operation)))
            if not mutation.arrived:
                self._apply(mutation, operation, shown, touched)
            for writes, names in enumerate((touched.read, touched.written)):
                self._connection.executemany(
                    "INSERT INTO pending_key VALUES (?, ?, ?)", ((name, writes, mutation.number) for name in names)
                )
        return shown

    def _apply(self, mutation: _Pending, operation: Operation, shown: _Shown, touched: Touched) -> None:
        """Let a mutation's effect stand, if it has one."""
        if _has_arrived(self._connection, operation, mutation.rev):
            # For good: should the row leave, what is left is the backend's word.
            self._connection.execute("UPDATE pending SET arrived = 1 WHERE number = ?", (mutation.number,))
            return
        world = World(touched, shown.head.view.account, shown.retailer(), mutation.mid, mutation.made_at)
        try:
            outcome = mutations.apply(operation, world)
        except dbapi2.Error:
            raise
        except Rejected:
            return
        except Exception as error:  # noqa: BLE001 -- a mistake in `apply`: the backend judges, and pages go on coming
            self._report(error)
            return
        outcome = shown.without_belongings(outcome, touched)
        touched.write(outcome)
        shown.take(outcome)

    def _write(self, shown: _Shown | None) -> None:
        """Write what became of records into their tables, and put aside what the backend had sent of them."""
        if shown is None:
            return
        written: dict[str, dict[str, rows.Row]] = defaultdict(dict)
        for (kind, id), record in shown.stage.changed.items():
            sent = _sent(self._connection, kind, id)
            self._connection.execute(
                f"INSERT OR IGNORE INTO {ASIDE} (key, kind, id, scope, rev, gen, doc) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key(kind, id), kind, id, *sent),
            )
            if record is None:
                self._delete(kind, id)
                continue
            doc = msgspec.json.encode(record).decode()
            rev, gen = (sent.rev, sent.gen) if sent.scope in shown.visible else (0, 0)
            common = (id, shown.scopes[kind, id], rev, gen, doc)
            written[kind][id] = (*common, *values_of(kind, record))
        for kind, held in written.items():
            self.compared.note(kind, held)
            rows.replace(self._connection, kind, held)


class _Shown:
    """What becomes of the effective rows while mutations are applied to them."""

    def __init__(self, connection: Connection, head: Head) -> None:
        self.head = head
        self._connection = connection
        self.visible = frozenset(meta.visible_scopes(connection, head))
        self._rows = VisibleRows(connection, self.visible)
        self._retailer: Retailer | None = None
        self.stage = Stage(self._rows)
        self.scopes: dict[tuple[str, str], int] = {}
        """The scope of each changed record, by kind and id."""

    def retailer(self) -> Retailer | None:
        """The retailer's settings, as the backend sent them."""
        self._retailer = self._retailer or next(iter(self._rows.each("retailer")), None)
        return self._retailer

    def without_belongings(self, outcome: Outcome, records: Reader) -> Outcome:
        """An outcome with what belongs to customers whom its author does not see any more taken away."""
        account, mode = self.head.view.account, self.head.view.mode
        gone = [
            (kind_of(item), item.id)
            for customer in outcome.puts
            if isinstance(customer, Customer) and self._scope(customer) is None
            for item in records.belongings(customer.id)
            if not visibility.visible(mode, account, visibility.tags(item, customer))
        ]
        kept = tuple(record for record in outcome.puts if (kind_of(record), record.id) not in gone)
        return Outcome(kept, (*outcome.removes, *gone), outcome.conflicts) if gone else outcome

    def take(self, outcome: Outcome) -> None:
        """Let an outcome stand. What its author does not see any more is not there for what follows, either."""
        self.stage.take(outcome)
        for record in outcome.puts:
            name = kind_of(record), record.id
            scope = self._scope(record)
            if scope is None:
                self.stage.changed[name] = None
            else:
                self.scopes[name] = scope

    def _scope(self, record: Record) -> int | None:
        """The scope that a record is shown under; None for one that its author does not see (any more)."""
        parent_id = parent_of(record)
        found = None if parent_id is None else self.stage.get("customer", parent_id)
        parent = found if isinstance(found, Customer) else None
        tags = visibility.tags(record, parent)
        sent = _sent(self._connection, kind_of(record), record.id)
        if sent.scope in self.visible and visibility.tags(decode(kind_of(record), sent.doc or ""), parent) == tags:
            return sent.scope  # where a change moves nothing, the backend has decided
        column = visibility.column(self.head.view.mode, self.head.view.account)
        audience = tags.in_column(column) if column else None
        if column is None or audience is None:
            return None
        name = visibility.scope_name(column, audience)
        return meta.scope_number(self._connection, name) if name in meta.allowed(self.head) else None


def folded_all(connection: Connection, outbox: Outbox) -> bool:
    """Whether nothing in the journal is new to the cache."""
    return _stands_at(connection) == outbox.stands_at()


def _stands_at(connection: Connection) -> tuple[str | None, int]:
    """The journal that was folded last, and up to which of its changes."""
    return meta.get(connection, "journal"), meta.get(connection, "folded") or 0


class _Pending(NamedTuple):
    number: int
    mid: str
    body: bytes
    made_at: dt.datetime
    rev: int | None
    """The revision at which its target has it; None while that is not known."""
    arrived: bool = False
    """Whether the backend's row has caught up with that."""


class _Sent(NamedTuple):
    """A row as the backend sent it; all None if it has sent none."""

    scope: int | None
    rev: int | None
    gen: int | None
    doc: str | None


def _sent(connection: Connection, kind: str, id: str) -> _Sent:
    """A row as the backend sent it, visible or not."""
    row = connection.execute(f"SELECT scope, rev, gen, doc FROM {ASIDE} WHERE key = ?", (key(kind, id),)).fetchone()
    if row is None:
        condition, parameters = where(kind, id)
        row = connection.execute(
            f'SELECT scope, rev, gen, doc FROM "{table_of(kind)}" WHERE {condition}', parameters
        ).fetchone()
    return _Sent(*row) if row is not None else _Sent(None, None, None, None)


def _has_arrived(connection: Connection, operation: Operation, rev: int | None) -> bool:
    """Whether the backend's row has caught up with the revision that a mutation gave its target."""
    return rev is not None and (_sent(connection, *mutations.target(operation)).rev or 0) >= rev


def _readable(body: bytes) -> Operation | None:
    try:
        return mutations.decode(body)
    except Rejected:
        return None


def _rev_of(operation: Operation | None, result: Result | None) -> int | None:
    """The revision that a mutation gave its target; None if that is no more, not known, or was not changed.

    One that no column holds never arrives: the mutation folds until its pass has ended.
    """
    if operation is None or result is None:
        return None
    target = mutations.target(operation)
    return next((rev for kind, id, rev in result.revs if (kind, id) == target and 0 < rev < 1 << 63), None)

"""Who sends mutations, the ledger of what became of each, and what an account was last told it may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.prepared import Prepared, one_of
from sellmode_backend.store.records import Key
from sellmode_backend.store.schema import account_scope, account_sent, client, gone, mutation
from sellmode_contract import wire

WORDS_KEPT = dt.timedelta(days=30)
"""For so long the ledger has a mutation's whole result, and the text of what was refused."""
LEDGER_KEPT = dt.timedelta(days=365)
"""For so long it knows that a mutation was done, and whom a client's name belongs to."""
SCOPES_KEPT = dt.timedelta(days=90)

_WORDS_GONE = "What became of it was told more than 30 days ago; the details are no longer kept."
_decode = msgspec.json.Decoder(wire.Result).decode


class ForeignClient(Exception):
    """A client's name belongs to another account or device."""


# ------------------------------------------------------------------ clients


class Client(NamedTuple):
    """A client as its row has it."""

    last_seq: int
    """The highest ``seq`` that is done with; 0 for a new client."""
    failing_mid: str | None
    """The mutation at which the backend last failed, ``failures`` times."""
    failures: int


_CLIENT = Prepared(
    sa.select(client.c.account, client.c.device, client.c.last_seq, client.c.failing_mid, client.c.failures)
    .where(client.c.cid == sa.bindparam("cid"))
    .with_for_update()
)


def hold(connection: Connection, cid: str, account: str, device: str, now: dt.datetime) -> Client:
    """A client's row, made if there is none, held until the transaction ends. Raises ForeignClient."""
    found = _CLIENT.rows(connection, cid=cid)
    if not found:
        new = {"cid": cid, "account": account, "device": device, "last_seq": 0, "failures": 0, "seen_at": now}
        # Another call of the same client may make it at this moment; this one then waits for it, and finds it.
        bulk.insert_new(connection, client, [new])
        found = _CLIENT.rows(connection, cid=cid)
    [(whose, where, *rest)] = found
    if (whose, where) != (account, device):
        raise ForeignClient
    return Client(*rest)


def advance(connection: Connection, cid: str, last_seq: int, now: dt.datetime) -> None:
    """Note up to where a client's mutations are done with."""
    changes = {"last_seq": last_seq, "failing_mid": None, "failures": 0, "seen_at": now}
    bulk.update(connection, client, [{"cid": cid, **changes}])


def note_failure(connection: Connection, cid: str, mid: str, failures: int, now: dt.datetime) -> None:
    """Note how often the backend has failed at a client's next mutation."""
    changes = {"failing_mid": mid, "failures": failures, "seen_at": now}
    bulk.update(connection, client, [{"cid": cid, **changes}])


# ------------------------------------------------------------------ the ledger


class Entry(NamedTuple):
    """A mutation that is done with."""

    result: wire.Result
    op: str | None
    """The operation's name; None for what could not be read."""
    target: Key | None
    """What it was to change; None likewise."""
    body: str | None = None
    """The operation's JSON; kept of what was refused only."""


class Known(NamedTuple):
    """What the ledger has of a mutation."""

    account: str
    result: wire.Result


def enter(connection: Connection, cid: str, account: str, entries: Iterable[Entry], now: dt.datetime) -> None:
    """Write mutations into the ledger, in the transaction that has their effects."""
    bulk.insert(
        connection,
        mutation,
        [
            {
                "mid": entry.result.mid,
                "cid": cid,
                "seq": entry.result.seq,
                "account": account,
                "st": entry.result.st,
                "code": entry.result.code,
                "result": msgspec.json.encode(entry.result).decode(),
                "body": entry.body,
                "op": entry.op,
                "target_kind": entry.target[0] if entry.target else None,
                "target_id": entry.target[1] if entry.target else None,
                "at": now,
            }
            for entry in entries
        ],
    )


def reopen(connection: Connection, mids: Collection[str]) -> None:
    """Take those of some mutations out of the ledger that were not known when they came: they are judged anew."""
    if mids:
        connection.execute(sa.delete(mutation).where(mutation.c.mid.in_(mids), mutation.c.code == "unsupported"))


_KNOWN = Prepared(
    lambda engine: sa.select(
        mutation.c.mid, mutation.c.account, mutation.c.result, mutation.c.seq, mutation.c.st, mutation.c.code
    ).where(one_of(engine, mutation.c.mid, "mids"))
)


def known(connection: Connection, mids: Collection[str]) -> dict[str, Known]:
    """What the ledger has of mutations, whoever sent them."""
    return {
        mid: Known(account, _decode(result) if result else _without_words(mid, *rest))
        for some in in_parts(sorted(mids))
        for mid, account, result, *rest in _KNOWN.rows(connection, mids=some)
    }


def _without_words(mid: str, seq: int, st: Any, code: Any) -> wire.Result:
    return wire.Result(mid=mid, seq=seq, st=st, code=code, detail=_WORDS_GONE if code else "")


def was_refused(connection: Connection, account: str, op: str, target: Key) -> bool:
    """Whether an account was refused an operation of some name on a record."""
    kind, id = target
    query = sa.select(sa.literal(1)).where(
        mutation.c.target_id == id,
        mutation.c.st == "rejected",
        mutation.c.target_kind == kind,
        mutation.c.account == account,
        mutation.c.op == op,
    )
    return connection.scalar(query.limit(1)) is not None


def forget_old(connection: Connection, now: dt.datetime) -> None:
    """Forget the words of old mutations, then the mutations, clients and scopes that count no more."""
    words = mutation.c.result.is_not(None) | mutation.c.body.is_not(None)
    connection.execute(
        sa.update(mutation).where(mutation.c.at < now - WORDS_KEPT, words).values(result=None, body=None)
    )
    connection.execute(sa.delete(mutation).where(mutation.c.at < now - LEDGER_KEPT))
    connection.execute(sa.delete(client).where(client.c.seen_at < now - LEDGER_KEPT))
    connection.execute(sa.delete(account_scope).where(account_scope.c.last_at < now - SCOPES_KEPT))
    later = account_sent.alias()
    more = sa.exists().where(
        later.c.account == account_sent.c.account,
        later.c.scope == account_sent.c.scope,
        later.c.seq > account_sent.c.seq,
    )
    held = sa.exists().where(
        account_scope.c.account == account_sent.c.account, account_scope.c.scope == account_sent.c.scope
    )
    old = account_sent.c.at < now - SCOPES_KEPT
    connection.execute(sa.delete(account_sent).where(old & (more | ~held)))


# ------------------------------------------------------------------ what an account had, and until when


class Told(NamedTuple):
    """What an account was told of a scope."""

    last_at: dt.datetime
    """When it was last told that it has it."""
    sent: tuple[int, ...]
    """The numbers of the feed as of which it was sent all of it, rising: the last one, and those before something left.
    """

    @property
    def last(self) -> int:
        """The last of the numbers."""
        return max(self.sent, default=0)


_TOLD = Prepared(
    sa.select(account_scope.c.scope, account_scope.c.last_at, account_sent.c.seq)
    .outerjoin_from(
        account_scope,
        account_sent,
        (account_sent.c.account == account_scope.c.account) & (account_sent.c.scope == account_scope.c.scope),
    )
    .where(account_scope.c.account == sa.bindparam("account"))
    .order_by(account_scope.c.scope, account_sent.c.seq)
)


def told(connection: Connection, account: str) -> dict[str, Told]:
    """The scopes that an account was ever told of."""
    found: dict[str, Told] = {}
    for scope, last_at, seq in _TOLD.rows(connection, account=account):
        before = found.get(scope)
        found[scope] = Told(last_at, (*(before.sent if before else ()), *(() if seq is None else (seq,))))
    return found


def note_scopes(connection: Connection, account: str, told: Iterable[str], now: dt.datetime) -> None:
    """Record which scopes an account was sent."""
    bulk.upsert(
        connection, account_scope, [{"account": account, "scope": scope, "last_at": now} for scope in sorted(told)]
    )


def note_sent(connection: Connection, account: str, sent: Mapping[str, int], now: dt.datetime) -> None:
    """Write down as of which numbers an account is sent all of some scopes.

    The number before is kept where something of what was sent then has left the scope since: it alone says so.
    """
    table = account_sent
    for scope, seq in sorted(sent.items()):
        mine = (table.c.account == account) & (table.c.scope == scope)
        last = connection.scalar(sa.select(sa.func.max(table.c.seq)).where(mine)) or 0
        if last >= seq:  # another device of the account was quicker
            continue
        left = sa.select(sa.literal(1)).where(gone.c.scope == scope, gone.c.seq > last, gone.c.since <= last)
        if last and connection.scalar(left.limit(1)) is None:
            moved = connection.execute(sa.update(table).where(mine, table.c.seq == last).values(seq=seq, at=now))
            if moved.rowcount:
                continue  # else another one has just moved it, perhaps less far
        row = {"account": account, "scope": scope, "seq": seq, "at": now}
        bulk.insert_new(connection, table, [row])


class Left(NamedTuple):
    """A scope that a record was in, and the numbers at which it came and left."""

    scope: str
    since: int
    seq: int


def left(connection: Connection, keys: Collection[Key], since: dt.datetime) -> list[Left]:
    """What records of one kind have left since an instant. One statement, whatever there is."""
    kinds = {kind for kind, _ in keys}
    query = sa.select(gone.c.scope, gone.c.since, gone.c.seq).where(
        gone.c.kind.in_(sorted(kinds)),
        bulk.one_of(connection, gone.c.id, sorted(id for _, id in keys)),
        gone.c.at >= since,
    )
    return [Left(*row) for row in connection.execute(query)]

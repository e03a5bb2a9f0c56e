"""Who is available for chat: leases of devices that are connected, and the presences that follow from them.

Somebody is available when they said so, a device of theirs is connected, and the store is open. A device is connected
while it has a lease: an open stream of events renews it, and a poll where there is no stream. Leases are rows of their
own, so that renewing them moves no feed; a presence is written when others see something else of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk, records, settings
from sellmode_backend.store.bulk import one_of
from sellmode_backend.store.schema import account, account_store, presence_lease, session
from sellmode_contract.kinds import presence as contract
from sellmode_contract.kinds.presence import SAID_LAPSES, Presence, presence_id
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.records import Record

STREAM_LEASE: Final = dt.timedelta(seconds=30)
"""A worker that is killed renews no lease."""
POLL_LEASE: Final = dt.timedelta(seconds=45)
"""Polls are half a minute apart, give or take."""
_POLLS: Final = ""
"""In place of a stream."""
_FORGOTTEN: Final = dt.timedelta(hours=1)
_LEASE: Final = presence_lease.c


class Device(NamedTuple):
    """Where somebody is signed in."""

    account: str
    device: str


# ------------------------------------------------------------------ leases

POLLED_UNTIL = (
    sa.select(_LEASE.until)
    .where(_LEASE.account == session.c.account, _LEASE.device == session.c.device, _LEASE.stream == _POLLS)
    .scalar_subquery()
)
"""As part of a query for a session: until when its device's lease by polls is, or was; null where it needs none."""


def renew(connection: Connection, streams: Mapping[str, Device], now: dt.datetime) -> None:
    """Open streams are alive."""
    until = now + STREAM_LEASE
    bulk.upsert(
        connection,
        presence_lease,
        [{**whose._asdict(), "stream": stream, "until": until} for stream, whose in streams.items()],
    )
    _delete(connection, ((whose, _POLLS) for whose in streams.values()))


def end(connection: Connection, streams: Mapping[str, Device], now: dt.datetime) -> None:
    """Streams have ended: their devices were connected until now, and may be again by polls."""
    _delete(connection, ((whose, stream) for stream, whose in streams.items()))
    _write_polls(connection, set(streams.values()), now)


def poll(connection: Connection, whose: Device, now: dt.datetime) -> None:
    """A device without a stream shows a sign of life."""
    live = sa.select(_LEASE.stream).where(*_of(whose), _LEASE.stream != _POLLS, _LEASE.until > now)
    if connection.scalar(live.limit(1)) is None:
        _write_polls(connection, [whose], now + POLL_LEASE)


def polled(connection: Connection, whose: Device, now: dt.datetime) -> None:
    """Somebody polls who has said, on this device, that they are available."""
    poll(connection, whose, now)
    settle(connection, [whose.account], now)


def forget_old(connection: Connection, now: dt.datetime) -> int:
    """Delete leases that ran out long ago; how many."""
    return connection.execute(sa.delete(presence_lease).where(_LEASE.until < now - _FORGOTTEN)).rowcount


def _write_polls(connection: Connection, devices: Iterable[Device], until: dt.datetime) -> None:
    rows = [{**whose._asdict(), "stream": _POLLS, "until": until} for whose in sorted(devices)]
    bulk.upsert(connection, presence_lease, rows)


def _delete(connection: Connection, leases: Iterable[tuple[Device, str]]) -> None:
    bulk.delete(connection, presence_lease, [{**whose._asdict(), "stream": stream} for whose, stream in sorted(leases)])


def _of(whose: Device) -> tuple[sa.ColumnElement[bool], ...]:
    return _LEASE.account == whose.account, _LEASE.device == whose.device


# ------------------------------------------------------------------ what follows from them


class _Contact(NamedTuple):
    """How somebody stands with the backend."""

    store: str | None
    """Where they work, if it is one store."""
    signed_in: bool
    seen: dt.datetime | None
    """Until when a lease of theirs is, or was."""
    until: dt.datetime | None
    """The same of devices on which they are signed in."""


_NOBODY = _Contact(None, signed_in=False, seen=None, until=None)


def settle(connection: Connection, accounts: Collection[str], now: dt.datetime) -> None:
    """Let the presences of some accounts be as things stand now."""
    if changed := settled(connection, accounts, now):
        records.write(connection, changed, now=now)


def settled(connection: Connection, accounts: Collection[str], now: dt.datetime) -> list[Presence]:
    """The presences of some accounts that are to be written; nobody else changes them until the transaction ends."""
    found = records.read_many(connection, "presence", map(presence_id, accounts), lock=True)
    return _changed(connection, found, now)


def unsettled(connection: Connection, now: dt.datetime) -> list[str]:
    """The accounts whose presence is not as things stand now."""
    return [item.person for item in _changed(connection, records.each(connection, "presence"), now)]


def _changed(connection: Connection, found: Iterable[Record], now: dt.datetime) -> list[Presence]:
    before = [item for item in found if isinstance(item, Presence) and (item.said or item.available)]
    if not before:
        return []
    retailer, contacts = settings.retailer(connection), _contacts(connection, [item.person for item in before])
    after = [_as_it_stands(item, contacts.get(item.person, _NOBODY), retailer, now) for item in before]
    return [new for old, new in zip(before, after, strict=True) if new != old]


def _as_it_stands(presence: Presence, contact: _Contact, retailer: Retailer | None, now: dt.datetime) -> Presence:
    connected = contact.until is not None and contact.until > now
    away_for = now - (presence.since or now)
    lapsed = not (connected or presence.available) and away_for > SAID_LAPSES
    offered = retailer is not None and retailer.service.has_chat
    if not (offered and contact.signed_in and contact.store == presence.store) or lapsed:
        presence = msgspec.structs.replace(presence, said=False)
    if presence.said and connected and contract.is_open(presence, retailer, now):
        return contract.begun(presence, retailer, now)
    if not presence.available:
        return presence
    # Whoever signs out, or moves, was there until now; whose lease has run out, until then.
    return contract.ended(presence, retailer, min(contact.seen or presence.since or now, now))


def _contacts(connection: Connection, accounts: Collection[str]) -> dict[str, _Contact]:
    here = (session.c.account == _LEASE.account) & (session.c.device == _LEASE.device)
    until = sa.case((session.c.account.is_not(None), _LEASE.until))
    leases = (
        sa.select(_LEASE.account, sa.func.max(_LEASE.until).label("seen"), sa.func.max(until).label("until"))
        .outerjoin(session, here)
        .where(one_of(connection, _LEASE.account, sorted(accounts)))
        .group_by(_LEASE.account)
        .subquery()
    )
    stores = (
        sa.select(account_store.c.account, sa.func.min(account_store.c.store).label("store"))
        .group_by(account_store.c.account)
        .having(sa.func.count() == 1)
        .subquery()
    )
    signed_in = sa.exists().where(session.c.account == account.c.id)
    query = (
        sa.select(account.c.id, account.c.active, stores.c.store, signed_in, leases.c.seen, leases.c.until)
        .outerjoin(stores, stores.c.account == account.c.id)
        .outerjoin(leases, leases.c.account == account.c.id)
        .where(one_of(connection, account.c.id, sorted(accounts)))
    )
    return {
        id: _Contact(store, active and signed_in, seen, until)
        for id, active, store, signed_in, seen, until in connection.execute(query)
    }

"""Limits on guessing passwords and codes, kept in the database so that they hold over all workers.

Each attempt is written down before it is judged and taken back if it was right. What counts is who is guessed at, and
from where:

- an account, separately for each device it has signed in on before, so that nobody else's guesses keep an associate
  from the terminal they always use. After five failures each further one doubles the wait, from a second to a quarter
  of an hour; after a hundred there is one attempt a day. No account is ever locked for good.
- a client address, more generously, as a whole store may share one. Its failures are forgotten after an hour.

Unknown user names are counted like known ones, by the same statements. Subjects are kept as hashes. What may only be
done so often, although there is nothing to guess, is counted in the same table (`allow`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import schema


@dataclass(frozen=True)
class Limit:
    """How many failures are free, and how the wait grows from there."""

    free: int
    longest: dt.timedelta
    remembered: dt.timedelta
    """How long a failure counts unless a success clears it."""
    last: int | None = None
    """So many failures are the last that the ordinary wait allows; from then on it is a day."""

    def wait(self, failures: int) -> dt.timedelta:
        """How long after the last of so many failures the next attempt is let in."""
        if failures < self.free:
            return dt.timedelta(0)
        if self.last is not None and failures >= self.last:
            return dt.timedelta(days=1)
        # The exponent is bounded so that no count overflows a timedelta.
        return min(dt.timedelta(seconds=2 ** min(failures - self.free, 20)), self.longest)


@dataclass(frozen=True)
class Rate:
    """How often something may be done within a time."""

    often: int
    within: dt.timedelta


ACCOUNT = Limit(free=5, longest=dt.timedelta(minutes=15), remembered=dt.timedelta(days=90), last=100)
ADDRESS = Limit(free=50, longest=dt.timedelta(minutes=1), remembered=dt.timedelta(hours=1))


class TooManyAttempts(Exception):
    """An attempt was not let in."""

    def __init__(self, retry_after: int) -> None:
        """``retry_after`` is in whole seconds, at least one."""
        self.retry_after = retry_after
        super().__init__(f"too many attempts, retry after {retry_after} s")


@dataclass(frozen=True)
class Attempt:
    """An attempt that was let in and counts as a failure until `clear`."""

    account: str
    address_row: int


def admit(
    connection: Connection,
    *,
    user_key: str,
    known_device: str | None,
    address: str,
    now: dt.datetime,
    at: str = "account",
) -> Attempt:
    """Let an attempt in and count it, or raise TooManyAttempts (then it is not counted).

    ``at`` is what is guessed at: attempts at something else of the same person do not count.

    The transaction must be committed before the attempt is judged: then guesses made at the same time count too.
    """
    account = _subject(at, user_key, known_device or "")
    place = _subject("address", network(address))
    for subject in sorted((account, place)):
        _hold(connection, subject)
    waits = (_remaining(connection, account, ACCOUNT, now), _remaining(connection, place, ADDRESS, now))
    if (wait := max(waits)) > dt.timedelta(0):
        raise TooManyAttempts(-(-wait // dt.timedelta(seconds=1)))
    _count(connection, account, now)
    return Attempt(account, _count(connection, place, now))


def allow(connection: Connection, subject: tuple[str, ...], rate: Rate, now: dt.datetime) -> None:
    """Count something that may be done so often, or raise TooManyAttempts (then it is not counted).

    The transaction must be committed before it is done, as of an attempt.
    """
    table, counted = schema.attempt, _subject("rate", *subject)
    _hold(connection, counted)
    # A clock that was set back must not shut anybody out for longer than that.
    old = (table.c.at <= now - rate.within) | (table.c.at > now)
    connection.execute(sa.delete(table).where(table.c.subject == counted, old))
    times, first = connection.execute(
        sa.select(sa.func.count(), sa.func.min(table.c.at)).where(table.c.subject == counted)
    ).one()
    if times >= rate.often:
        raise TooManyAttempts(max(1, -(-(first + rate.within - now) // dt.timedelta(seconds=1))))
    _count(connection, counted, now)


def clear(connection: Connection, attempt: Attempt) -> None:
    """The attempt was right: forget the account's failures, and this one of the address."""
    table = schema.attempt
    connection.execute(
        sa.delete(table).where((table.c.subject == attempt.account) | (table.c.id == attempt.address_row))
    )


def forget_account(connection: Connection, user_key: str, devices: list[str]) -> None:
    """An operator's reset: forget all failures of an account, on each of these devices and elsewhere."""
    subjects = [_subject("account", user_key, device) for device in (*devices, "")]
    connection.execute(sa.delete(schema.attempt).where(schema.attempt.c.subject.in_(subjects)))


def forget_old(connection: Connection, now: dt.datetime) -> int:
    """Delete attempts that count no more; how many."""
    table = schema.attempt
    return connection.execute(sa.delete(table).where(table.c.at <= now - ACCOUNT.remembered)).rowcount


def _remaining(connection: Connection, subject: str, limit: Limit, now: dt.datetime) -> dt.timedelta:
    table = schema.attempt
    failures, last = connection.execute(
        sa.select(sa.func.count(), sa.func.max(table.c.at)).where(
            table.c.subject == subject, table.c.at > now - limit.remembered
        )
    ).one()
    # A clock that was set back must not make the wait longer than the rule says.
    return limit.wait(failures) - max(now - last, dt.timedelta(0)) if failures else dt.timedelta(0)


def _count(connection: Connection, subject: str, now: dt.datetime) -> int:
    inserted = connection.execute(
        sa.insert(schema.attempt).values(subject=subject, at=now).returning(schema.attempt.c.id)
    )
    return int(inserted.scalar_one())


def _hold(connection: Connection, subject: str) -> None:
    """Let attempts on one subject wait for each other. SQLite lets in one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(subject, 0))))


def _subject(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode(errors="replace")).hexdigest()


def network(address: str) -> str:
    """What a client's address counts as: itself; of IPv6 the /64, which is one subscriber's."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped:  # an IPv4 client of a socket that takes both
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))

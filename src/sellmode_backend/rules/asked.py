"""A terminal's question what a rule would do: who may ask it, how often, and what of the answer they may be told.

A preview goes by all that is known of a store's customers. Who sees these gets the list. Who does not, as a manager in
Associate Mode, could find out anything about anybody by asking for it (``email:ann@example.com``): of customers whom
the asker does not see only rough numbers are told, and each question is noted.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from sellmode_backend.accounts import sessions
from sellmode_backend.rules import passes
from sellmode_backend.rules.operating import retailer_of
from sellmode_backend.store.database import Database
from sellmode_contract import store_time, text, visibility, wire
from sellmode_contract.records import Customer, Retailer, TaskRule
from sellmode_contract.rules import judging
from sellmode_contract.rules.judging import UnfitRule
from sellmode_contract.visibility import Account

MOST_DAYS = dt.timedelta(days=366)
"""So far from the present one may a day lie."""
OFTEN, WITHIN = 60, dt.timedelta(minutes=10)
"""Nobody asks a worker more often than that: from many numbers that are rough an exact one could be made."""

_audit = logging.getLogger("sellmode_backend.audit")


class NotForThem(Exception):
    """The account may not ask that; whether there is such a store is not said."""


class BadQuestion(ValueError):
    """The rule or the day makes no sense; says where and why."""


class AskedTooOften(Exception):
    """The account has asked as often as it may for now."""

    def __init__(self, retry_after: int) -> None:
        """``retry_after`` is in whole seconds, at least one."""
        self.retry_after = retry_after
        super().__init__(f"asked too often, retry after {retry_after} s")


class Stopped(Exception):
    """Nobody waits for the answer any more."""


class TookTooLong(Exception):
    """The answer did not come in the time that is given to it."""


# ------------------------------------------------------------------ who, and how often


class Askers:
    """Who asks a worker, and has asked lately. Belongs to one event loop."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._asking: set[str] = set()
        self._asked: dict[str, deque[dt.datetime]] = {}

    def busy(self, account: Account) -> bool:
        """Whether a question of an account is being answered."""
        return account.id in self._asking

    @contextmanager
    def asking(self, account: Account) -> Iterator[None]:
        """While a question of an account, which is not busy, is being answered. Raises AskedTooOften."""
        self._count(account.id, self._clock())
        self._asking.add(account.id)
        try:
            yield
        finally:
            self._asking.discard(account.id)

    def _count(self, account: str, now: dt.datetime) -> None:
        for each, times in list(self._asked.items()):
            # A clock that was set back must not shut anybody out for longer than that.
            while times and not now - WITHIN < times[0] <= now:
                times.popleft()
            if not times:
                del self._asked[each]
        times = self._asked.setdefault(account, deque())
        if len(times) >= OFTEN:
            raise AskedTooOften(max(1, -(-(times[0] + WITHIN - now) // dt.timedelta(seconds=1))))
        times.append(now)


def who_asks(database: Database, token: str, asked: wire.PreviewRequest, now: dt.datetime) -> Account:
    """Whose question it is, if they may ask it. Raises SignedOut, AccountDisabled and NotForThem."""
    with database.snapshot() as connection:
        account = sessions.find(connection, token, now).account
    if not visibility.may(account, "rules") or asked.store not in account.stores:
        raise NotForThem
    return account


# ------------------------------------------------------------------ the answer


class Patience:
    """How long somebody waits for an answer: until they go, or the time is up."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._gone = threading.Event()

    def end(self) -> None:
        """They have gone."""
        self._gone.set()

    def check(self) -> None:
        """Raises Stopped and TookTooLong."""
        if self._gone.is_set():
            raise Stopped
        if time.monotonic() > self._until:
            raise TookTooLong


def preview(
    database: Database, account: Account, asked: wire.PreviewRequest, now: dt.datetime, patience: Patience
) -> wire.Preview:
    """What a rule, as it is or might be, would do in a store on a day, as far as an account may know. Changes nothing.

    Raises NotForThem, BadQuestion, Stopped and TookTooLong.
    """
    patience.check()
    with database.snapshot() as connection:
        retailer, rule = retailer_of(connection), _rule(asked)
        day = _day(retailer, asked, now)

        def seen(customer: Customer) -> bool:
            return visibility.visible(retailer.mode, account, visibility.tags(customer))

        try:
            found = passes.preview(connection, rule, asked.store, day, now, seen=seen, go_on=patience.check)
        except UnfitRule as error:
            problem = error.problems[0]
            raise BadQuestion(f"$.rule.{problem.field}: {problem.detail}") from None
        except passes.UnknownStore:
            raise NotForThem from None
    fields = ", ".join(sorted(judging.asked_fields(rule, retailer))) or "no field"
    _audit.info(
        "preview: account %s, store %s, trigger %s, %s, for %s: told of %d and, roughly, of %d more",
        account.id, asked.store, rule.trigger, fields, day, found.due + found.held,
        found.others.due + found.others.held if found.others else 0,
    )  # fmt: skip
    return found


def _rule(asked: wire.PreviewRequest) -> TaskRule:
    if unknown := asked.rule.keys() - set(TaskRule.__struct_fields__):
        raise BadQuestion(f"$.rule has no field {text.visible(min(unknown))[:100]!r}.")
    try:
        rule = msgspec.convert({"id": "", **asked.rule}, TaskRule)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")  # without the value
        raise BadQuestion(f"$.rule{path.rstrip('`')}: {what}.") from None
    if rule.store not in (None, asked.store):
        raise NotForThem
    return rule


def _day(retailer: Retailer, asked: wire.PreviewRequest, now: dt.datetime) -> dt.date:
    today = store_time.local_day(now, store_time.zone_of(retailer, asked.store))
    if not asked.day:
        return today + dt.timedelta(days=1)
    try:
        due = store_time.read_due(asked.day)
    except ValueError as error:
        raise BadQuestion(f"$.day: {error}.") from None
    if due.time is not None or abs(due.day - today) > MOST_DAYS:
        raise BadQuestion("$.day is a day, within a year of the store's present one.")
    return due.day

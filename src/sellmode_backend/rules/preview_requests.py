"""A terminal's question what a rule would do: who may ask it, how often, and what of the answer they may be told.

A preview looks at the customers whom the asker sees, and at nobody else. Any number about the others, however rough,
could be asked about one of them (``email:ann@example.com``, and four more whose answer is known). So of these there is
only how many there are in the store, whatever the rule. Each question is noted.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time

import msgspec

from sellmode_backend.accounts import limits, sessions
from sellmode_backend.rules import facts, late_requests, preview, stale_picks
from sellmode_backend.rules.passes import UnknownStore
from sellmode_backend.rules.stored_rules import retailer_of
from sellmode_backend.store.database import Database
from sellmode_contract import store_time, text, visibility, wire
from sellmode_contract.kinds.retailer import Retailer, zone_of
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules import judging
from sellmode_contract.rules.judging import UnfitRule
from sellmode_contract.visibility import Account

MAX_DAYS = dt.timedelta(days=366)
"""How far from today a previewed day may be."""
OFTEN = limits.Rate(60, dt.timedelta(minutes=10))
"""Limits an account's previews: each one reads every customer that the account can see."""

_audit = logging.getLogger("sellmode_backend.audit")


class NotForThem(Exception):
    """The account may not ask that; whether there is such a store is not said."""


class BadQuestion(ValueError):
    """The rule or the day makes no sense; says where and why."""


class Stopped(Exception):
    """The client has disconnected, or the server stops."""


class TookTooLong(Exception):
    """The answer did not come in the time that is given to it."""


# ------------------------------------------------------------------ who, and how often


def count(database: Database, account: Account, now: dt.datetime) -> None:
    """Count a question of an account. Raises TooManyAttempts."""
    with database.transaction() as connection:
        limits.allow(connection, ("preview", account.id), OFTEN, now)


def account_of(database: Database, token: str, request: wire.PreviewRequest, now: dt.datetime) -> Account:
    """Whose question it is, if they may ask it. Raises SignedOut, AccountDisabled and NotForThem."""
    with database.snapshot() as connection:
        account = sessions.find(connection, token, now).account
    if not visibility.may(account, "rules") or request.store not in account.stores:
        raise NotForThem
    return account


# ------------------------------------------------------------------ the answer


class Patience:
    """How long somebody waits for an answer: until they go, or the time is up."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._gone = threading.Event()

    def end(self) -> None:
        """The client has disconnected."""
        self._gone.set()

    def check(self) -> None:
        """Raises Stopped and TookTooLong."""
        if self._gone.is_set():
            raise Stopped
        if time.monotonic() > self._until:
            raise TookTooLong


def answer(
    database: Database, account: Account, request: wire.PreviewRequest, now: dt.datetime, patience: Patience
) -> wire.Preview:
    """What a rule, as it is or might be, would do in a store on a day, as far as an account may know. Changes nothing.

    Raises NotForThem, BadQuestion, Stopped and TookTooLong.
    """
    patience.check()
    with database.snapshot() as connection:
        retailer, rule = retailer_of(connection), _rule(request)
        day = _day(retailer, request, now)

        scopes = visibility.scopes(retailer.mode, account)
        try:
            found = preview.preview(connection, rule, request.store, day, now, scopes=scopes, go_on=patience.check)
        except UnfitRule as error:
            problem = error.problems[0]
            raise BadQuestion(f"$.rule.{problem.field}: {problem.detail}") from None
        except UnknownStore:
            raise NotForThem from None
        if not visibility.sees_store(retailer.mode, account, request.store):
            subject = {"stale_picks": stale_picks, "late_request": late_requests}.get(rule.trigger, facts)
            unseen = subject.outside(connection, request.store, scopes)
            found = msgspec.structs.replace(found, unseen=unseen - unseen % wire.UNSEEN_STEP)
    fields = ", ".join(sorted(judging.asked_fields(rule, retailer))) or "no field"
    _audit.info(
        "preview: account %s, store %s, trigger %s, %s, for %s: told of %d",
        account.id, request.store, rule.trigger, fields, day, found.due + found.held,
    )  # fmt: skip
    return found


def _rule(request: wire.PreviewRequest) -> TaskRule:
    if unknown := request.rule.keys() - set(TaskRule.__struct_fields__):
        raise BadQuestion(f"$.rule has no field {text.visible(min(unknown))[:100]!r}.")
    try:
        rule = msgspec.convert({"id": "", **request.rule}, TaskRule)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")  # without the value
        raise BadQuestion(f"$.rule{path.rstrip('`')}: {what}.") from None
    if rule.store not in (None, request.store):
        raise NotForThem
    return rule


def _day(retailer: Retailer, request: wire.PreviewRequest, now: dt.datetime) -> dt.date:
    today = store_time.local_day(now, zone_of(retailer, request.store))
    if not request.day:
        return today + dt.timedelta(days=1)
    try:
        due = store_time.read_due(request.day)
    except ValueError as error:
        raise BadQuestion(f"$.day: {error}.") from None
    if due.time is not None or abs(due.day - today) > MAX_DAYS:
        raise BadQuestion("$.day is a day, within a year of the store's present one.")
    return due.day

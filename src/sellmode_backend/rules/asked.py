"""A terminal's question what a rule would do, and who may ask it."""

from __future__ import annotations

import datetime as dt

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import sessions
from sellmode_backend.rules import passes
from sellmode_backend.rules.operating import retailer_of
from sellmode_backend.store.database import Database
from sellmode_contract import store_time, text, visibility, wire
from sellmode_contract.records import TaskRule
from sellmode_contract.rules.judging import UnfitRule

MOST_DAYS = dt.timedelta(days=366)
"""So far from the present one may a day lie."""


class NotForThem(Exception):
    """The account may not ask that; whether there is such a store is not said."""


class BadQuestion(ValueError):
    """The rule or the day makes no sense; says where and why."""


def preview(database: Database, token: str, asked: wire.PreviewRequest, now: dt.datetime) -> wire.Preview:
    """What a rule, as it is or might be, would do in a store on a day. Nothing is changed.

    Raises SignedOut, AccountDisabled, NotForThem and BadQuestion.
    """
    with database.snapshot() as connection:
        account = sessions.find(connection, token, now).account
        if not visibility.may(account, "rules") or asked.store not in account.stores:
            raise NotForThem
        rule = _rule(asked)
        try:
            return passes.preview(connection, rule, asked.store, _day(connection, asked, now), now)
        except UnfitRule as error:
            problem = error.problems[0]
            raise BadQuestion(f"$.rule.{problem.field}: {problem.detail}") from None
        except passes.UnknownStore:
            raise NotForThem from None


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


def _day(connection: Connection, asked: wire.PreviewRequest, now: dt.datetime) -> dt.date:
    today = store_time.local_day(now, store_time.zone_of(retailer_of(connection), asked.store))
    if not asked.day:
        return today + dt.timedelta(days=1)
    try:
        due = store_time.read_due(asked.day)
    except ValueError as error:
        raise BadQuestion(f"$.day: {error}.") from None
    if due.time is not None or abs(due.day - today) > MOST_DAYS:
        raise BadQuestion("$.day is a day, within a year of the store's present one.")
    return due.day

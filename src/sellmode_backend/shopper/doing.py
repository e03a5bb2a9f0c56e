"""What comes of what customers do, each within a transaction: touches, and the record of what became of a lookbook."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import get_args

from sqlalchemy.engine import Connection

from sellmode_backend.accounts import limits
from sellmode_backend.shopper import pages, results, touches, tracking
from sellmode_backend.shopper.shared import Found
from sellmode_backend.shopper.visitors import Reason
from sellmode_contract import text
from sellmode_contract.kinds.lookbook import Verdict

REPLIES = limits.Rate(10, dt.timedelta(days=1))
"""Of one page."""
CHOICES = limits.Rate(200, dt.timedelta(days=1))
"""Verdicts on products and on tracking, of one page."""


def sent(connection: Connection, *, found: Found, reason: Reason, now: dt.datetime) -> None:
    """A page was sent to what is no person, or to somebody of whom it is not known yet whether they look at it."""
    touches.note(connection, found.shared, "open", now, reason=reason)
    if reason != "not seen":
        results.count(connection, found.shared, now)


def opened(connection: Connection, *, found: Found, visit: str, now: dt.datetime) -> None:
    """A page was looked at by a person; each time it is sent counts once."""
    id = hashlib.sha256(visit.encode()).hexdigest()[:24]
    if touches.note(connection, found.shared, "open", now, id=id):
        touches.take_back_unseen(connection, found.shared, now)
        results.count(connection, found.shared, now)


def clicked(connection: Connection, *, found: Found, sku: str, reason: Reason, silent: bool, now: dt.datetime) -> str:
    """A product's link was followed; what goes on to the shop, empty if that was no person."""
    id = touches.note(connection, found.shared, "click", now, sku=sku, reason=reason, silent=silent)
    results.count(connection, found.shared, now)
    return id


def reply(connection: Connection, found: Found, fields: Mapping[str, str], now: dt.datetime) -> pages.Done:
    """The customer writes back."""
    words = fields.get("text", "").replace("\r\n", "\n").strip()
    if not words:
        return "empty"
    if len(words) > pages.LONGEST_REPLY:
        return "too_long"
    text.refuse(words, "text")
    limits.allow(connection, ("reply", found.shared.id), REPLIES, now)
    if not results.replied(connection, found.shared, words, now):
        return "too_many"
    if found.is_tracked:
        touches.note(connection, found.shared, "reply", now)
    return "reply"


def verdict(connection: Connection, found: Found, fields: Mapping[str, str], now: dt.datetime) -> pages.Done:
    """The customer says of a product whether it is for them, or takes back what they said."""
    sku = found.goods.skus.get(fields.get("product", ""))
    said = next((each for each in get_args(Verdict) if each == fields.get("verdict")), None)
    if sku is None or said is None:
        return "again"
    limits.allow(connection, ("choice", found.shared.id), CHOICES, now)
    if said and found.is_tracked:
        touches.note(connection, found.shared, said, now, sku=sku)
    results.judged(connection, found.shared, sku, said, now)
    return "saved"


def choose_tracking(connection: Connection, found: Found, fields: Mapping[str, str], now: dt.datetime) -> pages.Done:
    """The customer says whether it may be noted what they open and look at."""
    agreed = fields.get("agreed", "")
    if found.shared.customer is None or agreed not in ("yes", "no"):
        return "again"
    limits.allow(connection, ("choice", found.shared.id), CHOICES, now)
    tracking.choose(connection, found.shared.customer, now, agreed=agreed == "yes")
    return "saved"

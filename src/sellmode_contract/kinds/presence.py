"""Presence: whether somebody of a store is available for chat."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec

from sellmode_contract import store_hours
from sellmode_contract.audiences import STORE, Row
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.retailer import Retailer, hours_of, zone_of
from sellmode_contract.records import Instant, Record
from sellmode_contract.translatable import Translatable, marked

SAID_LAPSES: Final = dt.timedelta(minutes=15)
"""For so long somebody who is out of contact counts as available again when they are back."""
LONGEST_GOOD_AT: Final = 200
"""Characters."""


class Presence(Record, frozen=True, kw_only=True):
    """Whether somebody is available: they said so, their terminal is connected, and the store is open."""

    store: str
    person: str
    said: bool = False
    """What they said last, unless that has lapsed."""
    available: bool = False
    since: Instant | None = None
    """Since when they are available, or are not."""
    good_at: str = ""
    """What customers may ask them about, in their own words."""


def presence_id(person: str) -> str:
    """The id of somebody's presence."""
    return source_id("presence", "sellmode", person)


def begun(presence: Presence, retailer: Retailer | None, now: dt.datetime) -> Presence:
    """Presence from a moment on at which there is contact: available if they said so and the store is open."""
    available = presence.said and store_hours.is_open(*_open(presence, retailer), now)
    return _since(presence, now, available=available)


def ended(presence: Presence, retailer: Retailer | None, seen: dt.datetime) -> Presence:
    """Presence of somebody available who is not any more, of whom was last heard at ``seen``.

    They were available until then, or until the store closed.
    """
    end = presence.since or seen
    for begins, ends in store_hours.spans(*_open(presence, retailer), end):
        if begins > seen:
            break
        end = min(ends, seen)
    return _since(presence, end, available=False)


def is_open(presence: Presence, retailer: Retailer | None, now: dt.datetime) -> bool:
    """Whether the store is open."""
    return store_hours.is_open(*_open(presence, retailer), now)


def _open(presence: Presence, retailer: Retailer | None) -> tuple[store_hours.OpeningHours | None, dt.tzinfo]:
    return hours_of(retailer, presence.store), zone_of(retailer, presence.store)


def _since(presence: Presence, now: dt.datetime, *, available: bool) -> Presence:
    if available == presence.available:
        return presence
    return msgspec.structs.replace(presence, available=available, since=now)


PRESENCE = Kind(
    name="presence",
    record=Presence,
    row=Row("who is available for chat", STORE, STORE),
    words=lambda presence, _: Translatable.said(marked("availability for chat")),
)

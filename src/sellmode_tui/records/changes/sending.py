"""What is not sent yet, in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sellmode_contract.mutations import Rejected
from sellmode_tui.journal.entries import Entry, TrayItem
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.language import tr, trd
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.wording import UNREADABLE, describe


@dataclass(frozen=True)
class Unsent:
    """A change that the backend has not answered for yet."""

    mid: str
    words: str
    """What was changed and of whom: ``phone number of Anna Muster``; ``of a customer`` for one who is not visible."""
    since: dt.datetime
    """When it was made, UTC."""
    said: str = ""
    """What the backend last said of it; empty unless it failed at it, or is too old for it."""
    tries: int = 0
    """How often it did."""
    held: bool = False
    """Whether the backend is too old for it, so that it waits until that knows more."""
    sent: bool = False
    """Whether it has been in a call, so that the backend may have it already. Until then undo withdraws it."""


def unsent(seen: Seen, outbox: Outbox) -> list[Unsent]:
    """All changes that the backend has not answered for, in the order in which they were made."""
    return [
        Unsent(
            mid=entry.mid,
            words=words_of(entry, seen),
            since=entry.made_at,
            said=entry.said,
            tries=entry.tries,
            held=entry.held,
            sent=entry.sent,
        )
        for entry in outbox.waiting()
    ]


def words_of(entry: Entry | TrayItem, seen: Seen) -> str:
    """What a kept change is about, in words."""
    try:
        operation = entry.operation
    except Rejected:
        return trd(UNREADABLE)
    words = describe(operation, entry.before, seen.name_of, seen.retailer)
    return tr("undoing: {change}", change=words) if isinstance(entry, Entry) and entry.undoes else words

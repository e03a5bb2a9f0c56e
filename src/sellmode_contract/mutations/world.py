"""What an operation is applied to, and what comes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sellmode_contract import visibility
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.records import Record
from sellmode_contract.refusals import Conflict
from sellmode_contract.visibility import Account


class Reader(Protocol):
    """The records that there are."""

    def get(self, kind: str, id: str) -> Record | None:
        """A record."""

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        """What a customer allows on a channel."""

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        """What belongs to a customer, of one kind or of all."""


class World(NamedTuple):
    """What an operation is applied to, and by whom."""

    records: Reader
    account: Account
    """Its author."""
    retailer: Retailer | None
    mid: str
    now: dt.datetime
    """When it was made, UTC."""
    age: dt.timedelta = dt.timedelta()
    """How long ago that is."""


@dataclass(frozen=True)
class Outcome:
    """The records as they are afterwards, and those that are no more."""

    puts: tuple[Record, ...] = ()
    removes: tuple[tuple[str, str], ...] = ()
    """Kind and id."""
    conflicts: Mapping[str, Conflict] = field(default_factory=dict)
    """By field."""


def changed(before: Record | None, after: Record | None, *others: Record) -> Outcome:
    """A record changed, made or removed, and others put beside it, with the cards that this brings and takes away."""
    there = (*([after] if after else ()), *others)
    cards = [card for record in there for card in visibility.cards(record)]
    kept = {card.id for card in cards}
    gone = [(kind_of(card), card.id) for card in (visibility.cards(before) if before else ()) if card.id not in kept]
    if before and not after:
        gone.append((kind_of(before), before.id))
    return Outcome(puts=(*there, *cards), removes=tuple(gone))


class Stage:
    """Records with what several operations, one after the other, have made of them."""

    def __init__(self, beneath: Reader) -> None:
        self._beneath = beneath
        self.changed: dict[tuple[str, str], Record | None] = {}
        """By kind and id; None is removed."""

    def take(self, outcome: Outcome) -> None:
        """Let an outcome stand."""
        self.changed.update({(kind_of(record), record.id): record for record in outcome.puts})
        self.changed.update(dict.fromkeys(outcome.removes))

    def get(self, kind: str, id: str) -> Record | None:
        """A record as it is by now."""
        return self.changed[kind, id] if (kind, id) in self.changed else self._beneath.get(kind, id)

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        """What a customer allows on a channel by now."""
        for record in self.changed.values():
            if isinstance(record, Consent) and (record.customer, record.channel) == (customer, channel):
                return record
        found = self._beneath.consent(customer, channel)
        return None if found is None or ("consent", found.id) in self.changed else found

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        """What belongs to a customer by now."""
        kept = [
            record
            for record in self._beneath.belongings(customer, kind)
            if (kind_of(record), record.id) not in self.changed
        ]
        made = [
            record
            for (of, _), record in self.changed.items()
            if record is not None and getattr(record, "customer", None) == customer and kind in (None, of)
        ]
        return [*kept, *made]

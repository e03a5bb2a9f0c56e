"""Facts: what happened in a store, or to one of its people, added up by day, channel and measure."""

from __future__ import annotations

import msgspec

from sellmode_contract.audiences import LEAD, PERSON, STORE, Owned, Row, Rule, lead_audience
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.kind import Card, Kind
from sellmode_contract.records import Record


class Fact(Record, frozen=True, kw_only=True):
    """The sums of one month, of a store or of one of its people.

    What belongs to no store is kept for the backend's own reports: nobody is sent it.
    """

    store: str
    person: str | None = None
    month: str = ""
    """Of the store: ``2026-11``."""
    days: dict[str, dict[str, dict[str, int]]] = msgspec.field(default_factory=dict)
    """By day (``30``), channel and measure (``results.measures``). What comes to nothing is not there."""


def fact_id(store: str, person: str | None, month: str) -> str:
    """The id of the facts of a month."""
    return source_id("fact", "sellmode", f"{store}\x1f{person or ''}\x1f{month}")


def _team(fact: Fact, customer: Owned | None) -> str | None:
    if not fact.store:
        return None
    return (LEAD if fact.person else STORE).audience(fact, customer)


def _own(fact: Fact, customer: Owned | None) -> str | None:
    if not fact.store:
        return None
    return (PERSON if fact.person else LEAD).audience(fact, customer)


class FactCard(Record, frozen=True, kw_only=True):
    """The same for whoever leads the store, where the mode gives the fact to others."""

    store: str
    person: str | None = None
    month: str = ""
    days: dict[str, dict[str, dict[str, int]]] = msgspec.field(default_factory=dict)


def _card(fact: Fact, id: str) -> FactCard | None:
    if not fact.store:
        return None
    return FactCard(id=id, store=fact.store, person=fact.person, month=fact.month, days=fact.days)


_COLUMNS = ("store", "person", "month")
FACT = Kind(
    name="fact",
    record=Fact,
    row=Row(
        "facts of the store; of one associate",
        Rule("everyone in the store; facts of one associate, the store's managers", _team),
        Rule("the store's managers; facts of one associate, that person", _own),
    ),
    noun="month of figures",
    columns=_COLUMNS,
    card=Card(FactCard, _card),
)
FACT_CARD = Kind(
    name="fact_card",
    record=FactCard,
    row=Row(
        "card of facts, for who leads the store",
        Rule(
            "the store's managers, of its own facts", lambda card, _: None if card.person else lead_audience(card.store)
        ),
        Rule(
            "the store's managers, of an associate's facts",
            lambda card, _: lead_audience(card.store) if card.person else None,
        ),
    ),
    noun="month of figures",
    columns=_COLUMNS,
)

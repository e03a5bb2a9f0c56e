"""Audiences, the two tags that name them, and the rules by which a kind of record chooses its own.

An audience is everybody, a store, its managers, or one person while they work in a store. Each kind says its rules
(``kinds``); ``visibility`` says who belongs to an audience.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Protocol

Column = Literal["team", "own"]

EVERYBODY = "all"
RETAILER_FEED = "retailer"
"""The feed of what everybody sees; every other audience belongs to the feed of its store."""


def store_audience(store: str) -> str:
    """Everybody who works in a store."""
    return f"store:{store}"


def lead_audience(store: str) -> str:
    """The managers of a store."""
    return f"lead:{store}"


def is_lead(audience: str) -> bool:
    """Whether an audience are the managers of a store."""
    return audience.startswith("lead:")


def person_audience(store: str, person: str) -> str:
    """One person, while they work in that store."""
    return f"person:{store}:{person}"


def feed_of(scope_or_audience: str) -> str:
    """The feed that orders an audience or scope: its store's id, or the retailer's feed."""
    audience = scope_or_audience.rpartition("/")[2]
    return RETAILER_FEED if audience == EVERYBODY else audience.split(":")[1]


class Tags(NamedTuple):
    """A record's audience in each column; None is nobody."""

    team: str | None
    own: str | None

    def in_column(self, column: Column) -> str | None:
        """The tag in one column."""
        return self.team if column == "team" else self.own


class Owned(Protocol):
    """What of a customer decides who sees it and what belongs to it."""

    @property
    def store(self) -> str | None:
        """Whose it is."""

    @property
    def owner(self) -> str | None:
        """Staff id of whom it is assigned to."""


class Rule(NamedTuple):
    """A rule in words, and the audience it gives for a record and its customer (None if it has none)."""

    words: str
    audience: Callable[[Any, Owned | None], str | None]


class Row(NamedTuple):
    """One kind's line of the mode table."""

    label: str
    team: Rule
    own: Rule


# ------------------------------------------------------------------ rules that several kinds share


def customer_team(_: Any, customer: Owned | None) -> str | None:
    """The customer's store."""
    return store_audience(customer.store) if customer and customer.store else None


def customer_own(_: Any, customer: Owned | None) -> str | None:
    """The customer's owner, or the store's managers while nobody owns the customer."""
    if not customer or not customer.store:
        return None
    return person_audience(customer.store, customer.owner) if customer.owner else lead_audience(customer.store)


ALL = Rule("everyone at the retailer", lambda record, customer: EVERYBODY)
NOBODY = Rule("nobody", lambda record, customer: None)
STORE = Rule("everyone in the store", lambda record, customer: store_audience(record.store))
LEAD = Rule("the store's managers", lambda record, customer: lead_audience(record.store))
PERSON = Rule("that person", lambda record, customer: person_audience(record.store, record.person))
AUTHOR = Rule("its author", lambda record, customer: person_audience(record.store, record.author))
CUSTOMER_TEAM = Rule("everyone in the customer's store", customer_team)
CUSTOMER_OWN = Rule("the customer's owner, or the store's managers if it has none", customer_own)

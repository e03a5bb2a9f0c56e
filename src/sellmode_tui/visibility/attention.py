"""What needs somebody's attention: what was refused, what was handed over, and who may be there twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sellmode_contract.mutations import RejectionCode

Source: TypeAlias = Literal["refused", "handed_over", "duplicate"]


@dataclass(frozen=True)
class Value:
    """A field of a change, with what stands there now."""

    field: str
    """As in operations: ``phone``, ``sizes.shoes``, ``text``; ``tags`` and ``preferences`` with a list of elements."""
    label: str
    """For people: ``phone number``."""
    mine: Any
    """What the change's author wanted, as JSON has it; None takes the value away. Of sets: ``["+vip", "-new"]``."""
    present: Any = None
    """What stands there, as JSON has it; None for nothing, and where ``known`` is false."""
    known: bool = False
    """Whether the record is visible, so that ``present`` says something."""


@dataclass(frozen=True)
class Refused:
    """A change of one's own that the backend did not do. It stays until somebody resolves it."""

    mid: str
    words: str
    code: RejectionCode
    title: str
    """The code in words."""
    reason: str
    """What the backend said of it; may be empty."""
    field: str
    """The field at fault, as in ``values``; empty if it is none."""
    since: dt.datetime
    """When it was made, UTC."""
    refused_at: dt.datetime
    customer: str | None
    """Id of the customer whom it is about, if visible."""
    op: str
    """The operation's name: ``create``, ``edit``, ``remove``, ``consent`` …; empty for what this version cannot read."""
    kind: str
    """The record's: ``customer``, ``note``, ``contact``, ``date``, ``consent`` …"""
    values: tuple[Value, ...]
    """Of a consent: ``state`` and ``evidence``. Of a new record: its fields."""
    dependants: tuple[str, ...] = ()
    """Words of the changes that built on it, were refused with it, and are resent or discarded with it."""
    can_resend: bool = True
    can_hand_over: bool = False
    handed_over: bool = False
    """The backend has handed it over already (the customer moved): it is here to be read, copied and discarded."""
    source: Source = "refused"

    @property
    def key(self) -> str:
        """What the door's methods call it by: its ``mid``."""
        return self.mid


@dataclass(frozen=True)
class HandedOver:
    """A change that somebody handed over to whoever looks after the customer, who accepts or discards it."""

    id: str
    words: str
    author: str
    """A colleague's name."""
    since: dt.datetime
    """When it was made, UTC."""
    customer: str
    op: str
    kind: str
    values: tuple[Value, ...]
    """``mine`` is its author's."""
    source: Source = "handed_over"

    @property
    def key(self) -> str:
        """What the door's methods call it by: the parked edit's id."""
        return self.id


@dataclass(frozen=True)
class Difference:
    """A field in which two customers differ."""

    field: str
    label: str
    values: tuple[Any, Any]
    """In the order of the pair, as JSON has them."""


@dataclass(frozen=True)
class Duplicate:
    """Two customers who may be one, for a manager to judge."""

    id: str
    """The pair's."""
    customers: tuple[str, str]
    """Their ids; neither need be visible."""
    names: tuple[str, str]
    owners: tuple[str, str]
    """Names; empty where nobody owns the customer."""
    matched: tuple[str, ...]
    """What both have: ``email``, ``phone``."""
    differences: tuple[Difference, ...]
    source: Source = "duplicate"

    @property
    def key(self) -> str:
        """What the door's methods call it by: the pair's id."""
        return self.id


Attention: TypeAlias = Refused | HandedOver | Duplicate

"""What some kinds of record do besides when they are stored, by kind; the functions stand beside their subjects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy.engine import Connection

from sellmode_backend.store import brief_cards, request_parts
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations.tasks import follow
from sellmode_contract.records import Record

Recount: TypeAlias = Callable[[Any], Record | None]
"""Gives a card, which may not be there yet, as it is to be; None if it counts nothing any more."""

FOLLOWS: Final[Mapping[str, Callable[[Any, Customer, Customer], Record]]] = {"rule_task": follow}
"""How what belongs to a customer changes, besides its tags, when the customer's store or owner did: before, after."""

COUNTED: Final[Mapping[str, Callable[[Iterable[tuple[Any, Any]]], Mapping[tuple[str, str], Recount]]]] = {
    "corporate_task": brief_cards.moved
}
"""How cards (by kind and id) that count records change with these: pairs of before and after, None if not there."""


class Parts(NamedTuple):
    """What belongs to records of a kind, other than customers."""

    kinds: frozenset[str]
    keys: Callable[[Connection, Sequence[tuple[Any, Any]]], Collection[tuple[str, str]]]
    """Kind and id of what has to change, from pairs of before and after, None if not there."""
    of: Callable[[Any], str]
    """The id of the record that a part belongs to."""
    follow: Callable[[Any, Any], Record]
    """A part as it is with the record that it belongs to."""


PARTS: Final[Mapping[str, Parts]] = {
    "request": Parts(request_parts.KINDS, request_parts.keys, lambda part: str(part.request), request_parts.follow)
}
"""What changes with records of a kind, and goes with them."""

"""What some kinds of record do besides when they are stored, by kind; the functions stand beside their subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from sellmode_backend.store import brief_cards
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

"""What a retailer offers customers who want to reach a store, and how soon they are to be answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

import msgspec

Way: TypeAlias = Literal["chat", "email", "sms", "appointment", "personal_shopper"]
"""How a customer asks."""
WAYS: Final[tuple[Way, ...]] = get_args(Way)

_FIRST_ANSWERS: Final[dict[Way, int]] = {
    "chat": 2,
    "email": 240,
    "sms": 15,
    "appointment": 240,
    "personal_shopper": 240,
}
_LIMITS: Final = {"reserved_minutes": (0, 7 * 24 * 60), "away_minutes": (1, 240), "most_chats": (1, 100)}
_MAX_ANSWER: Final = 30 * 24 * 60


class ServiceRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A retailer's rules of service. Minutes are those of opening hours unless said otherwise."""

    ways: tuple[Way, ...] = ()
    """What is offered; nothing, until the retailer says so."""
    answer_minutes: dict[Way, int] = {}
    """How soon a first answer is aimed at, where that differs from what is usual."""
    reserved_minutes: int = 30
    """For how long a request that names somebody is theirs first; 0: it is everybody's at once."""
    away_minutes: int = 15
    """After so many minutes without a key, by the clock, somebody who is available is away."""
    most_chats: int = 10
    """Open chats of one person."""

    def aim(self, way: Way) -> int:
        """In how many minutes a first answer is aimed at."""
        return self.answer_minutes.get(way, _FIRST_ANSWERS[way])

    @property
    def has_chat(self) -> bool:
        """Whether it matters who is available."""
        return "chat" in self.ways


class Problem(NamedTuple):
    """What is wrong with a field."""

    field: str
    detail: str


def problems(rules: ServiceRules) -> Iterator[Problem]:
    """Everything that is wrong with rules."""
    if len(set(rules.ways)) < len(rules.ways):
        yield Problem("ways", "a way stands there twice")
    for way, minutes in rules.answer_minutes.items():
        if not 1 <= minutes <= _MAX_ANSWER:
            yield Problem(way, f"it is from 1 to {_MAX_ANSWER} minutes")
    for field, (least, most) in _LIMITS.items():
        if not least <= getattr(rules, field) <= most:
            yield Problem(field, f"it is from {least} to {most}")

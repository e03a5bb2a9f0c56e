"""All checks, in their order."""

from __future__ import annotations

from collections.abc import Iterator

from sellmode_backend.conformance import (
    events,
    merging,
    pulling,
    requests,
    salvaging,
    seeing,
    signing_in,
    working,
    writing,
)
from sellmode_backend.conformance.checking import CHECKS, Check, Outcome, outcomes
from sellmode_backend.conformance.http import Line
from sellmode_backend.conformance.kit import Kit
from sellmode_backend.conformance.world import World

_SUBJECTS = (requests, signing_in, seeing, pulling, writing, merging, working, events, salvaging)


def every_check() -> tuple[Check, ...]:
    """All that there are, by subject."""
    order = [subject.__name__ for subject in _SUBJECTS]
    return tuple(sorted(CHECKS.values(), key=lambda each: order.index(each.run.__module__)))


def run(world: World, line: Line, only: str = "") -> Iterator[Outcome]:
    """Hold a backend that was given this world to every promise, or to those whose name begins with ``only``."""
    return outcomes(Kit(world, line), (each for each in every_check() if each.name.startswith(only)))

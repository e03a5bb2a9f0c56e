"""Judging two customers who may be one."""

from __future__ import annotations

import msgspec

from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.mutations.operations import Dismiss, Merge
from sellmode_contract.mutations.reading import read
from sellmode_contract.mutations.world import Outcome, World


def merge(operation: Merge, world: World) -> Outcome:
    """One customer of two. What becomes of the two, whom a manager need not see, is the backend's."""
    return Outcome(removes=(("duplicate_pair", _pair(operation.id, world).id),))


def dismiss(operation: Dismiss, world: World) -> Outcome:
    """Two customers who are two; the pair is kept so that nobody is asked again."""
    return Outcome(puts=(msgspec.structs.replace(_pair(operation.id, world), dismissed=True),))


def _pair(id: str, world: World) -> DuplicatePair:
    return read(world, "duplicate_pair", id, DuplicatePair)

"""The same worlds under Hypothesis, which looks for the fewest steps that break an invariant.

``./dev test tests/proofs --hypothesis-profile=proofs`` looks for long.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from proofs.sim import world
from proofs.sim.backend import Files
from proofs.workplace import workplace


class Worlds(RuleBasedStateMachine):
    """A world to which things happen that Hypothesis chooses; at its end everything has to be right."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = contextlib.ExitStack()
        folder = self._stack.enter_context(workplace())
        self._world = self._stack.enter_context(world.opened(folder, 0, Files(folder)))

    @rule(happens=st.sampled_from(world.EVENTS), chance=st.integers(0, 2**16))
    def happens(self, happens: Callable[[world.World], None], chance: int) -> None:
        """One kind of thing, to whom and how by a small number."""
        self._world.chance.seed(chance)
        self._world.other.seed(chance)
        self._world.third.seed(chance)
        self._world.let(happens)

    def teardown(self) -> None:
        """No more faults."""
        with self._stack:
            self._world.settle()

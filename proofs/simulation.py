"""The proof ``sim``: worlds by their seeds, each step by step to its end, and now and then the same one twice."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from typing import NamedTuple

from proofs.results import Proof, Trial
from proofs.sim import world
from proofs.sim.backend import Files, server
from proofs.sim.bugs import BUGS
from proofs.sim.checks import Broken
from proofs.workplace import workplace

AGAIN = 20
"""Of so many seeds one is run twice, and has to come to the same."""
ON_POSTGRESQL = 10
"""Of so many seeds one has its backend on PostgreSQL."""


class Went(NamedTuple):
    """How a world went."""

    broken: str
    """Which invariant, and how; empty if none."""
    steps: int
    trace: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What happened, in short."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()


def play(seed: int, *, on_postgresql: bool = False, steps: int | None = None) -> Went:
    """Let a world go its way: so many steps, and then to its end."""
    chance = random.Random(f"play {seed}")
    most = steps or chance.choice([30, 60, 60, 120])
    with workplace() as folder, world.opened(folder, seed, server() if on_postgresql else Files(folder)) as here:
        done = 0
        try:
            for _ in range(most):
                here.step()
                done += 1
            here.settle()
        except Broken as broken:
            return Went(str(broken), done, tuple(here.trace))
        return Went("", done, tuple(here.trace))


def trial(seed: int) -> Trial:
    """One seed, on the engine that it falls to."""
    on_postgresql = seed % ON_POSTGRESQL == 0
    went = play(seed, on_postgresql=on_postgresql)
    details = Counter({"steps": went.steps, "on PostgreSQL": int(on_postgresql)})
    failures = [f"step {went.steps}: {went.broken}"] if went.broken else []
    if seed % AGAIN == 1:
        details["run twice"] += 1
        if play(seed).digest != went.digest:
            failures.append("the same seed went another way")
    return Trial(1, tuple(failures), details)


PROOF = Proof(
    "sim", "whatever happens to terminals, people and backend, nothing is lost, done twice or leaked", "seeds", trial
)

# ------------------------------------------------------------------ what it would find

SEEDS = 400
"""So many are tried with a planted bug before it counts as not found."""


def found(bug: str, seed: int, most: int = SEEDS) -> tuple[int, str]:
    """At which of so many seeds a planted bug is found, counted from 1, and how it shows; 0 if it is not."""
    for number in range(most):
        with BUGS[bug]():
            broken = play(seed + number).broken
        if broken:
            return number + 1, broken
    return 0, ""


def hunt(seed: int) -> Trial:
    """Plant every bug in turn; ``n`` counts the seeds that it took."""
    details = Counter({bug: found(bug, seed * 1000)[0] for bug in BUGS})
    missed = tuple(f"the planted bug {bug!r} is not found in {SEEDS} seeds" for bug in BUGS if not details[bug])
    return Trial(details.total(), missed, details)


PLANTED = Proof("planted", "the simulation finds every bug that is planted for it", "seeds", hunt)

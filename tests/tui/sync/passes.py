"""A pass with its decisions, so that a test sees how long the engine means to wait after it."""

from __future__ import annotations

import random
from collections import deque
from typing import NamedTuple

from sellmode_tui.sync.calls import answer_to
from sellmode_tui.sync.engine import Engine
from sellmode_tui.sync.events import Call, CallSalvage, Effect, Event, Halt, HangUp, Led, Tell
from sellmode_tui.sync.executor import Executor, Terminal, advance


class Came(NamedTuple):
    """What came of a pass."""

    effects: list[Effect]
    """All but those on the files."""
    pause: float | None
    """Seconds that the engine means to wait before the next; None if there is to be none."""

    @property
    def told(self) -> Tell:
        """What was told last."""
        return [effect for effect in self.effects if isinstance(effect, Tell)][-1]


def one_pass(terminal: Terminal, engine: Engine | None = None, event: Event | None = None, now: float = 0.0) -> Came:
    """What `event` sets going (for a new engine: that it leads), at a standing clock."""
    engine = engine or Engine(random.Random(1))
    executor = Executor(terminal)
    effects: list[Effect] = []

    def take(event: Event) -> list[Effect]:
        new = advance(engine, executor, event, now)
        effects.extend(new)
        return new

    pending = deque(take(event or Led(leading=True)))
    while pending:
        effect = pending.popleft()
        if isinstance(effect, Call | CallSalvage):
            for following in answer_to(effect, terminal.transport, terminal.session):
                new = take(following)
                pending += new
                if any(isinstance(each, HangUp) for each in new):
                    break
    halted = any(isinstance(effect, Halt) for effect in effects)
    assert halted == (engine.due is None)
    return Came(effects, None if engine.due is None else engine.due - now)

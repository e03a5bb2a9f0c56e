"""One pass without threads, for commands."""

from __future__ import annotations

import contextlib
import random
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from sellmode_contract.wire import Result
from sellmode_tui.journal.clock import since_boot
from sellmode_tui.sync.calls import answer_to
from sellmode_tui.sync.engine import Engine
from sellmode_tui.sync.events import Call, CallSalvage, Event, Failed, HangUp, Led, Tell
from sellmode_tui.sync.executor import Executor, Terminal, advance


class Passed(NamedTuple):
    """What a pass has done."""

    received: int
    """Records that came."""
    settled: tuple[Result, ...]
    """What became of mutations; one that the backend failed at (``retry``) may come more than once."""


def run_pass(
    terminal: Terminal, tell: Callable[[int, int | None], None], move: Callable[[], None] = lambda: None
) -> Passed:
    """Send what waits and bring the cache up to date.

    ``tell`` hears after each page how many records came and how many are left, ``move`` that it goes on.
    Raises TransportError, BrokenStream, Overtaken, Malformed, sealed.SealedError; each leaves a cache that is right as
    of some checkpoint, and in the outbox whatever the backend has not settled.
    """
    engine = Engine(random.Random())  # noqa: S311 # spreads load, keeps no secret
    executor = Executor(terminal)
    received = 0
    calls: deque[Call | CallSalvage] = deque()

    def take(event: Event) -> bool:
        """Whether the answer under way counts on."""
        nonlocal received
        counts = True
        for effect in advance(engine, executor, event, since_boot()):
            match effect:
                case Failed():
                    raise effect.error
                case Tell() if effect.received:
                    received = effect.received
                    tell(effect.received, effect.left)
                case Call() | CallSalvage():
                    calls.append(effect)
                case HangUp():
                    counts = False
        move()
        return counts

    take(Led(leading=True))
    while calls:
        with contextlib.closing(answer_to(calls.popleft(), terminal.transport, terminal.session)) as answer:
            for event in answer:
                if not take(event):
                    break
    return Passed(received, tuple(executor.settled))

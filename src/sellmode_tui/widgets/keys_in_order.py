"""Keys that come faster than they are worked off: over a slow line several arrive at once, or from a fast typist.

Textual hands each key at once to the widget that has the focus, and works off what a key does later. Of "/quinn" in one
packet the "q" would reach the list, which the "/" is only just leaving, and end the app.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, TypeVar

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

ReturnType = TypeVar("ReturnType")

GIVE_UP_SECONDS: Final = 2.0
"""A widget that went away with a key unanswered holds the keys behind it no longer than this."""
ROUNDS: Final = 4
"""A key goes up from the widget in use to the app, each with a queue of its own; so does what the widget says of it
(a text was submitted); then the app moves the focus or turns the page, which the new page is told of."""


class KeysInOrder(App[ReturnType]):
    """An app in which a key meets what the keys before it have done."""

    def __init__(self) -> None:
        super().__init__()
        self._held: deque[events.Event] = deque()
        """Keys that came while an earlier one is being worked off."""
        self._key = 0
        """Numbers the keys, to know which one is waited for."""
        self._working = False
        self._timeout: asyncio.TimerHandle | None = None

    async def on_event(self, event: events.Event) -> None:
        """Hold a key until the ones before it are done with."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._working:
            self._held.append(event)
        else:
            await self._work_off(event)

    async def _work_off(self, event: events.Event) -> None:
        self._working = True
        self._key += 1
        key = self._key
        self._timeout = asyncio.get_running_loop().call_later(GIVE_UP_SECONDS, self._settled, key)
        await super().on_event(event)
        self._after_rounds(ROUNDS, key)

    def _after_rounds(self, rounds: int, key: int) -> None:
        """Count a key as done with once all queues that it can stand in have been worked off so many times."""
        if rounds == 0:
            self._settled(key)
            return
        reached = self.focused or self.screen
        self._pass_through(
            [*reached.ancestors_with_self, self.screen, self], lambda: self._after_rounds(rounds - 1, key)
        )

    def _pass_through(self, pumps: list[MessagePump], then: Callable[[], None]) -> None:
        """Go on once each of these, one after the other, has seen to all that stood in its queue."""
        for place, pump in enumerate(pumps):
            if pump.is_running and pump.call_later(self._pass_through, pumps[place + 1 :], then):
                return
        then()

    def _settled(self, key: int) -> None:
        """A key is done with; give way to the next."""
        if key != self._key or not self._working:
            return
        if self._timeout is not None:
            self._timeout.cancel()
        if not self.call_later(self._next_key, key):
            self._working = False

    async def _next_key(self, key: int) -> None:
        if key != self._key or not self._working:
            return
        if self._held:
            await self._work_off(self._held.popleft())
        else:
            self._working = False

"""A scanner that types: digits faster than anybody's, and Enter. They are one code, told from keys by their pace.

Digits are held back until it is clear what they are: for `FIRST` seconds after the first one, for `NEXT` seconds once
there are two that fast. If no further one comes by then they were keys, and are handed on as such, in their order. A
code that comes while a text has the keys is typed into it: that is decided when its turn comes, by whoever takes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import events

FIRST: Final = 0.06
"""Seconds from the first digit to the second, at most. A scanner takes 0.02 at most; over a slow line several come at
once."""
NEXT: Final = 0.25
"""Seconds from one digit to the next, and to Enter, at most."""
SHORTEST: Final = 4
"""Digits of the shortest code: fewer, however fast, are keys."""
_LONGEST: Final = 64
_ENTER: Final = "enter"


class Scan(events.Event, bubble=False):
    """A code was scanned."""

    def __init__(self, keys: Sequence[events.Key]) -> None:
        self.keys: Final = tuple(keys)
        """What was typed, Enter last."""
        super().__init__()

    @property
    def code(self) -> str:
        """Its digits."""
        return "".join(key.character or "" for key in self.keys[:-1])


class ScanCollector:
    """Puts keys together that are one code. It goes by the moments at which keys came in, and has no clock."""

    def __init__(self) -> None:
        self._held: list[events.Key] = []

    @property
    def holds(self) -> bool:
        """Whether digits wait for more."""
        return bool(self._held)

    @property
    def until(self) -> float:
        """Until when they wait."""
        return self._held[-1].time + (NEXT if len(self._held) > 1 else FIRST) if self._held else 0.0

    def take(self, event: events.Event) -> list[events.Event]:
        """What comes of an event, in order; nothing while it waits for more."""
        key = event if isinstance(event, events.Key) else None
        before = self.give_up() if self._held and event.time > self.until else []
        if key is not None and _is_digit(key) and len(self._held) < _LONGEST:
            self._held.append(key)
            return [*before]
        if key is not None and key.key == _ENTER and len(self._held) >= SHORTEST:
            return [*before, Scan([*self.give_up(), key])]
        return [*before, *self.give_up(), event]

    def give_up(self) -> list[events.Key]:
        """Wait no longer: the digits that did, which are keys."""
        held, self._held = self._held, []
        return held


def _is_digit(key: events.Key) -> bool:
    return key.character is not None and len(key.character) == 1 and key.character in "0123456789"

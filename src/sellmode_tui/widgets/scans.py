"""A scanner that types: digits and capitals faster than anybody's, and Enter. They are one code, told by their pace.

They are held back until it is clear what they are: for `FIRST` seconds after the first one, for `NEXT` seconds once
there are two that fast. If no further one comes by then they were keys, and are handed on as such, in their order. A
code that comes while a text has the keys is typed into it: that is decided when its turn comes, by whoever takes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase, digits
from typing import Final

from textual import events

FIRST: Final = 0.06
"""Seconds from the first character to the second, at most. A scanner takes 0.02 at most; over a slow line several come
at once."""
NEXT: Final = 0.25
"""Seconds from one character to the next, and to Enter, at most."""
SHORTEST: Final = 4
"""Characters of the shortest code: fewer, however fast, are keys."""
_LONGEST: Final = 64
_WITHIN: Final = f"{ascii_uppercase}-"
"""What stands in a code besides digits; a hyphen does not begin it. Most small letters are keys for something, which
would wait whenever they are pressed."""
_ENTER: Final = "enter"


class Scan(events.Event, bubble=False):
    """A code was scanned."""

    def __init__(self, keys: Sequence[events.Key]) -> None:
        self.keys: Final = tuple(keys)
        """What was typed, Enter last."""
        super().__init__()

    @property
    def code(self) -> str:
        """What it says."""
        return "".join(key.character or "" for key in self.keys[:-1])


class ScanCollector:
    """Puts keys together that are one code. It goes by the moments at which keys came in, and has no clock."""

    def __init__(self) -> None:
        self._held: list[events.Key] = []

    @property
    def holds(self) -> bool:
        """Whether characters wait for more."""
        return bool(self._held)

    @property
    def until(self) -> float:
        """Until when they wait."""
        return self._held[-1].time + (NEXT if len(self._held) > 1 else FIRST) if self._held else 0.0

    def take(self, event: events.Event) -> list[events.Event]:
        """What comes of an event, in order; nothing while it waits for more."""
        key = event if isinstance(event, events.Key) else None
        before = self.give_up() if self._held and event.time > self.until else []
        if key is not None and self._goes_on(key) and len(self._held) < _LONGEST:
            self._held.append(key)
            return [*before]
        if key is not None and key.key == _ENTER and len(self._held) >= SHORTEST and any(map(_is_digit, self._held)):
            return [*before, Scan([*self.give_up(), key])]
        return [*before, *self.give_up(), event]

    def give_up(self) -> list[events.Key]:
        """Wait no longer: the characters that did, which are keys."""
        held, self._held = self._held, []
        return held

    def _goes_on(self, key: events.Key) -> bool:
        """Whether a key may be of the code that is held, or begin one. A letter held down repeats itself as fast."""
        if _is_digit(key):
            return True
        repeats = bool(self._held) and all(each.character == key.character for each in self._held)
        return _is_one_of(key, _WITHIN if self._held else ascii_uppercase) and not repeats


def _is_digit(key: events.Key) -> bool:
    return _is_one_of(key, digits)


def _is_one_of(key: events.Key, characters: str) -> bool:
    return key.character is not None and len(key.character) == 1 and key.character in characters

"""What is pasted, taken out of what a terminal sends before its keys are read: no character of it is a key.

Textual reads an escape character within a paste as the beginning of a key: what follows it would be typed, and do what
such keys do, before the rest is pasted.

Its fields take no typed character that Python does not call printable: the joiner within an emoji or a Persian word,
the wide blank of a Japanese keyboard, an emoji newer than Python. Such a character comes as a paste, which they take.

Esc and the key after it come as one over a slow line, and within tmux. Textual reads Alt with that key, or a sign that
some keyboards have there, and types it: here they are two keys, but where the two are a key of their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.message import Message

_START: Final = "\x1b[200~"
_END: Final = "\x1b[201~"
_GOES_ON: Final = r"\[\]OPX^_\\" + "".join(
    re.escape(sequence[1:])
    for sequence, keys in ANSI_SEQUENCES_KEYS.items()
    if len(sequence) == len("\x1b?") and isinstance(keys, tuple)
)
"""What may follow an escape character that is not the key, as within brackets of a pattern."""
_KEY_ALONE: Final = re.compile(f"(?<=\x1b)(?=[^{_GOES_ON}])")
"""Behind an escape character that is the key."""


class Keys(XTermParser):
    """Reads keys, with each paste in one event."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._rest = ""
        """The beginning of what may be a mark of a paste, or the paste so far."""
        self._pasting = False
        self._escaped = False
        """Whether an escape character came last: the key, or the beginning of more."""

    def feed(self, data: str) -> Iterable[Message]:
        """Read what came; empty at the end."""
        if not data:
            yield from super().feed(data)
            return
        if self._escaped and _KEY_ALONE.match("\x1b" + data, 1):
            yield from self._key_alone()
        elif self._escaped and data.startswith(_START[1:]):
            # Textual has begun to read a mark: a paste without text lets it come to an end.
            yield from (each for each in super().feed(_START[1:] + _END) if not isinstance(each, events.Paste))
            self._pasting, data = True, data.removeprefix(_START[1:])
        data = self._rest + data
        self._rest, self._escaped = "", False
        while data:
            text, mark, after = data.partition(_END if self._pasting else _START)
            if not mark:
                end = 0 if self._pasting else len(data) - _begun(data)
                text, self._rest = data[:end], data[end:]
            yield from self._whole(text)
            self._pasting ^= bool(mark)
            data = after
        self._escaped = not self._pasting and not self._rest and text.endswith("\x1b")

    def _whole(self, text: str) -> Iterator[Message]:
        if text and self._pasting:
            yield events.Paste(text.replace("\0", ""))
        elif text:
            first, *others = _KEY_ALONE.split(text)
            yield from map(_typed, super().feed(first))
            for keys in others:
                yield from self._key_alone()
                yield from map(_typed, super().feed(keys))

    def _key_alone(self) -> Iterator[Message]:
        """The escape character that was read last is the key: nothing has to be waited for, if it still is."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0
            yield from self.tick()


def _typed(message: Message) -> Message:
    """A key, or a paste in place of a key whose character would not be typed."""
    if not isinstance(message, events.Key) or message.character is None or message.is_printable:
        return message
    return message if unicodedata.category(message.character) == "Cc" else events.Paste(message.character)


def _begun(data: str) -> int:
    """How many characters at the end may be the beginning of a paste; an escape character alone is the key."""
    return next((length for length in range(len(_START) - 1, 1, -1) if data.endswith(_START[:length])), 0)

"""What a terminal says of itself when it is asked, as far as it answers within a moment.

All questions are sent at once, and last the one that every terminal answers (DA1): what has not come before that answer
does not come. Sources: xterm's control sequences (DA1, DECRQM, DECRQSS, XTVERSION), kitty's protocols for keys and
pictures.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import termios
import time
import tty
from typing import Final, NamedTuple

SECONDS: Final = 2.0
"""How long an answer may take: a slow line's way there and back."""

_VERSION: Final = "\x1b[>0q"
_KEYS: Final = "\x1b[?u"
_MODES: Final = {"paste": 2004, "mouse": 1006, "whole frames": 2026}
WHOLE_FRAMES: Final = f"\x1b[?{_MODES['whole frames']}$p"
"""Asks whether it shows whole frames."""
_PICTURE: Final = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_COLOUR: Final = "\x1b[38;2;1;2;3m\x1bP$qm\x1b\\\x1b[0m"
_LETTER: Final = "\ré\x1b[6n\r\x1b[K"
_LAST: Final = "\x1b[c"
_NO_STRINGS: Final = ("linux", "vt100", "vt102", "vt220")
"""Draw what they should take for a question in a control string."""
_CLIPBOARD: Final = "52"
"""Among the answers to DA1: programs may set the clipboard."""


class Answers(NamedTuple):
    """What a terminal said. None: it did not say."""

    answered: bool = False
    """Whether it answers questions at all."""
    name: str = ""
    kitty_keys: bool = False
    mouse: bool | None = None
    paste: bool | None = None
    whole_frames: bool | None = None
    """Synchronized output: a frame shows at once, without flicker."""
    full_colour: bool | None = None
    clipboard: bool | None = None
    """OSC 52, for writing."""
    utf8: bool | None = None
    pictures: bool = False
    """Kitty's graphics protocol."""


def questions(term: str) -> str:
    """What to send to a terminal of this name."""
    if term in _NO_STRINGS:
        return _LETTER + _LAST
    modes = "".join(f"\x1b[?{number}$p" for number in _MODES.values())
    return _VERSION + _KEYS + modes + _PICTURE + _COLOUR + _LETTER + _LAST  # the letter wipes what is drawn by mistake


def read_answers(said: str) -> Answers:
    """What was answered; anything else that was typed meanwhile is passed over."""
    attributes = re.search(r"\x1b\[\?([0-9;]*)c", said)
    modes = {int(number): int(state) for number, state in re.findall(r"\x1b\[\?([0-9]{1,5});([0-4])\$y", said)}
    name = re.search(r"\x1bP>\|([^\x1b]*)\x1b\\", said)
    colour = re.search(r"\x1bP([01])\$r([0-9;:]*)m\x1b\\", said)
    place = re.search(r"\x1b\[[0-9]+;([0-9]+)R", said)

    def has(mode: str) -> bool | None:
        state = modes.get(_MODES[mode])
        return None if state is None else state not in (0, 4)  # not known; never to be set

    return Answers(
        answered=attributes is not None,
        name=name[1] if name else "",
        kitty_keys=re.search(r"\x1b\[\?[0-9]+u", said) is not None,
        mouse=has("mouse"),
        paste=has("paste"),
        whole_frames=has("whole frames"),
        full_colour=bool(re.search(r"[;:]1[;:]2[;:]3$", colour[2])) if colour and colour[1] == "1" else None,
        clipboard=True if attributes and _CLIPBOARD in attributes[1].split(";") else None,
        utf8=place[1] == "2" if place else None,
        pictures="\x1b_Gi=31;OK\x1b\\" in said,
    )


def ask(descriptor: int, term: str, seconds: float = SECONDS) -> Answers:
    """Ask the terminal at a descriptor, which is set as it was afterwards. Nothing answered: all is unknown."""
    try:
        before = termios.tcgetattr(descriptor)
    except termios.error:
        return Answers()
    said, end = b"", time.monotonic() + seconds
    try:
        tty.setcbreak(descriptor, termios.TCSAFLUSH)
        os.write(descriptor, questions(term).encode())
        while not re.search(rb"\x1b\[\?[0-9;]*c", said) and (left := end - time.monotonic()) > 0:
            if select.select([descriptor], [], [], left)[0]:
                said += os.read(descriptor, 4096)
    except OSError:
        pass  # the terminal has gone
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
    return read_answers(said.decode("utf-8", "replace"))

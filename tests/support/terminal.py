"""A real pseudo-terminal around a command, with pyte as the screen, and a strict reader of the bytes it wrote.

`Terminal` starts a command as the leader of its own session on a pty of a given size, sends keys, and waits on
conditions of the screen: never on time alone. `foreign_bytes` holds what was written against the list of sequences that
Textual, Rich and our commands send, and returns everything else; a customer's name that reaches the terminal raw shows
up there.
"""

from __future__ import annotations

import fcntl
import functools
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

import pyte
from wcwidth import wcwidth

DEADLINE = 20.0
"""Seconds a wait may take before the test fails; long, because it is only ever used up by a failure."""

_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)
"""Runs in the child: makes the pty its controlling terminal, so that resizing signals it and closing hangs it up.

A `preexec_fn` would fork with threads running, which Python 3.12 and later warn about.
"""

KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "delete": "\x1b[3~",
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "backspace": "\x7f",
    "space": " ",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f10": "\x1b[21~",
    "f11": "\x1b[23~",
    "f12": "\x1b[24~",
}
"""Bytes an xterm sends, by Textual's name of the key; `ctrl+<letter>` and single characters need no entry."""


class TerminalTimeout(AssertionError):
    """What was waited for did not come; the message shows the screen."""


class Terminal:
    """A command on a pty. Use as a context manager: leaving it hangs the command up and reaps it.

    `env` is the whole environment of the command beyond PATH, LANG=C.UTF-8, TERM=xterm-256color and a HOME that does
    not exist, so that nothing of the developer's own account gets in.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
    ) -> None:
        self._argv = list(argv)
        self._size = (columns, rows)
        self._env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "HOME": "/nonexistent",
            **(env or {}),
        }
        self._cwd = cwd
        self._captured = bytearray()
        self._drawn = 0
        self._ended = False
        self._display = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self._display)
        self._lines: dict[int, str] = {}

    def __enter__(self) -> Self:
        self._master, slave = os.openpty()
        try:
            self.resize(*self._size)
            self._process = subprocess.Popen(
                [sys.executable, "-ISc", _TAKE_TERMINAL, *self._argv],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,
            )
        finally:
            os.close(slave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGHUP)
        os.close(self._master)
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    # --- what goes in

    def type(self, text: str) -> None:
        """Send characters as a keyboard would, without translation."""
        data = text.encode()
        while data:
            data = data[os.write(self._master, data) :]

    def press(self, *keys: str) -> None:
        """Send keys by Textual's names: `"down"`, `"ctrl+c"`, `"f5"`, `"a"`.

        Raises:
            KeyError: The name is neither in `KEYS`, nor `ctrl+` with a letter, nor one character.
        """
        for key in keys:
            if key.startswith("ctrl+") and len(key) == 6:
                self.type(chr(ord(key[-1].upper()) - 64))
            else:
                self.type(key if len(key) == 1 else KEYS[key])

    def click(self, column: int, row: int) -> None:
        """Press and release the left mouse button on a cell, counted from 0, in the SGR encoding."""
        self.type(f"\x1b[<0;{column + 1};{row + 1}M\x1b[<0;{column + 1};{row + 1}m")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size; the kernel tells the command with SIGWINCH."""
        self._draw()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._display.resize(rows, columns)
        self._display.dirty.update(range(rows))

    def signal(self, number: int) -> None:
        """Send a signal to the command itself, by its process id."""
        self._process.send_signal(number)

    # --- what comes out

    @property
    def settings(self) -> list[Any]:
        """How the terminal is set: what `stty` shows."""
        return termios.tcgetattr(self._master)

    @settings.setter
    def settings(self, settings: list[Any]) -> None:
        termios.tcsetattr(self._master, termios.TCSANOW, settings)

    @property
    def written(self) -> bytes:
        """Everything the command has written and that was read so far."""
        return bytes(self._captured)

    @property
    def pid(self) -> int:
        """Process id of the command."""
        return self._process.pid

    def screen(self) -> list[str]:
        """The lines of the screen as read so far, without trailing spaces."""
        self._draw()
        display, cells = self._display, self._display.buffer
        # Not pyte's own `display`: it fails where half of a wide character has been written over.
        for row in display.dirty:
            self._lines[row] = "".join([cells[row][column].data for column in range(display.columns)]).rstrip()
        display.dirty.clear()
        return [self._lines[row] for row in range(display.lines)]

    def cells(self, row: int) -> list[str]:
        """What is in each cell of a line; the second one of a wide character is empty."""
        self._draw()
        return [self._display.buffer[row][column].data for column in range(self._display.columns)]

    def cursor(self) -> tuple[int, int]:
        """Column and row of the terminal's own cursor, from 0: what a screen reader follows."""
        self._draw()
        return self._display.cursor.x, self._display.cursor.y

    def is_reversed(self, column: int, row: int) -> bool:
        """Whether a cell, counted from 0, is in reverse video."""
        self._draw()
        return self._display.buffer[row][column].reverse

    def wait_for(self, wanted: str | Callable[[list[str]], bool], *, timeout: float = DEADLINE) -> list[str]:
        """Read until a text is on the screen, or until a condition of its lines holds; returns the lines.

        Raises:
            TerminalTimeout: It did not come in time, or the command ended without showing it.
        """
        found = (lambda lines: any(wanted in line for line in lines)) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + timeout
        while not found(lines := self.screen()):
            if not self._read(deadline - time.monotonic()):
                state = "the command has ended" if self._ended else f"{timeout:g} s have passed"
                raise TerminalTimeout(f"waiting for {wanted!r}: {state}. Screen:\n" + "\n".join(lines))
        return lines

    def wait_for_bytes(self, wanted: bytes, *, since: int = 0, timeout: float = DEADLINE) -> int:
        """Read until these bytes were written at or after offset `since`; returns the offset behind them.

        Raises:
            TerminalTimeout: They did not come in time, or the command ended without writing them.
        """
        deadline = time.monotonic() + timeout
        while (at := self._captured.find(wanted, since)) < 0:
            if not self._read(deadline - time.monotonic()):
                raise TerminalTimeout(f"waiting for bytes {wanted!r}; last: {bytes(self._captured[-200:])!r}")
        return at + len(wanted)

    def wait_quiet(self, quiet: float = 0.3, *, timeout: float = DEADLINE) -> int:
        """Read until nothing was written for `quiet` seconds; returns how many bytes came meanwhile.

        Raises:
            TerminalTimeout: The command is never quiet.
        """
        start = len(self._captured)
        deadline = time.monotonic() + timeout
        while self._read(quiet):
            if time.monotonic() > deadline:
                raise TerminalTimeout(f"not quiet within {timeout:g} s; last: {bytes(self._captured[-200:])!r}")
        return len(self._captured) - start

    def count_bytes(self, seconds: float) -> int:
        """Bytes written in a stretch of time, to show that an idle screen sends none."""
        start = len(self._captured)
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and (self._read(left) or not self._ended):
            pass
        return len(self._captured) - start

    def wait_exit(self, *, timeout: float = DEADLINE) -> int:
        """Read to the end and return the exit code (negative: the signal that ended it).

        Raises:
            TerminalTimeout: The command does not end.
        """
        deadline = time.monotonic() + timeout
        while self._read(deadline - time.monotonic()):
            pass
        try:
            return self._process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise TerminalTimeout("the command does not end. Screen:\n" + "\n".join(self.screen())) from None

    def _read(self, timeout: float) -> bool:
        """Take what is there, waiting up to `timeout` seconds; False if nothing came or the command has ended."""
        if self._ended or not select.select([self._master], [], [], max(0.0, timeout))[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux answers EIO when the last process has closed its side
            data = b""
        if not data:
            self._ended = True
            return False
        self._captured += data
        return True

    def _draw(self, until: int | None = None) -> None:
        """Feed pyte, up to an offset or all, without sequences it would draw as letters, and with a screen of its own
        for an application. When somebody looks, and not before: drawing takes longer than anything else here.
        """
        data = bytes(self._captured[self._drawn : until])
        start = data.rfind(b"\x1b")
        if start >= 0 and not _WHOLE_SEQUENCE.match(data, start):
            data = data[:start]  # the rest of a sequence is still to come
        self._drawn += len(data)
        for part in _ALTERNATE_SCREEN.split(_UNKNOWN_TO_PYTE.sub(b"", data)):
            if _ALTERNATE_SCREEN.fullmatch(part):
                self._display.reset()
            elif part:
                self._stream.feed(part)


class _Screen(pyte.Screen):
    """Draws every mark; pyte's own drops the rest of a text after one without a combining class, as Thai has."""

    def draw(self, data: str) -> None:
        if data.isascii():
            super().draw(data)
            return
        self.dirty.add(max(0, self.cursor.y - 1))  # a mark at the beginning of a line joins the end of the one before
        drawn = 0
        for place, character in enumerate(data):
            if wcwidth(character) == 0 and not unicodedata.combining(character):
                super().draw(data[drawn:place])
                drawn = place + 1
                line, before = self.buffer[self.cursor.y], self.cursor.x - 1
                if before >= 0:
                    line[before] = line[before]._replace(data=line[before].data + character)
        super().draw(data[drawn:])


_WHOLE_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^\[\]])")
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>][0-9;]*u|\x1b\[\?[0-9]+\$p|\x1b\]22;[a-z-]*\x07")
_ALTERNATE_SCREEN = re.compile(rb"(\x1b\[\?1049[hl])")

# --- what a terminal may be sent

Permission = Literal["clipboard", "bell"]

_OWN_SEQUENCES = re.compile(
    r"""
    \x1b\[ (?: [0-9]+ (?: ; [0-9]+ )* )? m      # colours and attributes (SGR)
    | \x1b\[ (?: [0-9]+ (?: ; [0-9]+ )? )? H    # move the cursor to a place
    | \x1b\[ [0-9]* [ABCDG]                     # move the cursor by cells or to a column
    | \x1b\[ [0-3]? [JK]                        # erase in screen, in line
    | \x1b\[\? (?: 7 | 25 | 1000 | 1003 | 1004 | 1006 | 1015 | 1016 | 1049 | 2004 | 2026 | 2048 ) [hl]
    | \x1b\[\? (?: 2026 | 2048 ) \$p            # ask for synchronised output, in-band resize
    | \x1b\[> [0-9]+ u | \x1b\[< u              # kitty's keyboard protocol on, off
    | \x1b\]22; [a-z-]+ \x07                    # shape of the mouse pointer
    | \r\n                                      # the line discipline's newline
    """,
    re.VERBOSE,
)
_PLAIN = re.compile("[ -~]+")
_PERMITTED: dict[str, re.Pattern[str]] = {
    "clipboard": re.compile(r"\x1b\]52;c;(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\x07"),
    "bell": re.compile(r"\x07"),
}
_ANY_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC, ended or not
    r"|\x1b[ -/]*[0-~]?"  # any other escape
    r"|\x9b[0-?]*[ -/]*[@-~]"  # CSI as one C1 character
    r"|[\x90\x98\x9d\x9e\x9f][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
)
"""One whole sequence of any kind, for a readable report; its first character alone already makes it foreign."""

_JOINERS = frozenset("\u200c\u200d")
"""Formatting characters a text may need: Persian and Indic scripts are misspelt without them."""
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Drawn as nothing although their category says letter, mark or symbol."""


@dataclass(frozen=True)
class Foreign:
    """Something in the output that neither Textual nor Rich sends of itself."""

    offset: int
    """Where, in bytes from the start of the data."""
    text: str
    """The whole sequence or the one character; bytes that are no UTF-8 appear as lone surrogates."""


_PICTURE = re.compile(
    "(?P<base>[^\0-\x1f])[\ufe0e\ufe0f]|\ufe0f\u20e3"
    "|\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)"
    "\U000e007f"
)
"""A symbol with the selector of its look; a keycap, behind its digit; the flags of England, Scotland and Wales."""


def _picture(text: str, at: int) -> re.Match[str] | None:
    found = _PICTURE.match(text, at)
    return found if found and (not found["base"] or unicodedata.category(found["base"])[0] in "SNP") else None


@functools.cache
def is_printable(character: str) -> bool:
    """Whether one character may stand in a run of text: it moves nothing, hides nothing, turns nothing round."""
    if character in _JOINERS:
        return True
    category = unicodedata.category(character)
    return category[0] != "C" and category not in ("Zl", "Zp") and not _BLANK.match(character)


def foreign_bytes(data: bytes, *, allow: Collection[Permission] = ()) -> list[Foreign]:
    """Everything in a terminal's input that is neither printable text nor one of our own sequences.

    Foreign are other escape sequences, C0 and C1 control characters (a lone newline or carriage return too), bytes that
    are no UTF-8, bidi controls and other invisible formatting characters. An OSC 52 is only taken for ours with
    `"clipboard"` in `allow`, and a bell with `"bell"`; a well-formed OSC 52 that nobody asked for is foreign.
    """
    text = data.decode("utf-8", "surrogateescape")
    own = [_PLAIN, _OWN_SEQUENCES, *(_PERMITTED[name] for name in allow)]
    found: list[Foreign] = []
    offset = at = 0
    while at < len(text):
        match = next((hit for pattern in own if (hit := pattern.match(text, at))), None)
        if match or (match := _picture(text, at)):
            token = match[0]
        elif is_printable(text[at]):
            token = text[at]
        else:
            sequence = _ANY_SEQUENCE.match(text, at)
            token = sequence[0] if sequence else text[at]
            found.append(Foreign(offset, token))
        at += len(token)
        offset += len(token.encode("utf-8", "surrogateescape"))
    return found

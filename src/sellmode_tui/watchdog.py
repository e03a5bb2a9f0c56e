"""Locks the account and gives the terminal back when the app no longer turns.

The idle lock is the app's own work. An app that is stuck cannot do it, and would leave customers on the screen of a
terminal that takes no key. So a thread that needs nothing of the app watches over it: the app says by when it comes by
again, at the latest when its idle lock is due, and does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import termios
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Final, Protocol, Self

from sellmode_tui.crash import Crash, write_stall
from sellmode_tui.language import tr

STALLED: Final = 75
"""Exit code of a process that was ended so."""
LOOK_SECONDS = 1.0
"""Between two looks when the app is late."""
LOOKS: Final = 5
"""So often it may still be late: a machine that wakes up, or is busy, gets the time to come by. Looks are counted, not
seconds, because a process that was suspended has not had them."""
REST_SECONDS = 10.0
"""Seconds between two looks otherwise, at most: a machine may sleep through a longer one."""
_STEP: Final = 3.0
"""Seconds in which the account is locked and a report written, each as far as it can be."""

_LEAVE: Final = (
    "\x1b[?2026l"  # what was held back of a frame is shown
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # no mouse
    "\x1b[?2004l\x1b[?2048l\x1b[?1004l"  # no bracketed paste, no news of size and focus
    "\x1b[0m\x1b[H\x1b[2J"  # nothing of what was shown stays
    "\x1b[?7h\x1b[<u"  # lines wrap, keys as usual
    "\x1b[?1049l\x1b[?25h"  # the screen from before, with its cursor
)


class Watched(Protocol):
    """The app, as it is seen from another thread."""

    def seconds(self) -> float:
        """Its clock."""

    def nudge(self) -> None:
        """Remind it that it is late."""

    def locks(self) -> Sequence[Callable[[], object]]:
        """What to call, each in a thread of its own, to lock the account that is open; nothing if none is."""

    def event_loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop that it runs in, if it runs."""


class Watchdog:
    """Ends the process unless the app comes by in time. Use as a context manager around the app's run."""

    def __init__(self, app: Watched, by: float) -> None:
        """`by` is a moment of the app's clock."""
        self._app = app
        self._by = by
        self._over = threading.Event()
        self._terminal = _Terminal()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def expect(self, by: float) -> None:
        """The app is there, and comes by again until then."""
        self._by = by

    def _watch(self) -> None:
        late = 0
        while not self._over.wait(LOOK_SECONDS if late else min(REST_SECONDS, max(0.0, self._left()))):
            if self._left() > 0:
                late = 0
                continue
            late += 1
            if late == 1:
                self._app.nudge()
            elif late > LOOKS:
                self._end()

    def _left(self) -> float:
        """Seconds until the app is late; negative if it is."""
        return self._by - self._app.seconds()

    def _end(self) -> None:
        self._terminal.take()
        locks = [_started(lock) for lock in self._app.locks()]
        crashes: list[Crash] = []
        writing = _started(lambda: crashes.append(write_stall(self._app.event_loop())))
        _started(self._terminal.leave).join(_STEP)
        for step in (*locks, writing):
            step.join(_STEP)
        error, where = (f" (error {crashes[0].id})", f" {crashes[0].where}") if crashes else ("", "")
        if locks:
            closed = tr(
                "Sellmode stopped responding. Your account is locked, and Sellmode was closed{error}.", error=error
            )
        else:
            closed = tr("Sellmode stopped responding. It was closed{error}.", error=error)
        text = f"{closed}{where}\n"
        _started(lambda: self._terminal.say(text)).join(_STEP)
        os._exit(STALLED)


def _started(step: Callable[[], object]) -> threading.Thread:
    """Do something that may hang or fail, like all that is shared with an app that is stuck."""

    def attempt() -> None:
        with contextlib.suppress(Exception):
            step()

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    return thread


class _Terminal:
    """The terminal as it was before the app."""

    def __init__(self) -> None:
        self._attributes: list[Any] | None = None
        with contextlib.suppress(OSError, ValueError, termios.error):
            self._attributes = termios.tcgetattr(sys.__stdin__)  # type: ignore[arg-type]  # without one, it is suppressed
        self._out = 2
        """What the app draws on."""

    def take(self) -> None:
        """From now on nothing that the app still writes gets here."""
        self._out = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.dup2(nowhere, 1)

    def leave(self) -> None:
        """Put the terminal back, with nothing of the app on it; what was typed meanwhile goes nowhere."""
        with contextlib.suppress(termios.error):
            termios.tcflush(self._out, termios.TCOFLUSH)
        os.write(self._out, _LEAVE.encode())
        if self._attributes is not None:
            termios.tcsetattr(0, termios.TCSANOW, self._attributes)

    def say(self, text: str) -> None:
        """The last word."""
        os.write(self._out, text.encode(errors="backslashreplace"))
        with contextlib.suppress(termios.error):
            termios.tcflush(0, termios.TCIFLUSH)

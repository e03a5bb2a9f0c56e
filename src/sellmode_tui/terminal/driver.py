"""The way to and from a terminal."""

from __future__ import annotations

import codecs
import contextlib
import os
import selectors

from textual._parser import ParseError
from textual.drivers.linux_driver import LinuxDriver

from sellmode_tui.terminal.pastes import Keys
from sellmode_tui.terminal.placing import placed

_LOOK = 0.1
"""Seconds between two looks whether a key is over, or the app."""
_AT_ONCE = 4096


class TerminalDriver(LinuxDriver):
    """Textual's own, for terminals that count cells otherwise, any paste, and bytes that are no text."""

    def write(self, data: str) -> None:
        """Write a frame, or a sequence."""
        super().write(placed(data))

    def run_input_thread(self) -> None:
        """Read keys until the app ends. What is no UTF-8 (a terminal of another encoding) is a character in doubt."""
        keys = Keys(self._debug)
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_LOOK) and (text := decode(os.read(self.fileno, _AT_ONCE))):
                    for event in keys.feed(text):
                        self.process_message(event)
                for event in keys.tick():
                    self.process_message(event)
        with contextlib.suppress(EOFError, ParseError):
            list(keys.feed(""))

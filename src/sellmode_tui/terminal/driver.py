"""The way to and from a terminal."""

from __future__ import annotations

import codecs
import contextlib
import os
import selectors
import termios
import tty
from collections.abc import Callable

from textual._parser import ParseError
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from sellmode_tui.terminal.pastes import Keys
from sellmode_tui.terminal.placing import placed

_LOOK = 0.1
"""Seconds between two looks whether a key is over, or the app."""
_AT_ONCE = 4096


class Continued(Message, bubble=False):
    """To the app: it was stopped, and others may have had the terminal."""


class TerminalDriver(LinuxDriver):
    """Textual's own, for terminals that count cells otherwise, any paste, and bytes that are no text."""

    at_end: Callable[[], object] = staticmethod(lambda: None)
    """Done first when the terminal is given back."""

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self.at_end()
        super().stop_application_mode()

    def _sigcont_application(self, *_: object) -> None:
        """Go on after a stop. Only one that was announced (SIGTSTP) has ended the reader of keys and given the terminal
        back; after any other both are as they were, and a second reader would mix up what is typed and never end.
        """
        if self._must_signal_resume:
            super()._sigcont_application()
        elif self._key_thread is not None and self._key_thread.is_alive() and not self.exit_event.is_set():
            self.process_message(Continued())  # all else in the loop's own time: the signal comes within anything

    def take_terminal(self) -> None:
        """Set it as the app needs it: whoever had it meanwhile may have set it otherwise."""
        with contextlib.suppress(termios.error):
            settings = termios.tcgetattr(self.fileno)
            settings[tty.LFLAG] = self._patch_lflag(settings[tty.LFLAG])
            settings[tty.IFLAG] = self._patch_iflag(settings[tty.IFLAG])
            settings[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self.fileno, termios.TCSANOW, settings)
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()

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

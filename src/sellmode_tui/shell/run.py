"""Running the app on the terminal."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Final

from sellmode_tui.account.process import harden_process
from sellmode_tui.account.settings import ThemeName, read_settings
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.shell.start import CLOCK, Clock, Start
from sellmode_tui.terminal.abilities import draws_pictures
from sellmode_tui.terminal.environment import may_draw_pictures
from sellmode_tui.terminal.questions import ask

NO_TERMINAL: Final = 2
"""Exit code where there is no terminal to draw on."""


def run_app(
    *,
    server: str | None = None,
    user_name: str | None = None,
    password: str | None = None,
    theme: ThemeName | None = None,
    ascii_only: bool = False,
    clock: Clock = CLOCK,
) -> int:
    """Run the app on the terminal; returns the exit code. With a password it signs in at once.

    Raises BadSettings.
    """
    harden_process()
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        sys.stderr.write("sellmode: there is no terminal to draw on. Run it in one, or use commands: sellmode --help\n")
        return NO_TERMINAL
    start = Start(server or "", user_name or "", password)
    app = SellmodeApp(
        read_settings(),
        start,
        theme=theme,
        ascii_only=ascii_only,
        draws_pictures=not ascii_only and _draws_pictures(),
        clock=clock,
    )

    def crashed(arguments: threading.ExceptHookArgs) -> None:
        # What Python would print goes over the screen, and may hold anything.
        app.crash_from_thread(arguments.exc_value or RuntimeError())

    with app.idle.new_watchdog(), _thread_errors(crashed):
        app.run()
    return app.return_code or 0


def _draws_pictures() -> bool:
    return may_draw_pictures(os.environ) and draws_pictures(
        ask(sys.stdin.fileno(), os.environ.get("TERM", "")), os.environ
    )


@contextlib.contextmanager
def _thread_errors(hook: Callable[[threading.ExceptHookArgs], None]) -> Iterator[None]:
    before, threading.excepthook = threading.excepthook, hook
    try:
        yield
    finally:
        threading.excepthook = before

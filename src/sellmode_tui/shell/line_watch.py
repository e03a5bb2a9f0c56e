"""Says on the pages to get in by whether the server can be reached, in the words that all pages have for it."""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import Final

from sellmode_tui.entrance import TOLD, Line
from sellmode_tui.screens.entrance.page import EntrancePage
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.shell.sign_in import SignInFlow
from sellmode_tui.widgets.status_line import Status

_TICK: Final = 0.5
_PAUSE: Final = 2.0
"""Seconds from an answer to the next question: with the longest that one takes, less than 5."""
_CONNECTING: Final = Status("CONNECTING")
_ONLINE: Final = Status("ONLINE")
_OFFLINE: Final = Status("OFFLINE", alarm=True)


class LineWatch:
    """Asks the server of the page to get in by, while there is one."""

    def __init__(self, app: PagedApp, sign_in: SignInFlow) -> None:
        self._app = app
        self._sign_in = sign_in
        self._page: EntrancePage | None = None
        self._server = ""
        self._line: Line | None = None
        self._due = math.inf
        """When the line is to be asked."""

    def start(self) -> None:
        """Look from now on."""
        self._app.set_interval(_TICK, self._look)

    def stop(self) -> None:
        """The app ends, or somebody is in."""
        line, self._line, self._page, self._server = self._line, None, None, ""
        if line is not None:
            line.close()

    def _look(self) -> None:
        page = self._sign_in.page
        if page is None or not page.is_mounted:
            self.stop()
            return
        if page is not self._page or page.server != self._server:
            self._begin(page)
        line = self._line
        if line is not None and _now() >= self._due:
            self._due = math.inf
            self._app.background.run(line.is_up, self._take, wanted=lambda: line is self._line, group="line")

    def _begin(self, page: EntrancePage) -> None:
        """Another page, or another server."""
        self.stop()
        self._page, self._server, self._due = page, page.server, -math.inf
        if self._server:
            with contextlib.suppress(*TOLD):  # an address that is none: the page says so when it is used
                self._line = Line(self._server, self._app.settings)
        page.show_line(_CONNECTING if self._line is not None else None)

    def _take(self, up: bool) -> None:
        self._due = _now() + _PAUSE
        if self._page is not None:
            self._page.show_line(_ONLINE if up else _OFFLINE)


def _now() -> float:
    return asyncio.get_running_loop().time()

"""Locks the open account when nobody has touched the app for as long as the retailer allows."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Final

from sellmode_tui.account import session
from sellmode_tui.language import tr
from sellmode_tui.shell.current import CurrentAccount
from sellmode_tui.shell.navigation import unsaved
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.shell.sign_out import SignOutFlow
from sellmode_tui.shell.status import StatusMonitor
from sellmode_tui.watchdog import Watchdog

IDLE_MINUTES: Final = 5
"""Until the retailer's own setting is known."""
_LOOK: Final = 10.0
"""Seconds between two looks at how long nobody has touched anything: a machine may sleep through a longer timer."""
_WARNED: Final = 60.0
"""Seconds before that in which it is said that something is not saved."""


class IdleLock:
    """Counts how long nobody has touched the app. It is what the watchdog watches."""

    def __init__(
        self,
        app: PagedApp,
        current: CurrentAccount,
        status: StatusMonitor,
        exits: SignOutFlow,
        seconds: Callable[[], float],
    ) -> None:
        """``seconds`` is the app's clock."""
        self.seconds = seconds
        self._app = app
        self._current = current
        self._status = status
        self._exits = exits
        self._touched = seconds()
        self._watchdog: Watchdog | None = None

    def start(self) -> None:
        """Look from now on."""
        self._app.set_timer(_LOOK, self.look)

    def touch(self) -> None:
        """Somebody is there."""
        self._touched = self.seconds()

    @property
    def _allowed(self) -> float:
        """Seconds after which the app locks itself."""
        retailer = self._current.desk.facts.retailer if self._current.desk else None
        return (retailer.idle_lock_minutes if retailer else IDLE_MINUTES) * 60

    @property
    def untouched(self) -> float:
        """For how many seconds nobody has touched the app."""
        return self.seconds() - self._touched

    @property
    def left(self) -> float:
        """Seconds until the app locks itself; endless while nobody is signed in."""
        return math.inf if self._current.account is None else self._touched + self._allowed - self.seconds()

    async def look(self) -> None:
        """Lock if it is time to, and look again."""
        left = await self._check()
        self._app.set_timer(min(left, _LOOK), self.look)

    async def _check(self) -> float:
        """Lock if it is time to; seconds until it is. The watchdog sees to it if this does not come by in time."""
        left = self.left
        if left <= 0:
            await self._exits.lock(tr("Locked after a while without activity."))
            left = _LOOK
        else:
            soon = left <= _WARNED and unsaved(self._app)
            self._status.warn("idle", tr("locking soon; your draft is kept") if soon else "")
        if self._watchdog is not None:
            self._watchdog.expect(self.seconds() + min(self.left, self._allowed))
        return left

    # ------------------------------------------------------------------ seen by the watchdog, in its thread

    def new_watchdog(self) -> Watchdog:
        """A watchdog for the time in which the app runs."""
        self._watchdog = Watchdog(self, self.seconds() + IDLE_MINUTES * 60)
        return self._watchdog

    def nudge(self) -> None:
        """Look now whether it is time to lock."""
        self._app.call_later(self._check)

    def locks(self) -> Sequence[Callable[[], object]]:
        """Ways to lock the open account, if there is one: each may hang, so that each goes by itself."""
        workspace = self._current.workspace
        return [] if workspace is None else [lambda: session.forget(workspace.session.folder), workspace.close]

    def event_loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop that the app runs in."""
        return self._app.event_loop

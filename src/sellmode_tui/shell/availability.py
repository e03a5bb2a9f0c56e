"""Says whether the person at the terminal is available for chat: as they say it, and away when nobody is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from sellmode_tui.language import tr, trd, trn
from sellmode_tui.records import CannotWrite, Interrupted, Rejected, SealedError
from sellmode_tui.shell.current import CurrentAccount, OpenAccount
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.shell.status import StatusMonitor
from sellmode_tui.sync.status import Line

_LOOK: Final = 10.0
"""Seconds between two looks at how long nobody has touched anything."""
_CLOSED: Final = (Interrupted, SealedError, CannotWrite)


class Availability:
    """Says whether somebody is available, as they say it or by itself."""

    def __init__(
        self, app: PagedApp, current: CurrentAccount, status: StatusMonitor, untouched: Callable[[], float]
    ) -> None:
        """``untouched``: for how many seconds nobody has touched the app."""
        self._app = app
        self._current = current
        self._status = status
        self._untouched = untouched

    def start(self) -> None:
        """Look from now on whether somebody is still there."""
        self._app.set_interval(_LOOK, self.look)

    @property
    def is_offered(self) -> bool:
        """Whether there is such a thing here."""
        desk = self._current.desk
        return desk is not None and desk.facts.has_chat

    async def begin(self, account: OpenAccount) -> None:
        """Whoever comes back to the app is away until they say otherwise, however it was left.

        Who opens another window was there all the time.
        """

        def begin() -> None:
            mine = account.workspace.records.chat.mine()
            if mine is not None and mine.said and not account.workspace.is_led_elsewhere():
                account.workspace.records.chat.say(available=False)

        try:
            await asyncio.get_running_loop().run_in_executor(account.desk.writes, begin)
        except (Rejected, *_CLOSED):
            pass  # sync tells what is wrong, or nothing can be written, which does not make anybody available

    def toggle(self) -> None:
        """Be available, or away if one is."""
        desk = self._current.desk
        if desk is not None:
            self._say(available=not (desk.presence is not None and desk.presence.said), told="")

    def look(self) -> None:
        """Whoever has touched nothing for long is away."""
        desk = self._current.desk
        if desk is None or not (desk.presence is not None and desk.presence.said and desk.facts.retailer):
            return
        minutes = desk.facts.retailer.service.away_minutes
        if self._untouched() >= minutes * 60:
            told = trn(
                "Away from chat: no key for {number:,} minute.",
                "Away from chat: no key for {number:,} minutes.",
                minutes,
            )
            self._say(available=False, told=told)

    def _say(self, *, available: bool, told: str) -> None:
        def refused(error: Exception) -> None:
            self._app.say(trd(error), wrong=True)

        def said(_: object) -> None:
            self._status.read_facts()
            if told:
                self._app.say(told)
            elif available and self._status.status.line is not Line.ONLINE:
                self._app.say(tr("Customers see you as away until you are online."))

        desk = self._current.desk
        if desk is not None:
            self._current.run(
                lambda account: account.workspace.records.chat.say(available=available),
                said,
                failed=refused,
                quiet=_CLOSED,
                executor=desk.writes,
            )

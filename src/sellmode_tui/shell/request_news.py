"""What is told of requests that are new, and of what customers have written in one's own talks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Final

from sellmode_tui.language import tr, trn
from sellmode_tui.records import RequestLine
from sellmode_tui.records.requests import words as request_words
from sellmode_tui.screens.inbox.talk_page import TalkScreen
from sellmode_tui.shell.current import CurrentAccount
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.terminal.alerts import alert

LATEST: Final = 50
"""So many new requests are looked at."""
_ONE_BY_ONE: Final = 3
"""Of so many each is told; of more, how many there are."""


class RequestNews:
    """Compares what waits with what waited. Each is told once."""

    def __init__(self) -> None:
        self._known: dict[str, int] | None = None
        """By request how much of it was unread; None before the first look: what was there then is no news."""

    def of(self, lines: Iterable[RequestLine], *, but: str = "") -> list[str]:
        """What there is to tell now, of all but the request that is on the screen."""
        known, found = self._known, {line.request.id: line for line in lines}
        self._known = {**(known or {}), **{id: line.unread for id, line in found.items()}}
        if known is None:
            return []
        told = list(_told([line for id, line in found.items() if id != but], known))
        if len(told) > _ONE_BY_ONE:
            return [trn("{number:,} request waits: 9 lists it.", "{number:,} requests wait: 9 lists them.", len(told))]
        return told

    def forget(self) -> None:
        """What is there at the next look is no news: all of it is only now being fetched."""
        self._known = None


def _told(lines: Iterable[RequestLine], known: dict[str, int]) -> Iterator[str]:
    for line in lines:
        before = known.get(line.request.id)
        if before is None and not line.is_mine:
            yield tr("New request: {way}. 9 opens the inbox.", way=request_words.way(line.request.way))
        elif line.unread > (before or 0):
            yield tr("{name} has written. 9 opens the inbox.", name=line.name or tr("A customer"))


class RequestBell:
    """Tells of them; rings, too, if the person wants that on this terminal."""

    def __init__(self, app: PagedApp, current: CurrentAccount) -> None:
        self._app = app
        self._current = current
        self.rings = False
        self._news = RequestNews()

    def opened(self, *, rings: bool) -> None:
        """Somebody has signed in."""
        self.rings, self._news = rings, RequestNews()

    def choose(self, *, rings: bool) -> None:
        """The person wants it, or no more."""
        self.rings = rings
        self._current.run(lambda account: account.workspace.session.folder.keep_rings(rings))

    def tell(self, lines: Iterable[RequestLine], *, first_sync: bool) -> None:
        """Say what is new; nothing while all that there is comes for the first time."""
        page = self._app.screen
        told = self._news.of(lines, but=page.request if isinstance(page, TalkScreen) else "")
        for each in told:
            self._app.say(each)
        if told and self.rings:
            self._app.write_to_terminal(alert(tr("Sellmode: a customer waits for an answer."), os.environ))
        if first_sync:
            self._news.forget()

"""How pages change: a page asks, and the app does it in its own time.

Nothing a page handles may wait for a page to open or to close. The app waits for the handlers of a page that it closes,
so a handler that waited for the app would wait for itself, and nothing would ever move again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from textual import events
from textual.message import Message
from textual.screen import Screen

Result = TypeVar("Result")
Other = TypeVar("Other")


class OpenPage(Message, bubble=False):
    """To the app: open a page over another."""

    def __init__(self, page: Screen[Any], over: Screen[Any], then: Callable[[Any], None] | None = None) -> None:
        """It opens only if `over` is the topmost page by then: a second click opens nothing twice."""
        self.page: Final = page
        self.over: Final = over
        self.then: Final = then
        super().__init__()


class PageEnded(Message, bubble=False):
    """To the app: a page has its result, and closes as soon as nothing stands over it."""


class AppPage(Screen[Result]):
    """A page that opens others and closes itself."""

    ended = False
    """Whether it closes as soon as nothing stands over it."""
    result: Result | None = None

    def on_resize(self, event: events.Resize) -> None:
        """Take no size that the window had before.

        Textual's screens tell themselves of each size that they were laid out for, and are laid out for it again: two
        sizes on their way would call forth each other for ever.
        """
        if event.size != self.app.size:
            event.stop()
            event.prevent_default()

    def open(self, page: Screen[Other], then: Callable[[Other | None], None] | None = None) -> None:
        """Open a page over this one; `then` gets its result."""
        self.app.post_message(OpenPage(page, self, then))

    def end(self, result: Result | None = None) -> None:
        """Close with a result; the first one counts."""
        if not self.ended:
            self.result, self.ended = result, True
            self.app.post_message(PageEnded())

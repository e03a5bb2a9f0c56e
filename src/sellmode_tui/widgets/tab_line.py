"""One line that names the pages, each with its key and what waits there; brackets stand around the one that is open.

Where they have no room, the last ones go without their names: the key says which page it is. Where that is not enough,
the first ones go, until the one that is open is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

_BLANKS = 2
"""Cells after the last page, which may be missing."""


class Tab(NamedTuple):
    """A page."""

    name: str
    """As the page is known to the app."""
    key: str
    """Goes there; empty if none does."""
    label: str
    number: int = 0
    """What waits there, if anything does."""

    @property
    def text(self) -> str:
        """``2 Tasks 8``."""
        return " ".join(filter(None, (self.key, self.label, f"{self.number:,}" if self.number else "")))

    @property
    def short(self) -> Tab:
        """Without its name, if there is a key."""
        return self._replace(label="") if self.key else self


class TabLine(Widget):
    """The line. It repaints when its words change, and only then."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    TabLine { height: 1; background: $background; color: $foreground; }
    """

    class Picked(Message):
        """The mouse picked a page."""

        def __init__(self, line: TabLine, name: str) -> None:
            self.line = line
            self.name = name
            super().__init__()

        @property
        def control(self) -> TabLine:
            """The line."""
            return self.line

    def __init__(self, tabs: Sequence[Tab], current: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tabs = tuple(tabs)
        self._current = current

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The pages; set it as often as you like."""
        return self._tabs

    @tabs.setter
    def tabs(self, tabs: Sequence[Tab]) -> None:
        if tuple(tabs) != self._tabs:
            self._tabs = tuple(tabs)
            self.refresh()

    @property
    def current(self) -> str:
        """The one that is open."""
        return self._current

    @current.setter
    def current(self, name: str) -> None:
        if name != self._current:
            self._current = name
            self.refresh()

    @property
    def text(self) -> str:
        """The line in words."""
        return "".join(self._shown(tab) for tab in self._fitting()).rstrip()

    def _fitting(self) -> Sequence[Tab]:
        """The pages, as many as have to without their names."""
        tabs = list(self._tabs)
        for place in reversed(range(len(tabs))):
            if self._all(tabs) <= self.size.width + _BLANKS:
                break
            if tabs[place].name != self._current:
                tabs[place] = tabs[place].short
        while tabs and tabs[0].name != self._current and self._end_of_current(tabs) > self.size.width:
            del tabs[0]
        while tabs and tabs[-1].name != self._current and self._all(tabs) > self.size.width + _BLANKS:
            del tabs[-1]  # none is cut in the middle
        return tabs

    def _all(self, tabs: Sequence[Tab]) -> int:
        """Cells of them together."""
        return sum(cell_len(self._shown(tab)) for tab in tabs)

    def _end_of_current(self, tabs: Sequence[Tab]) -> int:
        """Cells up to the end of the one that is open; 0 if none is."""
        place = next((place for place, tab in enumerate(tabs) if tab.name == self._current), -1)
        return self._all(tabs[: place + 1])

    def _shown(self, tab: Tab) -> str:
        return f"[{tab.text}] " if tab.name == self._current else f" {tab.text}  "

    def render(self) -> Content:
        """The line; as Content, never as markup."""
        return Content.assemble(
            *((self._shown(tab), "bold" if tab.name == self._current else "$text-muted") for tab in self._fitting())
        )

    def on_click(self, event: events.Click) -> None:
        """Pick the page clicked on."""
        end = 0
        for tab in self._fitting():
            end += cell_len(self._shown(tab))
            if event.x < end:
                self.post_message(self.Picked(self, tab.name))
                return

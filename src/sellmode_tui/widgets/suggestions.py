"""A short list under an input: what could be typed next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from sellmode_contract.text import visible
from sellmode_tui.language import tr
from sellmode_tui.widgets.cells import fit

SHOWN = 8
"""Lines that are seen at once."""
_BESIDE = 40
"""Cells of what is said beside each, where the list is as wide as what is in it."""


class Suggestion(NamedTuple):
    """Something to choose, and what it means."""

    text: str
    about: str = ""


class Suggestions(Widget):
    """The list. Never focused: the input moves its mark, and the mouse takes a line."""

    class Taken(Message):
        """The mouse has taken the line that is marked now."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    Suggestions {
        display: none;
        overlay: screen;
        constrain: inside inside;
        width: auto;
        height: auto;
        max-width: 100%;
        background: $panel;
        color: $foreground;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._all: tuple[Suggestion, ...] = ()
        self._at = 0

    @property
    def is_open(self) -> bool:
        """Whether there is something to choose."""
        return bool(self._all)

    @property
    def place(self) -> int:
        """Which one is marked."""
        return self._at

    def open(self, suggestions: Sequence[Suggestion]) -> None:
        """Show these, the first one marked; nothing closes the list."""
        # A layout of the whole page, which costs more than the rest of a key: only where there is something to place.
        changed = self._all != (suggestions := tuple(suggestions))
        self._all, self._at = suggestions, 0
        self.display = bool(self._all)
        self.refresh(layout=changed)

    def close(self) -> None:
        """Show nothing."""
        self.open(())

    def move(self, by: int) -> None:
        """Mark another one."""
        self._at = max(0, min(self._at + by, len(self._all) - 1))
        self.refresh()

    @property
    def _top(self) -> int:
        """The first one that is seen."""
        return max(0, min(self._at - SHOWN // 2, len(self._all) - SHOWN))

    def on_click(self, event: events.Click) -> None:
        """Take the line under the mouse."""
        event.stop()
        place = self._top + event.y
        if event.y < SHOWN and place < len(self._all):
            self._at = place
            self.refresh()
            self.post_message(self.Taken())

    def on_mouse_scroll_down(self) -> None:
        """Mark the next one."""
        self.move(1)

    def on_mouse_scroll_up(self) -> None:
        """Mark the one before."""
        self.move(-1)

    def render(self) -> Content:
        """The lines around the mark, and how many there are if not all are seen."""
        top = self._top
        seen = self._all[top : top + SHOWN]
        left = min(34, max((cell_len(visible(each.text)) for each in self._all), default=0))
        room = _BESIDE if self.styles.is_auto_width else max(0, self.size.width - left - len("> ") - len("   "))
        right = min(room, max((cell_len(visible(each.about)) for each in self._all), default=0))
        lines = []
        for place, each in enumerate(seen, top):
            text = f"{'>' if place == self._at else ' '} {fit(each.text, left)}"
            about = f"  {fit(each.about, right)} " if right else " "
            style = "reverse" if place == self._at else ""
            lines.append(Content.assemble((text, style), (about, style or "$text-muted")))
        if len(self._all) > SHOWN:
            told = tr("{place} of {number}", place=self._at + 1, number=len(self._all))
            lines.append(Content.assemble((f"  {told}", "$text-muted")))
        return Content("\n").join(lines)

"""What is said below a list. It keeps the lines that it once took, so that the rows above stay where they are."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.widget import Widget

from sellmode_contract.text import head, visible_lines

_MOST = 4
"""Lines that it takes at most."""


class SaidBelow(Widget):
    """The text; without lines until something is said."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    SaidBelow { height: 0; padding: 0 1; color: $text-muted; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = ""
        self._lines: list[str] = []
        self._room = 0

    def say(self, text: str) -> None:
        """Say something from outside in place of what is said."""
        if text != self._text:
            self._text = text
            self._set()
            self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """In another width it takes other lines."""
        if event.size.width and self._text:
            self._set()

    def _set(self) -> None:
        width = max(1, self.content_region.width or self.app.size.width - 2)
        wrapped = Content("\n".join(visible_lines(self._text))).wrap(width) if self._text else []
        self._lines = [line.plain for line in wrapped[:_MOST]]
        if len(wrapped) > _MOST:
            self._lines[-1] = head(self._lines[-1], width - 1) + "…"
        if len(self._lines) > self._room:
            self._room = len(self._lines)
            self.styles.height = self._room

    def render(self) -> Content:
        """What is said."""
        return Content("\n".join(self._lines))

"""A short list whose lines are moved about and taken away, by keys and by the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from sellmode_contract.text import visible
from sellmode_tui.widgets.cells import fit

_PRESSES: Final = " [^] [v] [x]"
"""What the mouse presses at the end of a line: up, down, away."""


class ItemLine(NamedTuple):
    """A line."""

    text: str
    right: str = ""
    marked: bool = False
    """Whether something is to be known of it: said before it, and in another colour."""


class ItemList(Widget, can_focus=True):
    """The lines. It changes nothing by itself: it posts what is wanted."""

    ALLOW_SELECT = False
    BINDING_GROUP_TITLE = "Products of the lookbook"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="items.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="items.up"),
        Binding("J,shift+down", "shift(1)", "Down", key_display="J", tooltip="Move it down", id="items.move-down"),
        Binding("K,shift+up", "shift(-1)", "Up", key_display="K", tooltip="Move it up", id="items.move-up"),
        Binding("x,delete", "take_away", "Remove", key_display="x", tooltip="Remove it", id="items.remove"),
        Binding("a,enter", "add", "Add", key_display="a", tooltip="Add products", id="items.add"),
    ]

    DEFAULT_CSS = """
    ItemList { height: auto; min-height: 1; width: 1fr; background: $surface; color: $foreground; }
    """

    class Moved(Message):
        """Another line is under the cursor."""

    class Shifted(Message):
        """A line is to stand elsewhere."""

        def __init__(self, place: int, by: int) -> None:
            self.place, self.by = place, by
            super().__init__()

    class TakenAway(Message):
        """A line is to go."""

        def __init__(self, place: int) -> None:
            self.place = place
            super().__init__()

    class Wanted(Message):
        """More are wanted."""

    def __init__(self, empty: str) -> None:
        """`empty` is said where there is no line."""
        super().__init__()
        self._lines: tuple[ItemLine, ...] = ()
        self._empty = empty
        self.place = 0
        """The line under the cursor."""

    def show(self, lines: Sequence[ItemLine], place: int | None = None) -> None:
        """Show these, with the cursor on one of them."""
        self._lines = tuple(lines)
        self.place = max(0, min(self.place if place is None else place, len(self._lines) - 1))
        self.refresh(layout=True)
        self.call_after_refresh(self._show_line)

    def action_move(self, by: int) -> None:
        """Move the cursor; beyond the ends to the next field."""
        place = self.place + by
        if 0 <= place < len(self._lines):
            self.place = place
            self.refresh()
            self._show_line()
            self.post_message(self.Moved())
        elif by > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def action_shift(self, by: int) -> None:
        """Have the line moved."""
        if 0 <= self.place + by < len(self._lines):
            self.post_message(self.Shifted(self.place, by))

    def action_take_away(self) -> None:
        """Have the line taken away."""
        if self._lines:
            self.post_message(self.TakenAway(self.place))

    def action_add(self) -> None:
        """Have more added."""
        self.post_message(self.Wanted())

    def _show_line(self) -> None:
        """Scroll what is around it, so that the line under the cursor is seen."""
        for above in self.ancestors:
            if self.has_focus and isinstance(above, Widget) and above.is_scrollable:
                above.scroll_to_region(
                    Region(0, self.region.y - above.region.y + above.scroll_offset.y + self.place, 1, 1), animate=False
                )
                return

    def on_click(self, event: events.Click) -> None:
        """Go to a line, or press what stands at its end."""
        if event.y >= len(self._lines):
            return
        self.place = event.y
        self.refresh()
        self.post_message(self.Moved())
        at = event.x - (self.size.width - len(_PRESSES))
        match at // 4 if at >= 0 else -1:
            case 0:
                self.action_shift(-1)
            case 1:
                self.action_shift(1)
            case 2:
                self.action_take_away()

    def on_focus(self) -> None:
        """The cursor shows."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor goes."""
        self.refresh()

    def render(self) -> Content:
        """The lines."""
        if not self._lines:
            return Content.styled(self._empty, "reverse" if self.has_focus else "$text-muted")
        width, digits = self.size.width, len(str(len(self._lines)))
        room = max(8, width - len(_PRESSES) - digits - 3)
        drawn = []
        for place, line in enumerate(self._lines):
            right = visible(line.right)
            text = fit(line.text, max(4, room - (len(right) + 2 if right else 0)))
            whole = f"{place + 1:>{digits}}{'!' if line.marked else ' '} {text}{f'  {right}' if right else ''}"
            style = "reverse" if place == self.place and self.has_focus else "$overdue" if line.marked else ""
            drawn.append(Content.assemble((whole, style), (_PRESSES, "$text-muted")))
        return Content("\n").join(drawn)

"""Short facts side by side, each with a name, a value and what is said of it, and a cursor that goes over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from sellmode_tui.widgets.cells import fit
from sellmode_tui.widgets.meanings import Meaning

_NARROWEST: Final = 20
"""Cells of a tile, at least."""
_CURSOR: Final = "> "


class Tile(NamedTuple):
    """One of them. Its lines are cut where they are too long."""

    key: str
    name: str
    value: str
    told: str = ""
    meaning: Meaning | None = None
    """Of what is told, which has a sign of its own."""
    below: str = ""
    """One more line, which all tiles get if one of them has it."""


class Tiles(Widget, can_focus=True):
    """The tiles, in as many columns as there is room for; the rows of the cursor are in sight."""

    ALLOW_SELECT = False
    BINDING_GROUP_TITLE = "Figures"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "move(1)", "Right", show=False, id="tiles.right"),
        Binding("left", "move(-1)", "Left", show=False, id="tiles.left"),
        Binding("down,j", "move_row(1)", "Down", show=False, id="tiles.down"),
        Binding("up,k", "move_row(-1)", "Up", show=False, id="tiles.up"),
        Binding("home", "go(0)", "First", show=False, id="tiles.first"),
        Binding("end", "go(-1)", "Last", show=False, id="tiles.last"),
        Binding("enter", "choose", "Open", key_display="Enter", tooltip="What is behind it", id="tiles.open"),
    ]

    DEFAULT_CSS = """
    Tiles { height: auto; width: 1fr; background: $background; color: $foreground; }
    """

    class Moved(Message):
        """Another tile is under the cursor."""

    class Chosen(Message):
        """The tile under the cursor is to be opened."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tiles: tuple[Tile, ...] = ()
        self._top = 0
        """The first row in sight."""
        self.rows = 2
        """How many rows are in sight at most."""
        self.place = 0
        """The tile under the cursor."""

    def show(self, tiles: Sequence[Tile], key: str = "") -> None:
        """Show these, with the cursor on one of them: where it was, if there is none of that key."""
        self._tiles = tuple(tiles)
        found = next((place for place, tile in enumerate(tiles) if tile.key == key), self.place)
        self.place = max(0, min(found, len(tiles) - 1))
        self.refresh(layout=True)

    @property
    def current(self) -> Tile | None:
        """What is under the cursor."""
        return self._tiles[self.place] if self._tiles else None

    @property
    def text(self) -> str:
        """What is in sight, as plain text."""
        return self.render().plain

    # --- moving

    def action_move(self, by: int) -> None:
        """Go to the next one, or the one before."""
        self._go(self.place + by)

    def action_move_row(self, by: int) -> None:
        """Go a row down or up; a last row that is shorter is reached at its end."""
        there = self.place + by * self._columns
        last_row = self.place // self._columns == (len(self._tiles) - 1) // self._columns
        self._go(len(self._tiles) - 1 if by > 0 and there >= len(self._tiles) and not last_row else there)

    def action_go(self, place: int) -> None:
        """Go to the first, or the last."""
        self._go(place % max(1, len(self._tiles)))

    def _go(self, place: int) -> None:
        if place != self.place and 0 <= place < len(self._tiles):
            self.place = place
            self.refresh()
            self.post_message(self.Moved())

    def action_choose(self) -> None:
        """Open it."""
        if self._tiles:
            self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        """Go to the tile, or open the one that the cursor is on."""
        column = min(self._columns - 1, event.x // self._wide)
        place = (self._top + event.y // self._lines) * self._columns + column
        if place == self.place:
            self.action_choose()
        self._go(place)

    def on_focus(self) -> None:
        """The cursor shows."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor goes."""
        self.refresh()

    # --- drawing

    @property
    def _columns(self) -> int:
        return max(1, self.size.width // _NARROWEST)

    @property
    def _wide(self) -> int:
        return self.size.width // self._columns

    @property
    def _lines(self) -> int:
        return 4 if any(tile.below for tile in self._tiles) else 3

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  # Textual's signature
        """As many rows as there are, and no more than may be in sight."""
        rows = -(-len(self._tiles) // max(1, width // _NARROWEST))
        return max(1, min(rows, self.rows)) * self._lines

    def render(self) -> Content:
        """The rows in sight."""
        columns, rows = self._columns, max(1, self.size.height // self._lines)
        row = self.place // columns
        self._top = max(row - rows + 1, min(self._top, row))
        lines = [
            Content("").join(self._line(place, line) for place in self._row(number))
            for number in range(self._top, self._top + rows)
            for line in range(self._lines)
        ]
        return Content("\n").join(lines)

    def _row(self, number: int) -> range:
        first = number * self._columns
        return range(first, min(first + self._columns, len(self._tiles)))

    def _line(self, place: int, line: int) -> Content:
        tile = self._tiles[place]
        here, room = place == self.place, self._wide - len(_CURSOR) - 1
        text = (tile.name, tile.value, tile.told, tile.below)[line]
        mark = _CURSOR if here and line == 0 else " " * len(_CURSOR)
        if here and self.has_focus:
            return Content.assemble((f"{mark}{fit(text, room)}", "reverse"), " ")
        told = tile.meaning.style if tile.meaning else ""
        style = ("bold" if here else "$text-muted", "bold", told, "$text-muted")[line]
        return Content.assemble(mark, (fit(text, room), style), " ")

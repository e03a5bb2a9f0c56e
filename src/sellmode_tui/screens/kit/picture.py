"""A product's picture beside what is said of it, read in the background; where there is none, no room is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Static

from sellmode_contract.kinds.product import Product
from sellmode_contract.text import visible
from sellmode_tui.pictures.bitmap import Bitmap, fitted
from sellmode_tui.records import RecordStore
from sellmode_tui.screens.kit.asking import Asking
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.picture import half_blocks, stand_ins

BESIDE: Final = (24, 15)
"""Cells of a picture at the right of the text, at most."""
ABOVE: Final = (18, 9)
"""Above the text."""

_CARD: Final = 24
"""Columns of a card."""


class Pictured(NamedTuple):
    """Whose picture is to be shown."""

    product: str
    said: str
    """What is on it, in words; empty if nobody has said so."""

    @classmethod
    def of(cls, product: Product | None) -> Pictured | None:
        """A product's, if the shop has one of it."""
        return cls(product.id, product.images[0].alt) if product is not None and product.images else None


class _Fitted(NamedTuple):
    """A picture in the size in which it is shown."""

    bitmap: Bitmap
    columns: int
    lines: int
    blocks: list[Strip]
    """Its cells; empty where the terminal draws it itself."""


def _fitted(bitmap: Bitmap, most: tuple[int, int], *, in_blocks: bool) -> _Fitted:
    columns, lines = fitted(bitmap, *most)
    return _Fitted(bitmap, columns, lines, half_blocks(bitmap, columns, lines) if in_blocks else [])


class PictureBox(Asking, Static):
    """Shows one picture after another."""

    DEFAULT_CSS = """
    PictureBox {
        display: none;
        width: auto;
        height: auto;
        margin: 0 0 1 0;
        &.-beside { dock: right; margin: 0; }
        &.-card { width: 24; border: round $primary; padding: 0 1; color: $text-muted; }
        &.-card:ansi { border: ascii $primary; }
    }
    """

    class Drawn(Message):
        """There is a picture on the screen that takes the line to the terminal a while."""

    def __init__(self, desk: Desk, resized: Callable[[], object]) -> None:
        """``resized`` is called when it takes more room than before, or less: so that all of it is drawn at once."""
        super().__init__()
        self._resized = resized
        self._desk = desk
        self._pictured: Pictured | None = None
        self._found: _Fitted | None = None
        self._strips: list[Strip] = []

    @property
    def is_beside(self) -> bool:
        """Whether it stands beside the text, else above it."""
        return self.has_class("-beside")

    @property
    def columns(self) -> int:
        """Cells that it takes of a line."""
        return self._strips[0].cell_length if self._strips else _CARD

    def show(self, pictured: Pictured | None, *, beside: bool) -> None:
        """Show a picture beside the text or above it; None for none."""
        if pictured != self._pictured:
            self._pictured, self._found = pictured, None
        elif beside == self.is_beside:
            return
        self.set_class(beside, "-beside")
        self._read()

    def read_again(self, product: str = "") -> None:
        """It may be shown otherwise now; or, with a product, there is another one of that."""
        if self._pictured and product in ("", self._pictured.product):
            self._read()

    def _read(self) -> None:
        self.forget_asked("picture")
        pictured, pictures = self._pictured, self._desk.pictures
        if pictured is None or pictures is None or self._desk.drawing != "blocks":
            self._draw()
        else:
            most, in_blocks = BESIDE if self.is_beside else ABOVE, self._desk.place_picture is None

            def find(_: RecordStore) -> _Fitted | None:
                bitmap = pictures.find(pictured.product)
                return None if bitmap is None else _fitted(bitmap, most, in_blocks=in_blocks)

            self.ask(find, self._take, group="picture")

    def _take(self, found: _Fitted | None) -> None:
        self._found = found
        self._draw()

    def _draw(self) -> None:
        said = self._pictured.said if self._pictured and self._desk.drawing == "card" else ""
        before = (self.display, self.styles.width, self.styles.height)
        self._strips = []
        if self._found is not None and self._desk.drawing == "blocks":
            self._strips = self._in_cells(self._found)
            self.styles.width, self.styles.height = self._found.columns, self._found.lines
            self.post_message(self.Drawn())
        else:
            self.styles.width = self.styles.height = None
        self.set_class(bool(said), "-card")
        self.update(Content(visible(said)))
        self.display = bool(self._strips or said)
        if before != (self.display, self.styles.width, self.styles.height):
            self._resized()

    def _in_cells(self, found: _Fitted) -> list[Strip]:
        if self._desk.place_picture is None:
            return found.blocks
        number = self._desk.place_picture(found.bitmap.png, found.columns, found.lines)
        return stand_ins(number, found.columns, found.lines)

    def render_line(self, y: int) -> Strip:
        """A line of the picture, or of the card."""
        return self._strips[y] if y < len(self._strips) else super().render_line(y)

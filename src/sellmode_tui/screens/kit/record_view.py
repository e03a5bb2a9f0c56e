"""A record as a page of text: beside its list where there is room, over it where there is not."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar, Final, Generic, TypeAlias, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from sellmode_tui.records import RecordStore
from sellmode_tui.screens.kit.asking import Asking
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.page import Page
from sellmode_tui.screens.kit.picture import BESIDE, PictureBox, Pictured
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.widgets.scrollbar import PlainBar

_GAP: Final = 2
"""Cells between a picture and the text beside it."""
_ROOM_FOR_BOTH: Final = 40 + _GAP + BESIDE[0]

Found = TypeVar("Found")
Read: TypeAlias = Callable[[RecordStore, Any], Found | None]
"""Reads a record by its key, in a thread; None if it is not visible any more."""
Set: TypeAlias = Callable[[Found, Words, int], Page]
"""Sets a record as text, for a width in cells."""


class RecordView(Asking, VerticalScroll, Generic[Found], inherit_bindings=False):
    """Shows one record after another. What it shows stays until the next has been read."""

    BINDING_GROUP_TITLE = "Record"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right_square_bracket", "section(1)", "Next section", key_display="]", show=False, id="record.next-section"
        ),
        Binding(
            "left_square_bracket",
            "section(-1)",
            "Previous section",
            key_display="[",
            show=False,
            id="record.section-before",
        ),
        Binding("up,k", "scroll_up", "Up", show=False, id="record.up"),
        Binding("down,j", "scroll_down", "Down", show=False, id="record.down"),
        Binding("pageup", "page_up", "Page up", show=False, id="record.page-up"),
        Binding("pagedown,space", "page_down", "Page down", show=False, id="record.page-down"),
        Binding("home", "scroll_home", "Top", show=False, id="record.top"),
        Binding("end", "scroll_end", "End", show=False, id="record.end"),
    ]

    DEFAULT_CSS = """
    RecordView {
        background: $background;
        padding: 0 1;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        & > Static { width: 1fr; height: auto; }
        & > #top { dock: top; background: $panel; }
    }
    """

    class Gone(Message):
        """The record is not visible any more."""

    def __init__(
        self,
        desk: Desk,
        read: Read[Found],
        page: Set[Found],
        *,
        hint: str = "",
        id: str | None = None,
        pictured: Callable[[Found], Pictured | None] | None = None,
    ) -> None:
        """`hint` is said while nothing is shown; ``pictured`` says whose picture belongs to a record."""
        super().__init__(id=id)
        self._desk = desk
        self._read_record = read
        self._set_page = page
        self._hint = hint
        self._pictured = pictured
        self._shown: Hashable = None
        self._page: Page | None = None
        self.key: Hashable = None
        """Of what is shown or on its way; None for nothing."""
        self.found: Found | None = None
        """What is shown."""

    def compose(self) -> ComposeResult:
        """What stays on top, and the text."""
        yield Static(id="top")
        if self._pictured:
            yield PictureBox(self._desk, self._draw)
        yield Static(Content(self._hint), id="text")

    def on_mount(self) -> None:
        """Draw a scrollbar that every terminal can."""
        self.vertical_scrollbar.renderer = PlainBar  # type: ignore[misc]  # the way its documentation shows

    @property
    def settled(self) -> bool:
        """Whether what is wanted is shown."""
        return self.key == self._shown

    @property
    def text(self) -> str:
        """What is shown, as plain text."""
        return "\n".join(self._page.text_lines) if self._page else ""

    def show(self, key: Hashable) -> None:
        """Read a record and show it, another one from the top; None for none."""
        self.key = key
        if key is None:
            self.forget_asked("record")
            self._shown = self.found = self._page = None
            self._put((), Content(self._hint))
            self._show_picture()
        else:
            self.ask(
                lambda records: self._read_record(records, key), lambda found: self.take(key, found), group="record"
            )

    def reload(self) -> None:
        """Read it again; the view stays where it is."""
        if self.key is not None:
            self.show(self.key)

    def take(self, key: Hashable, found: Found | None) -> None:
        """Show what has been read."""
        if found is None:
            self.show(None)
            self.post_message(self.Gone())
            return
        another = key != self._shown
        if another or found != self.found or self._of_other_days:
            self.key, self._shown, self.found = key, key, found
            self._show_picture()
            self._draw()
            self.screen.refresh_bindings()
        if another:
            self.scroll_home(animate=False)

    @property
    def _of_other_days(self) -> bool:
        """Whether the page was set on another day, or for another zone."""
        if self._page is None:
            return False
        then, now = self._page.words, self._desk.words
        return (then.today, then.zone) != (now.today, now.zone)

    def on_resize(self) -> None:
        """Set the page for the new width."""
        self._show_picture()
        if self._page is None or self._page.width != self.room:
            self._draw()

    @property
    def room(self) -> int:
        """Cells of a line."""
        taken = sum(box.columns + _GAP for box in self.query(PictureBox) if box.display and box.is_beside)
        return max(40, self.scrollable_content_region.width - taken)

    def _show_picture(self) -> None:
        """Beside the text where there is room, else above it."""
        for box in self.query(PictureBox):
            whose = self._pictured(self.found) if self._pictured and self.found is not None else None
            box.show(whose, beside=self.scrollable_content_region.width >= _ROOM_FOR_BOTH)

    def _draw(self) -> None:
        if self.found is not None:
            self._page = self._set_page(self.found, self._desk.words, self.room)
            self._put(self._page.top, Content("\n").join(self._page.lines))
            for box in self.query(PictureBox):
                box.styles.offset = (0, len(self._page.top)) if box.is_beside else (0, 0)

    def _put(self, top: Sequence[Content], text: Content) -> None:
        on_top = self.query_one("#top", Static)
        on_top.display = bool(top)
        on_top.update(Content("\n").join(top))
        self.query_one("#text", Static).update(text)

    def action_page_down(self) -> None:
        """As far as there are lines under what stays on top."""
        self._scroll_by(1)

    def action_page_up(self) -> None:
        """As far back."""
        self._scroll_by(-1)

    def _scroll_by(self, pages: int) -> None:
        lines = self.scrollable_content_region.height - (len(self._page.top) if self._page else 0)
        self.scroll_to(y=self.scroll_offset.y + pages * max(1, lines), animate=False)

    def action_section(self, by: int) -> None:
        """Move the next section, or the one before, to the top."""
        above = sum(box.outer_size.height for box in self.query(PictureBox) if box.display and not box.is_beside)
        headings = [above + place for place in (self._page.headings if self._page else ())]
        here, places = self.scroll_offset.y, [0, *headings]
        beyond = [place for place in places if (place > here if by > 0 else place < here)]
        if beyond:
            self.scroll_to(y=beyond[0 if by > 0 else -1], animate=False)


class RecordScreen(DeskScreen[bool], Generic[Found]):
    """A record over the list, read again whenever something has changed. Ends with whether it has gone meanwhile."""

    def __init__(self, desk: Desk, view: RecordView[Found], key: Hashable) -> None:
        super().__init__(desk)
        self.view = view
        self._key = key

    def compose(self) -> ComposeResult:
        """The record over the status line."""
        yield self.view
        yield from self.compose_foot()

    def on_mount(self) -> None:
        """Read it."""
        self.view.focus()
        self.view.show(self._key)

    def records_changed(self) -> None:
        """Read it again."""
        if not self.ended:
            self.view.reload()

    @on(RecordView.Gone)
    def _record_gone(self) -> None:
        self.record_gone()

    def record_gone(self) -> None:
        """It is not visible any more."""
        self.end(True)

    def action_back(self) -> None:
        """Go back to the list."""
        self.end(False)

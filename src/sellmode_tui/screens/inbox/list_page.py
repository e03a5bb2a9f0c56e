"""The inbox: customers' requests, what waits longest first."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import RequestLine, RequestList, RequestQuery
from sellmode_tui.records.requests import words as request_words
from sellmode_tui.records.requests.lists import View
from sellmode_tui.screens.inbox.keys import RequestPage, request_keys
from sellmode_tui.screens.inbox.talk_page import TalkScreen
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.status_words import is_first_sync
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.lists.choosing import SearchedList, ViewedList, view_tabs
from sellmode_tui.screens.lists.main_page import MainPage
from sellmode_tui.screens.lists.rows import KeyedRows
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.meanings import OVERDUE, UNSENT
from sellmode_tui.widgets.row_source import Row
from sellmode_tui.widgets.tab_line import Tab

_VIEWS: Final[dict[View, tuple[str, str]]] = {
    "new": (marked("New"), marked("No new requests.")),
    "mine": (marked("Mine"), marked("You have taken no request.")),
    "store": (marked("The store's"), marked("No open requests in the store.")),
    "closed": (marked("Closed"), marked("Nothing closed yet.")),
}
"""What each is called, and what is said where it has none."""
_LOOK: Final = 5.0
"""Seconds between two looks at whether times are others now."""


class RequestRows(KeyedRows[RequestLine]):
    """The rows of the list."""

    def __init__(self, found: RequestList, desk: Desk) -> None:
        super().__init__(found)
        self._desk = desk

    def row(self, item: RequestLine) -> Row:
        """How it stands, by which way, who, what about, who has it."""
        words: Words = self._desk.words
        request, late = item.request, item.is_late(words.now)
        name = f"{item.name} ({item.unread:,})" if item.unread else item.name
        about = words.between.join(filter(None, (item.product or request.sku, request.preview)))
        cells = (
            request_words.waits(item, words.now),
            request_words.way(request.way),
            name or words.nothing,
            about or request.page,
            request_words.who(item, words.now),
        )
        return Row(request.id, cells, OVERDUE if late else UNSENT if item.unsent else None)


class InboxScreen(
    SearchedList[None, RequestLine], ViewedList[None, RequestLine], RequestPage[None], MainPage[RequestLine]
):
    """The list."""

    PAGE: ClassVar = "request"
    PAUSE = 0.5

    BINDING_GROUP_TITLE = "Inbox"
    BINDINGS: ClassVar[list[BindingType]] = [
        *request_keys(shown=False),
        Binding("right", "view(1)", "Next view", show=False, tooltip="Next view", id="inbox.next"),
        Binding("left", "view(-1)", "Previous view", show=False, tooltip="Previous view", id="inbox.before"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Search", id="inbox.search"),
        Binding("escape", "back", "Back", show=False, tooltip="Clear the search", id="inbox.back"),
    ]

    PLACEHOLDER = marked("customer, product or words of the request")
    COLUMNS = (
        Column("Answer", 17, priority=10, min_width=13),
        Column("Way", 11, priority=6, min_width=5),
        Column("Customer", 16, priority=9, min_width=10),
        Column("About", priority=8, min_width=16),
        Column("Taken by", 18, priority=7, min_width=10),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._query = RequestQuery()

    def on_mount(self) -> None:
        """Times go on although nothing has changed."""
        self.set_interval(_LOOK, self.records_changed)

    def standing_changed(self) -> None:
        """Say how many there are, too."""
        super().standing_changed()
        if self.query("#views"):  # there is none while the page comes or goes
            self.show_views()

    @property
    def one(self) -> RequestLine | None:
        """The one under the cursor."""
        return self.current

    @property
    def sorts(self) -> tuple[str, ...]:
        """What waits longest comes first, always."""
        return ()

    @property
    def empty_text(self) -> str:
        """Why there is none."""
        if self._query.text.strip():
            return tr("No matches. Press / to change the search, Esc to clear it.")
        if is_first_sync(self._desk.sync):
            return tr("Nothing on this terminal yet: waiting for the first sync.")
        return trd(_VIEWS[self._query.view][1])

    def new_rows(self) -> RequestRows:
        """Those of the view."""
        return RequestRows(self._desk.records.requests.find(self._query), self._desk)

    def told(self, item: RequestLine) -> str:
        """Who may take it, or has."""
        return request_words.may(item, self._desk.words.now)

    def chosen_row(self, item: RequestLine) -> None:
        """Open it."""
        self.open(TalkScreen(self._desk, item.request.id), self.tell_gone)

    # --- how it is looked at

    @property
    def views(self) -> tuple[Tab, ...]:
        """New ones, one's own, the store's, closed ones; with how many are open."""
        counts = self._desk.requests
        numbers = {"new": counts.new, "mine": counts.mine, "store": counts.store}
        tabs = view_tabs({name: label for name, (label, _) in _VIEWS.items()})
        return tuple(tab._replace(number=numbers.get(tab.name, 0)) for tab in tabs)

    @property
    def view(self) -> View:
        """As it is asked for."""
        return self._query.view

    def look_from(self, view: str) -> None:
        """Ask for others."""
        self._query = self._query._replace(view=next(name for name in _VIEWS if name == view))

    @property
    def searched(self) -> str:
        """The words."""
        return self._query.text

    def search(self, text: str) -> None:
        """Look for requests that have these."""
        self._query = self._query._replace(text=text)
        self.show_anew()

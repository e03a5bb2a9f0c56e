"""Everything that happened with a customer: listed newest first, by kind, searched; Enter opens one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.sent_lookbook import WAYS, SentLookbook
from sellmode_contract.money import priced
from sellmode_contract.text import visible
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import Profile, RecordStore, SaleLine, TimelineEntry
from sellmode_tui.records.customers.profile import TimelineKind
from sellmode_tui.screens.customers.profile_page import purchase
from sellmode_tui.screens.customers.profile_words import beside, happened, mark
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.lists.choosing import SearchedList, ViewedList, view_tabs
from sellmode_tui.screens.sales.sale_page import SaleScreen
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Count, Row
from sellmode_tui.widgets.tab_line import Tab


class View(NamedTuple):
    """A way to look at it."""

    label: str
    none: str
    """What is said where nothing is listed."""
    kinds: frozenset[TimelineKind]
    """Of events; empty for all."""


_VIEWS: Final = {
    "all": View(marked("All"), marked("Nothing yet."), frozenset()),
    "purchases": View(marked("Purchases"), marked("No purchases yet."), frozenset({"order", "return"})),
    "notes": View(marked("Notes"), marked("No notes yet."), frozenset({"note"})),
    "contacts": View(marked("Contacts"), marked("No contacts yet."), frozenset({"contact", "request"})),
    "lookbooks": View(marked("Lookbooks"), marked("No lookbooks yet."), frozenset({"lookbook"})),
    "tasks": View(marked("Tasks"), marked("No tasks yet."), frozenset({"task"})),
    "changes": View(marked("Changes"), marked("No changes yet."), frozenset({"consent", "history"})),
}


class Event(NamedTuple):
    """A line of the timeline."""

    entry: TimelineEntry
    profile: Profile

    @property
    def who(self) -> str:
        """Who did it, by name."""
        return self.profile.names.get(self.entry.who, self.entry.who)


class TimelineScreen(SearchedList[None, Event], ViewedList[None, Event]):
    """The list; beside it, where there is room, all of what is under the cursor."""

    BINDING_GROUP_TITLE = "Timeline"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", tooltip="Search", id="timeline.search"),
        Binding("w", "sale", "Why", tooltip="Who earned this online purchase, and why", id="timeline.sale"),
        Binding("right", "view(1)", "Next view", show=False, tooltip="Next view", id="timeline.next"),
        Binding("left", "view(-1)", "Previous view", show=False, tooltip="Previous view", id="timeline.before"),
        Binding("escape,q", "back", "Back", key_display="Esc", tooltip="Back to the customer", id="timeline.back"),
    ]

    DEFAULT_CSS = "TimelineScreen #beside { width: 46%; min-width: 48; }"

    COLUMNS = (
        Column("When", 11, priority=9),
        Column("What", 12, priority=8, min_width=8),
        Column("Text", priority=10, min_width=20),
        Column("By", 14, priority=6, min_width=8),
        Column("State", 8, priority=5),
    )
    SORTED: ClassVar = {"When": lambda item: item.entry.at}

    def __init__(self, desk: Desk, profile: Profile, view: str = "all", *, search: bool = False) -> None:
        """`search`: whether it begins in the search."""
        super().__init__(desk, tr("Timeline of {customer}", customer=profile.customer.name))
        self._customer = profile.customer.id
        self._view = view
        self._text = ""
        self._begins_in_search = search

    @property
    def begins_with(self) -> Widget:
        """The search, if that is wanted."""
        return self.search_bar.field if self._begins_in_search else super().begins_with

    def beside(self) -> Widget:
        """All of one event."""
        return event_view(self._desk)

    # --- the list

    def read(self, records: RecordStore) -> Sequence[Event]:
        """Those of the kind, that have the words."""
        profile = records.customers.profile(self._customer)
        events = [Event(entry, profile) for entry in profile.timeline] if profile else []
        kinds, words = _VIEWS[self._view].kinds, self._text.casefold().split()
        return [
            event
            for event in events
            if (not kinds or event.entry.kind in kinds) and all(word in self._searchable(event) for word in words)
        ]

    def _searchable(self, event: Event) -> str:
        return " ".join((*happened(event.entry), event.who, self._desk.words.day(event.entry.at))).casefold()

    def row(self, item: Event) -> Row:
        """When, what, what there is to say of it, who, and whether it is sent."""
        what, said = happened(item.entry)
        state = mark(item.profile, record=item.entry.record.id)
        day = self._desk.words.day(item.entry.at)
        return Row(item.entry.record.id, (day, what, " ".join(said.split()), item.who, state))

    @property
    def empty_text(self) -> str:
        """Why there is nothing."""
        if self._text.strip():
            return tr("No matches. Press / to change the search, Esc to clear it.")
        return trd(_VIEWS[self._view].none)

    def shown(self, count: Count) -> None:
        """Say how many there are."""
        self.say("above", trn("{number:,} event", "{number:,} events", count.n) if count.n else "")

    def show_beside(self) -> None:
        """All of what is under the cursor."""
        key = self.table.cursor_key if self.has_class("-wide") else None
        self.query_one("#beside", RecordView).show(key and (self._customer, key))

    def offers(self, action: str) -> bool:
        """Only of an online purchase there is somebody who may have earned it."""
        return super().offers(action) and (action != "sale" or _is_online(self.current))

    def action_sale(self) -> None:
        """Open what is known of its credit."""
        open_sale(self, self._desk, self.current)

    class TalkWanted(Message):
        """A request is to be opened with what was written of it."""

        def __init__(self, request: str) -> None:
            self.request = request
            super().__init__()

    def chosen_row(self, item: Event) -> None:
        """Open it: of a request all that one may know of it."""
        if item.entry.kind == "request":
            self.app.post_message(self.TalkWanted(item.entry.record.id))
            return
        self.open(EventScreen(self._desk, self._customer, item.entry.record.id))

    # --- how it is looked at

    @property
    def views(self) -> tuple[Tab, ...]:
        """The kinds of events."""
        return view_tabs({name: view.label for name, view in _VIEWS.items()})

    @property
    def view(self) -> str:
        """The kind that is shown."""
        return self._view

    def look_from(self, view: str) -> None:
        """Show another kind."""
        self._view = view

    @property
    def searched(self) -> str:
        """The words."""
        return self._text

    def search(self, text: str) -> None:
        """Look for events that have these."""
        self._text = text
        self.show_anew()


class EventScreen(RecordScreen[Event]):
    """One of them over the list."""

    BINDING_GROUP_TITLE = "Event"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the timeline", id="event.back"),
        Binding("w", "sale", "Why", tooltip="Who earned this online purchase, and why", id="event.sale"),
    ]

    def __init__(self, desk: Desk, customer: str, record: str) -> None:
        super().__init__(desk, event_view(desk), (customer, record))

    def offers(self, action: str) -> bool:
        """Only of an online purchase there is somebody who may have earned it."""
        return super().offers(action) and (action != "sale" or _is_online(self.view.found))

    def action_sale(self) -> None:
        """Open what is known of its credit."""
        open_sale(self, self._desk, self.view.found)


def _is_online(event: Event | None) -> bool:
    return event is not None and isinstance(event.entry.record, Order) and event.entry.record.channel == "online"


def open_sale(page: DeskScreen[Any], desk: Desk, event: Event | None) -> None:
    """Open over a page what is known of a purchase's credit, or say that there is nothing."""
    if event is None or not _is_online(event):
        page.notify(tr("Only online purchases are credited for touches."), markup=False)
        return
    order = event.entry.record.id

    def show(line: SaleLine | None) -> None:
        if line is None:
            page.notify(tr("Nobody of yours had a part in this purchase."), markup=False)
        else:
            page.open(SaleScreen(desk, line.sale.id))

    page.ask(lambda records: records.sales.of_order(order), show, group="sale")


def event_view(desk: Desk) -> RecordView[Event]:
    """Shows one event after another, by the ids of customer and record."""

    def read(records: RecordStore, key: tuple[str, str]) -> Event | None:
        profile = records.customers.profile(key[0])
        entries = profile.timeline if profile else ()
        return next((Event(entry, profile) for entry in entries if profile and entry.record.id == key[1]), None)

    return RecordView(desk, read, event_page)


def event_page(event: Event, words: Words, width: int) -> Page:
    """All of what happened, for a width in cells."""
    page, entry = Page(width, words), event.entry
    what, said = happened(entry)
    page.title(what, words.time(entry.at))
    if noted := beside(event.who, mark(event.profile, record=entry.record.id)):
        page.text(noted, indent=0, style=MUTED)
    page.gap()
    if isinstance(entry.record, Order):
        purchase(page, event.profile, entry.record)
    elif isinstance(entry.record, SentLookbook):
        lookbook_as_sent(page, entry.record)
    else:
        page.text(said)
    return page


def lookbook_as_sent(page: Page, sent: SentLookbook) -> None:
    """What was shared, as it was then."""
    page.text(sent.title)
    page.text(tr("By {way}.", way=trd(WAYS.get(sent.how, sent.how))), style=MUTED)
    if sent.message:
        page.heading(tr("Message"))
        page.text(sent.message)
    page.heading(tr("Products"))
    for item in sent.items:
        price = priced(item.price, item.currency) if item.price is not None else ""
        page.amount(Content(visible(item.title or item.sku)), price)
        if item.note:
            page.text(item.note, indent=4, style=MUTED)

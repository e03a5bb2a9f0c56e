"""The customers whom the account sees: listed, searched, filtered, sorted, opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message

from sellmode_contract.filters import FilterError
from sellmode_tui.screens.customer_form import AddCustomerScreen
from sellmode_tui.screens.customer_page import NO_LONGER_VISIBLE, CustomerPage, customer_keys
from sellmode_tui.screens.customer_rows import FALLING_FIRST, SORTS, CustomerSource, table_columns, table_sort
from sellmode_tui.screens.desk import CustomersView, Desk
from sellmode_tui.screens.desk_screen import DeskScreen
from sellmode_tui.screens.main_page import MainPage, PageName
from sellmode_tui.screens.profile import ProfileScreen, ProfileView
from sellmode_tui.screens.saved_filters import SavedFiltersScreen
from sellmode_tui.screens.search_bar import SearchBar
from sellmode_tui.screens.standing import UNREADABLE, why_empty
from sellmode_tui.screens.words import counted
from sellmode_tui.visibility import CustomerList, CustomerQuery, Door, Interrupted, Profile, Sort, Written
from sellmode_tui.widgets.row_table import RowTable

WIDE: Final = 110
"""Columns from which on the profile stands beside the list."""
_PAUSE = 0.5
"""Seconds between two readings of a list that keeps changing."""


class CustomersScreen(MainPage[None], CustomerPage[None]):
    """The list, and beside it the profile of the customer under the cursor."""

    PAGE: ClassVar[PageName] = "customers"

    BINDING_GROUP_TITLE = "Customers"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", tooltip="Search and filter", id="customers.search"),
        Binding("a", "add", "Add", tooltip="Add a customer", id="customers.add"),
        Binding("s", "sort", "Sort", tooltip="Sort by the next column", id="customers.sort"),
        Binding("S", "reverse", "Reverse", show=False, tooltip="Sort the other way round", id="customers.reverse"),
        Binding("f", "filters", "Filters", tooltip="Pick, save and delete filters", id="customers.filters"),
        Binding(
            "escape", "back", "Back", show=False, tooltip="Back to the list; clear the search", id="customers.back"
        ),
        *customer_keys(shown=False),
        Binding("f5", "sync", "Sync now", show=False, tooltip="Ask the server now", id="customers.sync"),
    ]

    DEFAULT_CSS = """
    CustomersScreen {
        background: $background;
        #body { height: 1fr; }
        #list { width: 1fr; }
        #beside { display: none; width: 46%; min-width: 52; background: $surface; }
        &.-wide #beside { display: block; }
    }
    """

    class SyncWanted(Message):
        """The server should be asked now."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._query = desk.customers.query
        self._first = desk.customers.customer
        """The customer to begin with."""
        self._unreadable: CustomerQuery | None = None
        """The last query whose text could not be read as a filter."""
        self._source: CustomerSource | None = None
        self._to_top = False
        """Whether the list that is being found is another one, to be read from its beginning."""
        self._touched = False
        """Whether the person has moved the cursor, searched, sorted or opened anything."""
        self._changed = False
        """Whether something may have changed since the last look at it."""
        self._looking = False
        """Whether a look is under way, or the list was read again only a moment ago."""

    def compose(self) -> ComposeResult:
        """Tabs, search, list and profile, status, keys."""
        desk = self._desk
        yield from self.compose_tabs()
        yield SearchBar(self._query.text, ascii_only=desk.ascii_only)
        with Horizontal(id="body"):
            yield RowTable(
                table_columns(owners=desk.facts.sees_team),
                sort=table_sort(self._query.sort, descending=self._query.descending),
                ascii_only=desk.ascii_only,
                id="list",
            )
            yield ProfileView(desk, id="beside")
        yield from self.compose_foot()

    def on_mount(self) -> None:
        """Begin with everybody, or as the person has left it."""
        self._table.focus()
        self._search(to_top=True)

    # --- what the app tells

    def standing_changed(self) -> None:
        """Say how things stand."""
        super().standing_changed()
        for table in self.query(RowTable):
            table.empty_text = self._why_empty

    def facts_changed(self) -> None:
        """The retailer's settings or the account's place in it are others now: so may be columns and fields."""
        self.standing_changed()
        self._search(to_top=False)

    def records_changed(self) -> None:
        """Something in the cache may be another now."""
        for view in self.query(ProfileView):
            view.reload()
        self._changed = True
        self._look_at_changes()

    # --- finding

    @property
    def _table(self) -> RowTable:
        return self.query_one("#list", RowTable)

    @property
    def _why_empty(self) -> str:
        """What to say where nobody is listed. Whoever was found before stays; that nobody was answers nothing else."""
        return UNREADABLE if self._query == self._unreadable else why_empty(self._desk, self._query.text)

    @property
    def settled(self) -> bool:
        """Whether everything asked for is on the screen."""
        if self._source is None or self._source.found.query != self._query or not self._table.settled:
            return False
        beside = self.query_one(ProfileView)
        return beside.settled and (not self.has_class("-wide") or beside.customer == self._table.cursor_key)

    @property
    def view(self) -> CustomersView:
        """How it is looked at."""
        return CustomersView(self._query, self._table.cursor_key or self._first)

    @property
    def _keeps_cursor(self) -> bool:
        """Whether the cursor stays with its customer. While nobody has touched the list it stays at the first row,
        whoever comes to stand there as the first customers arrive.
        """
        return self._touched or self._table.scroll_offset.y > 0

    def _search(self, *, to_top: bool) -> None:
        self._to_top = self._to_top or to_top
        if self._source is not None and not self._table.settled:
            self._source.found.cancel()
        self._find(self._query)

    def _find(self, query: CustomerQuery) -> None:
        def find(door: Door) -> CustomerList | FilterError:
            try:
                return door.find(query)
            except FilterError as error:
                return error

        self.ask(find, lambda found: self._show_found(query, found), group="find")

    def _show_found(self, query: CustomerQuery, found: CustomerList | FilterError) -> None:
        if isinstance(found, FilterError):
            self.query_one(SearchBar).point(query.text, found)
            self._unreadable = query
            self._table.empty_text = self._why_empty
            return
        owners = self._desk.facts.sees_team
        pending = self._desk.door.pending
        self._source = CustomerSource(found, self._desk.words, owners=owners, pending=pending)
        self._table.empty_text = self._why_empty
        first = None if self._touched else self._first
        self._table.show(
            self._source,
            sort=table_sort(self._query.sort, descending=self._query.descending),
            keep_cursor=first is not None or (not self._to_top and self._keeps_cursor),
            columns=table_columns(owners=owners),
            at=first,
        )
        self._to_top = False
        self._look_at_changes()

    @on(RowTable.Counted)
    def _counted(self, event: RowTable.Counted) -> None:
        source = self._source
        if source is None:
            return
        order = SORTS[self._query.sort]
        direction = order.falling if self._query.descending else order.rising
        number = counted(event.count.n, "customer") if event.count.exact else f"{event.count.n:,}+ customers, counting"
        said = [number, f"by {order.name}, {direction}", source.signs] if event.count.n else [number]
        self.query_one(SearchBar).say(self._desk.words.between.join(filter(None, said)))
        if not event.count.exact and source.exact is None:
            self._count_all(source)

    def _count_all(self, source: CustomerSource) -> None:
        def count(_: Door) -> tuple[int, bool]:
            before = source.found.sorted
            return source.found.exact_count(), not before

        self.ask(count, lambda counted: self._show_exact(source, *counted), group="count")

    def _show_exact(self, source: CustomerSource, exact: int, moved: bool) -> None:  # as it was counted
        """`moved`: whether the rows stand in another order now."""
        if source is not self._source:
            return
        source.exact = exact
        if moved:
            self._table.reload(keep_cursor=self._keeps_cursor)
        else:
            self._table.recount()

    @on(RowTable.Failed)
    def _rows_failed(self, event: RowTable.Failed) -> None:
        if not isinstance(event.error, Interrupted):
            self.post_message(self.Failed(event.error))

    # --- what changes by itself

    def _look_at_changes(self) -> None:
        """Look at once; after a list was read again, only when a pause is over."""
        source = self._source
        if not self._changed or self._looking or source is None or source.found.query != self._query:
            return  # a list that is being found is looked at when it is there
        self._changed, self._looking = False, True
        self._check(source)

    def _check(self, source: CustomerSource) -> None:
        def look(_: Door) -> bool:
            try:
                return source.stale
            except Interrupted:
                return False  # another list is being found

        self.ask(look, lambda stale: self._read_again(source, stale), group="check")

    def _read_again(self, source: CustomerSource, stale: bool) -> None:  # as it was looked at
        if source is not self._source:
            self._changed = True
        elif stale:
            source.exact = None
            self._table.reload(keep_cursor=self._keeps_cursor)
            self.set_timer(_PAUSE, self._end_look)
            return
        self._end_look()

    def _end_look(self) -> None:
        self._looking = False
        self._look_at_changes()

    # --- typing

    @on(SearchBar.Changed)
    def _typed(self, event: SearchBar.Changed) -> None:
        if event.text == self._query.text:
            return  # what it begins with
        self._touched = True
        self._query = self._query._replace(text=event.text)
        self._search(to_top=True)

    @on(SearchBar.CompletionWanted)
    def _complete(self, event: SearchBar.CompletionWanted) -> None:
        bar = self.query_one(SearchBar)
        self.ask(
            lambda door: door.complete(event.text, event.cursor),
            lambda completions: bar.suggest(event, completions),
            group="complete",
        )

    @on(SearchBar.Left)
    def _to_list(self) -> None:
        self._table.focus()

    # --- the customer under the cursor

    @on(RowTable.Moved)
    def _moved(self, event: RowTable.Moved) -> None:
        self._touched = self._touched or self._table.cursor_place > 0
        if self.has_class("-wide"):
            self.query_one(ProfileView).show(event.key)

    @on(RowTable.Chosen)
    def _chosen(self, event: RowTable.Chosen) -> None:
        self._touched = True
        beside = self.query_one(ProfileView)
        if self.has_class("-wide"):
            beside.focus()
        else:
            self._open_profile(event.key)

    def _open_profile(self, customer: str) -> None:
        self.open(ProfileScreen(self._desk, customer), self._profile_closed)

    def _profile_closed(self, gone: bool | None) -> None:
        if gone:
            self.notify(NO_LONGER_VISIBLE, markup=False)

    @on(ProfileView.Gone)
    def _gone(self) -> None:
        if self.query_one(ProfileView).has_focus:
            self._table.focus()
            self.notify(NO_LONGER_VISIBLE, markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """Put the profile beside the list where there is room."""
        wide = event.size.width >= WIDE
        if wide == self.has_class("-wide"):
            return
        self.set_class(wide, "-wide")
        beside = self.query_one(ProfileView)
        if not wide and beside.has_focus:
            self._table.focus()
        beside.show(self._table.cursor_key if wide else None)

    # --- keys

    @property
    def customer(self) -> str | None:
        """Whoever is under the cursor."""
        return self._table.cursor_key

    def _open(self, page: Callable[[Desk, Profile], DeskScreen[Any]]) -> None:
        self._touched = True
        super()._open(page)

    def action_add(self) -> None:
        """Add a customer."""
        if self.may_write():
            form = AddCustomerScreen(self._desk)
            self.open(form, lambda written: self.added(form, written))

    def added(self, form: AddCustomerScreen, written: Written | None) -> None:
        """Open the new customer, or the one who was there already."""
        customer = written.id if written else form.existing
        if customer is not None:
            self._open_profile(customer)

    def action_search(self) -> None:
        """Go to the search."""
        self.query_one(SearchBar).field.focus()

    def action_sort(self) -> None:
        """Sort by the next column."""
        sorts: list[Sort] = [sort for sort in SORTS if sort != "owner" or self._desk.facts.sees_team]
        place = sorts.index(self._query.sort) + 1 if self._query.sort in sorts else 0
        sort = sorts[place % len(sorts)]
        self._touched = True
        self._query = self._query._replace(sort=sort, descending=sort in FALLING_FIRST)
        self._search(to_top=True)

    def action_reverse(self) -> None:
        """Sort the other way round."""
        self._touched = True
        self._query = self._query._replace(descending=not self._query.descending)
        self._search(to_top=True)

    def action_filters(self) -> None:
        """Show the saved filters."""
        self.open(SavedFiltersScreen(self._desk, self.query_one(SearchBar).text), self._filter_picked)

    def _filter_picked(self, text: str | None) -> None:
        if text is not None:
            self.query_one(SearchBar).text = text
            self._table.focus()

    def action_back(self) -> None:
        """From the profile to the list; from the list, clear the search."""
        if self.query_one(ProfileView).has_focus:
            self._table.focus()
        elif self._query.text:
            self.query_one(SearchBar).text = ""

    def action_sync(self) -> None:
        """Ask the server now."""
        self.post_message(self.SyncWanted())

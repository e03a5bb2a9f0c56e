"""The customers whom the account sees: listed, searched, filtered, sorted, opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from sellmode_contract.filters import FilterError
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import CustomerList, CustomerQuery, CustomerRow, Profile, RecordStore, Sort, Written
from sellmode_tui.screens.customers.customer_form import AddCustomerScreen
from sellmode_tui.screens.customers.customer_page import NO_LONGER_VISIBLE, CustomerPage, customer_keys
from sellmode_tui.screens.customers.profile import ProfileScreen, ProfileView
from sellmode_tui.screens.customers.rows import FALLING_FIRST, SORTS, CustomerSource, table_columns, table_sort
from sellmode_tui.screens.kit.desk import CustomersView, Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.first_keys import FirstKeys
from sellmode_tui.screens.kit.search_bar import SearchBar
from sellmode_tui.screens.kit.status_words import UNREADABLE, so_far, why_empty
from sellmode_tui.screens.lists.choosing import SearchedList
from sellmode_tui.screens.lists.main_page import MainPage
from sellmode_tui.screens.lists.saved_filters import SavedFiltersScreen
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.columns import Sort as SortMark
from sellmode_tui.widgets.row_source import Count
from sellmode_tui.widgets.row_table import RowTable


class CustomersScreen(SearchedList[None, CustomerRow], MainPage[CustomerRow], CustomerPage[None]):
    """The list, and beside it the profile of the customer under the cursor."""

    PAGE: ClassVar = "customers"
    PAUSE = 0.5
    PLACEHOLDER = marked("name, e-mail, phone, number, or a filter such as tag:vip last_purchase>90d")
    PLACEHOLDERS_NARROW = (
        marked("name, e-mail, phone, number, or a filter such as tag:vip"),
        marked("name, e-mail, phone, number, or tag:vip"),
    )
    COMPLETED = True

    BINDING_GROUP_TITLE = "Customers"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", tooltip="Search and filter", id="customers.search"),
        Binding("a", "add", "Add", tooltip="Add a customer", id="customers.add"),
        Binding("s", "sort", "Sort", tooltip="Sort by the next column", id="customers.sort"),
        Binding("S", "reverse", "Reverse", show=False, tooltip="Reverse the order", id="customers.reverse"),
        Binding("f", "filters", "Filters", tooltip="Pick, save and delete filters", id="customers.filters"),
        Binding("escape", "back", "Back", show=False, tooltip="Back; clear the search", id="customers.back"),
        *customer_keys(shown=False),
        Binding("f5", "sync", "Sync now", show=False, tooltip="Sync now", id="customers.sync"),
    ]

    DEFAULT_CSS = "CustomersScreen #beside { width: 46%; min-width: 52; }"

    class SyncWanted(Message):
        """The server should be asked now."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, at=desk.customers.customer)
        self._query = desk.customers.query
        self._unreadable: CustomerQuery | None = None
        """The last query whose text could not be read as a filter."""
        self._to_top = False
        """Whether the list that is being found is another one, to be read from its beginning."""
        self._touched = False
        """Whether the person has moved the cursor, searched, sorted or opened anything."""

    def compose_below(self) -> ComposeResult:
        """Last the first keys, for who is new here."""
        yield from super().compose_below()
        if self._desk.first_run:
            yield FirstKeys()

    def beside(self) -> Widget:
        """The profile."""
        return ProfileView(self._desk)

    @property
    def _profile(self) -> ProfileView:
        return self.query_one("#beside", ProfileView)

    def show_first(self) -> None:
        """Begin with everybody, or as the person has left it."""
        self._search(to_top=True)

    # --- what the app tells

    def standing_changed(self) -> None:
        """With the first sync what is listed becomes all there is."""
        super().standing_changed()
        if self.is_mounted and self.table.count is not None and not self.is_finding:
            self.shown(self.table.count)

    def facts_changed(self) -> None:
        """The retailer's settings or the account's place in it are others now: so may be columns and fields."""
        self.standing_changed()
        self._search(to_top=False)

    def records_changed(self) -> None:
        """The profile is read again, too."""
        for view in self.query(ProfileView):
            view.reload()
        super().records_changed()

    # --- finding

    @property
    def columns(self) -> Sequence[Column]:
        """With owners where there are several."""
        return table_columns(owners=self._desk.facts.sees_team)

    @property
    def sort(self) -> SortMark:
        """What is sorted by."""
        return table_sort(self._query.sort, descending=self._query.descending)

    @property
    def _sorts(self) -> dict[str, Sort]:
        """What can be sorted by, by heading."""
        return {order.heading: sort for sort, order in SORTS.items() if sort != "owner" or self._desk.facts.sees_team}

    @property
    def sorts(self) -> Sequence[str]:
        """Not tags."""
        return tuple(self._sorts)

    def sort_by(self, column: str, *, descending: bool | None = None) -> None:
        """Sort by another column, or the other way round."""
        sort = self._sorts[column]
        falling = sort in FALLING_FIRST if descending is None else descending
        self._look_for(self._query._replace(sort=sort, descending=falling))

    @property
    def empty_text(self) -> str:
        """What to say where nobody is listed. Whoever was found before stays; that nobody was answers nothing else."""
        return trd(UNREADABLE) if self._query == self._unreadable else why_empty(self._desk, self._query.text)

    @property
    def _source(self) -> CustomerSource | None:
        return self._rows if isinstance(self._rows, CustomerSource) else None

    @property
    def is_finding(self) -> bool:
        """Whether the list on the screen is not the one asked for."""
        return self._source is None or self._source.found.query != self._query

    @property
    def settled(self) -> bool:
        """Whether everything asked for is on the screen."""
        if self.is_finding or not super().settled:
            return False
        profile = self._profile
        return profile.settled and (not self.has_class("-wide") or profile.customer == self.table.cursor_key)

    @property
    def view(self) -> CustomersView:
        """How it is looked at."""
        return CustomersView(self._query, self.table.cursor_key or self._going_to)

    @property
    def keeps_cursor(self) -> bool:
        """Whether the cursor stays with its customer. While nobody has touched the list it stays at the first row,
        whoever comes to stand there as the first customers arrive.
        """
        return self._touched or self.table.scroll_offset.y > 0

    def _touch(self) -> None:
        self._touched, self._going_to = True, None

    def _look_for(self, query: CustomerQuery) -> None:
        self._touch()
        self._query = query
        self._search(to_top=True)

    def _search(self, *, to_top: bool) -> None:
        if to_top:
            self._to_top = True
            self.table.expect()
        if self._source is not None and not self.table.settled:
            self._source.found.cancel()
        query = self._query

        def find(records: RecordStore) -> CustomerList | FilterError:
            try:
                return records.customers.find(query)
            except FilterError as error:
                return error

        self.ask(find, lambda found: self._show_found(query, found), group="find")

    def _show_found(self, query: CustomerQuery, found: CustomerList | FilterError) -> None:
        if isinstance(found, FilterError):
            self.search_bar.point(query.text, found)
            self._unreadable = query
            self.table.empty_text = self.empty_text
            self.table.expect(rows=False)
            return
        owners, pending = self._desk.facts.sees_team, self._desk.records.changes.pending
        source = CustomerSource(found, self._desk.words, owners=owners, pending=pending)
        self.show_list(source, keep_cursor=not self._to_top)
        self._to_top = False
        self._look()

    def shown(self, count: Count) -> None:
        """Say how many there are, and in which order."""
        source = self._source
        if source is None:
            return
        order = SORTS[self._query.sort]
        direction = trd(order.falling if self._query.descending else order.rising)
        if count.exact:
            number = trn("{number:,} customer", "{number:,} customers", count.n)
        else:
            number = tr("{number:,}+ customers, counting", number=count.n)
        number = so_far(self._desk.sync, number)
        said = [number, direction, source.signs] if count.n else [number]
        self.say("above", self._desk.words.between.join(filter(None, said)))
        if not count.exact and source.exact is None:
            self._count_all(source)

    def _count_all(self, source: CustomerSource) -> None:
        def count(_: RecordStore) -> bool:
            before = source.found.sorted
            source.exact = source.found.exact_count()
            return not before

        def counted_all(moved: bool) -> None:
            """`moved`: whether the rows stand in another order now."""
            if source is self._source:
                self.show_list() if moved else self.table.recount()

        self.ask(count, counted_all, group="count")

    # --- typing

    @property
    def searched(self) -> str:
        """Text and filter."""
        return self._query.text

    def search(self, text: str) -> None:
        """Find others."""
        self._look_for(self._query._replace(text=text))

    @on(SearchBar.CompletionWanted)
    def _complete(self, event: SearchBar.CompletionWanted) -> None:
        bar = self.search_bar
        self.ask(
            lambda records: records.customers.complete(event.text, event.cursor),
            lambda completions: bar.suggest(event, completions),
            group="complete",
        )

    # --- the customer under the cursor

    @on(RowTable.Moved)
    def _touched_by_moving(self) -> None:
        if self.table.cursor_place > 0:
            self._touch()

    @on(RowTable.Chosen)
    def _touched_by_opening(self) -> None:
        self._touch()

    def show_beside(self) -> None:
        """Whoever is under the cursor."""
        shown = self.table.cursor_key if self.has_class("-wide") else None
        if shown != self._profile.customer:
            self._profile.show(shown)

    def chosen_row(self, item: CustomerRow) -> None:
        """Open the profile."""
        self._open_profile(item.id)

    def _open_profile(self, customer: str) -> None:
        self.open(ProfileScreen(self._desk, customer), self._profile_closed)

    def _profile_closed(self, gone: bool | None) -> None:
        if gone:
            self.notify(trd(NO_LONGER_VISIBLE), markup=False)

    @on(ProfileView.Gone)
    def _gone(self) -> None:
        if self._profile.has_focus:
            self.table.focus()
            self.notify(trd(NO_LONGER_VISIBLE), markup=False)

    # --- keys

    @property
    def customer(self) -> str | None:
        """Whoever is under the cursor."""
        return self.table.cursor_key

    def _open(self, page: Callable[[Desk, Profile], DeskScreen[Any]]) -> None:
        self._touch()
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

    def action_filters(self) -> None:
        """Show the saved filters."""
        self.open(SavedFiltersScreen(self._desk, "customers", self.search_bar.text), self._filter_picked)

    def _filter_picked(self, text: str | None) -> None:
        if text is not None:
            self.apply(text)

    def step_back(self) -> bool:
        """From the profile to the list; from the list, clear the search; then hide the first keys."""
        if super().step_back():
            return True
        if self._desk.first_run:
            self.query_one(FirstKeys).hide()
        return False

    def action_sync(self) -> None:
        """Ask the server now."""
        self.post_message(self.SyncWanted())

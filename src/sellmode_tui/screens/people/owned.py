"""Somebody's customers, or nobody's, as whoever assigns them knows them: name, owner, tier, last contact."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from sellmode_contract.filters import FilterError
from sellmode_contract.kinds.customer import card_id
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import NOBODY, OwnedCustomer, OwnedList, OwnedQuery, RecordStore, WhySeen
from sellmode_tui.records.people.owned import OwnedSort
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.why import WhyScreen
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.lists.choosing import MarkedList, SearchedList
from sellmode_tui.screens.lists.page import ListPage
from sellmode_tui.screens.lists.rows import KeyedRows
from sellmode_tui.screens.people.assigning import AssignPage
from sellmode_tui.widgets.columns import Column, Sort
from sellmode_tui.widgets.row_source import Count, Row

_HEADINGS: Final[dict[OwnedSort, str]] = {
    "name": "Name",
    "owner": "Owner",
    "tier": "Tier",
    "last_contact": "Last contact",
}
"""The columns' names."""
_ORDERS: Final[dict[OwnedSort, str]] = {
    "name": marked("by name"),
    "owner": marked("by owner"),
    "tier": marked("by tier"),
    "last_contact": marked("by last contact"),
}


class OwnedRows(KeyedRows[OwnedCustomer]):
    """The rows of a list of customers who can be assigned."""

    def __init__(self, found: OwnedList, words: Words) -> None:
        super().__init__(found)
        self.query = found.query
        self._words = words

    def row(self, item: OwnedCustomer) -> Row:
        """Who, whose, of which tier, and when somebody was last in touch."""
        contact = self._words.day(item.last_contact) or self._words.nothing
        return Row(item.id, (item.name, item.owner_name or tr("nobody"), item.tier, contact))


class OwnedScreen(SearchedList[None, OwnedCustomer], MarkedList[None, OwnedCustomer], AssignPage[None]):
    """The list, of which some can be marked and assigned."""

    PAUSE = 0.5
    FOR_ALL = marked("h assigns them")
    OF_A_ROW = ListPage.OF_A_ROW | {"assign"}

    BINDING_GROUP_TITLE = "Customers of a colleague"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "assign", "Assign", tooltip="Assign to a colleague, or to no one", id="owned.assign"),
        Binding("x,space", "mark", "Mark", key_display="x", tooltip="Mark, or unmark", id="owned.mark"),
        Binding("X", "mark_all", "Mark all", tooltip="Mark all of the list", id="owned.mark-all"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Search and filter", id="owned.search"),
        Binding("s", "sort", "Sort", show=False, tooltip="Sort by the next column", id="owned.sort"),
        Binding("S", "reverse", "Reverse", show=False, tooltip="Reverse the order", id="owned.reverse"),
        Binding("w", "why", "Why", show=False, tooltip="Who sees this customer", id="owned.why"),
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="owned.back"),
    ]

    COLUMNS = (
        Column("Name", priority=10, min_width=18),
        Column("Owner", 24, priority=9, min_width=12),
        Column("Tier", 9, priority=7, min_width=6),
        Column("Last contact", 12, "right", priority=8),
    )

    def __init__(self, desk: Desk, owner: str, name: str) -> None:
        """`owner`: a staff id, or ``NOBODY``; `name`: what they are called."""
        super().__init__(desk, tr("Customers of {person}", person=name) if owner else tr("Customers without an owner"))
        self._query = OwnedQuery(owner=owner)
        self._wrong = ""
        """What is wrong with what is searched for."""

    # --- the list

    @property
    def sort(self) -> Sort:
        """What is sorted by."""
        return Sort(_HEADINGS[self._query.sort], self._query.descending)

    @property
    def empty_text(self) -> str:
        """Why there is none."""
        if self._query.text.strip():
            return tr("No customers match. Press / to change the search, Esc to clear it.")
        return tr("None.") if self._query.owner == NOBODY else tr("No customers assigned.")

    @property
    def is_finding(self) -> bool:
        """Whether the list on the screen is not the one asked for."""
        return not isinstance(self._rows, OwnedRows) or self._rows.query != self._query

    @property
    def settled(self) -> bool:
        """Whether everything asked for is on the screen."""
        return not (self.is_finding and not self._wrong) and super().settled

    def show_first(self) -> None:
        """Find them."""
        self._look_for(self._query)

    def facts_changed(self) -> None:
        """They may be known as others are now."""
        self._look_for(self._query)

    def _look_for(self, query: OwnedQuery) -> None:
        self._query = query
        self.unmark()

        def find(records: RecordStore) -> OwnedList | FilterError:
            try:
                return records.people.customers(query)
            except FilterError as error:
                return error

        self.ask(find, self._show_found, group="find")

    def _show_found(self, found: OwnedList | FilterError) -> None:
        if isinstance(found, FilterError):
            self._wrong = trd(found)
            self.say("above", self._wrong)
        else:
            self._wrong = ""
            self.show_list(OwnedRows(found, self._desk.words), keep_cursor=False)

    def shown(self, count: Count) -> None:
        """Say how many there are."""
        order = trd(_ORDERS[self._query.sort])
        if self._query.descending:
            order = tr("{order}, reversed", order=order)
        told = trn("{number:,} customer, {order}", "{number:,} customers, {order}", count.n, order=order)
        self.say("above", self._wrong or (told if count.n else ""))

    @property
    def searched(self) -> str:
        """The filter."""
        return self._query.text

    def search(self, text: str) -> None:
        """Look for those for whom another filter holds."""
        self._look_for(self._query._replace(text=text))

    def sort_by(self, column: str, *, descending: bool | None = None) -> None:
        """Sort by another column, or the other way round."""
        sort = next(sort for sort, heading in _HEADINGS.items() if heading == column)
        self._look_for(self._query._replace(sort=sort, descending=bool(descending)))

    # --- marks

    def key(self, item: OwnedCustomer) -> str:
        """The customer's id."""
        return item.id

    # --- one of them

    def chosen_row(self, item: OwnedCustomer) -> None:
        """Open the profile; of whom only the card is seen, say who sees the rest."""
        self._with_why(item, opens_profile=True)

    def action_why(self) -> None:
        """Tell who sees the customer."""
        if item := self.current:
            self._with_why(item, opens_profile=False)

    def _with_why(self, item: OwnedCustomer, *, opens_profile: bool) -> None:
        def read(records: RecordStore) -> WhySeen | None:
            return records.why("customer", item.id) or records.why("customer_card", card_id(item.id))

        def tell(why: WhySeen | None) -> None:
            if why is None or not self.is_active:
                return
            if opens_profile and why.kind == "customer":
                self.open(ProfileScreen(self._desk, item.id))
            else:
                self.open(WhyScreen(why, self._desk))

        self.ask(read, tell, group="why", opens=True)

    # --- assigning

    def action_assign(self) -> None:
        """Assign those that are marked, or the one under the cursor."""
        self.assign(self.chosen)

    def assigned(self) -> None:
        """They are somebody else's now."""
        self.unmark()

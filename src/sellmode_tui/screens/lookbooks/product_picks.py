"""Products to put in a look: of the catalogue, of what its customer has bought, of other looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from sellmode_contract.filters import FilterError
from sellmode_tui.figures import priced
from sellmode_tui.language import marked, tr, trn
from sellmode_tui.records import ProductQuery, RecordStore
from sellmode_tui.records.looks.products import MAX_OFFERED, OF_CUSTOMER, SOURCES, Offered, Source
from sellmode_tui.screens.customers.wishing import put_on_wish_list
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.search_bar import SearchBar
from sellmode_tui.screens.lists.choosing import MarkedList, SearchedList, ViewedList, view_tabs
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Count, Row
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.tab_line import Tab

Picked = Sequence[Offered]


class _Table(RowTable):
    """Enter takes a row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "choose",
            "Add",
            key_display="Enter",
            tooltip="Add what is marked, or else the row under the cursor",
            id="row-table.choose",
        )
    ]


class ProductPicksScreen(MarkedList[Picked, Offered], SearchedList[Picked, Offered], ViewedList[Picked, Offered]):
    """The list. Ends with what was marked, or else with what Enter was pressed on."""

    BINDING_GROUP_TITLE = "Add products"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", tooltip="Search and filter", id="product-picks.search"),
        Binding("right", "view(1)", "Next view", show=False, tooltip="Pick from elsewhere", id="product-picks.next"),
        Binding("left", "view(-1)", "View before", show=False, tooltip="The view before", id="product-picks.before"),
        Binding("f2,a", "take", "Add", key_display="F2", tooltip="Add all that are marked", id="product-picks.take"),
        Binding("w", "wish", "Wish list", tooltip="Put them on the customer's wish list", id="product-picks.wish"),
        Binding("escape", "back", "Back", key_display="Esc", tooltip="Back to the form", id="product-picks.back"),
    ]

    HEAD = marked("Add products")
    FOR_ALL = marked("Enter or F2 adds them")
    PLACEHOLDER = marked("title, SKU, barcode, brand, or a filter such as type:coats price<200 stock>0")
    COMPLETED = True
    TABLE = _Table
    COLUMNS = (
        Column("Product", priority=10, min_width=24),
        Column("SKU", 18, priority=6, min_width=8),
        Column("Price", 14, "right", priority=8, min_width=10),
        Column("From", 20, priority=7, min_width=10),
    )

    def __init__(self, desk: Desk, customer: str | None) -> None:
        """`customer`: for whom the look is (id)."""
        super().__init__(desk)
        self._customer = customer
        self._view: Source = "catalogue"
        self._searched = self._text = ""
        """What is typed, and what of that could be read last."""

    @property
    def _sources(self) -> dict[Source, str]:
        return {name: label for name, label in SOURCES.items() if self._customer or name not in OF_CUSTOMER}

    def read(self, records: RecordStore) -> Sequence[Offered]:
        """Those of the view, that have the words; one more than is shown says that there are more."""
        return records.looks.offered(self._view, self._text, self._customer)

    def row(self, item: Offered) -> Row:
        """Name, SKU, price, and where it comes from."""
        line = item.line
        price = priced(line.price, line.currency) if line.price is not None else ""
        return Row(line.sku, (line.name or tr("no longer sold"), line.sku, price, item.about))

    @property
    def empty_text(self) -> str:
        """Why there is none."""
        if self._text.strip():
            return tr("No product matches. Press / to change the words, Esc to clear them.")
        return {
            "catalogue": tr("The catalogue is empty."),
            "wishes": tr("Nothing on the wish list yet."),
            "bought": tr("Nothing bought yet."),
            "looks": tr("No other lookbooks with products."),
        }[self._view]

    def shown(self, count: Count) -> None:
        """Say how many there are."""
        more = count.n > MAX_OFFERED
        told = (
            tr("The first {most:,}: type words to find others", most=MAX_OFFERED)
            if more
            else trn("{number:,} product", "{number:,} products", count.n)
        )
        self.say("above", told if count.n else "")

    # --- taken

    def chosen_row(self, item: Offered) -> None:
        """Enter takes what is marked, or this one."""
        self.end(tuple(self._marked.values()) or (item,))

    def action_take(self) -> None:
        """Take what is marked, or what is under the cursor."""
        if chosen := tuple(self.chosen):
            self.end(chosen)

    def action_wish(self) -> None:
        """Put what is marked, or what is under the cursor, on the customer's wish list."""
        customer, skus = self._customer, [each.line.sku for each in self.chosen]
        if customer and skus:
            put_on_wish_list(self, customer, skus)

    def offers(self, action: str) -> bool:
        """There is a wish list only with a customer."""
        return bool(self._customer) if action == "wish" else super().offers(action)

    # --- how it is looked at

    @property
    def views(self) -> tuple[Tab, ...]:
        """Where products come from."""
        return view_tabs(self._sources)

    @property
    def view(self) -> Source:
        """Where these come from."""
        return self._view

    def look_from(self, view: str) -> None:
        """Pick from elsewhere."""
        self._view = next(name for name in self._sources if name == view)

    @property
    def searched(self) -> str:
        """Words and filter."""
        return self._searched

    def search(self, text: str) -> None:
        """Look for products that have these, or that a filter finds; one that cannot be read is pointed at."""
        self._searched = text
        try:
            self._desk.records.products.find(ProductQuery(text))
        except FilterError as error:
            self.search_bar.point(text, error)
            return
        self._text = text
        self.show_anew()

    @on(SearchBar.CompletionWanted)
    def _complete(self, event: SearchBar.CompletionWanted) -> None:
        bar = self.search_bar
        self.ask(
            lambda records: records.products.complete(event.text, event.cursor),
            lambda completions: bar.suggest(event, completions),
            group="complete",
        )

"""The catalogue: products by style, searched, filtered, sorted, opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from sellmode_contract.filters import FilterError
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import ProductQuery, ProductSort, StyleLine
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.record_view import RecordView
from sellmode_tui.screens.kit.search_bar import SearchBar
from sellmode_tui.screens.kit.status_words import UNREADABLE, is_first_sync, so_far
from sellmode_tui.screens.lists.choosing import SearchedList
from sellmode_tui.screens.lists.main_page import MainPage
from sellmode_tui.screens.lists.saved_filters import SavedFiltersScreen
from sellmode_tui.screens.products.product_page import ProductPage, ProductScreen, ProductView, product_keys
from sellmode_tui.screens.products.rows import COLUMNS, FALLING_FIRST, SORTS, StyleRows, options_said
from sellmode_tui.widgets.columns import Sort
from sellmode_tui.widgets.row_source import Count


class ProductsScreen(SearchedList[None, StyleLine], MainPage[StyleLine], ProductPage[None]):
    """The list, and beside it the product under the cursor."""

    PAGE: ClassVar = "products"
    PAUSE = 0.5
    PLACEHOLDER = marked("title, SKU, barcode, brand, or a filter such as type:coats price<200 stock>0")
    COMPLETED = True
    COLUMNS = COLUMNS

    BINDING_GROUP_TITLE = "Products"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", tooltip="Search and filter", id="products.search"),
        Binding("s", "sort", "Sort", tooltip="Sort by the next column", id="products.sort"),
        Binding("S", "reverse", "Reverse", show=False, tooltip="Sort the other way round", id="products.reverse"),
        Binding("f", "filters", "Filters", show=False, tooltip="Pick, save and delete filters", id="products.filters"),
        *product_keys(shown=True),
        Binding("escape", "back", "Back", show=False, tooltip="Back; clear the search", id="products.back"),
    ]

    DEFAULT_CSS = "ProductsScreen #beside { width: 46%; min-width: 52; }"
    OF_A_ROW: ClassVar = SearchedList.OF_A_ROW | {"variant", "bought", "likely", "lookbook", "wish"}

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._query = ProductQuery()
        self._unreadable = False
        """Whether what is searched for cannot be read as a filter."""
        self._variants: dict[str, str] = {}
        """By style, the variant that was chosen instead of the first one."""

    def beside(self) -> Widget:
        """The product."""
        return ProductView(self._desk)

    @property
    def _beside(self) -> ProductView:
        return self.query_one("#beside", ProductView)

    @property
    def product(self) -> tuple[str, str] | None:
        """What is under the cursor."""
        return (self._variant(self.current), self.current.title) if self.current else None

    def _variant(self, item: StyleLine) -> str:
        return self._variants.get(item.key, item.id)

    def variant_chosen(self, id: str) -> None:
        """Show it beside the list, or over it."""
        if self.current is None:
            return
        self._variants[self.current.key] = id
        if self.has_class("-wide"):
            self.show_beside()
        else:
            self.chosen_row(self.current)

    def offers(self, action: str) -> bool:
        """There is another variant only where there are several."""
        several = self.current is not None and self.current.variants > 1
        return super().offers(action) and (action != "variant" or several)

    # --- the list

    @property
    def sort(self) -> Sort:
        """What is sorted by."""
        return Sort(SORTS[self._query.sort].heading, self._query.descending)

    @property
    def _sorts(self) -> dict[str, ProductSort]:
        return {order.heading: sort for sort, order in SORTS.items()}

    @property
    def sorts(self) -> Sequence[str]:
        """Not types."""
        return tuple(self._sorts)

    @property
    def empty_text(self) -> str:
        """Why there is none."""
        if self._unreadable:
            return UNREADABLE
        if self._query.text.strip():
            return tr("No product matches. Press / to change the search, Esc to clear it.")
        if is_first_sync(self._desk.sync):
            return tr("There is nothing on this terminal yet: the first sync is still to come.")
        return tr("There are no products yet. They come with the import of the shop's products.")

    def new_rows(self) -> StyleRows:
        """Those of the query. Raises FilterError."""
        return StyleRows(self._desk.records.products.find(self._query), self._desk.words)

    def facts_changed(self) -> None:
        """Stores and currency may be others now."""
        self._look_for(self._query)

    def records_changed(self) -> None:
        """The product beside the list is read again, too."""
        for view in self.query(ProductView):
            view.reload()
        super().records_changed()

    @property
    def settled(self) -> bool:
        """Whether everything asked for is on the screen."""
        beside = self._beside
        return super().settled and beside.settled

    def shown(self, count: Count) -> None:
        """Say how many there are, in which order, and how old the stock is."""
        if self._unreadable:
            return
        order, words = SORTS[self._query.sort], self._desk.words
        number = so_far(self._desk.sync, trn("{number:,} product", "{number:,} products", count.n))
        direction = order.falling if self._query.descending else order.rising
        said = [number]
        if count.n:
            said.append(tr("by {column}, {direction}", column=trd(order.said), direction=trd(direction)))
            said.append(self._stock_age())
        self.say("above", words.between.join(filter(None, said)))

    def _stock_age(self) -> str:
        """Since when the stock of one's own stores is known."""
        retailer, account = self._desk.facts.retailer, self._desk.facts.account
        ages = (
            [retailer.stock_at[store] for store in account.stores if store in retailer.stock_at]
            if retailer and account
            else []
        )
        return tr("stock here as of {time}", time=self._desk.words.time(min(ages))) if ages else ""

    def told(self, item: StyleLine) -> str:
        """Its sizes and colors."""
        gone = "" if item.active else tr("no longer sold")
        return self._desk.words.between.join(filter(None, (options_said(item.options, self._desk.words), gone)))

    def _look_for(self, query: ProductQuery) -> None:
        self._query, self._unreadable = query, False
        self._variants.clear()
        self.give_up()
        try:
            rows = self.new_rows()
        except FilterError as error:
            self._unreadable = True
            self.search_bar.point(query.text, error)
            self.table.empty_text = self.empty_text
            return
        self.show_list(rows, keep_cursor=False)

    @property
    def searched(self) -> str:
        """Words and filter."""
        return self._query.text

    def action_filters(self) -> None:
        """Show the saved filters."""
        page = SavedFiltersScreen(self._desk, "products", self.search_bar.text)
        self.open(page, lambda text: None if text is None else self.apply(text))

    def search(self, text: str) -> None:
        """Find others."""
        self._look_for(self._query._replace(text=text))

    def sort_by(self, column: str, *, descending: bool | None = None) -> None:
        """Sort by another column, or the other way round."""
        sort = self._sorts[column]
        falling = sort in FALLING_FIRST if descending is None else descending
        self._look_for(self._query._replace(sort=sort, descending=falling))

    @on(SearchBar.CompletionWanted)
    def _complete(self, event: SearchBar.CompletionWanted) -> None:
        bar = self.search_bar
        self.ask(
            lambda records: records.products.complete(event.text, event.cursor),
            lambda completions: bar.suggest(event, completions),
            group="complete",
        )

    # --- the product under the cursor

    def show_beside(self) -> None:
        """What is under the cursor."""
        current = self.current
        shown = self._variant(current) if current is not None and self.has_class("-wide") else None
        if shown != self._beside.key:
            self._beside.show(shown)

    def chosen_row(self, item: StyleLine) -> None:
        """Open it."""
        self.open(ProductScreen(self._desk, self._variant(item)), self._page_closed)

    def _page_closed(self, gone: bool | None) -> None:
        if gone:
            self.notify(tr("This product is no longer visible to you."), markup=False)

    @on(RecordView.Gone)
    def _gone(self) -> None:
        if self._beside.has_focus:
            self.table.focus()

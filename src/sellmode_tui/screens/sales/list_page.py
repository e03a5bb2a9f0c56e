"""Online sales with a touch, the last one first; beside the list the sale under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from sellmode_tui.language import marked, tr, trn
from sellmode_tui.records import SaleLine, SaleList
from sellmode_tui.records.sales import words as sale_words
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.record_view import RecordView
from sellmode_tui.screens.kit.status_words import is_first_sync, so_far
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.lists.choosing import SearchedList
from sellmode_tui.screens.lists.rows import KeyedRows
from sellmode_tui.screens.sales.sale_page import SaleScreen, sale_view
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Count, Row


class SaleRows(KeyedRows[SaleLine]):
    """The rows of the list."""

    def __init__(self, found: SaleList, words: Words) -> None:
        super().__init__(found)
        self._words = words

    def row(self, item: SaleLine) -> Row:
        """When, which, whose, how much, who earned it, by what."""
        sale = item.sale
        placed = self._words.time(sale.placed_at) if sale.placed_at else self._words.nothing
        amount = sale_words.amount(sale) or self._words.nothing
        told = (sale_words.credited(item), sale_words.deciding(item))
        return Row(sale.id, (placed, sale.number or sale.order_id, item.customer_name, amount, *told))


class SalesScreen(SearchedList[None, SaleLine]):
    """The list: in Associate Mode what one had a part in, in Team Mode and for managers the store's."""

    PAUSE = 0.5
    PLACEHOLDER = marked("number or customer")

    BINDING_GROUP_TITLE = "Online sales"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", tooltip="Search", id="sales.search"),
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back; clear the search", id="sales.back"),
    ]

    DEFAULT_CSS = "SalesScreen #beside { width: 46%; min-width: 52; }"
    HEAD = marked("Online sales and who earned them")
    COLUMNS = (
        Column("When", 15, priority=7, min_width=12),
        Column("Sale", 8, priority=10, min_width=6),
        Column("Customer", 18, priority=6, min_width=10),
        Column("Amount", 13, "right", priority=9, min_width=10),
        Column("Credited", 14, priority=8, min_width=8),
        Column("Touch", 26, priority=5, min_width=12),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._text = ""

    @property
    def sorts(self) -> Sequence[str]:
        """The last one comes first, always."""
        return ()

    @property
    def empty_text(self) -> str:
        """Why there is none."""
        if self._text.strip():
            return tr("No matches. Press / to change the search, Esc to clear it.")
        if is_first_sync(self._desk.sync):
            return tr("Nothing on this terminal yet: waiting for the first sync.")
        return tr(
            "No online sales yet.\n"
            "What a customer buys online after you wrote, called or shared something appears here."
        )

    def new_rows(self) -> SaleRows:
        """Those that have the words."""
        return SaleRows(self._desk.records.sales.find(self._text), self._desk.words)

    def facts_changed(self) -> None:
        """Days may be others in another zone."""
        self.show_list(self.new_rows())

    def shown(self, count: Count) -> None:
        """Say how many there are."""
        number = trn("{number:,} sale", "{number:,} sales", count.n)
        self.say("above", so_far(self._desk.sync, number) if count.n else "")

    @property
    def searched(self) -> str:
        """The words."""
        return self._text

    def search(self, text: str) -> None:
        """Look for sales that have these."""
        self._text = text
        self.show_anew()

    # --- the sale under the cursor

    def beside(self) -> Widget:
        """All that is known of it."""
        return sale_view(self._desk)

    def show_beside(self) -> None:
        """What is under the cursor."""
        self.query_one("#beside", RecordView).show(self.table.cursor_key if self.has_class("-wide") else None)

    def records_changed(self) -> None:
        """The sale beside the list is read again, too."""
        for view in self.query("#beside").results(RecordView):
            view.reload()
        super().records_changed()

    def told(self, item: SaleLine) -> str:
        """Whether it is disputed."""
        return sale_words.disputed(item)

    def chosen_row(self, item: SaleLine) -> None:
        """Open it."""
        self.open(SaleScreen(self._desk, item.sale.id))

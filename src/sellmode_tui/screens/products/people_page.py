"""The customers of a product, of those whom the account sees: who bought it, and who might like it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_tui.language import marked, tr, trn
from sellmode_tui.records import ProductCustomer, RecordStore
from sellmode_tui.records.products.people import MOST
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.lists.page import ListPage, nothing_last
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Count, Row


class ProductPeopleScreen(ListPage[None, ProductCustomer]):
    """The list."""

    PAUSE = 0.5

    BINDING_GROUP_TITLE = "Customers of a product"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort", "Sort", tooltip="Sort by the next column", id="product-people.sort"),
        Binding("S", "reverse", "Reverse", show=False, tooltip="Sort the other way round", id="product-people.reverse"),
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="product-people.back"),
    ]

    def __init__(self, desk: Desk, id: str, title: str) -> None:
        """`id` and `title` are the product's."""
        super().__init__(desk, self.headed(title))
        self._product = id
        self._more = False
        """Whether there are more than are listed."""

    @abstractmethod
    def headed(self, title: str) -> str:
        """What stands over the list."""

    @abstractmethod
    def about(self, number: int) -> str:
        """Whom it lists, and how many."""

    @abstractmethod
    def found(self, records: RecordStore) -> Sequence[ProductCustomer]:
        """The customers, one more than are listed if there are more."""

    def read(self, records: RecordStore) -> Sequence[ProductCustomer]:
        """No more than can be listed."""
        found = self.found(records)
        self._more = len(found) > MOST
        return found[:MOST]

    def row(self, item: ProductCustomer) -> Row:
        """Who, what, and when."""
        what = tr("wish list") if item.wished else item.what
        return Row(item.id, (item.name, what, item.tier, self._desk.words.day(item.at)))

    def shown(self, count: Count) -> None:
        """Say how many there are."""
        more = tr("These are the first {number:,}.", number=MOST) if self._more else ""
        self.say("above", " ".join(filter(None, (self.about(count.n), more))) if count.n else "")

    def chosen_row(self, item: ProductCustomer) -> None:
        """Open the profile."""
        self.open(ProfileScreen(self._desk, item.id))


class BuyersScreen(ProductPeopleScreen):
    """Who bought it."""

    COLUMNS = (
        Column("Name", priority=10, min_width=18),
        Column("Bought", 24, priority=8, min_width=12),
        Column("Tier", 9, priority=6, min_width=6),
        Column("When", 11, "right", priority=9),
    )
    SORTED: ClassVar = {marked("When"): lambda item: nothing_last(item.at)}

    @property
    def empty_text(self) -> str:
        """Nobody has."""
        return tr("None of the customers you can see has bought it.")

    def headed(self, title: str) -> str:
        """What they bought."""
        return tr("Who bought {product}", product=title)

    def about(self, number: int) -> str:
        """They bought it, or another variant."""
        return trn(
            "{number:,} customer you can see bought it or another variant.",
            "{number:,} customers you can see bought it or another variant, the last one first.",
            number,
        )

    def found(self, records: RecordStore) -> Sequence[ProductCustomer]:
        """The last one first."""
        return records.products.buyers(self._product)


class LikelyScreen(ProductPeopleScreen):
    """Who might like it."""

    COLUMNS = (
        Column("Name", priority=10, min_width=18),
        Column("Size", 9, priority=8, min_width=9),
        Column("Tier", 9, priority=6, min_width=6),
        Column("Last purchase", 13, "right", priority=9),
    )
    SORTED: ClassVar = {marked("Last purchase"): lambda item: nothing_last(item.at)}

    @property
    def empty_text(self) -> str:
        """Nobody might."""
        return tr("None of the customers you can see wishes for it, or has bought this type and has one of its sizes.")

    def headed(self, title: str) -> str:
        """What they might like."""
        return tr("Who might like {product}", product=title)

    def about(self, number: int) -> str:
        """They have not bought it yet."""
        return trn(
            "{number:,} customer you can see wishes for it, or bought this type and has one of its sizes.",
            "{number:,} customers you can see wish for it, or bought this type and have one of its sizes.",
            number,
        )

    def found(self, records: RecordStore) -> Sequence[ProductCustomer]:
        """Whoever bought last comes first."""
        return records.products.likely(self._product)

"""A customer's wish list: products put on it, each with a note, and taken off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sellmode_contract.kinds.wish import WISH, Wish
from sellmode_contract.text import visible
from sellmode_tui.figures import priced
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import ProductLine, Profile, RecordStore
from sellmode_tui.records.wishes import WishLine
from sellmode_tui.screens.customers.profile_words import NOT_SENT
from sellmode_tui.screens.customers.wishing import put_on_wish_list
from sellmode_tui.screens.forms.pickers import CustomerEntry
from sellmode_tui.screens.kinds.form import KindForm
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.lists.choosing import MarkedList
from sellmode_tui.screens.lists.page import nothing_last
from sellmode_tui.screens.lookbooks.product_picks import Picked, ProductPicksScreen
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Row


class ListedWish(NamedTuple):
    """A wish in the list."""

    line: WishLine
    unsent: bool
    """Whether the server does not have it as it is shown."""


class WishesScreen(MarkedList[None, ListedWish]):
    """The list, newest first."""

    BINDING_GROUP_TITLE = "Wish list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add", tooltip="Add products", id="wishes.add"),
        Binding("x,delete", "remove", "Remove", key_display="x", tooltip="Remove it", id="wishes.remove"),
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="wishes.back"),
    ]

    COLUMNS = (
        Column("Product", priority=10, min_width=20),
        Column("Price", 12, "right", priority=8),
        Column("Note", 24, priority=7, min_width=10),
        Column("Since", 12, priority=6),
        Column("By", 16, priority=4, min_width=8),
        Column("State", 8, priority=5),
    )
    SORTED: ClassVar = {
        "Price": lambda item: nothing_last(item.line.product.price),
        "Since": lambda item: item.line.wish.wished_at,
    }
    EMPTY = marked("Nothing on the wish list yet. Press a to add products.")

    def __init__(self, desk: Desk, profile: Profile) -> None:
        super().__init__(desk, tr("Wish list of {customer}", customer=profile.customer.name))
        self._customer = profile.customer.id

    def read(self, records: RecordStore) -> Sequence[ListedWish]:
        """The wishes; none if the customer is not visible any more."""
        profile = records.customers.profile(self._customer)
        if profile is None:
            return ()
        return [ListedWish(line, line.wish.id in profile.unsent.records) for line in profile.wishes]

    def row(self, item: ListedWish) -> Row:
        """What, for how much, why, since when, and who has noted it."""
        line = item.line
        price = "" if line.product.price is None else priced(line.product.price, line.product.currency)
        since, note = self._desk.words.day(line.wish.wished_at), " ".join(line.wish.note.split())
        state = trd(NOT_SENT) if item.unsent else ""
        return Row(line.wish.id, (line.name, price, note, since, line.by, state))

    def action_add(self) -> None:
        """Pick products."""
        self.open(ProductPicksScreen(self._desk, self._customer), self._picked)

    def _picked(self, picked: Picked | None) -> None:
        if picked:
            put_on_wish_list(self, self._customer, [each.line.sku for each in picked])

    def chosen_row(self, item: ListedWish) -> None:
        """Change the note."""
        self.open(WishForm(self._desk, item.line.product, item.line.wish))

    def action_remove(self) -> None:
        """Take them off; undo brings them back."""
        self.remove_chosen(lambda item: ("wish", item.line.wish.id))


class WishForm(KindForm):
    """A product for somebody's wish list, or the note on one that is there."""

    BINDING_GROUP_TITLE = "Wish"
    KIND: ClassVar = "wish"
    GONE = marked("It was removed in the meantime, and can no longer be saved.")

    def __init__(self, desk: Desk, product: ProductLine, record: Wish | None = None) -> None:
        name = visible(product.name) or product.sku
        title = tr("{product} on a wish list", product=name)
        super().__init__(desk, WISH, record, title=title)
        self._sku = product.sku

    @property
    def subject(self) -> dict[str, str]:
        """The wish, or the product of a new one."""
        return {"wish": self.record.id} if self.record else {"sku": self._sku}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The product, and the wish if there is one."""
        shown = records.shown("wish", subject["wish"]) if "wish" in subject else None
        if "wish" in subject and shown is None:
            return None
        wish = shown.record if shown and isinstance(shown.record, Wish) else None
        sku = wish.sku if wish else subject["sku"]
        product = next((each for each in records.products_named(sku, 2) if each.sku == sku), ProductLine(sku, ""))
        return product, wish

    def compose_fields(self) -> ComposeResult:
        """Whose list, and a note."""
        if self.record is None:
            yield CustomerEntry("customer", tr("Customer"), self._desk, placeholder=tr("a name, number"))
        yield self.entry("note")

    def given(self, values: dict[str, Any]) -> dict[str, Any]:
        """A new one is of the product."""
        return values if self.record else {**values, "sku": self._sku}

    def refuse(self, field: str, why: str) -> None:
        """Which product it is stands above."""
        super().refuse("customer" if field == "sku" else field, why)

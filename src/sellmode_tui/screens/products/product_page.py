"""What can be done with a product, in the list and on its page; and the page."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_contract.text import visible
from sellmode_tui.language import tr
from sellmode_tui.records import LookbookDraft, ProductDetails, ProductLine, RecordStore, Written
from sellmode_tui.screens.customers.wishes import WishForm
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.picture import Pictured
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.products.boxes import NEW, LookbookBox, VariantBox
from sellmode_tui.screens.products.people_page import BuyersScreen, LikelyScreen
from sellmode_tui.screens.products.text import product_text, variant_name


def product_keys(*, shown: bool) -> list[BindingType]:
    """What the keys do with a product; `shown`: in the last line, too."""
    return [
        Binding(
            "v",
            "variant",
            "Variant",
            show=shown,
            tooltip="Another size, colour or other variant",
            id="product.variant",
        ),
        Binding("b", "bought", "Bought by", show=shown, tooltip="The customers who bought it", id="product.bought"),
        Binding("m", "likely", "For whom", show=shown, tooltip="The customers who might like it", id="product.likely"),
        Binding("l", "lookbook", "Lookbook", show=shown, tooltip="Add it to a lookbook", id="product.lookbook"),
        Binding("w", "wish", "Wish list", show=shown, tooltip="Put it on a customer's wish list", id="product.wish"),
    ]


class ProductView(RecordView[ProductDetails]):
    """Shows one product after another."""

    BINDING_GROUP_TITLE = "Product"

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(
            desk, lambda records, key: records.products.get(key), product_text, id=id,
            pictured=lambda details: Pictured.of(details.product),
        )  # fmt: skip


class ProductPage(DeskScreen[Result]):
    """A page with a product on it, or under its cursor."""

    @property
    def product(self) -> tuple[str, str] | None:
        """Its id and title."""
        raise NotImplementedError

    def variant_chosen(self, id: str) -> None:
        """Another variant is to be shown."""
        raise NotImplementedError

    def action_variant(self) -> None:
        """Ask which, and show it."""
        if (product := self.product) is None:
            return
        id = product[0]

        def ask(details: ProductDetails | None) -> None:
            if details is None or not self.is_active:
                return
            if len(details.variants) < 2:
                self.notify(tr("There is only this one."), markup=False)
                return
            self.open(VariantBox(self._desk, details), lambda chosen: self.variant_chosen(chosen) if chosen else None)

        self.ask(lambda records: records.products.get(id), ask, group="variant", opens=True)

    def action_bought(self) -> None:
        """List who bought it."""
        if product := self.product:
            self.open(BuyersScreen(self._desk, *product))

    def action_likely(self) -> None:
        """List who might like it."""
        if product := self.product:
            self.open(LikelyScreen(self._desk, *product))

    def action_lookbook(self) -> None:
        """Ask to which lookbook, then add it there."""
        if (product := self.product) is None:
            return
        id = product[0]

        def read(records: RecordStore) -> tuple[ProductDetails | None, list[LookbookDraft]]:
            return records.products.get(id), records.products.drafts()

        def ask(answer: tuple[ProductDetails | None, list[LookbookDraft]]) -> None:
            details, drafts = answer
            if details is not None and self.is_active:
                name = " ".join(filter(None, (details.product.title, variant_name(details.product))))
                box = LookbookBox(self._desk, name, id, drafts)
                self.open(box, lambda chosen: None if chosen is None else self._add(box, id, chosen))

        self.ask(read, ask, group="lookbook", opens=True)

    def action_wish(self) -> None:
        """Ask on whose wish list, and put it there."""
        if (product := self.product) is None:
            return
        id = product[0]

        def ask(details: ProductDetails | None) -> None:
            if details is not None and self.is_active:
                found = details.product
                self.open(WishForm(self._desk, ProductLine(found.sku, found.title, found.variant)))

        self.ask(lambda records: records.products.get(id), ask, group="wish", opens=True)

    def _add(self, box: LookbookBox, product: str, chosen: str) -> None:
        def add(records: RecordStore) -> Written:
            if chosen.startswith(NEW):
                return records.products.start_lookbook(product, chosen.removeprefix(NEW))
            return records.products.add_to_lookbook(product, chosen)

        self.write(box.doing(add), self.wrote, refused=lambda _, why: self.notify(visible(why), markup=False))


class ProductScreen(RecordScreen[ProductDetails], ProductPage[bool]):
    """The product over the list."""

    BINDING_GROUP_TITLE = "Product"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the list", id="product.back"),
        *product_keys(shown=True),
    ]

    def __init__(self, desk: Desk, id: str) -> None:
        super().__init__(desk, ProductView(desk), id)

    @property
    def product(self) -> tuple[str, str] | None:
        """What is shown."""
        found = self.view.found
        return (found.product.id, found.product.title or found.product.sku) if found else None

    def offers(self, action: str) -> bool:
        """There is another variant only where there are several."""
        found = self.view.found
        return action != "variant" or (found is not None and len(found.variants) > 1)

    def variant_chosen(self, id: str) -> None:
        """Show it."""
        self.view.show(id)

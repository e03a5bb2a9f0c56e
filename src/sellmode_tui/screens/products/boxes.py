"""Small boxes of products: to which lookbook, which variant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sellmode_contract.search import words
from sellmode_tui.language import tr
from sellmode_tui.records import LookbookDraft, ProductDetails
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import Pick, PickBox
from sellmode_tui.screens.products.text import variant_name

NEW: Final = "new:"
"""Before the title of a lookbook that is still to be made; an id never begins so."""


class LookbookBox(PickBox):
    """To which lookbook a product is added; ends with its id, or with ``NEW`` and the title of a new one."""

    BINDING_GROUP_TITLE = "Add to a lookbook"
    KIND = "add-to-lookbook"

    def __init__(self, desk: Desk, product: str, id: str, drafts: Sequence[LookbookDraft]) -> None:
        """`product` is what it is called, `id` its id."""
        picks = [Pick(each.id, each.title or tr("Without a title"), _whose(each)) for each in drafts]
        super().__init__(
            desk,
            tr("Add {product} to", product=product),
            picks,
            about=(id,),
            placeholder=tr("part of a title, or the title of a new My Look"),
            does=tr("Add"),
        )

    def matching(self, text: str) -> Sequence[Pick]:
        """The drafts whose words begin so, and a new one."""
        if not text:
            return self._picks
        found = [each for each in self._picks if _begins(text, f"{each.label} {each.about}")]
        return [*found, Pick(f"{NEW}{text}", tr('New My Look "{title}"', title=text))]

    def told(self, text: str) -> str:  # noqa: ARG002  # the list says it
        """Nothing beside the list."""
        return ""

    def typed(self, text: str) -> str:  # noqa: ARG002  # with anything typed there is something to pick
        """Nothing is there yet, and nothing was typed."""
        raise ValueError(tr("There is no draft yet. Type the title of a new My Look."))


class VariantBox(PickBox):
    """Which variant of a style; ends with its id."""

    BINDING_GROUP_TITLE = "Variants"
    KIND = "variant"
    WRITES = False

    def __init__(self, desk: Desk, details: ProductDetails) -> None:
        own = [store.id for store in details.stores if store.own]
        picks = []
        for each in details.variants:
            here = None if each.available is None else sum(each.available.get(store, 0) for store in own)
            about = "" if here is None else tr("{number:,} here", number=here)
            picks.append(Pick(each.product.id, variant_name(each.product) or each.product.sku, about))
        title = tr("{product}: which variant?", product=details.product.title)
        about = details.product.style or details.product.id
        super().__init__(desk, title, picks, about=[about], placeholder=tr("a size, a colour"), does=tr("Show"))

    def matching(self, text: str) -> Sequence[Pick]:
        """Those whose words begin so."""
        return [each for each in self._picks if _begins(text, each.label)]

    def told(self, text: str) -> str:
        """Nothing beside the list."""
        return "" if self.matching(text) else tr("There is no such variant.")

    def typed(self, text: str) -> str:  # noqa: ARG002  # nothing is marked, whatever was typed
        """Nothing is marked."""
        raise ValueError(tr("There is no such variant."))


def _whose(draft: LookbookDraft) -> str:
    return tr("for {customer}", customer=draft.customer) if draft.customer else ""


def _begins(typed: str, held: str) -> bool:
    return all(any(word.startswith(wanted) for word in words(held)) for wanted in words(typed))

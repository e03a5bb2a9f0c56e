"""Wish lists: products that a customer would like to have."""

from __future__ import annotations

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds.fields import Moment, Ref, Text
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.kinds.product import Product
from sellmode_contract.records import EditedRecord, Instant
from sellmode_contract.translatable import Translatable


class Wish(EditedRecord, frozen=True, kw_only=True):
    """A product on a customer's wish list."""

    customer: str
    sku: str
    title: str = ""
    """What the product was called when it was put there."""
    note: str = ""
    author: str | None = None
    """Staff id; None if it came with an import and names nobody."""
    wished_at: Instant


def wished_words(wish: Wish, product: Product | None) -> str:
    """What filters find a wish by: its product's title and type, as far as they are known."""
    return f"{product.title} {product.type}".strip() if product else wish.title or wish.sku


WISH = Kind(
    name="wish",
    record=Wish,
    row=Row("wish list", CUSTOMER_TEAM, CUSTOMER_OWN),
    noun="wish",
    fields=(
        Ref(name="customer", to="customer", write="once"),
        Text(name="sku", label="SKU", write="once", required="A wish names a product by its SKU."),
        Text(name="title", label="product", write="once"),
        Text(name="note", longest=1_000, lines=True),
        Moment(name="wished_at", label="time", heading="Since", write="again"),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    of_customer=True,
    stamps={"author": "author", "wished_at": "now"},
    fact=True,
    handed_over=frozenset({"create", "edit", "remove"}),
    columns=("customer", "sku", "wished_at"),
    command="wishes",
    listed=("title", "sku", "customer", "wished_at"),
    words=lambda wish, whom: Translatable(
        '"{product}" on the wish list of {customer}',
        product=text_in(wish, "title") or text_in(wish, "sku"),
        customer=whom,
    ),
)

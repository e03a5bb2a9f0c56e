"""A product as a page of text: its style with all variants, what each store has, and what else is known."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from sellmode_contract.kinds.product import Product
from sellmode_contract.product_search import pieces
from sellmode_contract.text import visible
from sellmode_tui.figures import priced
from sellmode_tui.language import tr
from sellmode_tui.records import ProductDetails, StoreStock, Variant
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.products.rows import number, options_said
from sellmode_tui.widgets.cells import fit

_HERE: Final = 6
_ELSEWHERE: Final = 11
"""Cells of the two columns of stock."""


def product_text(details: ProductDetails, words: Words, width: int) -> Page:
    """The whole product, for a width in cells."""
    page, product = Page(width, words), details.product
    page.title(product.title or product.sku, _price(product, words))
    page.on_top(*filter(None, (variant_name(product), product.vendor, product.type)))
    if not product.active:
        page.text(tr("No longer sold."), indent=0)
    _variants(page, details)
    _stock(page, details)
    _about(page, details)
    return page


def variant_name(product: Product) -> str:
    """What tells it from the others of its style: ``M / Red``."""
    return product.variant or " / ".join(option.value for option in product.options)


def _price(product: Product, words: Words) -> str:
    return words.nothing if product.price is None else priced(product.price, product.currency)


def _variants(page: Page, details: ProductDetails) -> None:
    """A line for each: which, its price, how many there are; the one that is shown has a mark."""
    if len(details.variants) < 2:
        return
    own = [store.id for store in details.stores if store.own]
    room = max(12, page.width - 2 - 2 - 14 - _HERE - _ELSEWHERE)
    page.heading(tr("Variants ({number:,})", number=len(details.variants)), "v")
    headings = fit(tr("Price"), 14, "right"), fit(tr("Here"), _HERE, "right"), fit(tr("Elsewhere"), _ELSEWHERE, "right")
    page.lines.append(Content.styled(f"    {fit('', room)}{''.join(headings)}", MUTED))
    for each in details.variants:
        shown = each.product.id == details.product.id
        page.lines.append(_variant_line(each, own, room, page.words, shown=shown))


def _variant_line(each: Variant, own: list[str], room: int, words: Words, *, shown: bool) -> Content:
    here, elsewhere = (None, None) if each.available is None else pieces(each.available, own)
    name = variant_name(each.product) or each.product.sku
    if not each.product.active:
        name = tr("{product} (no longer sold)", product=name)
    cells = (
        fit(name, room),
        fit(_price(each.product, words), 14, "right"),
        fit(number(here, words), _HERE, "right"),
        fit(number(elsewhere, words), _ELSEWHERE, "right"),
    )
    return Content.assemble("  ", "* " if shown else "  ", ("".join(cells), "bold" if shown else ""))


def _stock(page: Page, details: ProductDetails) -> None:
    shown = next(each for each in details.variants if each.product.id == details.product.id)
    named = variant_name(details.product) if len(details.variants) > 1 else ""
    page.heading(tr("Stock of {product}", product=visible(named)) if named else tr("Stock"))
    if shown.available is None:
        page.text(tr("No stock is known of it."), style=MUTED)
        return
    for store in details.stores:
        page.field(store.name, number(shown.available.get(store.id, 0), page.words), _age(store, page.words))


def _age(store: StoreStock, words: Words) -> str:
    here = tr("your store") if store.own else ""
    age = tr("as of {time}", time=words.time(store.at)) if store.at else tr("of unknown age")
    return ", ".join(filter(None, (here, age)))


def _about(page: Page, details: ProductDetails) -> None:
    product = details.product
    page.heading(tr("Product"))
    page.field(tr("SKU"), product.sku or page.words.nothing)
    if product.barcode:
        page.field(tr("Barcode"), product.barcode)
    if product.compare_at is not None and product.price is not None and product.compare_at > product.price:
        page.field(tr("Former price"), priced(product.compare_at, product.currency))
    if options := options_said(details.options, page.words):
        page.field(tr("Comes in"), options)
    if product.category:
        page.field(tr("Category"), product.category)
    if product.tags:
        page.field(tr("Tags"), ", ".join(product.tags))
    if product.gift_card:
        page.field(tr("Gift card"), tr("yes"))
    if product.description:
        page.heading(tr("Description"))
        page.text(product.description)
    page.heading(tr("Customers"))
    page.text(tr("b lists who bought it, m who might like it. l adds it to a lookbook."), style=MUTED)

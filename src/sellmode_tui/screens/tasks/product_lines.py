"""Products that a text names, as lines of a page."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from sellmode_contract.money import priced
from sellmode_contract.text import visible
from sellmode_tui.records import ProductLine
from sellmode_tui.screens.kit.page import MUTED, Page


def add_products(page: Page, products: Iterable[ProductLine]) -> None:
    """A line for each: its name, by what the till knows it, its price."""
    for each in products:
        name = visible(each.name) or "not in the catalogue"
        price = "" if each.price is None else priced(each.price, each.currency)
        page.amount(Content.assemble(name, (f"  {visible(each.sku)}", MUTED)), price)

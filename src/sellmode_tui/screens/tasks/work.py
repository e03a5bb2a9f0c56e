"""The work that a task or a brief asks for, as lines of a page: texts, suggestions, products."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from sellmode_contract.text import visible
from sellmode_tui.figures import priced
from sellmode_tui.language import tr
from sellmode_tui.records import ProductLine
from sellmode_tui.screens.kit.page import MUTED, Page


def add_products(page: Page, products: Iterable[ProductLine]) -> None:
    """A line for each: its name, by what the till knows it, its price."""
    for each in products:
        name = visible(each.name) or tr("not in the catalogue")
        price = "" if each.price is None else priced(each.price, each.currency)
        page.amount(Content.assemble(name, (f"  {visible(each.sku)}", MUTED)), price)


def add_work(page: Page, details: str, subject: str, message: str, products: Sequence[ProductLine]) -> None:
    """What a task or a brief says of the work: its text, what is suggested to be sent, the products."""
    if details:
        page.heading(tr("Details"))
        page.text(details)
    if subject or message:
        page.heading(tr("Suggested text"))
        if subject:
            page.text(subject, style="bold")
        page.text(message)
        page.text(tr("y copies it"), style=MUTED)
    if products:
        page.heading(tr("Products"))
        add_products(page, products)

"""An online sale as a page: who is credited, by which rule, and why others are not."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_contract.kinds.sale import CreditedSale
from sellmode_tui.language import tr
from sellmode_tui.records import SaleLine
from sellmode_tui.records.sales import words as sale_words
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.page import Page
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.kit.words import Words


class SaleScreen(RecordScreen[SaleLine]):
    """The sale over what it was opened from."""

    BINDING_GROUP_TITLE = "Online sale"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="sale.back"),
    ]

    def __init__(self, desk: Desk, id: str) -> None:
        super().__init__(desk, sale_view(desk), id)


def sale_view(desk: Desk) -> RecordView[SaleLine]:
    """Shows one sale after another, by their ids."""
    return RecordView(desk, lambda records, key: records.sales.get(key), sale_text)


def sale_text(line: SaleLine, words: Words, width: int) -> Page:
    """All that is known of its credit, for a width in cells."""
    page, sale = Page(width, words), line.sale
    page.title(tr("Sale {number}", number=sale.number or sale.order_id), sale_words.amount(sale))
    placed = words.time(sale.placed_at) if sale.placed_at else ""
    page.on_top(*filter(None, (placed, line.customer_name, line.around.store_name(sale.store))))
    judgement = sale.judgement
    if judgement is None:
        return page
    page.heading(tr("Credit"))
    if isinstance(sale, CreditedSale):
        page.field(tr("Net value"), sale_words.net_value(sale))
    for each in sale_words.credits(line):
        page.field(tr("Credited"), each)
    page.field(tr("Rule"), sale_words.rule(judgement))
    page.field(tr("Mode"), sale_words.mode(judgement))
    page.heading(tr("Touches, the latest first"))
    for item in judgement.considered:
        page.field(words.time(item.touch.at), sale_words.considered(item, line))
    if judgement.more:
        page.text(sale_words.more(judgement))
    return page

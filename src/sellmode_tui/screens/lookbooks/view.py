"""A look as a page: its products as they are now, and what has become of it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.sent_lookbook import WAYS
from sellmode_contract.text import visible
from sellmode_tui.language import tr, trd, trn
from sellmode_tui.records import Written
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.records.looks.lines import LookLine
from sellmode_tui.records.looks.products import LookProduct
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.picture import Pictured
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.lookbooks.look_page import LookPage, look_keys
from sellmode_tui.screens.lookbooks.words import did, link_words, opened_words, state, whose
from sellmode_tui.widgets.meanings import TODAY


class LookScreen(RecordScreen[LookDetails], LookPage[bool]):
    """One look over the list."""

    BINDING_GROUP_TITLE = "Lookbook"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the list", id="look.back"),
        *look_keys(shown=True),
    ]

    def __init__(self, desk: Desk, key: tuple[str, str]) -> None:
        """`key`: kind and id."""
        super().__init__(desk, look_view(desk), key)

    @property
    def chosen_look(self) -> LookLine | None:
        """What is shown."""
        return self.view.found.line if self.view.found else None

    def was_made(self, written: Written | None) -> None:
        """Go to what was made from it."""
        if written is not None:
            self.view.show(("lookbook", written.id))


def look_view(desk: Desk) -> RecordView[LookDetails]:
    """Shows one look after another, by kind and id."""
    return RecordView(desk, lambda records, key: records.looks.get(*key), look_text, pictured=_pictured)


def _pictured(details: LookDetails) -> Pictured | None:
    """The first product of which the shop has a picture."""
    return next(filter(None, (Pictured.of(each.product) for each in details.products)), None)


def look_text(details: LookDetails, words: Words, width: int) -> Page:
    """The whole look, for a width in cells."""
    page, line, look = Page(width, words), details.line, details.look
    page.title(look.title, state(line, words))
    page.on_top(
        whose(line),
        tr("by {name}", name=line.author_name) if line.author_name else "",
        trn("{number:,} product", "{number:,} products", len(look.items)),
    )
    if details.unsent:
        page.text(tr("Not sent yet: see F4."), indent=0)
    if details.refused:
        page.text(tr("A change was refused by the server: F3 shows why."), indent=0)
    if isinstance(look, Lookbook) and look.token:
        page.heading(tr("Link"), "l")
        for told in (*link_words(details, words), *opened_words(details, words)):
            page.text(told)
    _replies(page, details)
    page.heading(tr("Products"))
    for place, each in enumerate(details.products, 1):
        _product(page, details, place, each)
    if not details.products:
        page.text(tr("No products yet. Press e to add some."), style=MUTED)
    if look.message:
        page.heading(tr("Message"))
        page.text(look.message)
    if details.sent:
        page.heading(tr("Shared"))
        for sent in details.sent:
            page.entry(words.time(sent.at), Content(tr("by {way}", way=trd(WAYS.get(sent.how, sent.how)))))
    page.heading(tr("Why you see it"))
    page.text(tr("Visible to: {rule}.", rule=trd(details.rule)))
    return page


def _replies(page: Page, details: LookDetails) -> None:
    replies = details.line.result.replies if details.line.result else ()
    if replies:
        page.heading(tr("Replies"))
    for reply in reversed(replies):
        page.text(page.words.time(reply.at), style=MUTED)
        page.text(reply.text, indent=4)


def _product(page: Page, details: LookDetails, place: int, product: LookProduct) -> None:
    page.amount(Content(f"{place}. {visible(product.name)}"), product.price)
    if product.changed:
        page.marked(TODAY, product.changed)
    if product.item.note:
        page.text(product.item.note, indent=5, style=MUTED)
    if done := did(details, product, page.words):
        page.text(done, indent=5)

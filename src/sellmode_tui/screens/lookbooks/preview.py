"""A look as its customer sees it, as text."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_tui.language import tr
from sellmode_tui.records.looks import page_text
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.record_view import RecordScreen, RecordView
from sellmode_tui.screens.kit.words import Words


class PreviewScreen(RecordScreen[LookDetails]):
    """The page, without pictures."""

    BINDING_GROUP_TITLE = "Preview"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left,p", "back", "Back", key_display="Esc", tooltip="Back", id="look-preview.back"),
        Binding("o", "open_link", "Open", tooltip="Open the page in a browser", id="look-preview.open"),
    ]

    def __init__(self, desk: Desk, key: tuple[str, str]) -> None:
        """`key`: kind and id."""
        super().__init__(desk, RecordView(desk, lambda records, key: records.looks.get(*key), preview_text), key)

    def action_open_link(self) -> None:
        """Open the page, if there is one."""
        look = self.view.found.look if self.view.found else None
        if isinstance(look, Lookbook) and look.token:
            self.app.open_url(page_text.link_of(self._desk.facts.retailer, self._desk.server, look.token))
        else:
            self.notify(tr("No link yet. Share it first."), markup=False)


def preview_text(details: LookDetails, words: Words, width: int) -> Page:
    """The page, for a width in cells."""
    page, look = Page(width, words), details.look
    page.title(look.title)
    page.on_top(details.sender)
    page.text(
        tr("What the customer sees. The page greets them in their language and lets them reply."), indent=0, style=MUTED
    )
    page.gap()
    if look.message:
        page.text(look.message, indent=0)
        page.gap()
    for place, each in enumerate(details.products, 1):
        page.text(f"{place}. {each.name}", indent=0, style="bold")
        lines = [] if each.is_sold else [tr("No longer available")]
        for line in lines or page_text.about(each):
            page.text(line, indent=3)
        page.gap()
    if isinstance(look, Lookbook) and look.expires_at:
        page.text(tr("The page is there until {day}.", day=words.day(look.expires_at)), indent=0, style=MUTED)
    return page

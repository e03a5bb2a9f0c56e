"""Why a customer is seen, in words."""

from __future__ import annotations

from textual.content import Content

from sellmode_tui.screens.boxes import TextBox
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.page import Page
from sellmode_tui.visibility import WhySeen


class WhyScreen(TextBox):
    """The rule, the mode and the owner."""

    def __init__(self, why: WhySeen, desk: Desk) -> None:
        super().__init__("Why you see this customer", why_text(why, desk))


def why_text(why: WhySeen, desk: Desk) -> Content:
    """The answer as a few lines."""
    mode = {"team": "Team Mode", "associate": "Associate Mode"}[why.mode]
    stores = {store.id: store.name for store in (desk.facts.retailer.stores if desk.facts.retailer else ())}
    kind, _, place = why.audience.partition(":")
    store = stores.get(place.partition(":")[0], place.partition(":")[0])
    whom = {
        "store": f"everybody who works in {store}",
        "lead": f"the managers of {store}",
        "person": f"{why.owner_name or 'one person'}, while working in {store}",
    }.get(kind, "nobody")
    lines = [
        ("Customer", why.name),
        ("Mode", mode),
        ("Rule", f"A customer is seen by {why.rule}."),
        ("So it is", whom),
        ("Assigned to", why.owner_name or "nobody"),
        ("Store", stores.get(why.store or "", why.store or "none")),
    ]
    if why.mode == "associate" and why.column == "team":
        lines.append(("Besides", "You may read the profiles of the whole store."))
    page = Page(74, desk.words)
    for label, value in lines:
        page.field(label, value)
    return Content("\n").join(page.lines)

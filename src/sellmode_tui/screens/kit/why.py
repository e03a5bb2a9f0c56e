"""Why a record is seen, in words."""

from __future__ import annotations

from textual.content import Content

from sellmode_tui.records import WhySeen
from sellmode_tui.screens.kit.boxes import TextBox
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.page import Page


class WhyScreen(TextBox):
    """The rule, the mode, and whose it is."""

    def __init__(self, why: WhySeen, desk: Desk) -> None:
        super().__init__(f"Why you see this {why.noun}", why_text(why, desk))


_MODES = {"team": "Team Mode", "associate": "Associate Mode"}


def why_text(why: WhySeen, desk: Desk) -> Content:
    """The answer as a few lines."""
    page = Page(74, desk.words)
    page.field(why.noun.capitalize(), why.name)
    page.field("Mode", _MODES[why.mode])
    page.field("Rule", f"{why.rule[0].upper()}{why.rule[1:]}.")
    page.field("Visible to", _whom(why.audience, why.person_name, desk))
    if why.kind in ("customer", "customer_card"):
        page.field("Assigned to", why.owner_name or "nobody")
    page.field("Store", _stores(desk).get(why.store or "", why.store or "none"))
    if why.mode == "associate" and why.column == "team":
        page.field("Also", "You may view all profiles in the store.")
    return Content("\n").join(page.lines)


def _stores(desk: Desk) -> dict[str, str]:
    return {store.id: store.name for store in (desk.facts.retailer.stores if desk.facts.retailer else ())}


def _whom(audience: str, person: str, desk: Desk) -> str:
    kind, _, place = audience.partition(":")
    id = place.partition(":")[0]
    store = _stores(desk).get(id, id)
    return {
        "all": "everyone at the retailer",
        "store": f"everyone who works in {store}",
        "lead": f"the managers of {store}",
        "person": f"{person or 'one person'}, while working in {store}",
    }.get(kind, "nobody")

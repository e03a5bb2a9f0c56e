"""Why a record is seen, in words."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.content import Content

from sellmode_tui.language import tr, trd
from sellmode_tui.records import WhySeen
from sellmode_tui.screens.kit.boxes import TextBox
from sellmode_tui.screens.kit.desk import Desk, mode_name
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.page import Page


class WhyScreen(TextBox):
    """The rule, the mode, and whose it is."""

    def __init__(self, why: WhySeen, desk: Desk) -> None:
        super().__init__(tr("Why you see this {what}", what=trd(why.noun)), partial(why_text, why, desk))


def open_why(page: DeskScreen[Any], desk: Desk, kind: str, id: str) -> None:
    """Tell on a page why a record is seen, if it is."""

    def told(why: WhySeen | None) -> None:
        if why is not None and page.is_active:
            page.open(WhyScreen(why, desk))

    page.ask(lambda records: records.why(kind, id), told, group="why", opens=True)


def why_text(why: WhySeen, desk: Desk, width: int) -> Content:
    """The answer as a few lines."""
    page = Page(width, desk.words)
    noun, rule = trd(why.noun), trd(why.rule)
    page.field(noun[0].upper() + noun[1:], why.name)
    page.field(tr("Mode"), mode_name(why.mode))
    page.field(tr("Rule"), f"{rule[0].upper()}{rule[1:]}.")
    page.field(tr("Visible to"), _whom(why.audience, why.person_name, desk))
    if why.kind in ("customer", "customer_card"):
        page.field(tr("Assigned to"), why.owner_name or tr("nobody"))
    page.field(tr("Store"), _stores(desk).get(why.store or "", why.store or tr("none")))
    if why.mode == "associate" and why.column == "team":
        page.field(tr("Also"), tr("You may view all profiles in the store."))
    return Content("\n").join(page.lines)


def _stores(desk: Desk) -> dict[str, str]:
    return {store.id: store.name for store in (desk.facts.retailer.stores if desk.facts.retailer else ())}


def _whom(audience: str, person: str, desk: Desk) -> str:
    kind, _, place = audience.partition(":")
    id = place.partition(":")[0]
    store = _stores(desk).get(id, id)
    return {
        "all": tr("everyone at the retailer"),
        "store": tr("everyone who works in {store}", store=store),
        "lead": tr("the managers of {store}", store=store),
        "person": tr("{person}, while working in {store}", person=person or tr("one person"), store=store),
    }.get(kind, tr("nobody"))

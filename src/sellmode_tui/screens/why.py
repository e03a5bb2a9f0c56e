"""Why a customer or a task is seen, in words."""

from __future__ import annotations

from textual.content import Content

from sellmode_tui.screens.boxes import TextBox
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.page import Page
from sellmode_tui.visibility import WhySeen, WhyTask


class WhyScreen(TextBox):
    """The rule, the mode and the owner."""

    def __init__(self, why: WhySeen, desk: Desk) -> None:
        super().__init__("Why you see this customer", why_text(why, desk))


class WhyTaskScreen(TextBox):
    """The rule, the mode and whose it is."""

    def __init__(self, why: WhyTask, desk: Desk) -> None:
        super().__init__("Why you see this task", why_task_text(why, desk))


_MODES = {"team": "Team Mode", "associate": "Associate Mode"}


def why_text(why: WhySeen, desk: Desk) -> Content:
    """The answer for a customer as a few lines."""
    lines = [
        ("Customer", why.name),
        ("Mode", _MODES[why.mode]),
        ("Rule", f"A customer is seen by {why.rule}."),
        ("So it is", _whom(why.audience, why.owner_name, desk)),
        ("Assigned to", why.owner_name or "nobody"),
        ("Store", _stores(desk).get(why.store or "", why.store or "none")),
    ]
    return _page(lines, why, desk)


def why_task_text(why: WhyTask, desk: Desk) -> Content:
    """The answer for a task as a few lines."""
    lines = [
        ("Task", why.title),
        ("Mode", _MODES[why.mode]),
        ("Rule", f"Such a task is seen by {why.rule}."),
        ("So it is", _whom(why.audience, why.person_name, desk)),
        ("Store", _stores(desk).get(why.store, why.store)),
    ]
    return _page(lines, why, desk)


def _stores(desk: Desk) -> dict[str, str]:
    return {store.id: store.name for store in (desk.facts.retailer.stores if desk.facts.retailer else ())}


def _whom(audience: str, person: str, desk: Desk) -> str:
    kind, _, place = audience.partition(":")
    id = place.partition(":")[0]
    store = _stores(desk).get(id, id)
    return {
        "store": f"everybody who works in {store}",
        "lead": f"the managers of {store}",
        "person": f"{person or 'one person'}, while working in {store}",
    }.get(kind, "nobody")


def _page(lines: list[tuple[str, str]], why: WhySeen | WhyTask, desk: Desk) -> Content:
    if why.mode == "associate" and why.column == "team":
        lines.append(("Besides", "You may read the profiles of the whole store."))
    page = Page(74, desk.words)
    for label, value in lines:
        page.field(label, value)
    return Content("\n").join(page.lines)

"""The pages that a person goes to and fro between, each with a key of its own in the first line."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from textual import on
from textual.app import ComposeResult

from sellmode_contract.roles import Capability
from sellmode_contract.visibility import may
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.list_page import Item, ListPage
from sellmode_tui.widgets.tab_line import Tab, TabLine

PageName = Literal["customers", "tasks", "rules", "corporate"]

KEYS: Final[dict[PageName, str]] = {"customers": "1", "tasks": "2", "rules": "3", "corporate": "4"}
LABELS: Final[dict[PageName, str]] = {
    "customers": "Customers",
    "tasks": "Tasks",
    "rules": "Rules",
    "corporate": "Corporate",
}
_NEEDS: Final[dict[PageName, Capability]] = {"rules": "rules", "corporate": "announce"}
"""What somebody has to be allowed for a page; the others are everybody's."""


def pages_of(desk: Desk) -> tuple[PageName, ...]:
    """The pages that there are for whoever is signed in."""
    account = desk.facts.account
    return tuple(page for page in KEYS if page not in _NEEDS or (account is not None and may(account, _NEEDS[page])))


def tabs_of(desk: Desk) -> tuple[Tab, ...]:
    """The first line's tabs: tasks with how many are overdue or due today."""
    due = desk.tasks.overdue + desk.tasks.today
    return tuple(Tab(name, KEYS[name], LABELS[name], due if name == "tasks" else 0) for name in pages_of(desk))


class MainPage(ListPage[None, Item]):
    """A list with the line of tabs, under which no other page is."""

    PAGE: ClassVar[PageName]

    def compose_tabs(self) -> ComposeResult:
        """The first line of the page."""
        yield TabLine(tabs_of(self._desk), self.PAGE, id="tabs")

    def action_back(self) -> None:
        """Take back the last way of choosing."""
        self.step_back()

    def standing_changed(self) -> None:
        """Say how things stand, in the first line too."""
        super().standing_changed()
        for line in self.query("#tabs").results(TabLine):
            line.tabs = tabs_of(self._desk)

    @on(TabLine.Picked, "#tabs")
    def _picked(self, event: TabLine.Picked) -> None:
        self.app.call_later(self.app.run_action, f"page('{event.name}')")  # it may close this page: see app_page.py

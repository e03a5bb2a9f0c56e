"""The pages that a person goes to and fro between, each with a key of its own in the first line."""

from __future__ import annotations

from typing import ClassVar, Final, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sellmode_contract.kinds import with_pages
from sellmode_contract.roles import Capability
from sellmode_contract.visibility import may
from sellmode_tui.language import trd
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.lists.page import Item, ListPage
from sellmode_tui.widgets.tab_line import Tab, TabLine


class PageOf(NamedTuple):
    """What leads to a page."""

    label: str
    key: str
    """Goes there; empty if all keys are taken: the page of keys leads there then."""
    tooltip: str
    needs: Capability | None = None
    """What somebody has to be allowed for it; None for a page that is everybody's."""


_OWN: Final = {
    "customers": PageOf("Customers", "1", "Your customers"),
    "tasks": PageOf("Tasks", "2", "Your tasks"),
    "lookbook": PageOf("Lookbooks", "3", "Pages of products for customers"),
    "products": PageOf("Products", "4", "The store's products"),
    "results": PageOf("Results", "5", "Figures: yours, or the store's"),
    "rules": PageOf("Rules", "6", "The rules that make tasks", "rules"),
    "corporate": PageOf("Corporate", "7", "Tasks from head office", "announce"),
    "people": PageOf("People", "8", "The store's people: who has how much to do", "reassign"),
    "request": PageOf("Inbox", "9", "Requests of customers"),
}
_DIGITS: Final = "1234567890"
"""Keys of pages, as they stand on a keyboard."""


def all_pages() -> dict[str, PageOf]:
    """Every page by its name; after those with code of their own those of the kinds that declare one."""
    of_kinds = enumerate((kind for kind in with_pages() if kind.name not in _OWN), len(_OWN))
    return _OWN | {
        kind.name: PageOf(kind.page, _DIGITS[place : place + 1], f"All {kind.page.lower()}") for place, kind in of_kinds
    }


def page_keys() -> list[BindingType]:
    """The keys that lead to them."""
    return [
        Binding(page.key, f"page('{name}')", page.label, show=False, tooltip=page.tooltip, id=f"app.{name}")
        for name, page in all_pages().items()
        if page.key
    ]


def pages_of(desk: Desk) -> tuple[str, ...]:
    """The pages that there are for whoever is signed in."""
    account = desk.facts.account
    return tuple(
        name
        for name, page in all_pages().items()
        if page.needs is None or (account is not None and may(account, page.needs))
    )


def tabs_of(desk: Desk) -> tuple[Tab, ...]:
    """The first line's tabs: tasks with how many are overdue or due today, the inbox with how many wait."""
    pages = all_pages()
    numbers = {"tasks": desk.tasks.overdue + desk.tasks.today, "request": desk.requests.waiting}
    return tuple(Tab(name, pages[name].key, trd(pages[name].label), numbers.get(name, 0)) for name in pages_of(desk))


class TabbedPage(DeskScreen[None]):
    """A page with the line of tabs, under which no other page is."""

    PAGE: ClassVar[str] = ""
    page: str
    """Its name."""

    def compose_tabs(self) -> ComposeResult:
        """The first line of the page."""
        yield TabLine(tabs_of(self._desk), self.page, id="tabs")

    def standing_changed(self) -> None:
        """Say how things stand, in the first line too."""
        super().standing_changed()
        for line in self.query("#tabs").results(TabLine):
            line.tabs = tabs_of(self._desk)

    @on(TabLine.Picked, "#tabs")
    def _picked(self, event: TabLine.Picked) -> None:
        self.app.call_later(self.app.run_action, f"page('{event.name}')")  # it may close this page: see app_page.py


class MainPage(TabbedPage, ListPage[None, Item]):
    """A list with the line of tabs."""

    def __init__(
        self, desk: Desk, head: str = "", *, at: str | None = None, line: int | None = None, page: str = ""
    ) -> None:
        self.page = page or self.PAGE
        key, there = desk.places.get(self.page, (None, None))
        super().__init__(desk, head, at=at or key, line=there if line is None else line)

    def show_current(self) -> None:
        """Remember what is under the cursor, for when the person comes back."""
        super().show_current()
        if key := self.table.cursor_key:
            self._desk.places[self.page] = key, self.table.cursor_line

    def action_back(self) -> None:
        """Take back the last way of choosing."""
        self.step_back()

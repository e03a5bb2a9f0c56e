"""Going from one of the main pages to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from textual.app import App
from textual.screen import Screen

from sellmode_contract.kinds import KINDS
from sellmode_tui.screens.changes.attention import AttentionScreen
from sellmode_tui.screens.changes.sync_page import SyncScreen
from sellmode_tui.screens.corporate.list_page import BriefsScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.inbox.list_page import InboxScreen
from sellmode_tui.screens.kinds.list_page import KindListPage
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.pick_box import PickBox
from sellmode_tui.screens.lists.main_page import TabbedPage, pages_of
from sellmode_tui.screens.lookbooks.list_page import LookbooksScreen
from sellmode_tui.screens.people.list_page import PeopleScreen
from sellmode_tui.screens.products.list_page import ProductsScreen
from sellmode_tui.screens.results.figures_page import FiguresScreen
from sellmode_tui.screens.rules.list_page import RulesScreen
from sellmode_tui.screens.sales.list_page import SalesScreen
from sellmode_tui.screens.tasks.agenda import AgendaScreen
from sellmode_tui.shell.paged_app import PagedApp

_PAGES: Final[dict[str, Callable[[Desk], TabbedPage]]] = {
    "customers": CustomersScreen,
    "tasks": AgendaScreen,
    "products": ProductsScreen,
    "results": FiguresScreen,
    "rules": RulesScreen,
    "corporate": BriefsScreen,
    "people": PeopleScreen,
    "lookbook": LookbooksScreen,
    "request": InboxScreen,
}


async def go_to(app: PagedApp, name: str, desk: Desk) -> None:
    """Go to one of the main pages; what stands over it, or over the customers, closes."""
    # The customers stay under all others, as they were.
    beneath = next((place for place, each in enumerate(app.screen_stack) if _is_page(each, name)), 1)
    with app.batch_update():
        await app.close_above(beneath)
        if not _is_page(app.screen, name):
            await app.push_screen(_PAGES[name](desk) if name in _PAGES else KindListPage(desk, KINDS[name]))


def _is_page(screen: Screen[Any], name: str) -> bool:
    return isinstance(screen, TabbedPage) and screen.page == name


def can_go_to(app: App[None], name: object, desk: Desk) -> bool:
    """Whether somebody has that page, and nothing is open that is not closed in passing: a form, a question."""
    pages = app.screen_stack[1:]
    fills_in = any(isinstance(each, FormScreen) or not isinstance(each, DeskScreen) for each in pages)
    return name in pages_of(desk) and not fills_in


def open_once(app: PagedApp, page: type[AttentionScreen | SalesScreen | SyncScreen], desk: Desk | None) -> None:
    """Open a page unless it is open already, be it under others."""
    if desk is not None and not any(isinstance(each, page) for each in app.pages()):
        app.open(page(desk))


def unsaved(app: App[None]) -> bool:
    """Whether something was typed that closing its page would lose."""
    return any(isinstance(page, FormScreen | PickBox) and page.unsaved for page in app.screen_stack)

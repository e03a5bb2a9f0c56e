"""What the palette offers where the person is: commands, pages, themes; saved filters, customers and tasks by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from textual.screen import Screen

from sellmode_contract.filters import FilterError
from sellmode_contract.text import visible
from sellmode_tui.journal.journal import SavedFilter
from sellmode_tui.language import LANGUAGES, OFFERED, spoken, tr, trd
from sellmode_tui.records import AgendaQuery, CustomerQuery, RecordStore, TaskKey
from sellmode_tui.screens.customers.customer_page import NO_LONGER_VISIBLE
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.keys import commands_of, has_words
from sellmode_tui.screens.kit.palette import MAX_FOUND, Entry, Found, PaletteBox
from sellmode_tui.screens.lists.main_page import all_pages, pages_of
from sellmode_tui.screens.products.list_page import ProductsScreen
from sellmode_tui.screens.tasks.keys import GONE
from sellmode_tui.screens.tasks.view import TaskScreen
from sellmode_tui.shell import navigation
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.shell.picture_choice import PictureChoice
from sellmode_tui.shell.request_news import RequestBell


def palette(
    app: PagedApp, desk: Desk, speak: Callable[[str], Awaitable[None]], pictures: PictureChoice, bell: RequestBell
) -> PaletteBox:
    """A palette over the topmost page; ``speak`` changes the language."""
    screen, pages = app.screen, all_pages()
    reachable = [name for name in pages_of(desk) if navigation.can_go_to(app, name, desk)]
    entries = [
        *_commands(app, screen),
        *(
            Entry(trd(page.label), f"{tr('page')}  {page.key}".rstrip(), partial(navigation.go_to, app, name, desk))
            for name, page in pages.items()
            if name in reachable
        ),
        *_themes(app),
        *_pictures(pictures),
        _bell(bell),
        *(_languages(speak) if "customers" in reachable else ()),  # where nothing is being filled in
    ]

    def find(records: RecordStore, text: str) -> Found:
        customers = _customers(app, desk, records, text)
        tasks = _tasks(app, desk, records, text)
        more = len(customers) > MAX_FOUND or len(tasks) > MAX_FOUND
        filters = _filters(app, desk, text) if "customers" in reachable else []
        return Found([*filters, *customers[:MAX_FOUND], *tasks[:MAX_FOUND]], more)

    return PaletteBox(desk, entries, find)


def _commands(app: PagedApp, screen: Screen[object]) -> list[Entry]:
    return [
        Entry(each.told, each.keys, partial(app.run_action, each.action, each.node))
        for each in commands_of(screen)
        if not each.moves and not each.action.startswith(("page(", "palette"))
    ]


def _themes(app: PagedApp) -> list[Entry]:
    def use(name: str) -> None:
        app.theme = name

    return [
        Entry(tr("Theme: {name}", name=name), tr("in use") if name == app.theme else tr("theme"), partial(use, name))
        for name in app.available_themes
    ]


def _pictures(pictures: PictureChoice) -> list[Entry]:
    if not pictures.can_be_shown:
        return []
    name = tr("Show pictures") if pictures.hidden else tr("Hide pictures")
    return [Entry(name, tr("pictures"), partial(pictures.choose, hidden=not pictures.hidden))]


def _bell(bell: RequestBell) -> Entry:
    name = tr("Do not ring when a customer waits") if bell.rings else tr("Ring when a customer waits")
    return Entry(name, tr("inbox"), partial(bell.choose, rings=not bell.rings))


def _languages(speak: Callable[[str], Awaitable[None]]) -> list[Entry]:
    if len(OFFERED) == 1:
        return []
    return [
        Entry(
            tr("Language: {name}", name=LANGUAGES[code]),
            tr("in use") if code == spoken() else tr("language"),
            partial(speak, code),
        )
        for code in OFFERED
    ]


def _filters(app: PagedApp, desk: Desk, text: str) -> list[Entry]:
    async def apply(saved: SavedFilter) -> None:
        await navigation.go_to(app, saved.finds, desk)
        if isinstance(app.screen, CustomersScreen | ProductsScreen):
            app.screen.apply(saved.text)

    return [
        Entry(visible(each.name), f"{tr('filter')}  {visible(each.text)}", partial(apply, each))
        for each in desk.journal.saved_filters()
        if has_words(text, each.name, tr("filter"))
    ]


def _customers(app: PagedApp, desk: Desk, records: RecordStore, text: str) -> list[Entry]:
    """No more than one above the bound."""

    def show(id: str) -> None:
        app.open(ProfileScreen(desk, id), lambda gone: app.say(trd(NO_LONGER_VISIBLE)) if gone else None)

    try:
        rows = records.customers.find(CustomerQuery(text)).rows(0, MAX_FOUND + 1)
    except FilterError:
        return []  # what is being typed is no filter, or not yet
    return [Entry(visible(row.name), tr("customer"), partial(show, row.id)) for row in rows]


def _tasks(app: PagedApp, desk: Desk, records: RecordStore, text: str) -> list[Entry]:
    """No more than one above the bound."""

    def show(key: TaskKey) -> None:
        app.open(TaskScreen(desk, key), lambda gone: app.say(trd(GONE)) if gone else None)

    lines = records.tasks.agenda(AgendaQuery(text=text)).rows(0, MAX_FOUND + 1)
    return [
        Entry(
            visible(line.title),
            ", ".join(filter(None, (tr("task"), visible(line.customer_name)))),
            partial(show, line.key),
        )
        for line in lines
    ]

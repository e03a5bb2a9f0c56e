"""The line of tabs: what it says, and which page a click picks."""

from __future__ import annotations

from textual import on
from textual.app import App, ComposeResult

from sellmode_tui.widgets.tab_line import Tab, TabLine

TABS = (Tab("customers", "1", "Customers"), Tab("tasks", "2", "Tasks", 1234), Tab("done", "", "Done"))


class TabApp(App[None]):
    """A line of tabs; keeps what was picked."""

    def __init__(self) -> None:
        super().__init__()
        self.picked: list[str] = []

    def compose(self) -> ComposeResult:
        yield TabLine(TABS, "tasks")

    @on(TabLine.Picked)
    def _picked(self, event: TabLine.Picked) -> None:
        self.picked.append(event.name)


async def test_names_keys_and_numbers_with_brackets_around_the_open_page() -> None:
    async with TabApp().run_test(size=(80, 5)) as pilot:
        line = pilot.app.query_one(TabLine)
        assert line.text == " 1 Customers  [2 Tasks 1,234]  Done"
        line.current = "done"
        line.tabs = (*TABS[:1], Tab("tasks", "2", "Tasks"), *TABS[2:])
        assert line.text == " 1 Customers   2 Tasks  [Done]"


async def test_a_click_picks_the_page_under_it_and_nothing_beside_them() -> None:
    app = TabApp()
    async with app.run_test(size=(80, 5)) as pilot:
        for column in (3, 16, 33, 70):
            await pilot.click(TabLine, offset=(column, 0))
        assert app.picked == ["customers", "tasks", "done"]


async def test_the_last_pages_go_without_their_names_where_there_is_no_room() -> None:
    names = ("Customers", "Tasks", "Rules", "Corporate", "Lookbooks", "Requests", "Sale notices")
    tabs = [Tab(name, str(number), name, 1234 if name == "Tasks" else 0) for number, name in enumerate(names, 1)]
    app = TabApp()
    async with app.run_test(size=(80, 5)) as pilot:
        line = app.query_one(TabLine)
        line.tabs, line.current = tabs, "Requests"
        assert line.text == " 1 Customers   2 Tasks 1,234   3 Rules   4 Corporate   5  [6 Requests]  7"
        await pilot.pause()
        await pilot.click(TabLine, offset=(72, 0))
        assert app.picked == ["Sale notices"]
        line.tabs, line.current = tabs[:5], "Customers"
        assert line.text == "[1 Customers]  2 Tasks 1,234   3 Rules   4 Corporate   5 Lookbooks"


async def test_the_open_page_is_seen_where_the_others_have_no_room_and_no_keys() -> None:
    sections = ("Open 22", "Overdue 9", "Today 7", "This week 5", "Later 1", "Done")
    app = TabApp()
    async with app.run_test(size=(60, 5)) as pilot:
        line = app.query_one(TabLine)
        line.tabs, line.current = [Tab(name, "", name) for name in sections], "Done"
        assert line.text == " Overdue 9   Today 7   This week 5   Later 1  [Done]"
        await pilot.pause()
        await pilot.click(TabLine, offset=(3, 0))
        assert app.picked == ["Overdue 9"]
        line.current = "Open 22"
        assert line.text.startswith("[Open 22]  Overdue 9")

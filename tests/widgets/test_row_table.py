"""The table of any number of rows, with real sources in memory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input

from sellmode_contract.text import visible
from sellmode_tui.terminal.ascii import in_ascii
from sellmode_tui.widgets.columns import Column, Sort
from sellmode_tui.widgets.meanings import UNTHEMED
from sellmode_tui.widgets.row_source import PAGE, Count, Row, RowSource
from sellmode_tui.widgets.row_table import RowTable
from tests.support.hostile import HOSTILE
from tests.widgets.rows import COLUMNS, Listed, Numbered, customer


class TableApp(App[None]):
    """A table with something else that can have the focus; keeps the table's messages."""

    def __init__(self, table: RowTable) -> None:
        super().__init__()
        self.table = table
        self.heard: list[Message] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return UNTHEMED

    def compose(self) -> ComposeResult:
        yield self.table
        yield Input(id="other")

    def on_row_table_moved(self, message: RowTable.Moved) -> None:
        self.heard.append(message)

    def on_row_table_chosen(self, message: RowTable.Chosen) -> None:
        self.heard.append(message)

    def on_row_table_counted(self, message: RowTable.Counted) -> None:
        self.heard.append(message)

    def on_row_table_failed(self, message: RowTable.Failed) -> None:
        self.heard.append(message)

    def on_row_table_heading_picked(self, message: RowTable.HeadingPicked) -> None:
        self.heard.append(message)

    def picked(self) -> list[str]:
        return [each.column for each in self.heard if isinstance(each, RowTable.HeadingPicked)]

    def moved(self) -> list[str | None]:
        return [message.key for message in self.heard if isinstance(message, RowTable.Moved)]

    def chosen(self) -> list[str]:
        return [message.key for message in self.heard if isinstance(message, RowTable.Chosen)]

    def failed(self) -> list[str]:
        return [str(message.error) for message in self.heard if isinstance(message, RowTable.Failed)]


async def settle(pilot: Pilot[None]) -> None:
    """Until the table has all it asked for and every message is handled."""
    table = pilot.app.query_one(RowTable)
    async with asyncio.timeout(20):
        await pilot.pause()
        while not table.settled:
            await pilot.pause()
        await pilot.pause()


@asynccontextmanager
async def running(
    source: RowSource | None, *, size: tuple[int, int] = (80, 24), table: RowTable | None = None
) -> AsyncIterator[tuple[Pilot[None], TableApp]]:
    app = TableApp(table or RowTable(COLUMNS, source, sort=Sort("Name"), empty_text="No customers.\nTry /search."))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot, app


def lines(app: TableApp) -> list[str]:
    """The table's lines as drawn, without trailing blanks."""
    return [app.table.render_line(y).text.rstrip() for y in range(app.table.size.height)]


def names(app: TableApp) -> list[str]:
    """The first column of the rows, with the cursor's mark."""
    return [line[:2] + line[2:].split("  ")[0] if line else "" for line in lines(app)[1:]]


def cursor_line(app: TableApp) -> int:
    [line] = [place for place, text in enumerate(lines(app)) if text.startswith(">")]
    return line


async def test_draws_headings_rows_and_one_cursor() -> None:
    async with running(Numbered(3)) as (_, app):
        assert lines(app)[0].split() == ["Name", "▲", "Tier", "Last", "purchase", "Spend"]
        assert lines(app)[1].split() == [">", "Customer", "0", "gold", "2026-11-22", "0"]
        assert lines(app)[2].split() == ["Customer", "1", "gold", "2026-11-22", "1"]
        assert lines(app)[4:] == [""] * (len(lines(app)) - 4)
        assert app.table.count == Count(3)
        assert app.moved() == ["c0"]


async def test_keys_move_the_cursor_and_say_where_to() -> None:
    async with running(Numbered(1000)) as (pilot, app):
        height = app.table.size.height - 1
        for key, place in [
            ("down", 1),
            ("j", 2),
            ("up", 1),
            ("k", 0),
            ("up", 0),
            ("pagedown", height),
            ("pagedown", 2 * height),
            ("pageup", height),
            ("end", 999),
            ("down", 999),
            ("pagedown", 999),
            ("home", 0),
        ]:
            await pilot.press(key)
            await settle(pilot)
            assert app.table.cursor_place == place, key
            assert app.table.cursor_key == f"c{place}"
            assert app.moved()[-1] == f"c{place}"
            assert lines(app)[cursor_line(app)].startswith(f"> Customer {place} ")


async def test_every_binding_has_an_id_and_can_be_remapped() -> None:
    bindings = [binding for binding in RowTable.BINDINGS if isinstance(binding, Binding)]
    assert len(bindings) == len(RowTable.BINDINGS)
    assert len({binding.id for binding in bindings}) == len(bindings)
    assert all(binding.id and binding.id.startswith("row-table.") for binding in bindings)
    async with running(Numbered(10)) as (pilot, app):
        app.set_keymap({"row-table.down": "n"})
        await pilot.press("n", "n", "j")
        await settle(pilot)
        assert app.table.cursor_key == "c2"


async def test_reads_only_what_is_seen_and_a_page_on_either_side_never_in_the_event_loop() -> None:
    source = Numbered(1_000_000)
    async with running(source) as (pilot, app):
        assert source.asked == [(0, PAGE), (PAGE, 2 * PAGE)]
        source.asked.clear()
        await pilot.press("end")
        await settle(pilot)
        assert names(app)[-1] == "> Customer 999999"
        assert source.asked == [(999_900, 1_000_000), (999_800, 999_900)]
        source.asked.clear()
        await pilot.press("up", "down", "pageup", "pagedown", "up")
        await settle(pilot)
        assert source.asked == []
    assert source.threads
    assert threading.get_ident() not in source.threads


async def test_the_page_cache_is_bounded_and_reads_again_what_it_dropped() -> None:
    source = Numbered(100_000)
    async with running(source) as (pilot, app):
        for page in range(3, 90, 3):
            app.table.scroll_to(y=page * PAGE)
            await settle(pilot)
        assert len(app.table._pages) <= 24
        source.asked.clear()
        app.table.scroll_to(y=3 * PAGE)
        await settle(pilot)
        assert (3 * PAGE, 4 * PAGE) in source.asked
        assert names(app)[0] == f"  Customer {3 * PAGE}"


async def test_rows_are_blank_until_they_come_and_keys_work_meanwhile() -> None:
    source = Numbered(10_000)
    async with running(source) as (pilot, app):
        source.open.clear()
        await pilot.press("end")
        await pilot.pause()
        assert set(lines(app)[1:-1]) == {""}
        assert lines(app)[-1] == ">"
        assert app.table.cursor_key is None
        assert app.moved() == ["c0"]
        assert not app.table.settled
        await pilot.press("up", "enter")
        await pilot.pause()
        assert app.chosen() == []
        source.open.set()
        await settle(pilot)
        assert lines(app)[-2].startswith("> Customer 9998 ")
        assert app.moved() == ["c0", "c9998"]
        assert app.chosen() == ["c9998"]


async def test_a_move_takes_back_an_enter_that_waits() -> None:
    source = Numbered(10_000)
    async with running(source) as (pilot, app):
        source.open.clear()
        await pilot.press("end", "enter", "up")
        source.open.set()
        await settle(pilot)
        assert app.moved()[-1] == "c9998"
        assert app.chosen() == []


async def test_moves_and_an_enter_before_the_first_rows_count_when_these_are_there() -> None:
    source = Numbered(10_000)
    source.open.clear()
    async with running(None) as (pilot, app):
        app.table.show(source)
        await pilot.press("down", "down", "enter")
        assert app.chosen() == []
        source.open.set()
        await settle(pilot)
        assert (app.table.cursor_key, app.chosen()) == ("c2", ["c2"])


async def test_an_enter_before_the_first_rows_chooses_nothing_where_there_are_none() -> None:
    async with running(None) as (pilot, app):
        await pilot.press("enter")
        app.table.show(Numbered(0))
        await settle(pilot)
        app.table.show(Numbered(5))
        await settle(pilot)
        assert app.chosen() == []


async def test_an_enter_for_rows_that_are_expected_chooses_the_first_of_those() -> None:
    async with running(Numbered(10)) as (pilot, app):
        await pilot.press("down")
        app.table.expect()
        await pilot.press("enter")
        assert app.chosen() == []
        app.table.show(Numbered(20, row=lambda number: customer(number + 100)), keep_cursor=False)
        await settle(pilot)
        assert app.chosen() == ["c100"]
        app.table.expect()
        await pilot.press("enter")
        app.table.expect(rows=False)
        await settle(pilot)
        assert app.chosen() == ["c100"]


async def test_enter_and_a_double_click_choose() -> None:
    async with running(Numbered(100)) as (pilot, app):
        await pilot.press("down", "enter")
        assert app.chosen() == ["c1"]
        await pilot.click(RowTable, offset=(5, 4))
        await settle(pilot)
        assert (app.table.cursor_key, app.chosen()) == ("c3", ["c1"])
        await pilot.double_click(RowTable, offset=(5, 6))
        await settle(pilot)
        assert (app.table.cursor_key, app.chosen()) == ("c5", ["c1", "c5"])


async def test_clicks_on_headings_and_below_the_last_row_move_nothing() -> None:
    async with running(Numbered(3)) as (pilot, app):
        await pilot.press("down")
        await pilot.click(RowTable, offset=(5, 0))
        await pilot.click(RowTable, offset=(5, 10))
        assert app.table.cursor_key == "c1"


async def test_a_click_on_a_heading_tells_which() -> None:
    async with running(Numbered(3)) as (pilot, app):
        heading = lines(app)[0]
        for name in ("Name", "Last purchase", "Spend"):
            await pilot.click(RowTable, offset=(heading.index(name) + 1, 0))
        await pilot.click(RowTable, offset=(0, 0))  # the margin
        assert app.picked() == ["Name", "Last purchase", "Spend"]
        assert app.table.cursor_place == 0


async def test_columns_take_the_room_that_the_rows_in_view_want_and_say_what_has_none() -> None:
    name = "Maartje Brouwer-van der Weerdenburg"
    rows = [Row("a", ("Ann", "gold", "", "1")), Row("b", (name, "gold", "x" * 20, "2"))]
    async with running(Listed(rows), size=(80, 12)) as (pilot, app):
        assert app.table.hidden == []
        assert f"{name}  gold" in lines(app)[2]
        await pilot.press("down")
        assert app.table.hidden == []
        await pilot.resize_terminal(60, 12)
        await settle(pilot)
        assert app.table.hidden == [("Name", name)]
        await pilot.resize_terminal(30, 12)
        await settle(pilot)
        assert [heading for heading, _ in app.table.hidden] == ["Name", "Tier", "Last purchase"]


async def test_a_column_stays_as_wide_as_it_once_was_while_one_goes_through_a_list() -> None:
    def row(place: int) -> Row:
        return Row(f"c{place}", ("a" * (30 if place == 50 else 10), "", "", "1"))

    async with running(Numbered(2000, row=row)) as (pilot, app):
        before = lines(app)[0]
        await pilot.press(*("pagedown",) * 10)
        await settle(pilot)
        wide = lines(app)[0]
        assert wide.index("Tier") > before.index("Tier")
        await pilot.press("end")
        await settle(pilot)
        assert lines(app)[0] == wide
        app.table.show(Numbered(3, row=row), sort=Sort("Name"), keep_cursor=False)
        await settle(pilot)
        assert lines(app)[0] == before


class _Late(Numbered):
    def count(self) -> Count:
        assert self.open.wait(20), "nobody lets the count go"
        return super().count()


async def test_what_an_empty_list_says_waits_for_the_list_that_it_is_of() -> None:
    async with running(Numbered(0)) as (pilot, app):
        app.table.empty_text = "Nobody matches."
        other = _Late(0)
        other.open.clear()
        app.table.show(other, keep_cursor=False)
        app.table.empty_text = "There are none."
        await pilot.pause()
        assert lines(app)[1] == "  Nobody matches."
        other.open.set()
        await settle(pilot)
        assert lines(app)[1] == "  There are none."


async def test_moves_that_pile_up_are_told_as_one() -> None:
    async with running(Numbered(100)) as (pilot, app):
        for _ in range(50):
            app.table.action_move(1)
        await settle(pilot)
        assert app.moved() == ["c0", "c50"]


async def test_another_source_replaces_all_at_once_and_late_rows_of_the_old_one_are_dropped() -> None:
    slow = Numbered(10_000, row=named("slow"))
    async with running(slow) as (pilot, app):
        slow.open.clear()
        await pilot.press("end")  # now a page of the slow source is under way
        await pilot.pause()
        second = Numbered(5)
        second.open.clear()
        app.table.show(second, keep_cursor=False)
        await pilot.pause()
        assert app.table.count == Count(10_000)  # still the old list
        second.open.set()
        await settle(pilot)
        assert names(app)[:5] == ["> Customer 0", *(f"  Customer {number}" for number in range(1, 5))]
        slow.open.set()
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert "slow" not in "".join(lines(app))
        assert app.table.count == Count(5)


def named(name: str) -> Callable[[int], Row]:
    return lambda number: Row(f"c{number}", (name, "", "", ""))


async def test_the_newest_of_several_sources_wins_whatever_the_order_of_answers() -> None:
    async with running(Numbered(5)) as (pilot, app):
        sources = [Numbered(5, row=named(name)) for name in "abc"]
        for source in sources:
            source.open.clear()
            app.table.show(source)
        for source in reversed(sources):
            source.open.set()
            await pilot.pause()
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert names(app)[0] == "> c"


async def test_the_cursor_stays_on_its_record_and_that_on_its_line() -> None:
    source = Listed([customer(number) for number in range(500)])
    async with running(source) as (pilot, app):
        await pilot.press(*["pagedown"] * 5, "down", "down")
        await settle(pilot)
        key, line = app.table.cursor_key, cursor_line(app)
        source.all[:0] = [customer(number) for number in range(1000, 1250)]
        app.table.reload()
        await settle(pilot)
        assert (app.table.cursor_key, cursor_line(app)) == (key, line)
        del source.all[:300]
        app.table.reload()
        await settle(pilot)
        assert (app.table.cursor_key, cursor_line(app)) == (key, line)
        assert app.moved()[-1] == key


async def test_the_cursor_stays_on_its_record_though_the_columns_are_others() -> None:
    rows = [Row(key, (key,) * 4) for key in "bcd"]
    async with running(Listed(rows)) as (pilot, app):
        await pilot.press("down")
        more = Listed([Row(key, (key,) * 3) for key in "abcd"])
        app.table.show(more, columns=COLUMNS[:3])
        await settle(pilot)
        assert (app.table.cursor_key, app.table.cursor_place) == ("c", 2)


async def test_where_the_record_has_gone_the_cursor_keeps_its_place() -> None:
    source = Listed([customer(number) for number in range(10)])
    async with running(source) as (pilot, app):
        await pilot.press("down", "down")
        del source.all[2]
        app.table.reload()
        await settle(pilot)
        assert (app.table.cursor_place, app.table.cursor_key, app.moved()[-1]) == (2, "c3", "c3")
        del source.all[1:]
        app.table.reload()
        await settle(pilot)
        assert (app.table.cursor_place, app.moved()[-1]) == (0, "c0")
        source.all.clear()
        app.table.reload()
        await settle(pilot)
        assert (app.table.cursor_key, app.moved()[-1]) == (None, None)
        assert [line.strip() for line in lines(app)[1:3]] == ["No customers.", "Try /search."]
        source.all.append(customer(7))
        app.table.reload()
        await settle(pilot)
        assert app.moved()[-1] == "c7"


async def test_a_move_made_while_the_rows_are_under_way_counts() -> None:
    source = Numbered(1000)
    async with running(source) as (pilot, app):
        source.open.clear()
        app.table.reload()
        await pilot.press("down", "down", "down")
        source.open.set()
        await settle(pilot)
        assert app.table.cursor_key == "c3"


async def test_a_new_search_begins_at_the_top() -> None:
    async with running(Numbered(1000)) as (pilot, app):
        await pilot.press("end")
        await settle(pilot)
        app.table.show(Numbered(700), keep_cursor=False)
        await settle(pilot)
        assert (app.table.cursor_place, names(app)[0]) == (0, "> Customer 0")


async def test_keys_pressed_while_a_list_that_begins_at_the_top_is_under_way_count_from_there() -> None:
    async with running(Numbered(1000)) as (pilot, app):
        await pilot.press("pagedown")
        await settle(pilot)
        sources = [Numbered(700), Numbered(700)]
        for source in sources:
            source.open.clear()
            app.table.show(source, keep_cursor=False)
            await pilot.press("down")
        for source in sources:
            source.open.set()
        await settle(pilot)
        assert (app.table.cursor_place, app.table.scroll_offset.y) == (2, 0)
        source.open.clear()
        app.table.reload(keep_cursor=False)
        await pilot.press("end")
        source.open.set()
        await settle(pilot)
        assert app.table.cursor_key == "c697"
        assert any(line.startswith("> ") for line in names(app))


async def test_a_new_search_begins_at_the_top_though_its_rows_change_before_they_come() -> None:
    async with running(Numbered(1000)) as (pilot, app):
        await pilot.press("pagedown")
        app.table.show(Numbered(1000), keep_cursor=False)
        app.table.reload()
        await settle(pilot)
        assert (app.table.cursor_place, app.table.scroll_offset.y) == (0, 0)
        await pilot.press("down")
        app.table.reload()
        await settle(pilot)
        assert app.table.cursor_place == 1


async def test_a_count_becomes_exact_without_moving_a_row() -> None:
    source = Numbered(10_000, exact=False)
    async with running(source) as (pilot, app):
        await pilot.press("pagedown")
        await settle(pilot)
        before = lines(app)
        assert app.table.count == Count(10_000, exact=False)
        source.n, source.exact = 1_000_000, True
        app.table.recount()
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert app.table.count == Count(1_000_000)
        assert lines(app) == before
        assert isinstance(app.heard[-1], RowTable.Counted)
        await pilot.press("end")
        await settle(pilot)
        assert app.table.cursor_key == "c999999"


class Failing(Numbered):
    """A source whose n-th answer fails."""

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        if len(self.asked) >= 2:
            raise OSError("the cache is gone")
        return super().rows(start, stop)


async def test_a_source_that_fails_is_told_once_and_can_be_replaced() -> None:
    async with running(Failing(10_000)) as (pilot, app):
        await pilot.press("end")
        await settle(pilot)
        await pilot.press("home", "end", "up")
        await settle(pilot)
        assert app.failed() == ["the cache is gone"]
        assert set(names(app)) <= {"", ">"}
        app.table.show(Numbered(5))
        await settle(pilot)
        assert names(app)[4].startswith("> Customer 4")


async def test_a_source_that_fails_at_once_leaves_no_rows_of_the_old_one() -> None:
    failing = Failing(10)
    failing.asked = [(0, 0)] * 2
    async with running(Numbered(5)) as (pilot, app):
        app.table.show(failing)
        await settle(pilot)
        assert app.failed() == ["the cache is gone"]
        assert app.table.count is None
        assert "Customer" not in "".join(lines(app))


async def test_rows_that_do_not_fit_the_columns_are_the_sources_failure() -> None:
    async with running(Listed([Row("x", ("only one",))])) as (_, app):
        assert app.failed() == ["row 'x' has 1 cells, the table 4 columns"]


async def test_clear_drops_everything_at_once_and_for_good() -> None:
    source = Numbered(100)
    async with running(source) as (pilot, app):
        source.open.clear()
        app.table.reload()
        app.table.clear()
        assert "Customer" not in "".join(lines(app))
        source.open.set()
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert "Customer" not in "".join(lines(app))
        assert (app.table.count, app.table.cursor_key, app.moved()[-1]) == (None, None, None)
        assert not app.table._pages


async def test_without_a_source_the_table_is_blank_and_keys_do_no_harm() -> None:
    async with running(None) as (pilot, app):
        await pilot.press("down", "pagedown", "end", "home", "enter")
        app.table.reload()
        app.table.recount()
        await settle(pilot)
        assert set(lines(app)[1:]) == {""}
        assert app.heard == []
        app.table.show(Numbered(2))
        await settle(pilot)
        assert names(app)[0] == "> Customer 0"


async def test_low_priorities_go_first_where_it_is_narrow_and_sizes_may_change() -> None:
    async with running(Numbered(100), size=(42, 12)) as (pilot, app):
        assert lines(app)[0].split() == ["Name", "▲", "Last", "purchase", "Spend"]
        await pilot.resize_terminal(30, 12)
        await settle(pilot)
        assert lines(app)[0].split() == ["Name", "▲", "Spend"]
        await pilot.press("end")
        await pilot.resize_terminal(80, 8)
        await settle(pilot)
        assert lines(app)[-1].startswith("> Customer 99 ")
        await pilot.resize_terminal(1, 1)
        await pilot.press("up", "pageup")
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        assert sum(line.startswith(">") for line in lines(app)) == 1


async def test_hostile_text_is_drawn_visibly_in_exact_width() -> None:
    table = RowTable([Column("Text"), Column("Key", 5, "right", priority=1)])
    source = Listed([Row(str(place), (text, str(place))) for place, text in enumerate(HOSTILE)])
    async with running(None, table=table, size=(120, 50)) as (pilot, app):
        app.table.show(source)
        await settle(pilot)
        width = app.table.scrollable_content_region.width
        for place, text in enumerate(HOSTILE):
            app.table.scroll_to(y=place)
            await settle(pilot) if app.table._pages.row(place) is None else None
            line = app.table.render_line(place - app.table.scroll_offset.y + 1).text
            assert cell_len(line) == width
            assert line.rstrip().endswith(str(place))
            assert visible(line) == line
            shown = line[2:].rstrip().removesuffix(str(place)).rstrip()
            whole = visible(text[:1000]).rstrip()
            assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1].rstrip()))


async def test_all_that_it_draws_has_a_form_in_ascii() -> None:
    table = RowTable(COLUMNS, Numbered(3, row=lambda n: Row(f"c{n}", ("x" * 99, "y" * 99, "", ""))))
    async with running(None, table=table) as (pilot, app):
        app.table.show(Numbered(2, row=lambda n: Row(f"c{n}", ("x" * 99, "y" * 99, "", ""))), sort=Sort("Spend", True))
        await settle(pilot)
        heading, row, *_ = (in_ascii(line, letters=True) for line in lines(app))
        assert heading.endswith("Spend v")
        assert "yyyyy~" in row


async def test_the_terminals_own_cursor_follows_the_focused_row_only() -> None:
    async with running(Numbered(1000)) as (pilot, app):
        await pilot.press("down", "down")
        assert app.cursor_position == (0, 3)
        await pilot.press("pagedown")
        await settle(pilot)
        assert app.cursor_position == (0, 3)
        await pilot.press("tab")
        await pilot.pause()
        assert isinstance(app.focused, Input)
        elsewhere = app.cursor_position
        assert elsewhere.y > 10
        app.table.action_move(1)
        await pilot.pause()
        assert app.cursor_position == elsewhere


async def test_scrolling_never_animates() -> None:
    async with running(Numbered(1000)) as (pilot, app):
        app.animation_level = "full"
        app.table.scroll_to(y=500, animate=True, duration=5)
        assert app.table.scroll_offset.y == 500
        app.table.scroll_end(animate=True, duration=60)
        await pilot.pause()
        assert app.table.scroll_offset.y == app.table.max_scroll_y


async def test_the_wheel_moves_the_view_and_leaves_the_cursor() -> None:
    async with running(Numbered(1000)) as (pilot, app):
        for _ in range(10):
            app.table.action_scroll_down()
        await settle(pilot)
        assert not any(line.startswith(">") for line in lines(app))
        assert app.table.cursor_key == "c0"
        await pilot.press("down")
        await settle(pilot)
        assert lines(app)[1].startswith("> Customer 1 ")


@pytest.mark.parametrize("n", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE])
async def test_the_ends_of_pages(n: int) -> None:
    async with running(Numbered(n)) as (pilot, app):
        await pilot.press("end")
        await settle(pilot)
        assert app.table.cursor_key == (f"c{n - 1}" if n else None)
        assert sum(bool(name.strip("> ")) for name in names(app)) == (min(n, app.table.size.height - 1) or 2)


async def test_marked_rows_bear_a_mark_beside_the_cursors() -> None:
    async with running(Numbered(300)) as (pilot, app):
        assert lines(app)[1].startswith("> Customer 0")
        first, second = customer(0).key, customer(1).key
        app.table.marks = frozenset({first, second})
        await settle(pilot)
        assert lines(app)[1].startswith("> * Customer 0")
        assert lines(app)[2].startswith("  * Customer 1")
        assert lines(app)[3].startswith("    Customer 2")
        app.table.marks = frozenset()
        assert lines(app)[2].startswith("    Customer 1")


async def test_a_source_can_be_shown_from_one_of_its_records_on() -> None:
    async with running(Numbered(300)) as (pilot, app):
        app.table.show(Numbered(1000), at=customer(700).key)
        await settle(pilot)
        assert app.table.cursor_key == customer(700).key
        app.table.show(Numbered(10), at=customer(700).key)
        await settle(pilot)
        assert app.table.cursor_place == 9

"""The page of a kind that declares one: listed, searched, sorted and written with no code of its own.

No kind has such a page yet: a test declares one for tasks that are made by hand, and one for lookbooks, which nobody
writes yet.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from textual.pilot import Pilot

from sellmode_contract.ids import source_id
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.fields import OneOf, Ref
from sellmode_contract.kinds.lookbook import FORMS, Lookbook
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.records import Record
from sellmode_tui.records import Interrupted
from sellmode_tui.records.kind_lists import KindList
from sellmode_tui.screens.kinds.form import KindForm
from sellmode_tui.screens.kinds.list_page import KindListPage, KindRows
from sellmode_tui.screens.kinds.page import KindScreen
from sellmode_tui.screens.kit.keys import KeysScreen
from sellmode_tui.screens.kit.record_view import RecordView
from sellmode_tui.screens.lists.main_page import page_keys
from sellmode_tui.sealed import SealedError
from sellmode_tui.shell import navigation
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.widgets.row_source import Count
from sellmode_tui.widgets.tab_line import TabLine
from tests.tui.screens import counter, tasking, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.writing import ANNA, CLARA, STORE, ZOE, at_rest, put, said, shows, told, type_in

MANY = 10_000
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
ERRANDS = [
    tasking.by_hand(
        f"Errand {number:05}", "2026-12-01" if number % 3 else "", customer=CLARA.id if number % 7 else None
    )
    for number in range(MANY)
]


@pytest.fixture(autouse=True)
def _pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two kinds declare a page; the app has keys for them."""
    task = structs.replace(KINDS["manual_task"], page="Errands", listed=("title", "customer", "due", "assignee"))
    lookbook = structs.replace(
        KINDS["lookbook"],
        page="Lookbooks",
        listed=("form", "author", "store"),
        verbs=frozenset(),
        fields=(
            OneOf(name="form", choices=FORMS),
            Ref(name="author", to="staff"),
            Ref(name="store", to="store"),
        ),
    )
    monkeypatch.setitem(KINDS, "manual_task", task)
    monkeypatch.setitem(KINDS, "lookbook", lookbook)
    monkeypatch.delitem(navigation._PAGES, "lookbook")  # the page that it has of its own
    keys = [each for each in page_keys() if each not in SellmodeApp.BINDINGS]
    monkeypatch.setattr(SellmodeApp, "BINDINGS", [*SellmodeApp.BINDINGS, *keys])
    monkeypatch.setattr(SellmodeApp, "_merged_bindings", SellmodeApp._merge_bindings())
    return iter([None])


def files(data: Path, *others: Record) -> None:
    made = [*writing.records(), *others]
    counter.make_account(data, ANNA, "associate", made)


@contextlib.asynccontextmanager
async def at_the_list(key: str = "0", size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    async with writing.at_the_counter(size=size, clock=tasking.clock()) as pilot:
        await pilot.press(key)
        await shows(pilot, KindListPage)
        await list_is_there(pilot)
        yield pilot


async def list_is_there(pilot: Pilot[None]) -> None:
    await at_rest(pilot)
    await wait_until(pilot, lambda: page(pilot).settled)
    await at_rest(pilot)


def page(pilot: Pilot[None]) -> KindListPage:
    found = pilot.app.screen
    assert isinstance(found, KindListPage)
    return found


def rows(pilot: Pilot[None], most: int = 20) -> list[tuple[str, ...]]:
    source = page(pilot)._rows
    assert source is not None
    return [row.cells for row in source.rows(0, min(most, source.count().n))]


def cursor(pilot: Pilot[None]) -> str:
    item = page(pilot).current
    assert item is not None
    assert isinstance(item.record, ManualTask)
    return item.record.title


async def test_ten_thousand_are_listed_by_page_with_names_for_ids(data: Path) -> None:
    files(data, *ERRANDS)
    async with at_the_list() as pilot:
        assert said(pilot, ".search-below") == "10,000 errands, by title"
        assert rows(pilot, 2) == [("Errand 00000", "", "", ""), ("Errand 00001", "Clara Lindqvist", "Tue", "")]
        await pilot.press("end")
        await list_is_there(pilot)
        assert cursor(pilot) == "Errand 09999"
        await pilot.press("S")
        await list_is_there(pilot)
        assert (cursor(pilot), said(pilot, ".search-below")) == (
            "Errand 09999",
            "10,000 errands, by title, reversed",
        )


async def test_words_find_by_the_names_of_people_too_and_escape_takes_them_away(data: Path) -> None:
    files(data, *ERRANDS[:10], tasking.by_hand("Wrap the vase", customer=ZOE.id))
    async with at_the_list() as pilot:
        await pilot.press("slash")
        await type_in(pilot, "ang")
        await list_is_there(pilot)
        assert [cells[0] for cells in rows(pilot)] == ["Wrap the vase"]
        await pilot.press("enter", "escape")
        await list_is_there(pilot)
        assert said(pilot, ".search-below") == "11 errands, by title"
        await pilot.press("slash")
        await type_in(pilot, "nothing like it")
        await list_is_there(pilot)
        assert page(pilot).table.empty_text.startswith("No matches.")


async def test_one_is_added_edited_removed_and_brought_back(data: Path) -> None:
    files(data, *ERRANDS[:3])
    async with at_the_list() as pilot:
        await pilot.press("a")
        await shows(pilot, KindForm)
        put(pilot, "title", "Bring the keys")
        await pilot.press("f2")
        await shows(pilot, KindListPage)
        await wait_until(pilot, lambda: page(pilot).settled and cursor(pilot) == "Bring the keys")
        await pilot.press("e")
        await shows(pilot, KindForm)
        put(pilot, "title", "Zip the bags")
        await pilot.press("f2")
        await shows(pilot, KindListPage)
        await wait_until(pilot, lambda: rows(pilot)[-1][0] == "Zip the bags")
        await list_is_there(pilot)
        assert cursor(pilot) == "Zip the bags"  # where it went, the cursor went
        await pilot.press("x")
        await wait_until(pilot, lambda: len(rows(pilot)) == 3)
        await at_rest(pilot)
        await pilot.press("u")
        await wait_until(pilot, lambda: [cells[0] for cells in rows(pilot)][-1:] == ["Zip the bags"])


async def test_enter_opens_the_record_which_says_why_it_is_seen(data: Path) -> None:
    files(data, *ERRANDS[:1])
    async with at_the_list() as pilot:
        await pilot.press("enter")
        await shows(pilot, KindScreen)
        await wait_until(pilot, lambda: pilot.app.screen.query_one(RecordView).settled)
        text = pilot.app.screen.query_one(RecordView).text
        assert "Errand 00000" in text
        assert "its assignee, or its creator if it has none" in text


async def test_a_kind_without_a_table_of_its_own_that_nobody_writes_has_no_keys_for_it(data: Path) -> None:
    looks = [
        Lookbook(id=source_id("lookbook", "test", form), store=STORE, author=ANNA.id, form=form)
        for form in ("one_to_one", "my_look")
    ]
    files(data, *looks)
    async with at_the_list("3") as pilot:
        assert [cells[:2] for cells in rows(pilot)] == [("lookbook", ANNA.name), ("My Look", ANNA.name)]
        await pilot.press("a", "e", "x")
        await at_rest(pilot)
        assert isinstance(pilot.app.screen, KindListPage)
        assert told(pilot) == []


async def test_choices_and_stores_are_found_and_sorted_by_what_they_are_called(data: Path) -> None:
    store = next(each.name for each in writing.RETAILER.stores if each.id == STORE)
    looks = [
        Lookbook(id=source_id("lookbook", "test", form), store=STORE, author=ANNA.id, form=form)
        for form in ("my_look", "one_to_one")
    ]
    files(data, *looks)
    async with at_the_list("3") as pilot:
        assert [cells[0] for cells in rows(pilot)] == ["lookbook", "My Look"]
        for words, found in {"one": 0, "lookb": 1, "my look": 1, store: 2}.items():
            page(pilot).search(words)
            await list_is_there(pilot)
            assert len(rows(pilot)) == found, words


async def test_a_look_that_fails_is_not_the_last_one(data: Path) -> None:
    files(data, *ERRANDS[:3])
    async with at_the_list() as pilot:
        desk, kind = page(pilot)._desk, KINDS["manual_task"]
        failing = _Failing(desk.records, kind, page(pilot)._query, desk.words)
        page(pilot).show_list(failing)
        await wait_until(pilot, lambda: failing.failures == 1)  # nothing was counted
        await at_rest(pilot)
        page(pilot).records_changed()
        await wait_until(pilot, lambda: failing.failures == 2)
        await at_rest(pilot)
        page(pilot).records_changed()
        await wait_until(pilot, lambda: page(pilot).settled and cursor(pilot) == "Errand 00000")


async def test_another_search_ends_the_one_under_way(data: Path) -> None:
    files(data, *ERRANDS[:3])
    async with at_the_list() as pilot:
        source = page(pilot)._rows
        assert isinstance(source, KindRows)
        found = source.found
        assert isinstance(found, KindList)
        begun, ended = threading.Event(), threading.Event()

        def read_for_ever() -> None:
            with contextlib.suppress(Interrupted), found._readings.open(found) as reading:
                reading.connection.create_function("begun", 1, lambda _: begun.set())
                reading.connection.execute(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                    " SELECT count(*) FROM n WHERE i > 1 OR begun(i)"
                ).fetchone()
            ended.set()

        threading.Thread(target=read_for_ever, daemon=True).start()
        await wait_until(pilot, begun.is_set)
        page(pilot).search("Errand")
        await wait_until(pilot, ended.is_set)
        await list_is_there(pilot)
        assert len(rows(pilot)) == 3


class _Failing(KindRows):
    """Rows that cannot be counted at first, and then not be looked at."""

    failures = 0

    def _fail(self, once: int) -> None:
        if self.failures == once:
            self.failures += 1
            raise SealedError(Path("cache.db"), "The file cannot be read.")

    def count(self) -> Count:
        self._fail(0)
        return super().count()

    @property
    def stale(self) -> bool:
        self._fail(1)
        return super().stale


async def test_the_page_of_keys_leads_there_and_the_line_of_tabs_names_it(data: Path) -> None:
    files(data, *ERRANDS[:1])
    async with at_the_list() as pilot:
        line = pilot.app.screen.query_one("#tabs", TabLine)
        assert line.text == " 1 Customers   2 Tasks   3 Lookbooks   4 Products   5 Results   9  [0 Errands]"
        await pilot.press("question_mark")
        await shows(pilot, KeysScreen)
        assert "All errands" in said(pilot, "KeysScreen Static")


async def test_the_cursor_is_where_it_was_when_the_page_opens_again(data: Path) -> None:
    files(data, *ERRANDS[:200])
    async with at_the_list() as pilot:
        await pilot.press(*["pagedown"] * 4, *["up"] * 3)
        await list_is_there(pilot)
        held, line = cursor(pilot), page(pilot).table.cursor_line
        await pilot.press("2", "0")
        await shows(pilot, KindListPage)
        await list_is_there(pilot)
        assert (cursor(pilot), page(pilot).table.cursor_line) == (held, line)


@pytest.mark.parametrize("size", SIZES)
def test_it_looks_like_the_other_lists(size: str, snap_compare: Any, data: Path) -> None:
    files(data, *ERRANDS)

    async def act(pilot: Pilot[None]) -> None:
        await counter.signed_in(pilot)
        await pilot.press("0")
        await shows(pilot, KindListPage)
        await list_is_there(pilot)

    app = counter.counter(user_name=ANNA.user_name, clock=tasking.clock())
    assert snap_compare(app, terminal_size=SIZES[size], run_before=act)

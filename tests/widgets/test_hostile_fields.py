"""Any text in a field: drawn safely, its cursor where it is drawn, edited at any place, and kept as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.widgets.input import Selection

from sellmode_contract.text import visible
from sellmode_tui.widgets.drawn import drawn
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField
from tests.support.emoji import ONE_OF_EACH_CATEGORY, PARTS, RECOMMENDED
from tests.support.hostile import HOSTILE, INVISIBLE, WIDTH

FAMILY = "👩\u200d👩\u200d👧"
TEXTS = [
    *(text for text in [*HOSTILE[::8], *INVISIBLE, *WIDTH] if len(text) < 2000),
    *(f"An{each}n" for each in ONE_OF_EACH_CATEGORY),
    f"{FAMILY}👍🏿❤\ufe0f🇩🇪1\ufe0f\u20e3",
    *(f"Lee{each}x" for each in RECOMMENDED[::100]),
    "a" + "\u0301" * 1000,
    " \u3000odd  blanks\t",
    "one\rtwo\r\nthree\nfour\x0bfive\u2028six",
    "one\r\ntwo\r\n",
    "half a pair \ud83d",
]
anything = st.text(st.characters()) | st.lists(st.sampled_from(PARTS)).map("".join)


class Page(App[None]):
    """A field and an area."""

    CSS = "PlainTextArea { width: 40; height: 8; }"

    def compose(self) -> ComposeResult:
        yield TextField("")
        yield PlainTextArea("")


@given(anything)
def test_a_line_is_drawn_character_for_character_and_safe(text: str) -> None:
    line = drawn(text)
    assert len(line.text) == len(text)
    assert visible(line.text) == line.text
    assert [line.before(stop) for stop in line.stops] == list(line.stops) == [line.after(stop) for stop in line.stops]
    cells = [line.cells(stop) for stop in line.stops]
    assert cells == sorted(cells)
    assert cells[-1] == cell_len(line.text)
    assert all(line.cells(line.at_cell(cell)) <= cell for cell in range(cells[-1]))
    for place in range(len(text) + 1):
        assert line.before(place) <= place <= line.after(place)
        assert line.deleted_left(place) <= place


def some_places(stops: list[int]) -> list[int]:
    return stops if len(stops) <= 12 else [*stops[:6], stops[len(stops) // 2], *stops[-5:]]


async def test_a_field_keeps_every_text_at_every_place() -> None:
    async with Page().run_test(size=(40, 12)) as pilot:
        field = pilot.app.query_one(TextField)
        for text in TEXTS:
            field.value = text
            for place in some_places(list(field._line.stops)):
                field.cursor_position = place
                assert field.cursor_position == place
                assert field.cells_before(place) == cell_len(field._line.text[:place])
                field.insert_text_at_cursor("x")
                assert field.value == f"{text[:place]}x{text[place:]}"
                field.delete(place, place + 1)
                assert field.value == text
            field.selection = Selection(0, len(text))
            strip = field.render_line(0)
            assert visible(strip.text) == strip.text
            assert strip.cell_length == cell_len(strip.text)
            await field._on_key(events.Key("a", "a"))
            assert field.value == "a"


async def test_an_area_keeps_every_text_at_every_place() -> None:
    async with Page().run_test(size=(40, 12)) as pilot:
        area = pilot.app.query_one(PlainTextArea)
        area.focus()
        for text in TEXTS:
            area.text = text
            assert area.text == text
            for row in some_places(list(range(area.document.line_count))):
                for column in some_places(list(area._drawn(row).stops)):
                    area.move_cursor((row, column))
                    assert area.cursor_location == (row, column)
                    x, y = area.wrapped_document.location_to_offset((row, column))
                    # The end of a full row is the beginning of the next.
                    assert area.wrapped_document.offset_to_location(type(area.scroll_offset)(x, y)) == (row, column)
                    area.insert("x", (row, column))
                    assert len(area.text) == len(text) + 1
                    area.undo()
                    assert area.text == text
            for y in range(8):
                strip = area.render_line(y)
                assert visible(strip.text) == strip.text
                assert strip.cell_length == cell_len(strip.text) <= 40
            area.select_all()
            assert area.selected_text == text


@pytest.mark.parametrize("kind", [TextField, PlainTextArea])
async def test_keys_go_over_an_emoji_in_one_step_and_delete_it_whole(kind: type[TextField | PlainTextArea]) -> None:
    async with Page().run_test(size=(40, 12)) as pilot:
        widget = pilot.app.query_one(kind)
        widget.focus()

        def text() -> str:
            return widget.value if isinstance(widget, TextField) else widget.text

        def place() -> int:
            return widget.cursor_position if isinstance(widget, TextField) else widget.cursor_location[1]

        if isinstance(widget, TextField):
            widget.value = f"a{FAMILY}e\u0301b"
        else:
            widget.text = f"a{FAMILY}e\u0301b"
        await pilot.press("home")
        seen = [place()]
        for _ in range(4):
            await pilot.press("right")
            seen.append(place())
        assert seen == [0, 1, 6, 8, 9]
        await pilot.press("left", "left", "left")
        assert place() == 1
        await pilot.press("delete")
        assert text() == "ae\u0301b"
        await pilot.press("delete")
        assert text() == "ab"
        for typed in "👍🏿":
            await widget._on_key(events.Key("emoji", typed))
        await pilot.press("backspace")
        assert text() == "ab"
        for typed in "e\u0301":
            await widget._on_key(events.Key("letter", typed))
        await pilot.press("backspace")  # a mark comes off its letter
        assert text() == "aeb"


async def test_a_click_lands_on_what_is_drawn_there() -> None:
    async with Page().run_test(size=(40, 12)) as pilot:
        field, area = pilot.app.query_one(TextField), pilot.app.query_one(PlainTextArea)
        field.value = area.text = f"a{FAMILY}\u200bb"
        await pilot.click(field, offset=(4, 0))  # a, two cells of the family, a mark, b
        assert field.cursor_position == 7
        await pilot.click(area, offset=(2 + area.gutter.left, area.gutter.top))
        assert area.cursor_location == (0, 1)


async def test_a_paste_of_several_lines_loses_nothing() -> None:
    async with Page().run_test(size=(40, 12)) as pilot:
        field, area = pilot.app.query_one(TextField), pilot.app.query_one(PlainTextArea)
        for widget in (field, area):
            widget.focus()
            await pilot.pause()
            pilot.app.post_message(events.Paste("one \x1b two\r\nthree\rfour\n"))
            await pilot.pause()
        assert field.value == "one \x1b two three four"
        assert area.text == "one \x1b two\nthree\nfour\n"

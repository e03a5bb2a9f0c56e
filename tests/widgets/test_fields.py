"""What is filled in besides lines of text: choices, things to press, texts of several lines."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.widget import Widget

from sellmode_contract.text import visible
from sellmode_tui.widgets.choice import Choice, Option
from sellmode_tui.widgets.press import Press
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField
from tests.support.hostile import HOSTILE

CHANNELS = (Option("", "none"), Option("email", "E-mail"), Option("sms", "SMS"), Option("phone", "Phone"))


class One(App[None]):
    """An app of one widget."""

    CSS = "PlainTextArea { width: 40; height: 8; }"

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.heard: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_choice_changed(self, event: Choice.Changed) -> None:
        self.heard.append(event.control.value)

    def on_press_pressed(self, event: Press.Pressed) -> None:
        self.heard.append(event.control)


def drawn(widget: Widget) -> str:
    return str(widget.render())


async def test_arrows_go_round_and_letters_jump() -> None:
    choice = Choice(CHANNELS, "email")
    app = One(choice)
    async with app.run_test(size=(60, 3)) as pilot:
        choice.focus()
        assert drawn(choice) == "( ) none  (x) E-mail  ( ) SMS  ( ) Phone"
        await pilot.press("right", "space", "right", "left", "s", "s", "1")
        assert app.heard == ["sms", "phone", "", "phone", "sms"]
        await pilot.click(choice, offset=(12, 0))
        assert choice.value == "email"


async def test_where_not_all_fit_one_is_shown_with_its_place() -> None:
    choice = Choice([Option(str(number), f"Species {number}") for number in range(12)], "3")
    async with One(choice).run_test(size=(20, 3)) as pilot:
        assert drawn(choice).rstrip() == "Species 3  4 of 12"
        await pilot.click(choice)
        assert choice.value == "4"


async def test_a_value_that_is_no_option_is_kept_in_sight() -> None:
    choice = Choice(CHANNELS, "fax")
    async with One(choice).run_test(size=(80, 3)):
        assert choice.value == "fax"
        assert drawn(choice).startswith("(x) fax")


@pytest.mark.parametrize("keys", [["enter"], ["space"]])
async def test_pressing(keys: Sequence[str]) -> None:
    press = Press("Add")
    app = One(press)
    async with app.run_test() as pilot:
        press.focus()
        await pilot.press(*keys)
        await pilot.click(press)
        assert app.heard == [press, press]


async def test_hostile_text_is_drawn_as_text_and_kept_as_it_came() -> None:
    for text in HOSTILE:
        shown = drawn(Press(text))
        assert visible(shown) == shown
    async with One(Choice([Option("x", text) for text in HOSTILE[::20]], "x")).run_test(size=(30, 2)) as pilot:
        for _ in HOSTILE[::20]:
            shown = drawn(pilot.app.query_one(Choice))
            assert visible(shown) == shown
            assert cell_len(shown) <= 30
            pilot.app.query_one(Choice).action_move(1)
    area = PlainTextArea("\n".join(text.replace("\n", " ").replace("\r", " ") for text in HOSTILE))
    before = area.text
    async with One(area).run_test() as pilot:
        for number in range(area.document.line_count):
            line = area.get_line(number).plain.replace("\t", " ")
            assert "\x1b" not in line
            assert not {"\u202e", "\u200b", "\x9b"} & set(line)
        await pilot.pause()
    assert area.text == before


async def test_a_field_takes_any_text_from_the_start() -> None:
    async with One(Press("")).run_test():
        for text in [*HOSTILE, "e\u200b", "s\u00ado", "👩\u200d👧 Lee", "👍🏿", "\u202a+34 600 000 000\u202c"]:
            for secret in (False, True):
                assert TextField(text, secret=secret).value == text

"""However fast keys come, each meets what the ones before it have done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sellmode_tui.widgets.keys_in_order import PAUSE
from tests.support.terminal import Terminal

APP = """
import threading
from functools import partial
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input, Static
from sellmode_tui.widgets.keys_in_order import KeysInOrder, turning

class Page(Screen):
    BINDINGS = [Binding("q", "app.quit", ""), Binding("slash", "search", ""), Binding("x", "vanish", ""),
        Binding("n", "slowly(True, 0.5)", ""), Binding("v", "slowly(False, 0.5)", ""),
        Binding("w", "slowly(True, 60)", ""), Binding("2", "slowly(True, 0)", ""),
    ]

    def compose(self) -> ComposeResult:
        yield Static("ready", id="list")
        yield Input(id="first")
        yield Input(id="second")

    def on_mount(self):
        self.query_one("#list").can_focus = True
        self.query_one("#list").focus()

    def action_search(self):
        self.query_one("#first").focus()

    def on_input_submitted(self, event):
        if event.input.id == "first":
            self.query_one("#second").focus()
        else:
            self.app.push_screen(Told(self.query_one("#first").value, event.value))

    def action_slowly(self, opens, seconds):
        on_its_way = turning(self)
        thread = threading.Timer(seconds, lambda: self.app.call_from_thread(self.come, opens, on_its_way))
        thread.daemon = True
        thread.start()

    def come(self, opens, on_its_way):
        if opens:
            self.app.push_screen(Form())
        on_its_way.end()

    async def action_vanish(self):
        await self.focused.remove()

class Form(Screen):
    BINDINGS = [Binding("escape", "dismiss", "")]

    def compose(self) -> ComposeResult:
        yield Static("form")
        yield Input()

    def on_mount(self):
        self.query_one(Input).focus()

    def on_input_submitted(self, event):
        self.query_one(Static).update("form got " + event.value)

class Told(Screen):
    BINDINGS = [Binding("o", "done", "Done")]

    def __init__(self, first, second):
        super().__init__()
        self.told = f"told {first} and {second}"

    def compose(self) -> ComposeResult:
        yield Static(self.told, id="told")

    def action_done(self):
        self.query_one("#told").update(self.told + " done")

class Shop(KeysInOrder[None]):
    BINDINGS = [Binding("ctrl+q", "quit", "", priority=True)]

    def scanned(self, code):
        self.screen.query_one(Static).update("scanned " + code)
        return True

    def typed_ahead_was_dropped(self):
        self.screen.query_one(Static).update("dropped")

    def on_mount(self):
        self.push_screen(Page())

Shop().run()
"""


@contextmanager
def shop(folder: Path) -> Iterator[Terminal]:
    (folder / "shop.py").write_text(APP)
    with Terminal([sys.executable, str(folder / "shop.py")]) as terminal:
        terminal.wait_for("ready")
        yield terminal


def test_a_burst_goes_where_its_keys_lead(tmp_path: Path) -> None:
    with shop(tmp_path) as terminal:
        terminal.type("/quinn\rxo\ro")
        terminal.wait_for("told quinn and xo done")


def test_a_widget_that_goes_with_a_key_holds_up_nothing(tmp_path: Path) -> None:
    with shop(tmp_path) as terminal:
        terminal.type("xqx\ryo")
        terminal.wait_for("told  and qx done")


@pytest.mark.parametrize("typed", ["quinx/nvw", "\x1b[200~quinx/nvw\x1b[201~", "qui\x1b[200~nx/n\x1b[201~vw"])
def test_what_is_typed_for_a_page_that_takes_a_while_waits_for_it(typed: str, tmp_path: Path) -> None:
    with shop(tmp_path) as terminal:
        terminal.type(f"n{typed}\r")
        terminal.wait_for("form got quinx/nvw")


def test_what_is_typed_for_a_page_that_does_not_come_is_dropped_with_a_word(tmp_path: Path) -> None:
    with shop(tmp_path) as terminal:
        terminal.type("vquin")
        terminal.wait_for("dropped")
        terminal.type("qqq")  # the rest of it comes late, as over a slow line
        terminal.wait_quiet(PAUSE + 0.3)
        terminal.type("/ab\rcd\r")
        terminal.wait_for("told ab and cd")


def test_a_key_that_must_not_wait_does_not(tmp_path: Path) -> None:
    with shop(tmp_path) as terminal:
        terminal.type("wab")
        terminal.press("ctrl+q")
        assert terminal.wait_exit() == 0


def test_escape_waits_for_a_page_no_longer(tmp_path: Path) -> None:
    with shop(tmp_path) as terminal:
        terminal.type("wq")
        terminal.press("escape")
        terminal.wait_for("dropped")
        terminal.type("/ab\rcd\r")
        terminal.wait_for("told ab and cd")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("2006381333931\r", "scanned 2006381333931"),
        ("2006\r/7\r2006\r", "told 7 and 2006"),
        ("/2006381333931\r22\r", "told 2006381333931 and 22"),
        ("n2006381333931\r", "form got 2006381333931"),
        ("2006x", "form"),
        ("26\r", "form got 6"),
    ],
)
def test_a_scanned_code_is_one_thing_where_no_text_has_the_keys(typed: str, told: str, tmp_path: Path) -> None:
    with shop(tmp_path) as terminal:
        terminal.type(typed)
        terminal.wait_for(told)

"""However fast keys come, each meets what the ones before it have done."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.terminal import Terminal

APP = """
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input, Static
from sellmode_tui.widgets.keys_in_order import KeysInOrder

class Page(Screen):
    BINDINGS = [Binding("q", "app.quit", ""), Binding("slash", "search", ""), Binding("x", "vanish", "")]

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

    async def action_vanish(self):
        await self.focused.remove()

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
    def on_mount(self):
        self.push_screen(Page())

Shop().run()
"""


def test_a_burst_goes_where_its_keys_lead(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(APP)
    with Terminal([sys.executable, str(tmp_path / "shop.py")]) as terminal:
        terminal.wait_for("ready")
        terminal.type("/quinn\rxo\ro")
        terminal.wait_for("told quinn and xo done")


def test_a_widget_that_goes_with_a_key_holds_up_nothing(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(APP)
    with Terminal([sys.executable, str(tmp_path / "shop.py")]) as terminal:
        terminal.wait_for("ready")
        terminal.type("xqx\ryo")
        terminal.wait_for("told  and qx done")

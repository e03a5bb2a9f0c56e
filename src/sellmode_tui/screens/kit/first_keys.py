"""The few keys to begin with, below the first list of somebody who is new here. They take no key away from that."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from sellmode_tui.language import tr
from sellmode_tui.screens.kit.boxes import BoxButton
from sellmode_tui.screens.kit.keys import commands_of, keys_text

_IDS: Final = ("customers.search", "app.tasks", "app.palette", "app.keys", "app.lock")


class FirstKeys(Vertical):
    """Shown until the person hides them."""

    DEFAULT_CSS = """
    FirstKeys {
        height: auto; padding: 0 1; background: $panel;
        Horizontal { height: 1; }
        #first-keys { height: auto; }
        Horizontal Static { width: 1fr; text-style: bold; }
    }
    """

    class Hidden(Message):
        """The person knows them."""

    def compose(self) -> ComposeResult:
        """How to hide them, and the keys."""
        with Horizontal():
            yield Static(Content(tr("Five keys to begin with")))
            yield BoxButton("Esc", tr("Hide"), self.hide)
        yield Static(id="first-keys")

    def on_mount(self) -> None:
        """As they are bound here."""
        self.call_after_refresh(self._show)

    def on_resize(self) -> None:
        """More columns, or fewer."""
        self._show()

    def _show(self) -> None:
        bound = {each.id: each for each in commands_of(self.screen)}
        keys = [bound[id]._replace(place="") for id in _IDS if id in bound]
        if keys:
            self.query_one("#first-keys", Static).update(keys_text(keys, self.size.width))

    def hide(self) -> None:
        """Show them no more."""
        self.display = False
        self.post_message(self.Hidden())

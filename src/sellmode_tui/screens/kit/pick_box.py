"""A box with a few things to pick from, and a line in which something else can be typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.screens.kit.boxes import Box
from sellmode_tui.widgets.meanings import ERROR
from sellmode_tui.widgets.suggestions import Suggestion, Suggestions
from sellmode_tui.widgets.text_field import TextField


class Pick(NamedTuple):
    """Something to pick."""

    value: str
    label: str
    about: str = ""
    """Said beside it."""


class PickBox(Box[str]):
    """Ends with the value that was picked, or with what `typed` makes of what was typed; None if neither.

    The line has the keys, arrows move the mark in the list, Enter takes what was typed or else what is marked.
    """

    BINDING_GROUP_TITLE = "Choose"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Down", show=False, priority=True, id="pick.down"),
        Binding("up", "move(-1)", "Up", show=False, priority=True, id="pick.up"),
    ]

    DEFAULT_CSS = """
    PickBox {
        Suggestions { overlay: none; width: 1fr; background: $surface; }
        TextField { background: $panel; margin-top: 1; }
        .pick-said { height: auto; color: $text-muted; }
    }
    """

    def __init__(self, title: str, picks: Sequence[Pick], *, placeholder: str, does: str) -> None:
        """`does` says what Enter does: "Snooze"."""
        super().__init__()
        self._title = title
        self._picks = tuple(picks)
        self._shown = self._picks
        self._placeholder = placeholder
        self._does = does

    # --- what a kind of box makes of what is typed

    def told(self, text: str) -> str:
        """What to say of what is typed so far, while it is not wrong. Raises ValueError with why it cannot be taken."""
        raise NotImplementedError

    def typed(self, text: str) -> str:
        """The result for what was typed. Raises ValueError with why there is none."""
        raise NotImplementedError

    def matching(self, text: str) -> Sequence[Pick]:
        """What is offered for what is typed so far."""
        return () if text else self._picks

    # --- the box

    def compose(self) -> ComposeResult:
        """Title, list, line, what is said of it, keys."""
        with Vertical(classes="box"):
            yield Static(Content(visible(self._title)), classes="box-title")
            yield Suggestions()
            yield TextField(placeholder=self._placeholder)
            yield Static(classes="pick-said")
            yield from self.compose_buttons(("Enter", self._does, self._take), ("Esc", "Cancel", self.action_close))

    def on_mount(self) -> None:
        """Offer everything."""
        self._say("")
        self._offer()
        self.query_one(TextField).focus()

    def _offer(self) -> None:
        self._shown = tuple(self.matching(self.query_one(TextField).value.strip()))
        self.query_one(Suggestions).open([Suggestion(each.label, each.about) for each in self._shown])

    def _say(self, text: str, *, wrong: bool = False) -> None:
        said = self.query_one(".pick-said", Static)
        said.display = bool(text)
        said.update(ERROR.marked(visible(text)) if wrong else Content(visible(text)))

    @on(TextField.Changed)
    def _typing(self) -> None:
        self._offer()
        text = self.query_one(TextField).value.strip()
        try:
            self._say(self.told(text) if text else "")
        except ValueError as error:
            self._say(str(error))

    @on(Suggestions.Taken)
    @on(TextField.Submitted)
    def _take(self) -> None:
        text = self.query_one(TextField).value.strip()
        if self._shown:
            self.end(self._shown[self.query_one(Suggestions).place].value)
            return
        try:
            self.end(self.typed(text))
        except ValueError as error:
            self._say(str(error), wrong=True)

    def action_move(self, by: int) -> None:
        """Move the mark."""
        if self._shown:
            self.query_one(Suggestions).move(by)

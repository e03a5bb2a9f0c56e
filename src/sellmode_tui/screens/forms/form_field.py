"""A field of a form: its label, what it means or what is wrong with it, and what was changed in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from sellmode_contract.refusals import named
from sellmode_contract.text import visible
from sellmode_tui.language import trd
from sellmode_tui.records import RecordStore
from sellmode_tui.records.values import as_text
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.choice import Choice
from sellmode_tui.widgets.meanings import ERROR
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField

LABEL: Final = 20
"""Cells of a label with the gap after it."""


@dataclass
class Changes:
    """What was changed in a form, as the record store takes it."""

    set: dict[str, Any] = field(default_factory=dict)
    was: dict[str, Any] = field(default_factory=dict)
    """What the person saw before."""
    add: dict[str, list[str]] = field(default_factory=dict)
    remove: dict[str, list[str]] = field(default_factory=dict)


class Unreadable(Exception):
    """What was typed into a field cannot be read. The text says why."""

    def __init__(self, where: FormField, why: str) -> None:
        super().__init__(why)
        self.where = where

    @property
    def told(self) -> str:
        """Why, with the name of the field in front."""
        return named(self.where.label, str(self))


class FormField(Vertical):
    """A field of a form. What it shows at first is what it was."""

    class Edited(Message):
        """Another value is there."""

        def __init__(self, field: FormField) -> None:
            self.field = field
            super().__init__()

    DEFAULT_CSS = f"""
    FormField {{
        height: auto;
        & > .field-row {{ height: auto; }}
        & > .field-row > .field-label {{ width: {LABEL}; height: auto; color: $text-muted; padding-right: 1; }}
        & > .field-said {{ display: none; height: auto; padding-left: {LABEL}; color: $text-muted; }}
    }}
    """

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None) -> None:
        """`path` is the field's in an operation (``sizes.shoes``), `value` as JSON has it."""
        super().__init__()
        self.path = path
        self.label = trd(label)
        self.before = value
        self._desk = desk
        self._first_state: object = None
        self._last_state: object = None

    def compose(self) -> ComposeResult:
        """Label, field, and what is said of it."""
        with Horizontal(classes="field-row"):
            if self.label:
                yield Static(Content(visible(self.label)), classes="field-label")
            yield self.compose_input()
        yield Static(classes="field-said")

    def compose_input(self) -> Widget:
        """What is typed into."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Remember what it was."""
        self._first_state = self._last_state = self.state

    @property
    def state(self) -> object:
        """What is typed, to be compared."""
        raise NotImplementedError

    @property
    def value(self) -> Any:
        """What it means, as JSON has it; None for nothing. Raises Unreadable."""
        raise NotImplementedError

    @property
    def changed(self) -> bool:
        """Whether anything was typed that is not as it was."""
        return self.is_mounted and self.state != self._first_state

    @property
    def typed(self) -> Any:
        """What is typed, as a draft keeps it."""
        return self.state

    @property
    def typed_words(self) -> str:
        """What is typed, for people."""
        return as_text(self.typed)

    async def retype(self, typed: Any) -> None:
        """Bring back what `typed` gave."""
        raise NotImplementedError

    @property
    def outcome(self) -> Any:
        """What it was, to the last blank, unless something else was typed. Raises Unreadable."""
        return self.value if self.changed else self.before

    @property
    def settled(self) -> Callable[[RecordStore], Any]:
        """Finds in a thread what is meant, where that takes more than what is typed. Raises Unreadable.

        What it gives raises Rejected if it is not clear.
        """
        value = self.outcome
        return lambda _: value

    def collect(self, into: Changes) -> None:
        """Add what was changed here. Raises Unreadable."""
        if self.changed:
            into.set[self.path] = self.value
            into.was[self.path] = self.before

    def owns(self, path: str) -> bool:
        """Whether a refused field is this one or in it."""
        return path == self.path or path.startswith(f"{self.path}.")

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Say something under the field; what is wrong begins with a mark."""
        said = self.query(".field-said").last(Static)
        said.display = bool(text)
        said.set_class(wrong, "-wrong")
        said.update(ERROR.marked(visible(text)) if wrong else Content(visible(text)))

    @on(TextField.Changed)
    @on(PlainTextArea.Changed)
    @on(Choice.Changed)
    def _edited(self, event: Message) -> None:
        if not isinstance(event, Choice.Changed):  # what is chosen may say something of other fields
            event.stop()
        self.edited()
        if self.state != self._last_state:  # lines to type into tell also of what they begin with
            self._last_state = self.state
            self.post_message(self.Edited(self))

    def edited(self) -> None:
        """Another value is there: what was wrong with the one before is no longer said."""
        said = self.query(".field-said").last(Static)
        if said.has_class("-wrong"):
            self.say("")

    def focus_first(self) -> None:
        """Go to it."""
        first = next((each for each in self.query("*") if each.focusable), None)
        if first is not None:
            first.focus()


def retype(field: TextField, text: str) -> None:
    """Have a text in a line as if it had been typed."""
    field.value = text
    field.cursor_position = len(text)


def cursor_in(place: Widget | None) -> tuple[int, ...]:
    """Where the cursor stands in the text of a place to type in."""
    match place:
        case TextField():
            return (place.cursor_position,)
        case PlainTextArea():
            return place.cursor_location
        case _:
            return ()


def put_cursor(place: Widget, cursor: tuple[int, ...]) -> None:
    """Have the cursor where it stood."""
    match place, cursor:
        case TextField(), (column,):
            place.cursor_position = column
        case PlainTextArea(), (row, column):
            place.move_cursor((row, column))

"""The palette: what can be done and seen, found by its name.

It is not Textual's own: there an Enter typed ahead takes whatever stood in the list before, and the page closes itself.
Here Enter waits for the list of what was typed, and the app closes the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from sellmode_tui.language import tr
from sellmode_tui.records import RecordStore
from sellmode_tui.screens.kit.asking import Asking
from sellmode_tui.screens.kit.boxes import Box
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.keys import has_words
from sellmode_tui.widgets.suggestions import Suggestion, Suggestions
from sellmode_tui.widgets.text_field import TextField

MAX_FOUND: Final = 20
"""Records of a sort that are offered at once."""


class Entry(NamedTuple):
    """Something to do or to see."""

    name: str
    about: str
    """The key that does it too, or what sort of thing it is."""
    do: Callable[[], object]
    """Called in the app's own task, when the palette has closed; may be awaited."""


class Found(NamedTuple):
    """What was found of the records."""

    entries: Sequence[Entry] = ()
    more: bool = False
    """Whether there are more than are offered."""


Find = Callable[[RecordStore, str], Found]
"""Finds records by a text; in a thread."""


class PaletteBox(Asking, Box[Entry]):
    """Ends with what was chosen. Arrows move the mark in the list, Enter takes what is marked."""

    BINDING_GROUP_TITLE = "Palette"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Down", show=False, priority=True, id="palette.down"),
        Binding("up", "move(-1)", "Up", show=False, priority=True, id="palette.up"),
        Binding("pagedown", "move(8)", "Page down", show=False, priority=True, id="palette.page-down"),
        Binding("pageup", "move(-8)", "Page up", show=False, priority=True, id="palette.page-up"),
    ]

    DEFAULT_CSS = """
    PaletteBox {
        align-vertical: top;
        & > .box { margin-top: 2; }
        Suggestions { overlay: none; width: 1fr; background: $surface; margin-top: 1; }
        TextField { background: $panel; }
        .palette-said { height: auto; color: $text-muted; }
    }
    """

    def __init__(self, desk: Desk, entries: Sequence[Entry], find: Find) -> None:
        """`entries` are there without asking the record store."""
        super().__init__()
        self._desk = desk
        self._entries = entries
        self._find = find
        self._shown: Sequence[Entry] = ()
        self._found = Found()
        self._found_for = ""
        """The text for which records were found."""

    def compose(self) -> ComposeResult:
        """Line, list, what is to be said of it, buttons."""
        with Vertical(classes="box"):
            yield TextField(placeholder=tr("Command, page, customer, task, filter, theme"))
            yield Suggestions()
            yield Static(classes="palette-said")
            yield from self.compose_buttons(
                ("Enter", tr("Choose"), self._choose), ("Esc", tr("Close"), self.action_close)
            )

    def on_mount(self) -> None:
        """Offer everything that has no need to be looked for."""
        self._offer()
        self.query_one(TextField).focus()

    @property
    def _text(self) -> str:
        return self.query_one(TextField).value.strip()

    def _offer(self) -> None:
        text = self._text
        own = [each for each in self._entries if has_words(text, each.name, each.about)]
        own.sort(key=lambda each: (not _is_key(text, each.about), not each.name.casefold().startswith(text.casefold())))
        self._shown = [*own, *self._found.entries]
        self.query_one(Suggestions).open([Suggestion(each.name, each.about) for each in self._shown])
        said = self.query_one(".palette-said", Static)
        told = tr("More records match: type more of the name.") if self._found.more else ""
        if not self._shown and self._found_for == text:
            told = tr("No matches.")
        said.display = bool(told)
        said.update(Content(told))

    @on(TextField.Changed)
    def _typing(self) -> None:
        text = self._text
        if text:
            self._look_for(text, self._offer)
        else:
            self.forget_asked("find")
            self._found, self._found_for = Found(), ""
        self._offer()

    def _look_for(self, text: str, then: Callable[[], None], *, opens: bool = False) -> None:
        find = self._find

        def take(found: Found) -> None:
            self._found, self._found_for = found, text
            then()

        self.ask(lambda records: find(records, text), take, group="find", opens=opens)

    @on(TextField.Submitted)
    def _choose(self) -> None:
        if self._found_for != self._text:  # Enter was faster than the list
            self._look_for(self._text, self._offer_and_choose, opens=True)
        elif self._shown:
            self.end(self._shown[self.query_one(Suggestions).place])

    def _offer_and_choose(self) -> None:
        self._offer()
        self._choose()

    @on(Suggestions.Taken)
    def _taken(self) -> None:
        self.end(self._shown[self.query_one(Suggestions).place])

    def action_move(self, by: int) -> None:
        """Move the mark."""
        self.query_one(Suggestions).move(by)


def _is_key(text: str, keys: str) -> bool:
    """Whether a text is one of some keys: ``n``, but not ``N``; ``f6`` in small letters too."""
    return (text if len(text) == 1 else text.upper()) in keys.split()

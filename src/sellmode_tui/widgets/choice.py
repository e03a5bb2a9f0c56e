"""One of a few values, chosen with the arrow keys or by a first letter; all of them are in sight where they fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from sellmode_contract.text import visible
from sellmode_tui.language import tr
from sellmode_tui.widgets.cells import fit


class Option(NamedTuple):
    """Something that can be chosen."""

    value: str
    label: str


class Choice(Widget, can_focus=True):
    """A line of options, one of them chosen."""

    ALLOW_SELECT = False

    BINDING_GROUP_TITLE = "Choice"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "move(1)", "Next", show=False, tooltip="Choose the next one", id="choice.next"),
        Binding("left", "move(-1)", "Previous", show=False, tooltip="Choose the previous one", id="choice.before"),
    ]

    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; }
    """

    class Changed(Message):
        """Another one is chosen."""

        def __init__(self, choice: Choice) -> None:
            self.choice = choice
            super().__init__()

        @property
        def control(self) -> Choice:
            """The widget."""
            return self.choice

    def __init__(self, options: Sequence[Option], value: str = "", *, id: str | None = None) -> None:
        """A `value` that is no option stands among them, first, so that it is not lost unseen."""
        super().__init__(id=id)
        known = any(option.value == value for option in options)
        self._options = tuple(options) if known or not value else (Option(value, value), *options)
        self._place = next((place for place, option in enumerate(self._options) if option.value == value), 0)

    @property
    def value(self) -> str:
        """What is chosen."""
        return self._options[self._place].value if self._options else ""

    @value.setter
    def value(self, value: str) -> None:
        """Choose it, if it is there, without saying so."""
        self._place = next((place for place, each in enumerate(self._options) if each.value == value), self._place)
        self.refresh()

    def choose(self, value: str) -> None:
        """Choose it, if it is there."""
        self._choose(next((place for place, each in enumerate(self._options) if each.value == value), self._place))

    def action_move(self, by: int) -> None:
        """Choose another one; after the last comes the first."""
        if self._options:
            self._choose((self._place + by) % len(self._options))

    def on_key(self, event: events.Key) -> None:
        """A letter chooses the next option that begins with it."""
        letter = (event.character or "").casefold()
        if not letter.isalnum():
            return
        event.stop()
        count = len(self._options)
        for place in (*range(self._place + 1, count), *range(self._place)):
            if self._options[place].label.casefold().startswith(letter):
                self._choose(place)
                return

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002  # Textual's signature
        """Letters choose: a key of the app that is one is not offered meanwhile."""
        return character is not None and character.isalnum()

    def on_click(self, event: events.Click) -> None:
        """A click on an option chooses it; where only one is in sight, the next."""
        if not self._all_fit:
            self.action_move(1)
            return
        end = 0
        for place, option in enumerate(self._options):
            end += cell_len(self._marked(place, option)) + 2
            if event.x < end:
                self._choose(place)
                return

    def _choose(self, place: int) -> None:
        if place != self._place:
            self._place = place
            self.refresh()
            self.post_message(self.Changed(self))

    @property
    def _all_fit(self) -> bool:
        marked = [self._marked(place, option) for place, option in enumerate(self._options)]
        return cell_len("  ".join(marked)) <= self.size.width

    def _marked(self, place: int, option: Option) -> str:
        return f"({'x' if place == self._place else ' '}) {visible(option.label)}"

    def render(self) -> Content:
        """All options, or the one that is chosen and how many there are."""
        if not self._options:
            return Content("")
        style = "reverse" if self.has_focus else "bold"
        if self._all_fit:
            parts: list[str | tuple[str, str]] = []
            for place, option in enumerate(self._options):
                text = self._marked(place, option)
                parts += ["  " if place else "", (text, style) if place == self._place else text]
            return Content.assemble(*parts)
        told = f"  {tr('{place} of {number}', place=self._place + 1, number=len(self._options))}"
        label = fit(self._options[self._place].label, max(1, self.size.width - len(told))).rstrip()
        return Content.assemble((label, style), (told, "$text-muted"))

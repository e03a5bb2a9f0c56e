"""Fields of a form in which is offered what may be meant, while it is typed: one thing, or several with commas."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from sellmode_tui.screens.forms.form_field import LABEL, retype
from sellmode_tui.screens.forms.text_entries import ElementsEntry, TextEntry, elements, in_line
from sellmode_tui.widgets.suggestions import Suggestion, Suggestions
from sellmode_tui.widgets.text_field import TextField


class Offer(NamedTuple):
    """Something that may be meant."""

    value: str
    """Stands in the field once it is taken."""
    about: str = ""
    id: str = ""
    """Of the record that it is, where its name does not say that."""


class CompletedField(TextField):
    """What is typed. While something is offered, its keys choose among that."""

    BINDING_GROUP_TITLE = "Suggestions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "down",
            "choose('down')",
            "Next suggestion",
            show=False,
            tooltip="Go to the next suggestion",
            id="offers.next",
        ),
        Binding(
            "up",
            "choose('up')",
            "Previous suggestion",
            show=False,
            tooltip="Go to the previous suggestion",
            id="offers.before",
        ),
        Binding("enter", "choose('take')", "Accept", show=False, tooltip="Accept the suggestion", id="offers.take"),
        Binding("escape", "choose('close')", "Close", show=False, tooltip="Close the suggestions", id="offers.close"),
    ]

    class Pressed(Message):
        """A key that chooses among what is offered."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    offering: var[bool] = var(False, bindings=True)  # the last line says at once whose key Esc is
    """Whether anything is offered."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where nothing is offered, the keys are the form's; Enter goes on to the next field."""
        if action == "choose" and not self.offering:
            return parameters == ("take",)
        return super().check_action(action, parameters)

    async def action_choose(self, key: str) -> None:
        """Let the field act upon the key."""
        if self.offering:
            self.post_message(self.Pressed(key))
        else:
            await self.action_submit()


class OfferingEntry(TextEntry):
    """A field that offers rows while something is typed: keys and the mouse take one."""

    DEFAULT_CSS = f"""
    OfferingEntry Suggestions {{ margin-left: {LABEL}; }}
    """

    _offers: tuple[Offer, ...] = ()

    def compose(self) -> ComposeResult:
        """The field over what is offered."""
        yield from super().compose()
        yield Suggestions()

    def compose_input(self) -> Widget:
        """The line."""
        return CompletedField(self.shown, placeholder=self._placeholder)

    @property
    def fragment(self) -> str:
        """What is being typed now."""
        return self.text.strip()

    def take(self, offer: Offer) -> None:
        """Have what was offered in the field."""
        raise NotImplementedError

    def offer(self, fragment: str, offers: Sequence[Offer]) -> None:
        """Offer something for a fragment, if that is still what is typed."""
        field = self.query_one(CompletedField)
        if fragment != self.fragment or not field.has_focus:
            return
        self._offers = tuple(offers)
        field.offering = bool(self._offers)
        self.query_one(Suggestions).open([Suggestion(each.value, each.about) for each in self._offers])

    def edited(self) -> None:
        """What was offered was for another text."""
        super().edited()
        self.close_offers()

    def close_offers(self) -> None:
        """Offer nothing."""
        self._offers = ()
        self.query_one(CompletedField).offering = False
        suggestions = self.query_one(Suggestions)
        if suggestions.is_open:
            suggestions.close()

    def type_in(self, text: str) -> None:
        """Have a text in the line, the cursor behind it."""
        retype(self.query_one(CompletedField), text)

    @on(CompletedField.Pressed)
    def _chosen(self, event: CompletedField.Pressed) -> None:
        event.stop()
        suggestions = self.query_one(Suggestions)
        match event.key:
            case "down" | "up":
                suggestions.move(1 if event.key == "down" else -1)
            case "take" if self._offers:
                self.take(self._offers[suggestions.place])
            case _:
                self.close_offers()

    @on(Suggestions.Taken)
    def _clicked(self, event: Suggestions.Taken) -> None:
        event.stop()
        self.take(self._offers[self.query_one(Suggestions).place])

    def on_descendant_blur(self) -> None:
        """What is offered belongs to what is typed."""
        self.close_offers()


class CompletedEntry(OfferingEntry, ElementsEntry):
    """Several things. What is typed behind the last comma is offered to be completed."""

    def look(self, fragment: str, before: Sequence[str]) -> None:
        """Find what a fragment may mean, and hand it to `offer`; `before` are the things that stand before it."""
        raise NotImplementedError

    def offer(self, fragment: str, offers: Sequence[Offer]) -> None:
        """What is typed in full need not be offered."""
        super().offer(fragment, [each for each in offers if each.value != fragment])

    def edited(self) -> None:
        """Look what may be meant."""
        super().edited()
        done, _ = self._parts
        self.look(self.fragment, _elements(done))

    @property
    def _parts(self) -> tuple[str, str]:
        """What is typed, up to the last comma that stands in no quotes, and what follows."""
        text, quoted, end = self.text, False, 0
        for place, character in enumerate(text):
            quoted ^= character == '"'
            if character == "," and not quoted:
                end = place + 1
        return text[:end], text[end:]

    @property
    def fragment(self) -> str:
        """What stands behind the last comma."""
        return self._parts[1].strip().strip('"')

    def take(self, offer: Offer) -> None:
        """Complete it, and begin another one."""
        done, _ = self._parts
        self.type_in(f"{done}{' ' if done else ''}{in_line([offer.value])}, ")


def _elements(text: str) -> list[str]:
    """The things of a text; what cannot be read gives none, which is said when it is saved."""
    try:
        return elements(text)
    except csv.Error:
        return []

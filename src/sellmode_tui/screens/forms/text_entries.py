"""Fields of a form for text, numbers, and one or several of a few values."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, ClassVar

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sellmode_contract.money import HOW, read_number
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.screens.forms.form_field import Changes, FormField, Unreadable, retype
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.choice import Choice, Option
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField


class TextEntry(FormField):
    """A line of text."""

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None, *, placeholder: str = "") -> None:
        super().__init__(path, label, desk, value)
        self._placeholder = placeholder

    def compose_input(self) -> Widget:
        """The line."""
        return TextField(self.shown, placeholder=self._placeholder)

    @property
    def shown(self) -> str:
        """The value as it is typed."""
        return "" if self.before is None else str(self.before)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.query_one(TextField).value

    @property
    def state(self) -> object:
        """The text."""
        return self.text

    async def retype(self, typed: Any) -> None:
        """Type the text."""
        retype(self.query_one(TextField), typed)

    @property
    def value(self) -> Any:
        """The text without blanks around it."""
        return self.text.strip() or None


class NumberEntry(TextEntry):
    """A number, and what it is a number of."""

    WHOLE: ClassVar = False

    DEFAULT_CSS = """
    NumberEntry {
        .field-amount { width: 1fr; height: auto; }
        .field-amount TextField { width: 8; }
        .field-unit { width: 1fr; height: auto; padding-left: 1; color: $text-muted; }
    }
    """

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None, *, unit: str = "") -> None:
        """`unit` stands behind it: "days after the due day; empty: never"."""
        super().__init__(path, label, desk, value)
        self._unit = unit

    def compose_input(self) -> Widget:
        """The number, with its unit."""
        number = super().compose_input()
        if not self._unit:
            return number
        return Horizontal(number, Static(Content(self._unit), classes="field-unit"), classes="field-amount")

    @property
    def shown(self) -> str:
        """Without a point if it is whole."""
        return f"{self.before:.15g}" if isinstance(self.before, int | float) else super().shown

    @property
    def value(self) -> Any:
        """The number."""
        text = self.text.strip()
        if not text:
            return None
        try:
            number = read_number(text)
        except ValueError:
            raise Unreadable(self, self._refusal) from None
        if not self.WHOLE:
            return float(number)
        if number % 1:
            raise Unreadable(self, self._refusal)
        return int(number)

    @property
    def _refusal(self) -> str:
        if self.WHOLE:
            return tr("{field} has to be a whole number.", field=self.label)
        return tr("{field} has to be a number: {how}.", field=self.label, how=trd(HOW))


class WholeEntry(NumberEntry):
    """A number without a fraction."""

    WHOLE = True


class ChoiceEntry(FormField):
    """One of several values."""

    def __init__(self, path: str, label: str, desk: Desk, options: Sequence[Option], value: Any = None) -> None:
        super().__init__(path, label, desk, value)
        self._options = options

    def compose_input(self) -> Widget:
        """The options."""
        held = str(self.before or "")  # no text, if the field was of another type before
        return Choice(self._options, held)

    @property
    def state(self) -> object:
        """What is chosen."""
        return self.query_one(Choice).value

    @property
    def typed_words(self) -> str:
        """As it is called."""
        return next((each.label for each in self._options if each.value == self.state), "")

    async def retype(self, typed: Any) -> None:
        """Choose it, if it can still be chosen."""
        self.query_one(Choice).choose(typed)

    @property
    def value(self) -> Any:
        """What is chosen; None for the option that says nothing."""
        return self.query_one(Choice).value or None

    @property
    def outcome(self) -> Any:
        """What is chosen: one is from the beginning, even if nothing was held."""
        return self.value


class FlagEntry(ChoiceEntry):
    """Yes or no, as they are called."""

    def __init__(
        self, path: str, label: str, desk: Desk, value: Any = None, *, yes: str = marked("yes"), no: str = marked("no")
    ) -> None:
        super().__init__(path, label, desk, (Option("", trd(no)), Option("yes", trd(yes))), bool(value))

    def compose_input(self) -> Widget:
        """Both."""
        return Choice(self._options, "yes" if self.before else "")

    async def retype(self, typed: Any) -> None:
        """Choose it; earlier versions kept other words for the two."""
        self.query_one(Choice).choose("" if typed in ("", "no") else "yes")

    @property
    def value(self) -> bool:
        """Which of them."""
        return self.state == "yes"


class AreaEntry(FormField):
    """A text of several lines."""

    DEFAULT_CSS = """
    AreaEntry {
        height: 1fr; min-height: 6;
        & > .field-row { height: 1fr; layout: vertical; }
        & > .field-said { padding-left: 0; }
    }
    """

    def compose_input(self) -> Widget:
        """The lines."""
        return PlainTextArea(self.before or "")

    @property
    def state(self) -> object:
        """The text."""
        return self.query_one(PlainTextArea).text

    async def retype(self, typed: Any) -> None:
        """Type the text; it can be taken back, as what is typed can."""
        area = self.query_one(PlainTextArea)
        area.replace(typed, area.document.start, area.document.end)
        area.move_cursor(area.document.end)

    @property
    def value(self) -> Any:
        """The text as it was typed; None if there is only white space."""
        text = self.query_one(PlainTextArea).text
        return text if text.strip() else None


class ElementsEntry(TextEntry):
    """Several short texts with commas between them; one that has a comma itself stands in quotes."""

    @property
    def shown(self) -> str:
        """The elements, with commas."""
        line = in_line(self.before or ())
        return line.replace(",", ", ") if '"' not in line else line

    @property
    def value(self) -> Any:
        """The elements; one that was there before as it was, with odd blanks too."""
        try:
            typed = elements(self.text)
        except csv.Error:
            raise Unreadable(self, tr("A quotation mark is missing, or is inside a word.")) from None
        kept = {shown: each for each in self.before or () for shown in elements(in_line([each]))}
        return list(dict.fromkeys(kept.get(element, element) for element in typed))


class SetEntry(ElementsEntry):
    """Elements of a set, of which it is said which came and which went."""

    def collect(self, into: Changes) -> None:
        """Add elements that came and went."""
        if not self.changed:
            return
        before, now = list(self.before or ()), self.value
        if added := [element for element in now if element not in before]:
            into.add[self.path] = added
        if removed := [element for element in before if element not in now]:
            into.remove[self.path] = removed


def in_line(texts: Sequence[str]) -> str:
    """Texts with commas between them."""
    line = io.StringIO()
    csv.writer(line).writerow(texts)  # its own line ends, so that one within a text stands in quotes
    return line.getvalue().removesuffix("\r\n") if texts else ""


def elements(line: str) -> list[str]:
    """The texts between the commas. Raises csv.Error."""
    rows = csv.reader([line], skipinitialspace=True, strict=True)
    return [element.strip() for row in rows for element in row if element.strip()]

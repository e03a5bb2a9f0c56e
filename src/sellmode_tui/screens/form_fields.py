"""Fields of a form: each with its label, what it means or what is wrong with it, and what was changed in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.text import visible
from sellmode_tui.screens.desk import Desk
from sellmode_tui.visibility.typed_dates import UnclearDate, read_date
from sellmode_tui.widgets.choice import Choice, Option
from sellmode_tui.widgets.press import Press
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField

LABEL: Final = 20
"""Cells of a label with the gap after it."""
_NONE: Final = Option("", "none")


@dataclass
class Changes:
    """What was changed in a form, as the door takes it."""

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
        & > .field-said.-wrong {{ color: $foreground; text-style: bold; }}
    }}
    """

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None) -> None:
        """`path` is the field's in an operation (``sizes.shoes``), `value` as JSON has it."""
        super().__init__()
        self.path = path
        self.label = label
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

    async def retype(self, typed: Any) -> None:
        """Bring back what `typed` gave."""
        raise NotImplementedError

    @property
    def outcome(self) -> Any:
        """What it was, to the last blank, unless something else was typed. Raises Unreadable."""
        return self.value if self.changed else self.before

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
        said.update(Content(f"{'! ' if wrong else ''}{visible(text)}"))

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


class TextEntry(FormField):
    """A line of text."""

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None, *, placeholder: str = "") -> None:
        super().__init__(path, label, desk, value)
        self._placeholder = placeholder

    def compose_input(self) -> Widget:
        """The line."""
        return TextField(self.shown, placeholder=self._placeholder, ascii_only=self._desk.ascii_only)

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
            return float(text)
        except ValueError:
            raise Unreadable(self, f"{self.label} is a number: write it as 12 or 12.5.") from None


class DayEntry(TextEntry):
    """A day, of which it is said how it was understood."""

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None, *, year_needed: bool = True) -> None:
        """`value` as it can be typed: ``1990-12-24``, ``12-24``."""
        super().__init__(path, label, desk, value, placeholder="1990-12-24" if year_needed else "24 Dec, or 1990-12-24")
        self._year_needed = year_needed

    def edited(self) -> None:
        """Say how it is understood."""
        if not self.text.strip():
            self.say("")
            return
        try:
            self.say(f"= {read_date(self.text).words}")
        except UnclearDate as unclear:
            self.say(str(unclear))

    @property
    def value(self) -> Any:
        """As it is written in operations: ``1990-12-24``; without a year ``12-24``."""
        if not self.text.strip():
            return None
        try:
            date = read_date(self.text)
        except UnclearDate as unclear:
            raise Unreadable(self, str(unclear)) from None
        if self._year_needed and date.year is None:
            raise Unreadable(self, f"{self.label} needs its year: write it as 1990-12-24 or 24 Dec 1990.")
        return date.written


class ChoiceEntry(FormField):
    """One of several values."""

    def __init__(self, path: str, label: str, desk: Desk, options: Sequence[Option], value: Any = None) -> None:
        super().__init__(path, label, desk, value)
        self._options = options

    def compose_input(self) -> Widget:
        """The options."""
        held = str(self.before or "")  # no text, if the field was of another type before
        return Choice(self._options, held, ascii_only=self._desk.ascii_only)

    @property
    def state(self) -> object:
        """What is chosen."""
        return self.query_one(Choice).value

    async def retype(self, typed: Any) -> None:
        """Choose it, if it can still be chosen."""
        self.query_one(Choice).choose(typed)

    @property
    def value(self) -> Any:
        """What is chosen; None for the option that says nothing."""
        return self.query_one(Choice).value or None


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
        return PlainTextArea(self.before or "", ascii_only=self._desk.ascii_only)

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


class SetEntry(TextEntry):
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
            raise Unreadable(self, "A quotation mark is missing, or stands inside a word.") from None
        kept = {shown: each for each in self.before or () for shown in elements(in_line([each]))}
        return list(dict.fromkeys(kept.get(element, element) for element in typed))

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


class _Parts(FormField):
    """A field of several, which stand under its label."""

    DEFAULT_CSS = """
    _Parts {
        .field-parts { height: auto; width: 1fr; }
        .field-parts FormField > .field-row > .field-label { width: 14; }
        .field-parts FormField > .field-said { padding-left: 14; }
    }
    """

    def parts(self) -> list[FormField]:
        """The fields that there are now, from top to bottom."""
        return [each for each in self.query(FormField) if each is not self]

    @property
    def state(self) -> object:
        """What is typed in each."""
        return [(part.path, part.state) for part in self.parts()]

    @property
    def typed(self) -> Any:
        """What is typed in each."""
        return [[part.path, part.typed] for part in self.parts()]

    async def retype(self, typed: Any) -> None:
        """Type it in each, with as many parts as there were."""
        done: list[FormField] = []
        for path, text in typed:
            part = next((each for each in self.parts() if each.path == path and each not in done), None)
            part = part or await self.add_part(path)
            done.append(part)
            await part.retype(text)

    async def add_part(self, path: str) -> FormField:
        """A part that is not there yet."""
        raise NotImplementedError


class AddressEntry(_Parts):
    """A postal address; an empty one is only asked for on demand."""

    _PARTS: ClassVar = (
        ("company", "Company"),
        ("lines", "Street"),
        ("postcode", "Postcode"),
        ("city", "City"),
        ("province", "Province"),
        ("country", "Country"),
    )

    def compose_input(self) -> Widget:
        """The parts, or a way to them."""
        shown = self._fields() if self.before else [Press("Add an address", classes="address-add")]
        return Vertical(*shown, classes="field-parts")

    def _fields(self) -> list[FormField]:
        held = self.before or {}
        return [
            TextEntry(name, label, self._desk, _line(held.get(name)), placeholder=_ADDRESS_HINTS.get(name, ""))
            for name, label in self._PARTS
        ]

    @on(Press.Pressed, ".address-add")
    async def _open(self, event: Press.Pressed) -> None:
        event.stop()
        (await self.add_part("lines")).focus_first()

    async def add_part(self, path: str) -> FormField:
        """Ask for the address."""
        await self.query_one(".field-parts").mount(*self._fields())
        await self.query(".address-add").remove()
        return next(each for each in self.parts() if each.path == path)

    @property
    def state(self) -> object:
        """What is typed; parts that say nothing do not count."""
        return {part.path: part.state for part in self.parts() if part.state}

    @property
    def value(self) -> Any:
        """The address, None if nothing is in it."""
        held = self.before or {}
        typed = {part.path: part.value for part in self.parts() if part.changed}
        if typed.get("lines"):
            typed["lines"] = [line.strip() for line in typed["lines"].split(" / ")]
        address = {name: typed[name] if name in typed else held.get(name) for name, _ in self._PARTS}
        return {name: value for name, value in address.items() if value} or None


_ADDRESS_HINTS = {"lines": "Dam 1 / 2nd floor", "country": "NL"}


def _line(value: Any) -> str:
    """A part of an address in one line."""
    return " / ".join(value) if isinstance(value, list | tuple) else str(value or "")


class SizesEntry(_Parts):
    """Sizes: what they are of, and which. Those that there are can be changed or emptied, new ones added."""

    def compose_input(self) -> Widget:
        """A line for each, and a way to another one."""
        lines = [TextEntry(f"sizes.{what}", what, self._desk, size) for what, size in (self.before or {}).items()]
        return Vertical(*lines, Press("Add a size", classes="part-add"), classes="field-parts")

    @on(Press.Pressed, ".part-add")
    async def _add(self, event: Press.Pressed) -> None:
        event.stop()
        (await self.add_part()).focus_first()

    async def add_part(self, path: str = "sizes") -> FormField:
        """Another size; one that was there when it was typed, and has gone, under its name."""
        what = path.removeprefix("sizes.")
        size = NewSize(self._desk) if path == "sizes" else TextEntry(path, what, self._desk)
        await self.query_one(".field-parts").mount(size, before=self.query_one(".part-add"))
        return size

    @property
    def value(self) -> Any:
        """All sizes."""
        changes = Changes()
        self.collect(changes)
        held = {f"sizes.{what}": size for what, size in (self.before or {}).items()} | changes.set
        return {path.removeprefix("sizes."): size for path, size in held.items() if size}

    def collect(self, into: Changes) -> None:
        """Add each size that was changed."""
        for part in self.parts():
            part.collect(into)


class NewSize(FormField):
    """A size of something that has none yet."""

    DEFAULT_CSS = """
    NewSize .new-size { height: 1; width: 1fr; }
    NewSize TextField { margin-right: 1; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__("sizes", "New", desk)

    def compose_input(self) -> Widget:
        """Of what, and which."""
        ascii_only = self._desk.ascii_only
        return Horizontal(
            TextField(placeholder="shoes", ascii_only=ascii_only, id="what"),
            TextField(placeholder="38", ascii_only=ascii_only, id="size"),
            classes="new-size",
        )

    @property
    def state(self) -> object:
        """Both texts."""
        return tuple(each.value.strip() for each in self.query(TextField))

    async def retype(self, typed: Any) -> None:
        """Type both."""
        for line, text in zip(self.query(TextField), typed, strict=True):
            retype(line, text)

    @property
    def value(self) -> Any:
        """The size."""
        what, size = (each.value.strip() for each in self.query(TextField))
        if size and not what:
            raise Unreadable(self, "Say of what this is the size.")
        return size or None

    def collect(self, into: Changes) -> None:
        """Add the size, if one was typed."""
        if size := self.value:
            what = self.query_one("#what", TextField).value.strip()
            into.set[f"sizes.{what}"] = size
            into.was[f"sizes.{what}"] = None


class GroupEntry(_Parts):
    """A field that repeats (pets): entries with fields of their own, which come and go."""

    def __init__(self, defined: CustomField, desk: Desk, value: Any = None) -> None:
        super().__init__(f"custom.{defined.name}", defined.label or defined.name, desk, value)
        self._defined = defined

    def compose_input(self) -> Widget:
        """The entries, and a way to another one."""
        entries = [_GroupItem(self._defined, self._desk, item) for item in self.before or ()]
        return Vertical(*entries, Press("Add", classes="part-add"), classes="field-parts")

    @on(Press.Pressed, ".part-add")
    async def _add(self, event: Press.Pressed) -> None:
        event.stop()
        (await self._add_item()).query(FormField).first().focus_first()

    async def _add_item(self) -> _GroupItem:
        item = _GroupItem(self._defined, self._desk, {})
        await self.query_one(".field-parts").mount(item, before=self.query_one(".part-add"))
        return item

    @property
    def typed(self) -> Any:
        """What is typed in each entry."""
        return [{part.path: part.typed for part in item.parts()} for item in self.query(_GroupItem)]

    async def retype(self, typed: Any) -> None:
        """As many entries as there were, with what was typed in each."""
        items = list(self.query(_GroupItem))
        for item in items[len(typed) :]:
            await item.remove()
        for place, texts in enumerate(typed):
            item = items[place] if place < len(items) else await self._add_item()
            for part in item.parts():
                if part.path in texts:
                    await part.retype(texts[part.path])

    @on(Press.Pressed, ".item-remove")
    async def _remove(self, event: Press.Pressed) -> None:
        event.stop()
        item = next(each for each in event.press.ancestors if isinstance(each, _GroupItem))
        self.query_one(".part-add").focus()
        await item.remove()

    @property
    def state(self) -> object:
        """What is typed in each entry."""
        return [[(part.path, part.state) for part in item.parts()] for item in self.query(_GroupItem)]

    @property
    def value(self) -> Any:
        """The entries in which something is typed."""
        return [item for each in self.query(_GroupItem) if (item := each.value)] or None


class _GroupItem(Vertical):
    """One of several: a pet."""

    DEFAULT_CSS = """
    _GroupItem { height: auto; margin-bottom: 1; }
    """

    def __init__(self, defined: CustomField, desk: Desk, item: Mapping[str, Any]) -> None:
        super().__init__()
        self._defined = defined
        self._desk = desk
        self._item = {defined.key_of(name): value for name, value in item.items()}

    def compose(self) -> ComposeResult:
        """Its fields, and a way to take it away."""
        for key, own in self._defined.parts.items():
            yield entry_of(own, key, self._desk, self._item.get(key))
        yield Press("Take away", classes="item-remove")

    def parts(self) -> list[FormField]:
        """Its fields."""
        return list(self.query(FormField))

    @property
    def value(self) -> dict[str, Any]:
        """What is typed. Raises Unreadable."""
        values = {part.path: part.outcome for part in self.parts()}
        return {name: value for name, value in values.items() if value is not None}


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


def entry_of(defined: CustomField, path: str, desk: Desk, value: Any = None) -> FormField:
    """The field of a form for one that the retailer defined."""
    label = defined.label or defined.name
    match defined.type:
        case "group":
            return GroupEntry(defined, desk, value)
        case "number":
            return NumberEntry(path, label, desk, value)
        case "date":
            return DayEntry(path, label, desk, value)
        case "choice":
            options = [_NONE, *(Option(choice, choice) for choice in defined.choices)]
            return ChoiceEntry(path, label, desk, options, value)
        case "text":
            return TextEntry(path, label, desk, value)

"""Fields of a form that consist of several: addresses, sizes, rows."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from sellmode_tui.language import marked, tr
from sellmode_tui.screens.forms.form_field import Changes, FormField, Unreadable, retype
from sellmode_tui.screens.forms.text_entries import TextEntry
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.press import Press
from sellmode_tui.widgets.text_field import TextField


class PartsEntry(FormField):
    """A field of several, which stand under its label."""

    DEFAULT_CSS = """
    PartsEntry {
        .field-parts { height: auto; width: 1fr; }
        .field-parts FormField > .field-row > .field-label { width: 14; }
        .field-parts FormField > .field-said { padding-left: 14; }
    }
    """

    def parts(self) -> list[FormField]:
        """The fields that there are now, from top to bottom; one that is just being put there has no state yet."""
        return [each for each in self.query(FormField) if each is not self and each.is_mounted]

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


class AddressEntry(PartsEntry):
    """A postal address; an empty one is only asked for on demand."""

    _PARTS: ClassVar = (
        ("company", marked("Company")),
        ("lines", marked("Street")),
        ("postcode", marked("Postcode")),
        ("city", marked("City")),
        ("province", marked("Province")),
        ("country", marked("Country")),
    )

    def compose_input(self) -> Widget:
        """The parts, or a way to them."""
        shown = self._fields() if self.before else [Press(tr("Add an address"), classes="address-add")]
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


class SizesEntry(PartsEntry):
    """Sizes: what they are of, and which. Those that there are can be changed or emptied, new ones added."""

    def compose_input(self) -> Widget:
        """A line for each, and a way to another one."""
        lines = [TextEntry(f"sizes.{what}", what, self._desk, size) for what, size in (self.before or {}).items()]
        return Vertical(*lines, Press(tr("Add a size"), classes="part-add"), classes="field-parts")

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
        super().__init__("sizes", tr("New"), desk)

    def compose_input(self) -> Widget:
        """Of what, and which."""
        return Horizontal(
            TextField(placeholder=tr("shoes"), id="what"),
            TextField(placeholder="38", id="size"),
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
            raise Unreadable(self, tr("Enter what this size is for."))
        return size or None

    def collect(self, into: Changes) -> None:
        """Add the size, if one was typed."""
        if size := self.value:
            what = self.query_one("#what", TextField).value.strip()
            into.set[f"sizes.{what}"] = size
            into.was[f"sizes.{what}"] = None

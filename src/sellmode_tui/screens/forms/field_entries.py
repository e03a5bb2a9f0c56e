"""The field of a form for a field of a kind of record, and for one that the retailer defined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sellmode_contract.kinds.fields import (
    Address,
    Due,
    Elements,
    Field,
    Flag,
    Goal,
    Moment,
    Number,
    OneOf,
    Ref,
    Rows,
    Sizes,
    Text,
)
from sellmode_contract.kinds.retailer import CustomField
from sellmode_tui.language import marked, trd
from sellmode_tui.screens.forms.form_field import FormField
from sellmode_tui.screens.forms.part_entries import AddressEntry, SizesEntry
from sellmode_tui.screens.forms.pickers import REFERENCES, ProductsEntry, StoresEntry, WorksEntry
from sellmode_tui.screens.forms.row_entries import RowsEntry
from sellmode_tui.screens.forms.text_entries import (
    AreaEntry,
    ChoiceEntry,
    ElementsEntry,
    FlagEntry,
    NumberEntry,
    SetEntry,
    TextEntry,
    WholeEntry,
)
from sellmode_tui.screens.forms.time_entries import DayEntry, DueEntry, MomentEntry
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.choice import Option

_NONE: Final = Option("", marked("none"))
_STEPS: Final = marked("in the smallest steps of the figure: cents, tenths of a percent")
_ELEMENTS: Final[Mapping[str, type[StoresEntry | ProductsEntry | WorksEntry | ElementsEntry]]] = {
    "text": ElementsEntry,
    "store": StoresEntry,
    "product": ProductsEntry,
    "work": WorksEntry,
}
_NO_NAMES: Final[Mapping[str, str]] = {}


def entry_of_field(  # noqa: PLR0911  # one for each type
    field: Field,
    desk: Desk,
    value: Any = None,
    *,
    label: str | None = None,
    hint: str = "",
    needed: bool = False,
    names: Mapping[str, str] = _NO_NAMES,
) -> FormField:
    """`label`, if another one than the heading; `hint` says what can be typed, or what a number is a number of.

    `needed`: whether one of its choices has to be chosen. `names` are those of the ids in the value.
    """
    path, label = field.name, field.title if label is None else label
    value = None if value in ("", [], ()) else value
    match field:
        case Flag():
            return FlagEntry(path, label, desk, value, yes=field.yes, no=field.no)
        case OneOf():
            return ChoiceEntry(path, label, desk, choices_of(field, needed=needed), value)
        case Number():
            return (WholeEntry if field.whole else NumberEntry)(path, label, desk, value, unit=hint or _unit_of(field))
        case Due():
            return DueEntry(path, label, desk, value, placeholder=hint)
        case Moment():
            return MomentEntry(path, label, desk, value)
        case Ref():
            return REFERENCES[field.to](path, label, desk, value, name=names.get(value or "", ""), placeholder=hint)
        case Elements(unordered=True):
            return SetEntry(path, label, desk, value, placeholder=hint)
        case Address() | Sizes():
            return (AddressEntry if isinstance(field, Address) else SizesEntry)(path, label, desk, value)
        case Elements():
            return _ELEMENTS[field.of](path, label, desk, value, placeholder=hint)
        case Rows():
            return RowsEntry(
                path,
                label,
                desk,
                value,
                entries=lambda row: [
                    entry_of_field(part, desk, row.get(part.name), names=names) for part in field.fields
                ],
                ordered=True,
                most=field.most,
            )
        case Text(lines=True):
            return AreaEntry(path, label, desk, value)
        case _:
            return TextEntry(path, label, desk, value, placeholder=hint)


def _unit_of(field: Number) -> str:
    """What a number is a number of, if that has to be said: a target is typed in whole units in its own form only."""
    return trd(_STEPS) if isinstance(field, Goal) else ""


def choices_of(field: OneOf, *, needed: bool = False) -> list[Option]:
    """What can be chosen; nothing too, unless something is `needed`."""
    options = [Option(str(value), _capital(trd(name))) for value, name in field.choices.items() if value]
    return options if needed else [Option("", trd(field.choices.get("", _NONE.label))), *options]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def entry_of_own(defined: CustomField, path: str, desk: Desk, value: Any = None) -> FormField:
    """The field of a form for one that the retailer defined."""
    label = defined.label or defined.name
    match defined.type:
        case "group":
            return _rows_of_own(defined, label, desk, value)
        case "number":
            return NumberEntry(path, label, desk, value)
        case "date":
            return DayEntry(path, label, desk, value)
        case "choice":
            options = [Option("", trd(_NONE.label)), *(Option(choice, choice) for choice in defined.choices)]
            return ChoiceEntry(path, label, desk, options, value)
        case "text":
            return TextEntry(path, label, desk, value)


def _rows_of_own(defined: CustomField, label: str, desk: Desk, value: Any) -> FormField:
    def entries(row: Mapping[str, Any]) -> list[FormField]:
        held = {defined.key_of(name): each for name, each in row.items()}
        return [entry_of_own(own, key, desk, held.get(key)) for key, own in defined.parts.items()]

    return RowsEntry(f"custom.{defined.name}", label, desk, value, entries=entries)

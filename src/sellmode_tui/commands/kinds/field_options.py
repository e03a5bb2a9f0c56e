"""The options of a kind's fields, and reading what is given by them: ``--title TEXT``, ``--add-line 'sku=AV-1'``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, get_type_hints

import click
import msgspec

from sellmode_contract.kinds.fields import Due, Elements, Field, Flag, Goal, Moment, Number, OneOf, Ref, Rows, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.money import HOW, read_amount
from sellmode_contract.refusals import named
from sellmode_contract.results.kpis import KPIS
from sellmode_contract.results.targets import in_steps
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Parameter
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.inputs import read_text, typed_value
from sellmode_tui.commands.kit.when import read_past, read_when
from sellmode_tui.records import RecordStore

NO_CHOICE: Final = "none"


def option_name(field: Field) -> str:
    """``--made-of``."""
    return f"--{field.name.replace('_', '-')}"


def row_noun(field: Rows) -> str:
    """One of its rows: ``line``."""
    return field.name.replace("_", "-").removesuffix("s")


def field_options(kind: Kind[Any], fields: Sequence[Field], *, edits: bool) -> list[Parameter]:
    """The options by which fields of a kind are given."""
    return [option for field in fields for option in _options(field, kind.blank.get(field.name), edits=edits)]


def _options(field: Field, blank: Any, *, edits: bool) -> Iterator[Parameter]:
    name, title = option_name(field), f"{field.title}."
    match field:
        case Flag():
            yield click.option(f"{name}/--no-{name[2:]}", field.name, default=None, help=title)
        case OneOf():
            choices = [str(choice) for choice in field.choices if choice]
            none = [] if blank else [NO_CHOICE]
            yield click.option(name, field.name, type=click.Choice([*choices, *none]), help=title)
        case Elements():
            help = f"{field.title}; repeat for several, empty for none."
            yield click.option(name, field.name, metavar="VALUE", multiple=True, help=help)
        case Rows():
            noun = row_noun(field)
            yield click.option(
                f"--add-{noun}", f"add_{field.name}", metavar=_row_form(field), multiple=True,
                help=f"{field.title}: add one.",
            )  # fmt: skip
            if edits:
                yield click.option(
                    f"--remove-{noun}", f"remove_{field.name}", type=int, metavar="N", multiple=True,
                    help=f"{field.title}: remove the one at this place, from 1.",
                )  # fmt: skip
                yield click.option(
                    f"--move-{noun}", f"move_{field.name}", type=(int, int), metavar="FROM TO", multiple=True,
                    help=f"{field.title}: move the one at one place to another.",
                )  # fmt: skip
        case _:
            yield click.option(name, field.name, metavar=_metavar(field), help=title)


def _metavar(field: Field) -> str:
    match field:
        case Text():
            return "TEXT|-"
        case Due():
            return "WHEN"
        case Moment():
            return "TIME"
        case Ref():
            return {"customer": "CUSTOMER", "staff": "PERSON", "store": "STORE"}[field.to]
    return "VALUE"


def given_fields(
    records: RecordStore, kind: Kind[Any], given: Mapping[str, Any], held: Mapping[str, Any]
) -> dict[str, Any]:
    """What the options give, by field as JSON has it; ``held`` is what stands in the record. Raises Failure."""
    hints = get_type_hints(kind.record)
    values: dict[str, Any] = {}
    for field in kind.fields:
        if isinstance(field, Rows):
            rows = given_rows(field, given, held.get(field.name) or [], partial(_known, records, field))
            if rows is not None:
                values[field.name] = rows
        elif (typed := given.get(field.name)) not in (None, ()):
            try:
                held = {**held, **values}
                values[field.name] = _value(records, kind, field, typed, hints[field.name], held)
            except Failure as failure:
                raise Failure(named(field.title, failure.message, field.name), Exit(failure.exit_code)) from None
    return values


def _value(  # noqa: PLR0911  # one for each sort of field
    records: RecordStore, kind: Kind[Any], field: Field, typed: Any, hint: Any, document: Mapping[str, Any]
) -> Any:
    match field:
        case Flag():
            return typed
        case OneOf() if typed == NO_CHOICE:
            return kind.blank[field.name]
        case Text():
            return read_text(typed)
        case Elements():
            return [_element(records, field, element) for element in typed if element]
        case _ if not typed:
            return kind.blank[field.name]
        case Due():
            return read_when(typed, records.zone()).text
        case Moment():
            return read_past(typed, records.zone())
        case Ref(to="customer"):
            return resolve.customer(records, typed)
        case Ref(to="staff"):
            return resolve.colleague(records.colleagues(), typed).id
        case Ref():
            return resolve.store(records, typed)
        case Goal():
            return _goal(records, field, typed, document)
    return msgspec.to_builtins(typed_value(kind, field.name, typed, hint))


def _goal(records: RecordStore, field: Goal, typed: str, document: Mapping[str, Any]) -> int:
    kpi, retailer = KPIS.get(document.get(field.kpi) or ""), records.retailer()
    if kpi is None:
        raise Failure(f"Its figure is missing: --{field.kpi}.", Exit.USAGE)
    try:
        number = read_amount(typed)
    except ValueError as error:
        raise Failure(f"It {error}: {HOW}.", Exit.USAGE) from None
    try:
        return in_steps(kpi, number, retailer.currency if retailer else "")
    except ValueError as error:
        raise Failure(str(error), Exit.USAGE) from None


def _element(records: RecordStore, field: Elements, typed: str) -> str:
    return resolve.store(records, typed) if field.of == "store" else typed


# ------------------------------------------------------------------ rows


def given_rows(
    field: Rows,
    given: Mapping[str, Any],
    held: Sequence[Mapping[str, Any]],
    known: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> list[Any] | None:
    """The rows as they are to be: those that go are named by their places before, then rows are added, then moved.

    `known` fills in what a new one leaves out.
    """
    added, removed, moved = (given.get(f"{verb}_{field.name}") or () for verb in ("add", "remove", "move"))
    if not (added or removed or moved):
        return None
    noun = row_noun(field)
    for place in removed:
        _check_place(place, len(held), noun)
    rows: list[Any] = [row for place, row in enumerate(held, 1) if place not in removed]
    rows += [known(_row(field, typed)) for typed in added]
    for origin, target in moved:
        for place in (origin, target):
            _check_place(place, len(rows), noun)
        rows.insert(target - 1, rows.pop(origin - 1))
    return rows


def _known(records: RecordStore, field: Rows, row: dict[str, Any]) -> dict[str, Any]:
    """A row with what is known of the record that it names. Raises Failure if there is none."""
    first = field.fields[0].name
    if field.of != "product" or not row.get(first):
        return row
    product = records.products.item(resolve.product(records, row[first]))
    return {**product, **row, first: product[first]}


def _check_place(place: int, last: int, noun: str) -> None:
    if not 1 <= place <= last:
        raise Failure(f"No {noun} {place}: there are {last}.", Exit.USAGE)


def _part(field: Field, value: str) -> Any:
    """What is typed for a field of a row, as JSON has it."""
    number = isinstance(field, Number) and field.whole and value.strip().isascii() and value.strip().isdecimal()
    return int(value) if number else value


def _row_form(field: Rows) -> str:
    first, *others = (part.name for part in field.fields)
    return ", ".join((f"[{first}=]VALUE", *(f"{name}=VALUE" for name in others)))


def _row(field: Rows, typed: str) -> dict[str, Any]:
    """``AV-1, note=For the opera, in black``: a comma parts fields where the name of one follows."""
    names = [part.name for part in field.fields]
    row: dict[str, Any] = {}
    for place, part in enumerate(re.split(rf",\s*(?=(?:{'|'.join(map(re.escape, names))})=)", typed)):
        name, equals, value = part.partition("=")
        if not (place or equals):
            name, equals, value = names[0], "=", part.strip()
        if not equals or name.strip() not in names:
            raise Failure(f"--add-{row_noun(field)} takes {_row_form(field)}.", Exit.USAGE)
        row[name.strip()] = _part(next(part for part in field.fields if part.name == name.strip()), value)
    return row

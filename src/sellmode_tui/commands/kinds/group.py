"""The commands of a kind of record that declares some (``Kind.command``): list, show, why, add, edit, remove."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click

from sellmode_contract.documents import as_document
from sellmode_contract.kinds.fields import Field
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import parent_of
from sellmode_contract.text import visible, visible_lines
from sellmode_tui.commands.kinds.field_options import field_options, given_fields
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Columns, Opened, Parameter, command, limit_option
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.inputs import from_option, read_json
from sellmode_tui.commands.kit.output import minute, plain
from sellmode_tui.commands.why import explain
from sellmode_tui.records import RecordStore, Shown
from sellmode_tui.records.kind_lists import KindQuery, ListedRecord
from sellmode_tui.records.said import Forms, said_of
from sellmode_tui.records.values import as_text

_ID: Final[Parameter] = click.argument("id", metavar="ID")
_FROM: Final[Parameter] = from_option("Read the fields as a JSON object from FILE, which keeps them private.")
_MAX_LABEL: Final = 16


def group_of(kind: Kind[Any]) -> click.Group:
    """The commands of a kind, those of its verbs."""
    group = click.Group(kind.command, help=kind.command_help)
    _add_reading(kind, group)
    if "create" in kind.verbs:
        _add_creating(kind, group)
    if "edit" in kind.verbs:
        _add_editing(kind, group)
    if "remove" in kind.verbs:
        _add_removing(kind, group)
    return group


def _add_reading(kind: Kind[Any], group: click.Group) -> None:
    noun = kind.called
    sort = click.option("--sort", type=click.Choice(kind.listed), default=kind.listed[0], show_default=True)
    reverse = click.option("--reverse", is_flag=True, help="Reverse the order.")

    @command("list", click.argument("words", metavar="[WORDS]...", nargs=-1), sort, reverse, limit_option, of=group)
    def list_command(opened: Opened, words: tuple[str, ...], sort: str, limit: int | None, *, reverse: bool) -> None:
        """List all, or those that have words with these beginnings."""
        text = " ".join(words)
        found = opened.records.listed(kind.name, KindQuery(text, sort, reverse))
        opened.print_pages(
            found,
            found.count(),
            limit,
            _columns(kind, opened.records.zone()),
            lambda item: plain(item.record),
            noun=kind.command,
            empty=f"No {noun} found." if text else f"No {noun} yet.",
        )

    @command("show", _ID, of=group)
    def show_command(opened: Opened, id: str) -> None:
        """Show everything about one."""
        shown = _named(opened.records, kind, id)
        opened.print_one(
            {**plain(shown.record), "names": shown.names, "unsent": shown.unsent, "refused": shown.refused},
            _lines(shown, opened.records.zone()),
        )

    @command("why", _ID, of=group)
    def why_command(opened: Opened, id: str) -> None:
        """Explain why you see one."""
        explain(opened, kind.name, resolve.record(opened.records, kind.name, id))


def _add_creating(kind: Kind[Any], group: click.Group) -> None:
    fields = [field for field in kind.fields if field.name in kind.created and field.write != "again"]
    asks = kind.of_customer and "customer" not in kind.created
    customer: list[Parameter] = [click.option("--customer", metavar="CUSTOMER", help="Whose it is.", required=True)]

    @command("add", *(customer if asks else []), *field_options(kind, fields, edits=False), _FROM, of=group)
    def add_command(opened: Opened, source: str | None, **given: Any) -> None:
        """Add one."""
        records = opened.records
        values = {**_read(kind, source, kind.created), **given_fields(records, kind, given, {})}
        if asks:
            values["customer"] = resolve.customer(records, given["customer"])
        opened.report(records.create(kind.name, values))


def _add_editing(kind: Kind[Any], group: click.Group) -> None:
    fields = [field for field in kind.fields if field.name in kind.edited]

    @command("edit", _ID, *field_options(kind, fields, edits=True), _FROM, of=group)
    def edit_command(opened: Opened, id: str, source: str | None, **given: Any) -> None:
        """Change fields of one. An empty value clears a field."""
        records, record = opened.records, _named(opened.records, kind, id).record
        values = {**_read(kind, source, kind.edited), **given_fields(records, kind, given, as_document(record))}
        if not values:
            raise Failure("Name what to change, by options or --from.", Exit.USAGE)
        opened.report(records.edit(kind.name, record.id, values))


def _add_removing(kind: Kind[Any], group: click.Group) -> None:
    @command("remove", _ID, of=group)
    def remove_command(opened: Opened, id: str) -> None:
        """Remove one."""
        opened.report(opened.records.remove(kind.name, _named(opened.records, kind, id).record.id))


def _read(kind: Kind[Any], source: str | None, allowed: frozenset[str]) -> dict[str, Any]:
    given = read_json(source) if source else {}
    if unknown := given.keys() - allowed:
        known = ", ".join(name for name in kind.content if name in allowed)
        raise Failure(f"The JSON has {known}, not {visible(min(unknown))}.", Exit.USAGE)
    return given


def _named(records: RecordStore, kind: Kind[Any], text: str) -> Shown:
    shown = records.shown(kind.name, resolve.record(records, kind.name, text))
    if shown is None:
        raise resolve.unknown(kind.called, text)
    return shown


# ------------------------------------------------------------------ for people


def _columns(kind: Kind[Any], zone: dt.tzinfo) -> Columns[ListedRecord]:
    def cell(field: Field) -> Any:
        return lambda item: said_of(field, as_document(item.record), item.names, _forms(zone))

    columns = {field.title.upper(): cell(field) for field in map(kind.by_name.__getitem__, kind.listed)}
    return {**columns, "ID": lambda item: item.record.id[: resolve.SHORT_TIMED_ID]}


def _lines(shown: Shown, zone: dt.tzinfo) -> Iterator[str]:
    document = as_document(shown.record)
    customer = parent_of(shown.record)
    yield visible(shown.kind.described(document, shown.names.get(customer or "", "")))
    for field in shown.kind.fields:
        said = said_of(field, document, shown.names, _forms(zone))
        first, *rest = visible_lines(said)
        if said:
            yield f"  {field.title:{_MAX_LABEL}}{first}"
            yield from (f"  {'':{_MAX_LABEL}}{line}" for line in rest)
    for name in shown.kind.stamps:
        value = getattr(shown.record, name)
        said = minute(value, zone) if isinstance(value, dt.datetime) else shown.names.get(value or "", "")
        yield f"  {name.replace('_', ' '):{_MAX_LABEL}}{visible(said)}"
    yield f"  {'id':{_MAX_LABEL}}{shown.record.id}"
    if shown.refused:
        yield "  refused; see `sellmode attention list`"
    elif shown.unsent:
        yield "  not sent yet; see `sellmode unsent`"


def _forms(zone: dt.tzinfo) -> Forms:
    """As commands print values: rows on lines of their own."""

    def rows(rows: Sequence[str]) -> str:
        return "\n".join(f"{place}. {row}" for place, row in enumerate(rows, 1))

    return Forms(lambda moment: minute(moment, zone), str, as_text, rows)

"""The operator's commands on the retailer's own fields of customers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sellmode_backend.cli import FILE, Failure, database_option, json_option, print_answer, print_file, say
from sellmode_backend.own_fields import changing, renaming
from sellmode_backend.rules import stored_rules
from sellmode_backend.store.database import Database
from sellmode_contract import own_fields, text
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.table_files import TableFileError

_TYPES = ("text", "number", "date", "choice", "group")
_LABEL = click.option("--label", metavar="TEXT", help="As people read it.")
_CHOICES = click.option("--choice", "choices", metavar="TEXT", multiple=True, help="One that may be chosen; repeat it.")
_METAFIELD = click.option("--metafield", metavar="KEY", help="Its key in the shop's export, such as facts.skin_type.")


@click.group("fields")
def fields_command() -> None:
    """The retailer's own fields of customers: in forms, filters, rules and imports. NAME pet.species is of a group."""


@fields_command.command("list")
@database_option()
@json_option
def list_command(database: Database, as_json: bool) -> None:
    """List the fields, with those of groups."""
    with database.snapshot() as connection:
        fields = changing.defined(connection)
    rows = [
        [name, field.label, field.type, ", ".join(field.choices), field.metafield]
        for name, field in own_fields.in_a_row(fields).items()
    ]
    print_answer(fields, [["name", "label", "type", "choices", "metafield"], *rows], as_json=as_json)
    if not (rows or as_json):
        say("There are no fields yet: `fields add` defines one.")


@fields_command.command("export")
@database_option()
@click.argument("file", type=FILE, default="-")
def export_command(database: Database, file: Path) -> None:
    """Write the fields as TOML to FILE, or to standard output. `fields apply` reads it."""
    with database.snapshot() as connection:
        fields = changing.defined(connection)
    print_file(file, own_fields.write_fields(fields), f"{len(own_fields.in_a_row(fields)):,} fields are")


@fields_command.command("apply")
@database_option()
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def apply_command(database: Database, file: Path, dry_run: bool) -> None:
    """Define and change fields as the TOML of FILE (- for standard input) says; `fields export` writes one.

    All of them or, if one is wrong, none; the message has the line and column. Fields that are not in the file stay.
    """
    content = stored_rules.text_of(file)
    with database.transaction() as connection:
        before = changing.defined(connection, lock=True)
        try:
            after = own_fields.read_fields(content, before)
        except TableFileError as error:
            raise Failure(f"{text.visible(str(file))}: {error}.") from None
        changing.define(connection, after, dry_run=dry_run)
    was, count = own_fields.in_a_row(before), 0
    for name, field in own_fields.in_a_row(after).items():
        if told := _difference(was.get(name), field):
            say(f"{name}: {told}")
            count += 1
    if not count:
        say("All of them are as they were.")
    elif dry_run:
        say("Nothing was changed.")


def _difference(before: CustomField | None, after: CustomField) -> str:
    """What became of a field; empty if nothing did."""
    if before is None:
        return "new"
    return "; ".join(
        f"{part} {_shown(was)} -> {_shown(now)}"
        for part in ("label", "type", "choices", "metafield")
        if (was := getattr(before, part)) != (now := getattr(after, part))
    )


def _shown(value: str | tuple[str, ...]) -> str:
    return text.visible(value if isinstance(value, str) else ", ".join(value)) or "none"


@fields_command.command("add")
@database_option()
@click.argument("name", metavar="NAME")
@click.option("--type", "kind", type=click.Choice(_TYPES), default="text", show_default=True, help="What it holds.")
@_LABEL
@_CHOICES
@_METAFIELD
def add_command(
    *, database: Database, name: str, kind: Any, label: str | None, choices: tuple[str, ...], metafield: str | None
) -> None:
    """Define a field; NAME is what filters and rules call it. A group repeats: its fields are added after it."""
    called = name.rpartition(".")[2].replace("_", " ").capitalize()
    field = CustomField(name=name, label=label or called, type=kind, choices=choices, metafield=metafield or "")
    with database.transaction() as connection:
        changing.add(connection, field)
    say(f"{name} is there. Terminals have it with their next sync.")


@fields_command.command("edit")
@database_option()
@click.argument("name", metavar="NAME")
@click.option("--type", "kind", type=click.Choice(_TYPES), help="What it holds.")
@_LABEL
@_CHOICES
@_METAFIELD
def edit_command(
    *,
    database: Database,
    name: str,
    kind: str | None,
    label: str | None,
    choices: tuple[str, ...],
    metafield: str | None,
) -> None:
    """Change a field. The choices given take the place of all there are; an empty --metafield takes it off.

    What would not fit the values that customers have is refused.
    """
    asked = {"label": label, "type": kind, "choices": choices or None, "metafield": metafield}
    changes = {field: value for field, value in asked.items() if value is not None}
    if not changes:
        raise click.UsageError("Say what to change.")
    if kind is not None and kind != "choice":
        changes["choices"] = choices
    with database.transaction() as connection:
        changing.edit(connection, name, **changes)
    say(f"{name} is changed.")


@fields_command.command("remove")
@database_option()
@click.argument("name", metavar="NAME")
def remove_command(database: Database, name: str) -> None:
    """Remove a field in which no customer has a value, and which no rule needs."""
    with database.transaction() as connection:
        changing.remove(connection, name)
    say(f"{name} is removed.")


@fields_command.command("rename")
@database_option()
@click.argument("name", metavar="NAME")
@click.argument("new", metavar="NEW")
def rename_command(database: Database, name: str, new: str) -> None:
    """Give a field another name: customers' values and what was imported go with it, and rules' filters name it anew.

    A field of a group stays in it: pet.kind pet.species. A date that a rule waits for keeps its name.
    """
    with database.transaction() as connection:
        done = renaming.rename(connection, name, new)
    say(f"{name} is {new} now, with the values of {done.customers:,} customer{'s' * (done.customers != 1)}.")
    for rule in done.rules:
        say(f"The rule {rule.slug!r} has the filter {text.visible(rule.audience)}")
    say(
        "Filters that people have saved, and changes that their terminals have not sent, still say"
        f" {name}: they are told that there is no such field."
    )

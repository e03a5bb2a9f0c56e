"""The operator's commands on the retailer's own fields of customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from sellmode_backend.cli import database_option, json_option, print_answer, say
from sellmode_backend.own_fields import changing
from sellmode_backend.store.database import Database
from sellmode_contract.kinds.retailer import CustomField

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
    rows = [row for field in fields for row in _rows(field)]
    print_answer(fields, [["name", "label", "type", "choices", "metafield"], *rows], as_json=as_json)
    if not (rows or as_json):
        say("There are no fields yet: `fields add` defines one.")


def _rows(field: CustomField) -> Iterator[list[str]]:
    yield [field.name, field.label, field.type, ", ".join(field.choices), field.metafield]
    for key, inner in field.parts.items():
        yield [f"{field.name}.{key}", inner.label, inner.type, ", ".join(inner.choices), ""]


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

"""The operator's commands on opening hours and rules of service."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from sellmode_backend.cli import FILE, Failure, database_option, json_option, print_file, say
from sellmode_backend.rules import stored_rules
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database
from sellmode_contract import service_files, text
from sellmode_contract.table_files import TableFileError

_Read = TypeVar("_Read")


def _read(file: Path, reads: Callable[[str], _Read]) -> _Read:
    try:
        return reads(stored_rules.text_of(file))
    except TableFileError as error:
        raise Failure(f"{text.visible(str(file))}: {error}.") from None


# ------------------------------------------------------------------ opening hours


@click.group("hours")
def hours_command() -> None:
    """When the stores are open: service is counted in these hours. A store without any is always open."""


@hours_command.command("show")
@database_option()
@click.argument("store", required=False)
@json_option
def show_hours_command(database: Database, store: str | None, as_json: bool) -> None:
    """Print the opening hours of STORE, or of all stores, as TOML. `hours set` reads it."""
    with database.snapshot() as connection:
        stores = settings.stores(connection)
        names = settings.clear_names(stores)
        if store is not None:
            wanted = settings.store_named(connection, store).id
            stores = tuple(entry for entry in stores if entry.id == wanted)
    if as_json:
        click.echo(text.escaped_json([{"store": entry.name, "hours": entry.hours} for entry in stores], indent=2))
        return
    print_file(stored_rules.STANDARD_INPUT, service_files.write_hours(stores, names), "")
    if always := [text.visible(entry.name) for entry in stores if entry.hours is None]:
        say(f"Always open: {', '.join(always)}.")


@hours_command.command("set")
@database_option()
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only check the file, and say whose hours would change.")
def set_hours_command(database: Database, file: Path, dry_run: bool) -> None:
    """Set opening hours as the TOML of FILE (- for standard input) says; the message has the line and column.

    A table without a store is for all that no other table names; stores that are not meant keep theirs.
    """
    with database.transaction() as connection:
        stores = settings.stores(connection)
        named = partial(settings.store_named, connection)
        hours = _read(file, lambda content: service_files.read_hours(content, stores, named))
        changed = [entry for entry in stores if entry.id in hours and hours[entry.id] != entry.hours]
        if changed and not dry_run:
            settings.set_hours(connection, hours)
    for entry in changed:
        say(f"{text.visible(entry.name)} has other opening hours.")
    if not changed:
        say("All of them are as they were.")
    elif dry_run:
        say("Nothing was changed.")


@hours_command.command("remove")
@database_option()
@click.argument("store")
def remove_hours_command(database: Database, store: str) -> None:
    """Let STORE be always open, as one that never had hours."""
    with database.transaction() as connection:
        entry = settings.store_named(connection, store)
        settings.set_hours(connection, {entry.id: None})
    say(f"{text.visible(entry.name)} is always open now.")


# ------------------------------------------------------------------ rules of service


@click.group("service")
def service_command() -> None:
    """How customers may reach the stores, and how soon they are to be answered."""


@service_command.command("show")
@database_option()
@json_option
def show_service_command(database: Database, as_json: bool) -> None:
    """Print the rules as TOML, those that are as usual, too. `service set` reads it."""
    with database.snapshot() as connection:
        rules = stored_rules.retailer_of(connection).service
    if as_json:
        click.echo(text.escaped_json(service_files.all_of(rules), indent=2))
    else:
        print_file(stored_rules.STANDARD_INPUT, service_files.write_service(rules), "")


@service_command.command("set")
@database_option()
@click.argument("file", type=FILE)
def set_service_command(database: Database, file: Path) -> None:
    """Set the rules as the TOML of FILE (- for standard input) says: all of them, what is not in it as usual."""
    rules = _read(file, service_files.read_service)
    with database.transaction() as connection:
        settings.change(connection, service=rules)
    offered = ", ".join(rules.ways)
    say(f"Customers are offered: {offered}." if offered else "Customers are offered nothing.")

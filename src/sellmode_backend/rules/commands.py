"""The operator's commands on the rules that make tasks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.accounts.signing_in import utc_now
from sellmode_backend.cli import FILE, database_option, json_option, print_answer, print_file, say
from sellmode_backend.rules import passes, preview, stored_rules
from sellmode_backend.rules.stored_rules import RulesRefused, rule_named
from sellmode_backend.store import accounts, records, settings
from sellmode_backend.store.database import Database
from sellmode_contract import store_time, text, wire
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.retailer import StoreEntry, zone_of
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules import HELD
from sellmode_contract.rules.judging import UnfitRule
from sellmode_contract.rules.templates import examples

_STORE = click.option(
    "--store", metavar="STORE", help="The rules of this store, by its name or id; else the retailer's."
)


@click.group("rules")
def rules_command() -> None:
    """The rules that make tasks for associates."""


def _store(connection: Connection, wanted: str | None) -> StoreEntry | None:
    return settings.store_named(connection, wanted) if wanted is not None else None


# ------------------------------------------------------------------ looking


@rules_command.command("list")
@database_option()
@json_option
def list_command(database: Database, as_json: bool) -> None:
    """List all rules: the retailer's, and each store's."""
    with database.snapshot() as connection:
        rules = stored_rules.rules_of(connection)
        names = {entry.id: entry.name for entry in stored_rules.retailer_of(connection).stores}
    rows = (
        [rule.slug, _whose(rule, names), "on" if rule.enabled else "off", rule.trigger, rule.name] for rule in rules
    )
    objects = [_document(rule, names) for rule in rules]
    print_answer(objects, [["slug", "store", "state", "trigger", "name"], *rows], as_json=as_json)
    if not (rules or as_json):
        say("There are no rules yet: `rules defaults` adds those that most begin with.")


@rules_command.command("show")
@database_option()
@click.argument("slug", metavar="RULE")
@_STORE
@json_option
def show_command(database: Database, slug: str, store: str | None, as_json: bool) -> None:
    """Show a rule, as it stands in a file."""
    with database.snapshot() as connection:
        rule = rule_named(connection, slug, _store(connection, store))
        stores = stored_rules.retailer_of(connection).stores
    if as_json:
        click.echo(text.escaped_json(_document(rule, {entry.id: entry.name for entry in stores}), indent=2))
        return
    print_file(stored_rules.STANDARD_INPUT, stored_rules.as_file([rule], stores), "")


@rules_command.command("export")
@database_option()
@click.argument("file", type=FILE, default="-")
@click.option("--store", metavar="STORE", help="Only the rules of this store.  [default: all rules]")
def export_command(database: Database, file: Path, store: str | None) -> None:
    """Write all rules as TOML to FILE, or to standard output. `rules import` reads it."""
    with database.snapshot() as connection:
        where = _store(connection, store)
        rules = [rule for rule in stored_rules.rules_of(connection) if where is None or rule.store == where.id]
        content = stored_rules.as_file(rules, stored_rules.retailer_of(connection).stores)
    print_file(file, content, f"{len(rules):,} rules are")


def _document(rule: TaskRule, names: dict[str, str]) -> dict[str, Any]:
    fields = {name: getattr(rule, name) for name in rule.__struct_fields__}
    return {**fields, "store_name": names.get(rule.store) if rule.store else None}


def _whose(rule: TaskRule, names: dict[str, str]) -> str:
    return names.get(rule.store, rule.store) if rule.store else "all"


# ------------------------------------------------------------------ changing


@rules_command.command("defaults")
@database_option()
def defaults_command(database: Database) -> None:
    """Add the rules that a retailer begins with, where there is none of their slug: switched off."""
    with database.transaction() as connection:
        written = stored_rules.begin_with(connection)
    _tell(written)
    if written:
        say("They are switched off: `rules enable` switches them on.")


@rules_command.command("import")
@database_option()
@click.argument("file", type=FILE)
@click.option("--store", metavar="STORE", help="Whose rules they become if they name no store.  [default: all stores']")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def import_command(database: Database, file: Path, store: str | None, dry_run: bool) -> None:
    """Read rules from the TOML of FILE (- for standard input): new ones, and changes of those that are there.

    All of them or, if one is wrong, none; the message has the line and column. Rules that are not in the file stay.
    """
    with database.transaction() as connection:
        rules = stored_rules.rules_in(file, connection, _store(connection, store))
        written = stored_rules.write(connection, rules, dry_run=dry_run)
    _tell(written)
    if dry_run:
        say("Nothing was changed.")


def _tell(written: list[stored_rules.Written]) -> None:
    for rule, became in written:
        say(f"{rule.slug}: {became}")
    if not written:
        say("There is nothing to add.")


def _enable(database: Database, slugs: tuple[str, ...], store: str | None, *, on: bool) -> None:
    with database.transaction() as connection:
        where = _store(connection, store)
        rules = [msgspec.structs.replace(rule_named(connection, slug, where, lock=True), enabled=on) for slug in slugs]
        records.write(connection, rules)
    say(f"{'On' if on else 'Off'}: {', '.join(rule.slug for rule in rules)}.")


@rules_command.command("enable")
@database_option()
@click.argument("slugs", metavar="RULE...", nargs=-1, required=True)
@_STORE
def enable_command(database: Database, slugs: tuple[str, ...], store: str | None) -> None:
    """Switch rules on. What was due long before is not made up for."""
    _enable(database, slugs, store, on=True)


@rules_command.command("disable")
@database_option()
@click.argument("slugs", metavar="RULE...", nargs=-1, required=True)
@_STORE
def disable_command(database: Database, slugs: tuple[str, ...], store: str | None) -> None:
    """Switch rules off: they make nothing new, and their open tasks stay."""
    _enable(database, slugs, store, on=False)


@rules_command.command("remove")
@database_option()
@click.argument("slug", metavar="RULE")
@_STORE
def remove_command(database: Database, slug: str, store: str | None) -> None:
    """Remove a rule. Its open tasks expire, unless the retailer's rule of this slug stands behind a store's."""
    with database.transaction() as connection:
        rule = rule_named(connection, slug, _store(connection, store), lock=True)
        records.write(connection, [], removed=[("task_rule", rule.id)])
    say(f"{rule.slug} is removed.")


# ------------------------------------------------------------------ what they do


@rules_command.command("preview")
@database_option()
@click.argument("slug", metavar="RULE", required=False)
@click.option("--file", "file", type=FILE, metavar="FILE", help="Of the one rule in this file, which is not imported.")
@click.option("--store", metavar="STORE", help="In which store, by its name or id; not needed if there is one only.")
@click.option("--day", metavar="DAY", help="Such as 2026-12-24.  [default: the store's next day]")
@json_option
def preview_command(
    database: Database, *, slug: str | None, file: Path | None, store: str | None, day: str | None, as_json: bool
) -> None:
    """Tell what a rule would make in a store on a day, and what it would hold back. Nothing is changed."""
    if (slug is None) == (file is None):
        raise click.UsageError("name a rule, or give a --file with one")
    with database.snapshot() as connection:
        where = _only_store(connection, store)
        rule = _rule_of_file(file, connection, where) if file else _standing(connection, slug or "", where)
        now = utc_now()
        try:
            found = preview.preview(connection, rule, where.id, _day(connection, where, day, now), now)
        except UnfitRule as error:
            raise RulesRefused(f"{text.visible(str(error))}") from None
        people = {account.id: account.user_name for account in accounts.each(connection)}
        customers = _names(connection, found)
    rows = (
        [
            line.picks or line.request or customers.get(line.customer, line.customer), line.due,
            people.get(line.person or "", ""), HELD.get(line.held, ""),
        ]
        for line in found.lines
    )  # fmt: skip
    about = {"stale_picks": "picks", "late_request": "request"}.get(rule.trigger, "customer")
    print_answer(found, [[about, "due", "whose", "held back because"], *rows], as_json=as_json)
    if as_json:
        return
    say(f"{found.day}, {text.visible(where.name)}: {found.due:,} due, {found.held:,} held back.")
    if rule.message:
        whole, nameless = examples(rule.message)
        say(f"Text: {text.visible(whole)}")
        say(f"Without a name: {text.visible(nameless)}")
    if found.due + found.held > len(found.lines):
        say(f"The list has the first {wire.MAX_PREVIEW_LINES:,} of either sort.")


def _only_store(connection: Connection, wanted: str | None) -> StoreEntry:
    stores = settings.stores(connection)
    if wanted is not None:
        return settings.store_named(connection, wanted)
    if len(stores) == 1:
        return stores[0]
    names = ", ".join(text.visible(entry.name) for entry in stores) or "there are none yet"
    raise RulesRefused(f"Say in which --store. Stores: {names}.")


def _standing(connection: Connection, slug: str, store: StoreEntry) -> TaskRule:
    """The store's rule of a slug, or else the retailer's."""
    try:
        return rule_named(connection, slug, store)
    except RulesRefused:
        return rule_named(connection, slug, None)


def _rule_of_file(file: Path, connection: Connection, store: StoreEntry) -> TaskRule:
    found = stored_rules.rules_in(file, connection, store)
    if len(found) != 1:
        raise RulesRefused(f"{text.visible(str(file))} has {len(found)} rules; a preview is of one.")
    return found[0]


def _day(connection: Connection, store: StoreEntry, day: str | None, now: dt.datetime) -> dt.date:
    if day is None:
        zone = zone_of(stored_rules.retailer_of(connection), store.id)
        return store_time.local_day(now, zone) + dt.timedelta(days=1)
    try:
        return store_time.read_day(day)
    except ValueError as error:
        raise click.BadParameter(f"{error}", param_hint="--day") from None


def _names(connection: Connection, preview: wire.Preview) -> dict[str, str]:
    found = records.read_many(connection, "customer", {line.customer for line in preview.lines if line.customer})
    return {customer.id: customer.name for customer in found if isinstance(customer, Customer)}


@rules_command.command("run")
@database_option()
@click.option("--store", metavar="STORE", help="Only in this store, by its name or id.")
@json_option
def run_command(database: Database, store: str | None, as_json: bool) -> None:
    """Make the tasks that are due now, once, as the running backend does by itself. Nothing is made twice."""
    where: StoreEntry | None = None
    with database.snapshot() as connection:
        stored_rules.retailer_of(connection)
        where = _store(connection, store)
    report = passes.run(database, utc_now, store=where.id if where else None)
    if as_json:
        click.echo(text.escaped_json(report, indent=2))
        return
    click.echo(f"Looked at {report.customers:,} customers: {report.made:,} tasks made, {report.expired:,} expired.")
    for code, count in sorted(report.held.items()):
        click.echo(f"Held back: {count:,} ({HELD.get(code, code)}).")
    if report.corporate:
        click.echo(f"Corporate tasks made or changed: {report.corporate:,}.")
    for _, problem in sorted(report.unfit.items()):
        say(f"Left out: {text.visible(problem)}")
    if report.failed:
        failed = len(report.failed)
        say(f"Left out: {failed:,} customer{'s' * (failed != 1)}; the log has why.")
    for name in sorted(report.broken):
        say(f"The pass of the store {text.visible(name)} failed; the log has why.")
    if report.left:
        left = len(report.left)
        say(f"Another worker is at {left:,} store{'s' * (left != 1)}; it does what is due there.")

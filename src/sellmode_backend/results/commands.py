"""What the operator does about figures: holding facts against their causes, and the rules of credit."""

from __future__ import annotations

import datetime as dt

import click

from sellmode_backend.accounts import directory
from sellmode_backend.cli import Failure, database_option, print_table, say
from sellmode_backend.results import preview, rebuilding, rules
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database
from sellmode_backend.store.sale_credit import all_rules
from sellmode_contract import text
from sellmode_contract.money import amount_text
from sellmode_contract.results.attribution import METHODS, WAYS, Method


@click.group("results")
def results_command() -> None:
    """Facts that figures are made of, and who earns an online sale."""


@results_command.command("check")
@database_option()
def check_command(database: Database) -> None:
    """Add up everything anew and compare it with the facts that are kept. Nothing is changed.

    The exit code is 1 if they differ.
    """
    with database.snapshot() as connection:
        count = rebuilding.compare(connection).total
    if count:
        raise Failure(f"{_months(count)} not as added up anew: `sellmode-backend results rebuild` sets that right.")
    say("The facts are as they are when everything is added up anew.")


@results_command.command("rebuild")
@database_option()
def rebuild_command(database: Database) -> None:
    """Add up everything anew and keep that: after a store's time zone was changed, or of what was there before facts.

    Terminals get what is different at their next sync.
    """
    with database.transaction() as connection:
        count = rebuilding.rebuild(connection)
    say(f"{_months(count)} not so, and {'is' if count == 1 else 'are'} now." if count else "All facts were so already.")


def _months(count: int) -> str:
    return f"{count:,} month{'s' * (count != 1)} of a store or a person {'is' if count == 1 else 'are'}"


@results_command.command("rules")
@database_option()
@click.option("--method", type=click.Choice(list(METHODS)), help="Who is credited.")
@click.option("--days", type=int, metavar="N", help="The window of every way that has none of its own.")
@click.option("--window", "windows", metavar="WAY=N", multiple=True, help=f"Of one way: {', '.join(WAYS)}.")
@click.option(
    "--engaged-window", "engaged", metavar="WAY=N", multiple=True, help="Of touches that the customer took part in."
)
@click.option(
    "--preview",
    "looked_back",
    metavar="DAYS",
    type=click.IntRange(1, 365),
    help="Begin no version: tell what these rules would have made of the sales of so many days.",
)
def rules_command(
    database: Database,
    method: Method | None,
    days: int | None,
    windows: tuple[str, ...],
    engaged: tuple[str, ...],
    looked_back: int | None,
) -> None:
    """Show the rules of credit for online sales, all versions of them; or, with options, begin a new version.

    A new version judges the sales that come from then on. Those that were judged keep theirs. A window that is not
    named stays; WAY= alone takes it away. With --preview nothing begins: for each store and person, what they are
    credited with and what they would be is told.
    """
    now = dt.datetime.now(dt.UTC)
    try:
        change = rules.Change(method, days, rules.read_windows(windows), rules.read_windows(engaged))
        if looked_back is not None:
            _preview(database, change, now - dt.timedelta(days=looked_back))
            return
        if method is None and days is None and not windows and not engaged:
            with database.snapshot() as connection:
                found = all_rules(connection)
        else:
            with database.transaction() as connection:
                found = rules.begin_version(connection, change, now)
    except ValueError as error:
        raise Failure(text.visible(f"{str(error)[:1].upper()}{str(error)[1:]}.")) from None
    for each in found:
        click.echo(text.visible(rules.in_words(each)))


def _preview(database: Database, change: rules.Change, since: dt.datetime) -> None:
    """Print what rules would have changed. Raises ValueError for rules that cannot be gone by."""
    with database.snapshot() as connection:
        found = preview.preview(connection, rules.changed(connection, change), since)
        stores = {entry.id: entry.name for entry in settings.stores(connection)}
        people = {account.id: account.name for account in directory.everybody(connection)}
    rows = sorted(
        (stores.get(store, store), people.get(person, person) if person else "", *credited)
        for (store, person), credited in found.credited.items()
    )
    if rows:
        head = ["store", "person", "sales", found.currency, "sales then", f"{found.currency} then"]
        cells = [
            [store, person, f"{sales:,}", amount_text(amount, found.currency), f"{more:,}",
             amount_text(new, found.currency)]
            for store, person, sales, amount, more, new in rows
        ]  # fmt: skip
        print_table([head, *cells], numbers=True)
    say(
        f"Of {found.judged:,} online sales since {since:%Y-%m-%d} whose customers were in touch before,"
        f" {found.different:,} would be credited otherwise. Nothing was changed."
    )

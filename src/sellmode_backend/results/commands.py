"""What the operator does about figures: holding facts against their causes, and the rules of credit."""

from __future__ import annotations

import datetime as dt

import click

from sellmode_backend.cli import Failure, database_option, say
from sellmode_backend.results import rebuilding, rules
from sellmode_backend.store.database import Database
from sellmode_backend.store.sale_credit import all_rules
from sellmode_contract import text
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
def rules_command(
    database: Database, method: Method | None, days: int | None, windows: tuple[str, ...], engaged: tuple[str, ...]
) -> None:
    """Show the rules of credit for online sales, all versions of them; or, with options, begin a new version.

    A new version judges the sales that come from then on. Those that were judged keep theirs. A window that is not
    named stays; WAY= alone takes it away.
    """
    if method is None and days is None and not windows and not engaged:
        with database.snapshot() as connection:
            found = all_rules(connection)
    else:
        try:
            change = rules.Change(method, days, rules.read_windows(windows), rules.read_windows(engaged))
            with database.transaction() as connection:
                found = rules.begin_version(connection, change, dt.datetime.now(dt.UTC))
        except ValueError as error:
            raise Failure(text.visible(f"{str(error)[:1].upper()}{str(error)[1:]}.")) from None
    for each in found:
        click.echo(text.visible(rules.in_words(each)))

"""The operator's commands on customers."""

from __future__ import annotations

import datetime as dt
from typing import IO

import click

from sellmode_backend.cli import Failure, database_option, say
from sellmode_backend.customers import assigning, merging
from sellmode_backend.customers.naming import NotOneCustomer
from sellmode_backend.store.database import Database
from sellmode_contract import text


@click.group("customers")
def customers_command() -> None:
    """Whom customers are assigned to, and who of them are one."""


@customers_command.command("assign")
@database_option()
@click.argument("customers", nargs=-1, metavar="[CUSTOMER]...")
@click.option("--list", "listed", metavar="FILE", type=click.File(encoding="utf-8", errors="replace"),
              help="Also the customers of a list, one a line; - is standard input.")  # fmt: skip
@click.option("--from", "from_user", metavar="USER", help="All customers of this associate instead of named ones.")
@click.option("--to", "to_user", metavar="USER", help="The new owner, by user name.")
@click.option("--to-nobody", is_flag=True, help="Leave them to the managers of their store.")
@click.option("--move", is_flag=True, help="Also customers of another store than the new owner's: they move to it.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def assign_command(
    *,
    database: Database,
    customers: tuple[str, ...],
    listed: IO[str] | None,
    from_user: str | None,
    to_user: str | None,
    to_nobody: bool,
    move: bool,
    dry_run: bool,
) -> None:
    """Assign customers, named by number, e-mail or id, or all of one owner, to an associate or to nobody.

    Everybody on this machine can see what a command was given: e-mails are better off in a --list.
    """
    if bool(customers or listed) == bool(from_user):
        raise click.UsageError("Name customers, or an owner with --from.")
    if bool(to_user) == to_nobody:
        raise click.UsageError("Say --to USER or --to-nobody.")
    try:
        named = [*customers, *(name for line in listed or () if (name := line.strip()))]
        whose = assigning.AllOf(from_user) if from_user else named
        change = assigning.assign(database, whose, to_user, now=dt.datetime.now(dt.UTC), move=move, dry_run=dry_run)
    except assigning.AssignRefused as error:
        raise Failure(text.visible(str(error))) from None
    for store, moved in change.moved_from.items():
        say(f"{moved:,} of them {'would move' if dry_run else 'moved'} from {text.visible(store)}.")
    verb = "would change" if dry_run else "changed"
    click.echo(f"{change.changed:,} customer{'s' * (change.changed != 1)} {verb}, {change.same:,} as asked already.")


@customers_command.command("merge")
@database_option()
@click.argument("keep")
@click.argument("other")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only say what would become of them.")
def merge_command(*, database: Database, keep: str, other: str, yes: bool, dry_run: bool) -> None:
    """Make one of two customers who are the same person: KEEP stays, and gets all that OTHER has.

    Each is a number, an e-mail or an id; they may be of different stores. Imports mean KEEP by either's keys from then
    on. It cannot be undone.
    """
    now = dt.datetime.now(dt.UTC)
    try:
        _tell(merging.merge(database, keep, other, now=now, dry_run=True))
        if dry_run:
            say("Nothing was written: this was a dry run.")
        elif yes or click.confirm("This cannot be undone. Merge them?", err=True):
            merging.merge(database, keep, other, now=now)
            say("They are one now.")
        else:
            raise Failure("Nothing was done.")
    except (merging.MergeRefused, NotOneCustomer) as error:
        raise Failure(text.visible(str(error))) from None


def _tell(preview: merging.Preview) -> None:
    for what, side in (("Stays", preview.kept), ("Goes", preview.gone)):
        customer = side.customer
        name = " ".join(filter(None, (customer.given_name, customer.family_name))) or "(no name)"
        keys = ", ".join(filter(None, (customer.number, customer.email, customer.phone)))
        counts = f"{side.orders:,} orders, {side.records:,} records"
        click.echo(text.visible(f"{what}: {name} ({keys or customer.id}): {counts}"))
    after = preview.after
    name = " ".join(filter(None, (after.given_name, after.family_name))) or "(no name)"
    click.echo(text.visible(f"Together: {name} ({', '.join(filter(None, (after.number, after.email, after.phone)))})"))

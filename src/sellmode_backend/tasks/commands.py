"""The operator's commands on tasks: corporate ones, and handing over those of who leaves."""

from __future__ import annotations

import click

from sellmode_backend.accounts import directory
from sellmode_backend.accounts.signing_in import utc_now
from sellmode_backend.briefs.commands import corporate_command
from sellmode_backend.cli import database_option, say
from sellmode_backend.store.database import Database
from sellmode_backend.tasks.handing_over import hand_over
from sellmode_contract import text


@click.group("tasks")
def tasks_command() -> None:
    """Corporate tasks, and handing over the tasks of who leaves."""


tasks_command.add_command(corporate_command)


@tasks_command.command("hand-over")
@database_option()
@click.option("--from", "giver", metavar="USER", required=True, help="Whose open tasks.")
@click.option("--to", "taker", metavar="USER", required=True, help="A colleague of the same store.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def hand_over_command(database: Database, giver: str, taker: str, dry_run: bool) -> None:
    """Give somebody's open tasks to a colleague, as when they leave.

    Assign the customers first: in Associate Mode a task on a customer goes only to their owner. Tasks of rules go with
    the customers by themselves; corporate tasks are everybody's own.
    """
    with database.snapshot() as connection:
        people = directory.named(connection, giver), directory.named(connection, taker)
    done = hand_over(database, *people, now=utc_now(), dry_run=dry_run)
    names = [text.visible(person.user_name) for person in people]
    say(f"{done.tasks:,} tasks {'would go' if dry_run else 'go'} to {names[1]}.")
    if done.meant:
        say(f"{done.meant:,} more were meant for {names[0]}, or taken by them.")
    if done.left:
        say(f"{done.left:,} tasks stay: their customers are not {names[1]}'s.")

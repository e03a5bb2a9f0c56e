"""``sellmode people``: what everybody of the store has to do and has done, and whose the customers are."""

from __future__ import annotations

import click

from sellmode_tui.commands.kit.base import Opened, command
from sellmode_tui.records import Load


@click.group("people")
def people_command() -> None:
    """Show each person's workload in your store, for managers."""


@command("list", of=people_command)
def list_command(opened: Opened) -> None:
    """List the people in your store: customers, open and overdue tasks, and tasks done today and this week.

    The last line counts what is unassigned. In Associate Mode, only your own tasks and those that were given to
    others are counted.

    sellmode people list
    """
    opened.check_may("reassign")
    found = opened.records.people.workload()
    opened.print_list(
        [*found.people, found.nobody],
        {
            "NAME": _name,
            "CUSTOMERS": lambda load: f"{load.customers:,}",
            "OPEN": lambda load: f"{load.open:,}",
            "OVERDUE": lambda load: f"{load.overdue:,}",
            "DONE TODAY": lambda load: f"{load.done_today:,}",
            "THIS WEEK": lambda load: f"{load.done_week:,}",
        },
        empty="No colleagues yet.",
    )


def _name(load: Load) -> str:
    if load.person is None:
        return "(nobody)"
    return f"{load.name} ({load.standing})" if load.standing else load.name

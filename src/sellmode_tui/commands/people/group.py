"""``sellmode people``: what everybody of the store has to do and has done, and whose the customers are."""

from __future__ import annotations

import click

from sellmode_tui.commands.kit.base import Opened, command
from sellmode_tui.records import Load


@click.group("people")
def people_command() -> None:
    """What each of your store's people has to do, for managers."""


@command("list", of=people_command)
def list_command(opened: Opened) -> None:
    """List your store's people: customers, open and overdue tasks, and what was done today and this week.

    The last line is what is nobody's. In Associate Mode only tasks that were given, and your own, are counted: what
    colleagues do otherwise is theirs.

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
        empty="Nobody is known yet.",
    )


def _name(load: Load) -> str:
    if load.person is None:
        return "(nobody)"
    return f"{load.name} ({load.standing})" if load.standing else load.name

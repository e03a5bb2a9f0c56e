"""``sellmode picks``: those of every kind, and delegating a list of the store."""

from __future__ import annotations

import click

from sellmode_contract.kinds.pick_list import PICK_LIST
from sellmode_tui.commands.kinds.group import group_of
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, Parameter, command
from sellmode_tui.commands.kit.when import read_when

picks_command = group_of(PICK_LIST)

_PICKS: Parameter = click.argument("id", metavar="PICKS")
_PERSON: Parameter = click.argument("person", metavar="PERSON")


@command(
    "delegate",
    _PICKS,
    _PERSON,
    click.option("--from", "first", metavar="DAY", default="today", show_default=True, help="The first day."),
    click.option("--to", "last", metavar="DAY", required=True, help="The last day."),
    of=picks_command,
)
def delegate_command(opened: Opened, id: str, person: str, first: str, last: str) -> None:
    """Let a colleague edit the store's picks, from one day to another. For managers, in Team Mode.

    sellmode picks delegate 019a3c55-1f2e ben --to 'dec 24'
    """
    records = opened.records
    days = [read_when(day, records.zone()).day for day in (first, last)]
    taker = resolve.colleague(records.colleagues(), person).id
    opened.report(records.looks.delegate(resolve.record(records, PICK_LIST.name, id), taker, *days))


@command("undelegate", _PICKS, _PERSON, of=picks_command)
def undelegate_command(opened: Opened, id: str, person: str) -> None:
    """End a colleague's delegation. It stays on record.

    sellmode picks undelegate 019a3c55-1f2e ben
    """
    records = opened.records
    taker = resolve.colleague(records.colleagues(), person).id
    opened.report(records.looks.undelegate(resolve.record(records, PICK_LIST.name, id), taker))


@command("check", of=picks_command)
def check_command(opened: Opened) -> None:
    """List picks to check: no longer sold, out of stock, or with another price now."""
    found = [(line, each) for line in opened.records.looks.picks_lines() for each in line.stale]
    opened.print_list(
        found,
        {
            "LIST": lambda pair: pair[0].picks.title,
            "PRODUCT": lambda pair: pair[1].name,
            "WHAT": lambda pair: pair[1].changed,
            "ID": lambda pair: pair[0].picks.id[: resolve.SHORT_TIMED_ID],
        },
        lambda pair: {"picks": pair[0].picks.id, "sku": pair[1].item.sku, "changed": pair[1].changed},
        empty="Nothing to check.",
    )

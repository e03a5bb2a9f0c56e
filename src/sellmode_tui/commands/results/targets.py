"""``sellmode targets``: those of every kind, and copying a month's."""

from __future__ import annotations

import click

from sellmode_contract.kinds.target import TARGET
from sellmode_contract.results.targets import next_month
from sellmode_contract.store_time import read_month
from sellmode_tui.commands.kinds.group import group_of
from sellmode_tui.commands.kit.base import Opened, command
from sellmode_tui.commands.kit.output import say

targets_command = group_of(TARGET)


@command("copy", click.argument("month", metavar="MONTH"), of=targets_command)
def copy_command(opened: Opened, month: str) -> None:
    """Copy all targets of a month to the month after it; those that are there stay.

    sellmode targets copy 2026-11
    """
    try:
        read_month(month)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="MONTH") from None
    results = opened.records.results
    written, left_out = results.copy_targets(results.targets_of(month))
    opened.report(*written)
    say(f"Copied to {next_month(month)}: {len(written):,}; left out: {left_out:,}.")

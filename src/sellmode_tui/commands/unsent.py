"""``sellmode unsent``: what is on its way to the server."""

from __future__ import annotations

import click

from sellmode_contract.text import visible
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.outcome import Exit, Failure
from sellmode_tui.commands.output import json_option, minute, print_json
from sellmode_tui.visibility import Unsent


@click.command("unsent")
@json_option
@account_options
def unsent_command(choice: Choice, *, as_json: bool) -> None:
    """List what you wrote and the server has not taken yet, in words, with what it last said of it.

    \b
      sellmode unsent
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        found = workspace.door.unsent()
        zone = workspace.door.zone()
    for each in found:
        if as_json:
            print_json(each)
        else:
            click.echo(f"{minute(each.since, zone)}  {visible(each.words)}{_said(each)}")
    if not found:
        raise Failure("Everything you wrote is sent.", Exit.NOTHING)


def _said(each: Unsent) -> str:
    if each.said or each.tries:
        times = "once" if each.tries == 1 else f"{each.tries} times"
        return f"  (failed {times}: {visible(each.said) or 'the server had a problem'})"
    return "  (sent, not answered yet)" if each.sent else ""

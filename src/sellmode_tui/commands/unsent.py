"""``sellmode unsent``: what is on its way to the server."""

from __future__ import annotations

import click

from sellmode_contract.text import visible
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.outcome import Nothing
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
        clock = workspace.session.journal.clock()
        lost = workspace.session.journal.outbox.tray.losses()
    heard = minute(clock.contact.at, zone) if clock else ""
    for each in found:
        if as_json:
            print_json(each)
        else:
            click.echo(f"{minute(each.since, zone)}  {visible(each.words)}  ({_state(each, heard)})")
    if not found:
        raise Nothing("Everything that could be read is sent." if lost else "Everything you wrote is sent.")


def _state(each: Unsent, heard: str) -> str:
    """How far it has come, as far as this terminal can know: that it left says nothing about whether it arrived."""
    if each.said or each.tries:
        times = "once" if each.tries == 1 else f"{each.tries} times"
        return f"failed {times}: {visible(each.said) or 'the server had a problem'}"
    if not each.sent:
        return "not sent yet"
    return f"tried, no answer since {heard}" if heard else "tried, no answer yet"

"""``sellmode unsent`` and ``sellmode undo``: what is on its way to the server, and what one wrote last, taken back."""

from __future__ import annotations

import click

from sellmode_contract.text import visible
from sellmode_tui.commands.kit.base import Opened, command
from sellmode_tui.commands.kit.exit_codes import Exit, Failure, Nothing
from sellmode_tui.commands.kit.output import minute, print_json
from sellmode_tui.commands.kit.report import report_undone
from sellmode_tui.records import CannotUndo, NothingToUndo, Unsent


@command("unsent")
def unsent_command(opened: Opened) -> None:
    """List your changes that the server does not have yet, with its last answer.

    sellmode unsent
    """
    found, zone, journal = opened.records.changes.unsent(), opened.records.zone(), opened.workspace.session.journal
    if not found:
        raise Nothing(
            "Everything that could be read has been sent."
            if journal.outbox.tray.losses()
            else "Everything has been sent."
        )
    clock = journal.clock()
    heard = minute(clock.contact.at, zone) if clock else ""
    for each in found:
        if opened.as_json:
            print_json(each)
        else:
            click.echo(f"{minute(each.since, zone)}  {visible(each.words)}  ({_state(each, heard)})")


def _state(each: Unsent, heard: str) -> str:
    """How far it has come, as far as this terminal can know: that it left says nothing about whether it arrived."""
    if each.held:
        return f"waits: {visible(each.said)}"
    if each.said or each.tries:
        times = "once" if each.tries == 1 else f"{each.tries} times"
        return f"failed {times}: {visible(each.said) or 'the server had a problem'}"
    if not each.sent:
        return "not sent yet"
    return f"tried, no answer since {heard}" if heard else "tried, no answer yet"


@command("undo")
def undo_command(opened: Opened) -> None:
    """Undo your last change; run it again to undo the one before.

    A change that was not sent yet is withdrawn. One that was sent is undone by another change, which does
    nothing if someone has changed the same since.

    sellmode undo
    """
    try:
        undone = opened.records.changes.undo()
    except NothingToUndo as error:
        raise Failure(str(error), Exit.NOTHING) from None
    except CannotUndo as error:
        raise Failure(f"Not undone: {visible(error.words)}. {visible(error.why)}", Exit.AGAINST_RULES) from None
    report_undone(opened.records, undone, as_json=opened.as_json)

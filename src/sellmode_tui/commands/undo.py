"""``sellmode undo``: what one wrote last, taken back."""

from __future__ import annotations

import click

from sellmode_contract.text import visible
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.kept import tell_undone
from sellmode_tui.commands.outcome import Exit, Failure
from sellmode_tui.commands.output import json_option
from sellmode_tui.visibility import CannotUndo, NothingToUndo


@click.command("undo")
@json_option
@account_options
def undo_command(choice: Choice, *, as_json: bool) -> None:
    """Take back what you wrote last; again, what you wrote before that.

    What was not sent yet is withdrawn. What was sent is taken back by a change of its own, which does nothing if
    somebody has changed the same since.

    \b
      sellmode undo
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        try:
            undone = workspace.door.undo()
        except NothingToUndo as error:
            raise Failure(str(error), Exit.NOTHING) from None
        except CannotUndo as error:
            raise Failure(f"Not taken back: {visible(error.words)}. {visible(error.why)}", Exit.AGAINST_RULES) from None
        tell_undone(workspace.door, undone, as_json=as_json)

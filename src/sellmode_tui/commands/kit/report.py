"""What a command says after it has written something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import click

from sellmode_contract.text import visible
from sellmode_tui.commands.kit.output import plain, print_json, say
from sellmode_tui.records import RecordStore, Undone, Written

_NOTHING: Final[Mapping[str, Any]] = {}


def report_written(
    records: RecordStore, changes: Iterable[Written], *, as_json: bool, more: Mapping[str, Any] = _NOTHING
) -> None:
    """What was written, and how much is not sent yet: a command keeps what it writes and uses no network."""
    unsent, shown = records.changes.counts().unsent, True
    for written in changes:
        shown = shown and written.shown
        if as_json:
            print_json({**plain(written), "unsent": unsent, **more})
        elif written.nothing:
            click.echo(f"Nothing to change: {visible(written.words)}.")
        else:
            click.echo(f"Saved: {visible(written.words)}.")
    _report_unsent(unsent, shown=shown)


def report_undone(records: RecordStore, undone: Undone, *, as_json: bool) -> None:
    """What was taken back, and how."""
    unsent = records.changes.counts().unsent
    if as_json:
        print_json({**plain(undone), "unsent": unsent})
    else:
        how = "it was never sent" if undone.how == "withdrawn" else "the undo still has to be sent"
        click.echo(f"Undone: {visible(undone.words)} ({how}).")
    _report_unsent(unsent, shown=undone.shown)


def _report_unsent(unsent: int, *, shown: bool) -> None:
    if not shown:
        say("It is saved, but the local copy could not be updated: it shows after `sellmode sync`.")
    if unsent:
        say(f"{unsent:,} not sent yet: `sellmode sync` or the app sends it.")

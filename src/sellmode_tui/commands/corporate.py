"""``sellmode corporate``: what a head office asks of its people."""

from __future__ import annotations

from typing import Any

import click

from sellmode_contract.records import CorporateBrief
from sellmode_contract.rules.files import LONGEST_FILE, RuleFileError, read_briefs
from sellmode_contract.text import visible
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.given import read_file
from sellmode_tui.commands.kept import tell_all, tell_written
from sellmode_tui.commands.outcome import Exit, Failure
from sellmode_tui.commands.output import Table, json_option, plain, print_json
from sellmode_tui.commands.task_lines import SHORT_TIMED_ID
from sellmode_tui.commands.which import record
from sellmode_tui.visibility import BriefLine

_WRITTEN = [
    name for name in CorporateBrief.__struct_fields__ if name not in ("id", "created_at", "created_by", "withdrawn")
]


@click.group("corporate")
def corporate_command() -> None:
    """List what the head office asks of its people, ask something, and take it back.

    Each person whom it is for gets a task of it, which `sellmode tasks list --kind corporate` lists.
    """


@corporate_command.command("list")
@json_option
@account_options
def list_command(choice: Choice, *, as_json: bool) -> None:
    """List what is asked, newest first, what was taken back last.

    \b
      sellmode corporate list
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        found = workspace.door.briefs()
    if as_json:
        for line in found:
            print_json(_as_object(line))
    elif found:
        table = Table(["STATE", "DUE", "EXPIRES", "TITLE", "STORES", "WORK", "ID"])
        table.print(
            [
                "taken back" if line.brief.withdrawn else "asked",
                line.brief.due,
                line.brief.expires,
                line.brief.title,
                ", ".join(line.store_names) or "all",
                ", ".join(line.brief.works) or "all",
                line.brief.id[:SHORT_TIMED_ID],
            ]
            for line in found
        )
    if not found:
        raise Failure("Nothing is asked by the head office.", Exit.NOTHING)


@corporate_command.command("add")
@click.argument("source", metavar="FILE|-")
@json_option
@account_options
def add_command(choice: Choice, source: str, *, as_json: bool) -> None:
    """Ask what a TOML file says: its tables [[corporate_task]] have title, details, stores, works, due and more.

    \b
      sellmode corporate add autumn.toml
    """  # noqa: D301  # click's mark for lines to be kept
    text = read_file(source, LONGEST_FILE)
    with opened(choice) as workspace:
        door = workspace.door
        retailer = door.retailer()
        file = "Standard input" if source == "-" else visible(source)
        try:
            briefs = read_briefs(text, [store.id for store in retailer.stores] if retailer else [])
        except RuleFileError as error:
            raise Failure(f"{file}, {error}", Exit.USAGE) from None
        if not briefs:
            raise Failure(f"{file} asks nothing: what is asked begins with [[corporate_task]].", Exit.USAGE)
        written = [door.announce({name: getattr(brief, name) for name in _WRITTEN}) for brief in briefs]
        tell_all(door, written, as_json=as_json)


@corporate_command.command("withdraw")
@click.argument("asked", metavar="ASKED")
@json_option
@account_options
def withdraw_command(choice: Choice, asked: str, *, as_json: bool) -> None:
    """Take back what is asked: ASKED is an id that the list shows. Its open tasks expire; what was done stays done.

    \b
      sellmode corporate withdraw 019a3c55-1f2e
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        door = workspace.door
        id = record((line.brief.id for line in door.briefs() if not line.brief.withdrawn), asked, "corporate task")
        tell_written(door, door.take_back(id), as_json=as_json)


def _as_object(line: BriefLine) -> dict[str, Any]:
    return {
        **plain(line.brief), "store_names": list(line.store_names), "creator_name": line.creator_name,
        "editable": line.editable,
    }  # fmt: skip

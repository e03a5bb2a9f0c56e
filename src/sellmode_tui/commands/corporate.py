"""``sellmode corporate``: what a head office asks of its people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.rules.files import LONGEST_FILE, RuleFileError, read_briefs
from sellmode_contract.text import visible, visible_lines
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.given import read_file
from sellmode_tui.commands.kept import tell_all, tell_written
from sellmode_tui.commands.outcome import Exit, Failure, Nothing
from sellmode_tui.commands.output import Table, json_option, plain, print_json
from sellmode_tui.commands.task_lines import SHORT_TIMED_ID, product_words
from sellmode_tui.commands.which import record
from sellmode_tui.visibility import BriefDetails, BriefLine, BriefProgress

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
        table = Table(["STATE", "DUE", "EXPIRES", "DONE", "TITLE", "STORES", "WORK", "ID"])
        table.print(
            [
                _state(line),
                line.brief.due,
                line.brief.expires,
                _done(line.progress),
                line.brief.title,
                ", ".join(line.store_names) or "all",
                ", ".join(line.brief.works) or "all",
                line.brief.id[:SHORT_TIMED_ID],
            ]
            for line in found
        )
    if not found:
        raise Nothing("Nothing is asked by the head office.")


@corporate_command.command("show")
@click.argument("asked", metavar="ASKED")
@json_option
@account_options
def show_command(choice: Choice, asked: str, *, as_json: bool) -> None:
    """Print what is asked in full, and how far the stores are that you lead: how many people, never who.

    \b
      sellmode corporate show 019a3c55-1f2e
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        door = workspace.door
        found = door.brief(record((line.brief.id for line in door.briefs()), asked, "corporate task"))
    if found is None:
        raise Failure("It is no longer there.", Exit.NOTHING)
    if as_json:
        print_json(_details_object(found))
    else:
        for text in _details_lines(found):
            click.echo(text)


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


def _state(line: BriefLine) -> str:
    return "taken back" if line.brief.withdrawn else "over" if line.over else "asked"


def _done(progress: BriefProgress) -> str:
    return f"{progress.done} of {progress.given}" if progress.given else ""


def _as_object(line: BriefLine) -> dict[str, Any]:
    return {
        **plain(line.brief), "store_names": list(line.store_names), "creator_name": line.creator_name,
        "progress": plain(line.progress), "over": line.over, "editable": line.editable,
    }  # fmt: skip


def _details_object(found: BriefDetails) -> dict[str, Any]:
    return {
        **_as_object(found.line), "stores_led": plain(found.stores), "stores_not_led": found.others,
        "products_named": plain(found.products),
    }  # fmt: skip


def _details_lines(found: BriefDetails) -> Iterator[str]:
    line, brief = found.line, found.line.brief
    yield visible(brief.title)
    for label, text in (
        ("state", _state(line)),
        ("stores", ", ".join(line.store_names) or "all"),
        ("work", ", ".join(brief.works) or "all"),
        ("due", brief.due or "any time"),
        ("expires", brief.expires or "never"),
        ("action", brief.action or ""),
        ("made by", line.creator_name),
        ("subject", brief.subject),
        *(("product", product_words(each)) for each in found.products),
        ("done", _done(line.progress) or ("nobody has it yet" if found.stores else "")),
        *(("", f"{each.name}: {_done(each.progress) or 'nobody has it'}") for each in found.stores),
        ("", f"{found.others:,} more store{'s' * (found.others != 1)}, which you do not lead" if found.others else ""),
        ("id", brief.id),
    ):
        if text:
            yield f"  {label:10}{visible(text)}"
    for heading, text in (("DETAILS", brief.details), ("SUGGESTED MESSAGE", brief.message)):
        if text:
            yield from ("", heading, *(f"  {shown}" for shown in visible_lines(text)))

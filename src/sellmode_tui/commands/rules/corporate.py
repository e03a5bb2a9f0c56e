"""``sellmode corporate``: what a head office asks of its people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from sellmode_contract.kinds.corporate_brief import CORPORATE_BRIEF
from sellmode_contract.rules.files import CORPORATE_TASK, read_briefs
from sellmode_contract.text import visible, visible_lines
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, Parameter, command
from sellmode_tui.commands.kit.output import labelled, plain, sections
from sellmode_tui.commands.kit.toml_files import read_tables
from sellmode_tui.commands.tasks.lines import product_words
from sellmode_tui.records import BriefDetails, BriefLine, BriefProgress

_ASKED: Parameter = click.argument("asked", metavar="ASKED")


@click.group("corporate")
def corporate_command() -> None:
    """List, add and withdraw corporate tasks.

    Each person it is for gets a task, which `sellmode tasks list --kind corporate` lists.
    """


@command("list", of=corporate_command)
def list_command(opened: Opened) -> None:
    """List corporate tasks, newest first, withdrawn ones last.

    sellmode corporate list
    """
    opened.print_list(
        opened.records.briefs.lines(),
        {
            "STATE": _state,
            "DUE": lambda line: line.brief.due,
            "EXPIRES": lambda line: line.brief.expires,
            "DONE": lambda line: _done(line.progress),
            "TITLE": lambda line: line.brief.title,
            "STORES": lambda line: ", ".join(line.store_names) or "all",
            "WORK": lambda line: ", ".join(line.brief.works) or "all",
            "ID": lambda line: line.brief.id[: resolve.SHORT_TIMED_ID],
        },
        _as_object,
        empty="No corporate tasks.",
    )


@command("show", _ASKED, of=corporate_command)
def show_command(opened: Opened, asked: str) -> None:
    """Show a corporate task, and the progress of the stores you manage: how many people, never who.

    sellmode corporate show 019a3c55-1f2e
    """
    records = opened.records
    found = records.briefs.get(
        resolve.one_of((line.brief.id for line in records.briefs.lines()), asked, "corporate task")
    )
    if found is None:  # left between the two readings
        raise resolve.unknown("corporate task", asked)
    opened.print_one(_details_object(found), _details_lines(found))


@command("add", click.argument("source", metavar="FILE|-"), of=corporate_command)
def add_command(opened: Opened, source: str) -> None:
    """Add the corporate tasks in a TOML file: tables [[corporate_task]] with title, due, stores and more.

    sellmode corporate add autumn.toml
    """
    retailer = opened.records.retailer()
    stores = [store.id for store in retailer.stores] if retailer else []
    empty = f"has no corporate tasks: they begin with [[{CORPORATE_TASK}]]."
    briefs = read_tables(source, lambda text: read_briefs(text, stores), empty)
    given = [{name: getattr(brief, name) for name in CORPORATE_BRIEF.content} for brief in briefs]
    opened.report(*[opened.records.briefs.announce(fields) for fields in given])


@command("withdraw", _ASKED, of=corporate_command)
def withdraw_command(opened: Opened, asked: str) -> None:
    """Withdraw a corporate task: ASKED is an id from the list. Its open tasks expire; completed ones stay.

    sellmode corporate withdraw 019a3c55-1f2e
    """
    records = opened.records
    known = (line.brief.id for line in records.briefs.lines() if not line.brief.withdrawn)
    opened.report(records.remove("corporate_brief", resolve.one_of(known, asked, "corporate task")))


def _state(line: BriefLine) -> str:
    return "withdrawn" if line.brief.withdrawn else "over" if line.over else "asked"


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
    yield from labelled(
        ("state", _state(line)),
        ("stores", ", ".join(line.store_names) or "all"),
        ("work", ", ".join(brief.works) or "all"),
        ("due", brief.due or "any time"),
        ("expires", brief.expires or "never"),
        ("action", brief.action or ""),
        ("made by", line.creator_name),
        ("subject", brief.subject),
        *(("product", product_words(each)) for each in found.products),
        ("done", _done(line.progress) or ("not assigned yet" if found.stores else "")),
        *(("", f"{each.name}: {_done(each.progress) or 'nobody has it'}") for each in found.stores),
        (
            "",
            f"{found.others:,} more store{'s' * (found.others != 1)} that you do not manage" if found.others else "",
        ),
        ("id", brief.id),
    )
    parts = (("DETAILS", brief.details), ("SUGGESTED MESSAGE", brief.message))
    yield from sections((heading, visible_lines(text) if text else ()) for heading, text in parts)

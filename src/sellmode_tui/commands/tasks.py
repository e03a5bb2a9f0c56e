"""``sellmode tasks``: the day's work as the screens show it, as text, JSON or a calendar file, and changes of it."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from typing import Any, Final, get_args

import click

from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.mutations.operations import TaskKind
from sellmode_contract.text import visible, visible_lines
from sellmode_tui.commands.changing_tasks import CHANGES
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.outcome import Exit, Failure, Nothing
from sellmode_tui.commands.output import Table, is_terminal, json_option, minute, plain, print_json, say
from sellmode_tui.commands.task_lines import SHORT_ID, line_object, product_words, short_id
from sellmode_tui.commands.which import resolve, task
from sellmode_tui.visibility import AgendaList, AgendaQuery, Door, GivenTask, Section, TaskDetails, TaskLine
from sellmode_tui.visibility.agenda import Order
from sellmode_tui.visibility.due_words import expiry_words, full_words
from sellmode_tui.visibility.repeating import repeat_words
from sellmode_tui.visibility.tasks import OPEN, read

ON_A_SCREEN: Final = 50
"""So many rows are printed to a terminal unless more are asked for; elsewhere all are."""
PAGE: Final = 500
"""Rows that are read at a time."""
_KINDS: Final[dict[str, TaskKind]] = {"manual": "manual_task", "rule": "rule_task", "corporate": "corporate_task"}
_SECTIONS: Final = {"week": "this week"}
"""Of the sections that are not called as they are."""


@click.group("tasks")
def tasks_command() -> None:
    """List and show the tasks that you may see, and do them.

    TASK is an id as the list shows it, or its first eight characters or more. What is written is kept on this machine
    at once, offline too; `sellmode sync` or the app sends it.
    """


for _change in CHANGES:
    tasks_command.add_command(_change)


@tasks_command.command("list")
@click.argument("words", metavar="[WORDS]...", nargs=-1)
@click.option(
    "--section", "sections", type=click.Choice(get_args(Section)), multiple=True, help="Only these.  [default: open]"
)
@click.option("--mine", is_flag=True, help="Only mine, where you see the whole store's.")
@click.option("--customer", metavar="CUSTOMER", help="Only this customer's.")
@click.option("--kind", "kinds", type=click.Choice(tuple(_KINDS)), multiple=True, help="Only of this kind.")
@click.option("--by", type=click.Choice(get_args(Order)), default="due", show_default=True, help="In this order.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Print at most N.  [default: {ON_A_SCREEN} to a terminal, else all]",
)
@json_option
@account_options
def list_command(
    choice: Choice,
    words: tuple[str, ...],
    sections: tuple[Section, ...],
    customer: str | None,
    kinds: tuple[str, ...],
    by: Order,
    limit: int | None,
    *,
    mine: bool,
    as_json: bool,
) -> None:
    """List open tasks, or others, whose title or customer's name has WORDS: beginnings are enough.

    \b
      sellmode tasks list --section overdue --section today
      sellmode tasks list --by customer --mine
      sellmode tasks list --section done --limit 20 muster
    """  # noqa: D301  # click's mark for lines to be kept
    if limit is None and is_terminal() and not as_json:
        limit = ON_A_SCREEN
    with opened(choice) as workspace:
        door = workspace.door
        query = AgendaQuery(
            sections=sections or OPEN,
            mine=mine,
            customer=resolve(door, customer) if customer is not None else None,
            kinds=tuple(_KINDS[kind] for kind in kinds) or AgendaQuery().kinds,
            order=by,
            text=" ".join(words),
        )
        found = door.agenda(query)
        total = found.count()
        shown = total if limit is None else min(total, limit)
        if as_json:
            for line in _rows(found, shown):
                print_json(line_object(line))
        elif total:
            _print_table(door, found, shown)
    if shown < total:
        say(f"{shown:,} of {total:,} tasks; {total - shown:,} more with a larger --limit.")
    elif not total:
        raise Nothing("No task is found." if query != AgendaQuery() else "There is nothing to do.")


@tasks_command.command("show")
@click.argument("task_id", metavar="TASK")
@json_option
@account_options
def show_command(choice: Choice, task_id: str, *, as_json: bool) -> None:
    """Show everything about TASK: why it is there, what is suggested, what you may do with it.

    \b
      sellmode tasks show 019a3c55-1f2e
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        door = workspace.door
        found = door.task(*task(door, task_id))
        zone = door.zone()
    if found is None:  # it left between the two readings
        raise Failure(f"No task {visible(task_id)} is known to you.", Exit.NOTHING)
    if as_json:
        print_json(_details_object(found))
        return
    for text in _details_lines(found, zone):
        click.echo(text)


@tasks_command.command("given")
@json_option
@account_options
def given_command(choice: Choice, *, as_json: bool) -> None:
    """List the tasks that managers of the store gave to others; for managers, in Associate Mode.

    \b
      sellmode tasks given
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        found, zone = workspace.door.given_tasks(), workspace.door.zone()
    if as_json:
        for card in found:
            print_json(_card_object(card))
    elif found:
        table = Table(["STATE", "DUE", "TASK", "FOR", "CUSTOMER", "ID"])
        table.print(
            [
                "overdue" if card.overdue else card.state,
                card.due_words if card.state == "open" else minute(card.ended_at, zone),
                card.title,
                card.assignee_name,
                card.customer_name,
                card.card[:SHORT_ID],
            ]
            for card in found
        )
    if not found:
        raise Nothing("No task that was given to somebody else is to be seen.")


@tasks_command.command("ics")
@click.option("--todo", is_flag=True, help="Write to-dos (VTODO) in place of events.")
@click.option(
    "--with-names", is_flag=True, help="With customers' names, reasons and details: the file leaves Sellmode."
)
@account_options
def ics_command(choice: Choice, *, todo: bool, with_names: bool) -> None:
    """Print your own open tasks as a calendar file (iCalendar), to be read or subscribed to by a calendar.

    \b
      sellmode tasks ics > tasks.ics
    """  # noqa: D301  # click's mark for lines to be kept
    from sellmode_tui.visibility.calendar_file import CalendarEntry, calendar_file

    with opened(choice) as workspace:
        door = workspace.door
        keys = door.agenda(AgendaQuery(mine=True)).keys()
        entries: list[CalendarEntry] = [
            _entry(found, with_names=with_names)
            for start in range(0, len(keys), PAGE)
            for found in door.task_details(keys[start : start + PAGE])  # without what left between the two readings
        ]
        zone = door.zone()
    content = calendar_file(entries, dt.datetime.now(dt.UTC), zone, todo=todo)
    if is_terminal():
        click.echo("\n".join(visible_lines(content.decode().rstrip())))
    else:
        sys.stdout.buffer.write(content)
    if not todo and (timeless := sum(entry.due is None for entry in entries)):
        some = "1 task has no due time and is" if timeless == 1 else f"{timeless:,} tasks have no due time and are"
        say(f"{some} left out; --todo has all.")


# ------------------------------------------------------------------ lists


def _rows(found: AgendaList, stop: int | None) -> Iterator[TaskLine]:
    last = found.count() if stop is None else stop
    for start in range(0, last, PAGE):
        yield from found.rows(start, min(start + PAGE, last))


def _print_table(door: Door, found: AgendaList, stop: int) -> None:
    zone, with_whose = door.zone(), door.mode() == "team"
    whose = ["WHOSE"] if with_whose else []
    table = Table(["WHEN", "DUE", "TASK", "CUSTOMER", "WHY", *whose, "ID"])
    for start in range(0, stop, PAGE):
        table.print(
            [
                _when(line),
                minute(line.ended_at, zone) if line.section == "done" else line.due_words or "any time",
                f"{line.title} (repeats)" if line.repeats else line.title,
                line.customer_name,
                line.because or (f"from {line.giver}" if line.giver else line.reason),
                *([_whose(line)] if with_whose else []),
                short_id(line),
            ]
            for line in found.rows(start, min(start + PAGE, stop))
        )


def _when(line: TaskLine) -> str:
    return line.state if line.section == "done" else _SECTIONS.get(line.section, line.section)


def _whose(line: TaskLine) -> str:
    if line.section == "done":
        return line.done_by_name
    return f"{line.claimed_name} (taken)" if line.claimed_by else line.whose_name


def _card_object(card: GivenTask) -> dict[str, Any]:
    return {**plain(card), "due": card.due.text if card.due else None}


# ------------------------------------------------------------------ one task


def _details_object(found: TaskDetails) -> dict[str, Any]:
    record = found.record
    repeat = record.repeat if isinstance(record, ManualTask) else ""
    return {
        **line_object(found.line),
        "details": found.details,
        "repeat": repeat,
        "subject": found.subject,
        "message": found.message,
        "products": [plain(each) for each in found.products],
        "creator_name": found.creator_name,
        "rule_name": found.rule_name,
        "expires_at": plain(found.expires_at),
        "can": sorted(found.can),
    }


def _details_lines(found: TaskDetails, zone: dt.tzinfo) -> Iterator[str]:
    line, record = found.line, found.record
    yield visible(line.title)
    repeat = repeat_words(record.repeat) if isinstance(record, ManualTask) and record.repeat else ""
    ended = f"{line.state} {minute(line.ended_at, zone)}" if line.section == "done" else ""
    for label, text in (
        ("state", f"{ended}{f' by {line.done_by_name}' if line.done_by_name else ''}" or "open"),
        ("reason", line.reason),
        ("due", f"{full_words(line.due)}{' (put off)' if line.snoozed else ''}" if line.due else "any time"),
        ("repeats", repeat),
        ("customer", line.customer_name),
        ("why", f"{line.because} ({found.rule_name})" if line.because else found.rule_name),
        ("whose", f"{line.claimed_name} (taken)" if line.claimed_by else line.whose_name),
        ("made by", found.creator_name),
        ("action", line.action or ""),
        ("expires", expiry_words(found.expires_at, zone) if found.expires_at else ""),
        ("subject", found.subject),
        *(("product", product_words(each)) for each in found.products),
        ("you can", ", ".join(sorted(found.can)).replace("_", " ")),
        ("id", line.id),
    ):
        if text:
            yield f"  {label:10}{visible(text)}"
    for heading, text in (("DETAILS", found.details), ("SUGGESTED MESSAGE", found.message)):
        if text:
            yield from ("", heading, *(f"  {shown}" for shown in visible_lines(text)))


def _entry(found: TaskDetails, *, with_names: bool) -> Any:
    """A task for a calendar. What may hold somebody's name goes in only if that is wanted."""
    from sellmode_tui.visibility.calendar_file import CalendarEntry

    line, record = found.line, found.record
    named = (line.because, *found.details.splitlines()) if with_names else ()
    title = f"{line.title}: {line.customer_name}" if with_names and line.customer_name else line.title
    entry = CalendarEntry(line.id, title, line.due, (*filter(None, named), f"sellmode tasks show {short_id(line)}"))
    if isinstance(record, ManualTask):
        return entry._replace(
            repeat=record.repeat,
            repeat_from=read(record.repeat_from),
            series=record.series,
            due_of_series=read(record.due),
        )
    return entry

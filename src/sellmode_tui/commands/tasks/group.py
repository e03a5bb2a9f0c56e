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
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import PAGE, Columns, Opened, command, limit_option
from sellmode_tui.commands.kit.output import is_terminal, labelled, minute, plain, say, sections
from sellmode_tui.commands.tasks.changes import CHANGES
from sellmode_tui.commands.tasks.lines import line_object, product_words, short_id
from sellmode_tui.dates.words import expiry_words, full_words
from sellmode_tui.records import AgendaQuery, RecordStore, Section, TaskDetails, TaskLine
from sellmode_tui.records.ids import MIN_ID
from sellmode_tui.records.tasks.agenda import Order
from sellmode_tui.records.tasks.lines import OPEN, read
from sellmode_tui.records.tasks.repeating import repeat_words

_KINDS: Final[dict[str, TaskKind]] = {"manual": "manual_task", "rule": "rule_task", "corporate": "corporate_task"}


@click.group("tasks")
def tasks_command() -> None:
    """List, show and complete the tasks you can see.

    TASK is an id from the list, or its first eight characters or more. Changes are saved on this machine at once,
    offline too; `sellmode sync` or the app sends them.
    """


for _change in CHANGES:
    tasks_command.add_command(_change)


@command(
    "list",
    click.argument("words", metavar="[WORDS]...", nargs=-1),
    click.option(
        "--section",
        "sections",
        type=click.Choice(get_args(Section)),
        multiple=True,
        help="Only these.  [default: open]",
    ),
    click.option("--mine", is_flag=True, help="Only mine, where you can see the whole store's."),
    click.option("--customer", metavar="CUSTOMER", help="Only this customer's."),
    click.option("--kind", "kinds", type=click.Choice(tuple(_KINDS)), multiple=True, help="Only of this kind."),
    click.option("--by", type=click.Choice(get_args(Order)), default="due", show_default=True, help="In this order."),
    limit_option,
    of=tasks_command,
)
def list_command(
    opened: Opened,
    words: tuple[str, ...],
    sections: tuple[Section, ...],
    customer: str | None,
    kinds: tuple[str, ...],
    by: Order,
    limit: int | None,
    *,
    mine: bool,
) -> None:
    """List open or other tasks whose title or customer matches WORDS: beginnings are enough.

    sellmode tasks list --section overdue --section today
    sellmode tasks list --by customer --mine
    sellmode tasks list --section done --limit 20 muster
    """
    query = AgendaQuery(
        sections=sections or OPEN,
        mine=mine,
        customer=resolve.customer(opened.records, customer) if customer is not None else None,
        kinds=tuple(_KINDS[kind] for kind in kinds) or AgendaQuery().kinds,
        order=by,
        text=" ".join(words),
    )
    found = opened.records.tasks.agenda(query)
    opened.print_pages(
        found,
        found.count(),
        limit,
        _columns(opened.records),
        line_object,
        noun="tasks",
        empty="No tasks found." if query != AgendaQuery() else "Nothing to do.",
    )


@command("show", click.argument("task_id", metavar="TASK"), of=tasks_command)
def show_command(opened: Opened, task_id: str) -> None:
    """Show TASK in full: why it is there, what is suggested, what you can do with it.

    sellmode tasks show 019a3c55-1f2e
    """
    found = opened.records.tasks.get(*resolve.task(opened.records, task_id))
    if found is None:  # left between the two readings
        raise resolve.unknown("task", task_id)
    opened.print_one(_details_object(found), _details_lines(found, opened.records.zone()))


@command("given", of=tasks_command)
def given_command(opened: Opened) -> None:
    """List the tasks given to others in the store; in Associate Mode, for managers.

    sellmode tasks given
    """
    zone = opened.records.zone()
    opened.print_list(
        opened.records.tasks.given(),
        {
            "STATE": lambda card: "overdue" if card.overdue else card.state,
            "DUE": lambda card: card.due_words if card.state == "open" else minute(card.ended_at, zone),
            "TASK": lambda card: card.title,
            "FOR": lambda card: card.assignee_name,
            "CUSTOMER": lambda card: card.customer_name,
            "ID": lambda card: card.card[:MIN_ID],
        },
        lambda card: {**plain(card), "due": card.due.text if card.due else None},
        empty="No given tasks.",
    )


@command(
    "ics",
    click.option("--todo", is_flag=True, help="Write to-dos (VTODO) instead of events."),
    click.option(
        "--with-names", is_flag=True, help="Include customers' names, reasons and details, which then leave Sellmode."
    ),
    of=tasks_command,
    json=False,
)
def ics_command(opened: Opened, *, todo: bool, with_names: bool) -> None:
    """Print your open tasks as a calendar file (iCalendar), to import or subscribe to.

    sellmode tasks ics > tasks.ics
    """
    from sellmode_tui.records.tasks.calendar_file import CalendarEntry, calendar_file

    records = opened.records
    keys = records.tasks.agenda(AgendaQuery(mine=True)).keys()
    entries: list[CalendarEntry] = [
        _entry(found, with_names=with_names)
        for start in range(0, len(keys), PAGE)
        for found in records.tasks.details(keys[start : start + PAGE])  # without what left between the two readings
    ]
    content = calendar_file(entries, dt.datetime.now(dt.UTC), records.zone(), todo=todo)
    if is_terminal():
        click.echo("\n".join(visible_lines(content.decode().rstrip())))
    else:
        sys.stdout.buffer.write(content)
    if not todo and (timeless := sum(entry.due is None for entry in entries)):
        some = "1 task has no due time and is" if timeless == 1 else f"{timeless:,} tasks have no due time and are"
        say(f"{some} left out; --todo has all.")


def _columns(records: RecordStore) -> Columns[TaskLine]:
    zone = records.zone()
    return {
        "WHEN": _when,
        "DUE": lambda line: minute(line.ended_at, zone) if line.section == "done" else line.due_words or "any time",
        "TASK": lambda line: f"{line.title} (repeats)" if line.repeats else line.title,
        "CUSTOMER": lambda line: line.customer_name,
        "WHY": lambda line: line.because or (f"from {line.giver}" if line.giver else line.reason),
        **({"WHOSE": _whose} if records.mode() == "team" else {}),
        "ID": short_id,
    }


def _when(line: TaskLine) -> str:
    return line.state if line.section == "done" else {"week": "this week"}.get(line.section, line.section)


def _whose(line: TaskLine) -> str:
    if line.section == "done":
        return line.done_by_name
    return f"{line.claimed_name} (taken)" if line.claimed_by else line.whose_name


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
    yield from labelled(
        ("state", f"{ended}{f' by {line.done_by_name}' if line.done_by_name else ''}" or "open"),
        ("reason", line.reason),
        ("due", f"{full_words(line.due)}{' (snoozed)' if line.snoozed else ''}" if line.due else "any time"),
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
    )
    parts = (("DETAILS", found.details), ("SUGGESTED MESSAGE", found.message))
    yield from sections((heading, visible_lines(text) if text else ()) for heading, text in parts)


def _entry(found: TaskDetails, *, with_names: bool) -> Any:
    """A task for a calendar. What may hold somebody's name goes in only if that is wanted."""
    from sellmode_tui.records.tasks.calendar_file import CalendarEntry

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

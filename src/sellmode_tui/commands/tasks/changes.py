"""``sellmode tasks add|edit|done|dismiss|snooze|...``: what the screens write about tasks, from the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, get_args

import click

from sellmode_contract.kinds.contact import ContactChannel
from sellmode_contract.store_time import Due
from sellmode_contract.text import visible
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, Parameter, command
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.inputs import STANDARD_INPUT, read_text
from sellmode_tui.commands.kit.refusals import refusals
from sellmode_tui.commands.kit.when import read_when
from sellmode_tui.records import RecordStore, TaskKey, Written
from sellmode_tui.records.tasks.lines import read
from sellmode_tui.records.tasks.repeating import CHOICES, read_repeat

_ACTIONS: Final = get_args(ContactChannel)
_NO_ACTION: Final = "none"

_TASK: Parameter = click.argument("task_id", metavar="TASK")
_TASKS: Parameter = click.argument("task_ids", metavar="TASK...", nargs=-1, required=True)
_DUE: Parameter = click.option("--due", metavar="WHEN", help="'fri 3pm', 'in 2 weeks', 12/24, 2026-12-24T15:00.")
_REPEAT: Parameter = click.option("--repeat", metavar="HOW", help=f"{', '.join(CHOICES)}, or a rule of RFC 5545.")


# ------------------------------------------------------------------ what a task says


@command(
    "add",
    click.argument("title", metavar="TITLE|-"),
    click.option("--customer", metavar="CUSTOMER", help="The customer it is about."),
    _DUE,
    _REPEAT,
    click.option("--action", type=click.Choice(_ACTIONS), help="The action: a way to contact the customer."),
    click.option("--details", metavar="TEXT", help="Details."),
    click.option("--for", "person", metavar="PERSON", help="Give it to a colleague: a user name or name."),
)
def add_command(
    opened: Opened,
    title: str,
    customer: str | None,
    due: str | None,
    repeat: str | None,
    action: str | None,
    details: str | None,
    person: str | None,
) -> None:
    """Add a task. - reads standard input: its first line is the title, the rest the details.

    sellmode tasks add 'Call about the coat' --customer C-00042 --due 'fri 3pm' --action call
    sellmode tasks add 'Count the scarves' --due 'mon 9:00' --repeat weekly
    sellmode tasks add - --due 'in 2 weeks' < task.txt
    """
    if title == STANDARD_INPUT:
        if details is not None:
            raise Failure("The details already come from standard input: leave out --details.", Exit.USAGE)
        title, _, details = read_text(title).partition("\n")
    records = opened.records
    fields: dict[str, Any] = {"title": title, "details": details, "action": action}
    if customer is not None:
        fields["customer"] = resolve.customer(records, customer)
    fields["due"] = when = read_when(due, records.zone()) if due else None
    fields["repeat"] = _repeat(repeat, when) if repeat else ""
    if person is not None:
        fields["assignee"] = resolve.colleague(records.tasks.assignable(fields.get("customer")), person).id
    with refusals(records):
        opened.report(records.tasks.create(fields))


@command(
    "edit",
    _TASK,
    click.option("--title", metavar="TEXT"),
    _DUE,
    _REPEAT,
    click.option(
        "--action", type=click.Choice((*_ACTIONS, _NO_ACTION)), help=("The action: a way to contact the customer.")
    ),
    click.option("--details", metavar="TEXT|-", help="Details; - reads standard input."),
)
def edit_command(
    opened: Opened,
    task_id: str,
    title: str | None,
    due: str | None,
    repeat: str | None,
    action: str | None,
    details: str | None,
) -> None:
    """Edit a manual task. An empty --due, --repeat or --details clears it.

    sellmode tasks edit 019a3c55-1f2e --due 'next week' --title 'Call about both coats'
    sellmode tasks edit 019a3c55-1f2e --repeat 'every 2 weeks'
    """
    records, key = opened.records, resolve.task(opened.records, task_id)
    changes: dict[str, Any] = {}
    if title is not None:
        changes["title"] = title
    if details is not None:
        changes["details"] = read_text(details)
    if action is not None:
        changes["action"] = None if action == _NO_ACTION else action
    if due is not None:
        changes["due"] = read_when(due, records.zone()) if due else ""
    if repeat is not None:
        changes["repeat"] = _repeat(repeat, changes.get("due") or _present_due(records, key)) if repeat else ""
    if not changes:
        raise Failure("Name what to change: --title, --due, --repeat, --action or --details.", Exit.USAGE)
    with refusals(records):
        opened.report(records.tasks.edit(*key, changes))


def _present_due(records: RecordStore, key: TaskKey) -> Due | None:
    found = records.tasks.get(*key)
    return read(found.record.due) if found else None


def _repeat(text: str, due: Due | None) -> str:
    if due is None:
        raise Failure("A repeating task needs a due date: give --due.", Exit.USAGE)
    try:
        return read_repeat(text, due)
    except ValueError as error:
        raise Failure(visible(str(error)), Exit.USAGE) from None


# ------------------------------------------------------------------ what becomes of tasks


@command("done", _TASKS)
def done_command(opened: Opened, task_ids: tuple[str, ...]) -> None:
    """Complete tasks: all of them or, if one fails, none. A repeating task gets its next one.

    sellmode tasks done 019a3c55-1f2e
    """
    _change_all(opened, task_ids, opened.records.tasks.finish)


@command(
    "dismiss",
    _TASKS,
    click.option("--reason", metavar="TEXT", required=True, help=("The reason, which others can see.")),
)
def dismiss_command(opened: Opened, task_ids: tuple[str, ...], reason: str) -> None:
    """Dismiss tasks with a reason: all of them or, if one fails, none.

    sellmode tasks dismiss 019a3c55-1f2e --reason 'was in the store yesterday'
    """
    _change_all(opened, task_ids, lambda keys: opened.records.tasks.finish(keys, "dismissed", reason))


@command(
    "snooze",
    _TASKS,
    click.option("--until", metavar="WHEN", required=True, help="As for --due; empty ends the snooze."),
)
def snooze_command(opened: Opened, task_ids: tuple[str, ...], until: str) -> None:
    """Snooze tasks: all of them or, if one fails, none.

    sellmode tasks snooze 019a3c55-1f2e --until tomorrow
    sellmode tasks snooze 019a3c55-1f2e --until 'fri 3pm'
    """
    records = opened.records
    _change_all(
        opened, task_ids, lambda keys: records.tasks.snooze(keys, read_when(until, records.zone()) if until else None)
    )


@command(
    "hand-over",
    _TASKS,
    click.option("--to", "person", metavar="PERSON", required=True, help="A colleague's user name or name."),
)
def hand_over_command(opened: Opened, task_ids: tuple[str, ...], person: str) -> None:
    """Hand tasks over to a colleague: all of them or, if one fails, none.

    In Associate Mode, only a manager can give tasks to others, and a customer's task only to someone who sees
    the customer.

    sellmode tasks hand-over 019a3c55-1f2e --to ben
    """
    records = opened.records
    _change_all(
        opened,
        task_ids,
        lambda keys: records.tasks.hand_over(keys, resolve.colleague(records.tasks.takers(keys), person).id),
    )


@command("claim", _TASK)
def claim_command(opened: Opened, task_id: str) -> None:
    """Take a task that the whole store sees. If a colleague was faster, `sellmode attention list` says so after a sync.

    sellmode tasks claim 3f1c22aa
    """
    _change_all(opened, [task_id], lambda keys: [opened.records.tasks.claim(*keys[0])])


@command("release", _TASK)
def release_command(opened: Opened, task_id: str) -> None:
    """Release a task that you have taken.

    sellmode tasks release 3f1c22aa
    """
    _change_all(opened, [task_id], lambda keys: [opened.records.tasks.release(*keys[0])])


@command("reopen", _TASK)
def reopen_command(opened: Opened, task_id: str) -> None:
    """Reopen a task that you completed or dismissed.

    sellmode tasks reopen 019a3c55-1f2e
    """
    _change_all(opened, [task_id], lambda keys: [opened.records.tasks.reopen(*keys[0])])


@command(
    "withdraw",
    click.argument("card", metavar="GIVEN"),
    click.option("--reason", metavar="TEXT", default="", help="The reason."),
)
def withdraw_command(opened: Opened, card: str, reason: str) -> None:
    """Withdraw a task that was given to someone: GIVEN is an id from `sellmode tasks given`. For managers.

    sellmode tasks withdraw 77ab03e1 --reason 'done by phone'
    """
    records = opened.records
    id = resolve.one_of((given.card for given in records.tasks.given()), card, "given task")
    with refusals(records):
        opened.report(records.tasks.withdraw(id, reason))


def _change_all(opened: Opened, task_ids: Sequence[str], change: Callable[[list[TaskKey]], list[Written]]) -> None:
    named = list(dict.fromkeys(task_ids))
    keys = [resolve.task(opened.records, id) for id in named]
    with refusals(opened.records, named):
        opened.report(*change(keys))


CHANGES: Final = (
    add_command,
    edit_command,
    done_command,
    dismiss_command,
    snooze_command,
    hand_over_command,
    claim_command,
    release_command,
    reopen_command,
    withdraw_command,
)

"""``sellmode tasks add|edit|done|dismiss|snooze|...``: what the screens write about tasks, from the command line."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar, get_args

import click

from sellmode_contract.kinds.contact import ContactChannel
from sellmode_contract.mutations import Rejected
from sellmode_contract.store_time import Due
from sellmode_contract.text import visible
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.given import STANDARD_INPUT, read_text
from sellmode_tui.commands.kept import tell_all, tell_written
from sellmode_tui.commands.outcome import Exit, Failure, failure
from sellmode_tui.commands.output import json_option
from sellmode_tui.commands.which import colleague, record, resolve, task
from sellmode_tui.visibility import Door, RefusedAmong, TaskKey, Written
from sellmode_tui.visibility.repeating import CHOICES, read_repeat
from sellmode_tui.visibility.tasks import read
from sellmode_tui.visibility.typed_due import TypedDueError, read_typed_due

_Command = TypeVar("_Command", bound=Callable[..., Any])
_ACTIONS: Final = get_args(ContactChannel)
_NO_ACTION: Final = "none"


def _fields_options(command: _Command) -> _Command:
    for option in (
        click.option("--repeat", metavar="HOW", help=f"{', '.join(CHOICES)}, or a rule of RFC 5545."),
        click.option("--due", metavar="WHEN", help="'fri 3pm', 'in 2 weeks', 12/24, 2026-12-24T15:00."),
    ):
        command = option(command)
    return command


_tasks_argument = click.argument("task_ids", metavar="TASK...", nargs=-1, required=True)


# ------------------------------------------------------------------ what a task says


@click.command("add")
@click.argument("title", metavar="TITLE|-")
@click.option("--customer", metavar="CUSTOMER", help="Whom it is about.")
@_fields_options
@click.option("--action", type=click.Choice(_ACTIONS), help="The contact that it asks for.")
@click.option("--details", metavar="TEXT", help="More about it.")
@click.option("--for", "person", metavar="PERSON", help="Give it to a colleague: a user name or name.")
@json_option
@account_options
def add_command(
    choice: Choice,
    title: str,
    customer: str | None,
    due: str | None,
    repeat: str | None,
    action: str | None,
    details: str | None,
    person: str | None,
    *,
    as_json: bool,
) -> None:
    """Make a task. With - standard input is read: its first line is the title, the rest the details.

    \b
      sellmode tasks add 'Call about the coat' --customer C-00042 --due 'fri 3pm' --action call
      sellmode tasks add 'Count the scarves' --due 'mon 9:00' --repeat weekly
      sellmode tasks add - --due 'in 2 weeks' < task.txt
    """  # noqa: D301  # click's mark for lines to be kept
    if title == STANDARD_INPUT:
        if details is not None:
            raise Failure("The details come from standard input, too: leave out --details.", Exit.USAGE)
        title, _, details = read_text(title).partition("\n")
    with opened(choice) as workspace:
        door = workspace.door
        fields: dict[str, Any] = {"title": title, "details": details, "action": action}
        if customer is not None:
            fields["customer"] = resolve(door, customer)
        when = _due(door, due) if due else None
        fields["due"] = when
        fields["repeat"] = _repeat(repeat, when) if repeat else ""
        if person is not None:
            fields["assignee"] = colleague(door.assignable(fields.get("customer")), person).id
        with _refusals(door):
            tell_written(door, door.create_task(fields), as_json=as_json)


@click.command("edit")
@click.argument("task_id", metavar="TASK")
@click.option("--title", metavar="TEXT")
@_fields_options
@click.option("--action", type=click.Choice((*_ACTIONS, _NO_ACTION)), help="The contact that it asks for.")
@click.option("--details", metavar="TEXT|-", help="More about it; - reads standard input.")
@json_option
@account_options
def edit_command(
    choice: Choice,
    task_id: str,
    title: str | None,
    due: str | None,
    repeat: str | None,
    action: str | None,
    details: str | None,
    *,
    as_json: bool,
) -> None:
    """Change what a task of somebody's making says. An empty --due, --repeat or --details takes it away.

    \b
      sellmode tasks edit 019a3c55-1f2e --due 'next week' --title 'Call about both coats'
      sellmode tasks edit 019a3c55-1f2e --repeat 'every 2 weeks'
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        door = workspace.door
        key = task(door, task_id)
        changes: dict[str, Any] = {}
        if title is not None:
            changes["title"] = title
        if details is not None:
            changes["details"] = read_text(details)
        if action is not None:
            changes["action"] = None if action == _NO_ACTION else action
        if due is not None:
            changes["due"] = _due(door, due) if due else ""
        if repeat is not None:
            changes["repeat"] = _repeat(repeat, changes.get("due") or _present_due(door, key)) if repeat else ""
        if not changes:
            raise Failure("Say what to change: --title, --due, --repeat, --action or --details.", Exit.USAGE)
        with _refusals(door):
            tell_written(door, door.edit_task(*key, changes), as_json=as_json)


def _present_due(door: Door, key: TaskKey) -> Due | None:
    found = door.task(*key)
    return read(found.record.due) if found else None


def _due(door: Door, text: str) -> Due:
    """The due time that a text means in the store. Raises Failure, which points at what is wrong."""
    try:
        return read_typed_due(text, dt.datetime.now(dt.UTC), door.zone())
    except TypedDueError as error:
        pointed = ""
        if text.isprintable() and text == visible(text) and error.end > error.start:
            pointed = f"\n  {text}\n  {' ' * error.start}{'^' * (error.end - error.start)}"
        raise Failure(f"{error}{pointed if len(text) <= _POINTED else ''}", Exit.USAGE) from None


_POINTED: Final = 60
"""A longer text is not repeated."""


def _repeat(text: str, due: Due | None) -> str:
    if due is None:
        raise Failure("A task that repeats has a due time to begin with: give --due.", Exit.USAGE)
    try:
        return read_repeat(text, due)
    except ValueError as error:
        raise Failure(visible(str(error)), Exit.USAGE) from None


# ------------------------------------------------------------------ what becomes of tasks


@click.command("done")
@_tasks_argument
@json_option
@account_options
def done_command(choice: Choice, task_ids: tuple[str, ...], *, as_json: bool) -> None:
    """Complete tasks: all of them, or, if one cannot be, none. The next one of a repeating task is made.

    \b
      sellmode tasks done 019a3c55-1f2e
    """  # noqa: D301  # click's mark for lines to be kept
    _change_all(choice, task_ids, lambda door, keys: door.finish_tasks(keys), as_json=as_json)


@click.command("dismiss")
@_tasks_argument
@click.option("--reason", metavar="TEXT", required=True, help="Why: others see it.")
@json_option
@account_options
def dismiss_command(choice: Choice, task_ids: tuple[str, ...], reason: str, *, as_json: bool) -> None:
    """Dismiss tasks for a reason: all of them, or, if one cannot be, none.

    \b
      sellmode tasks dismiss 019a3c55-1f2e --reason 'was in the store yesterday'
    """  # noqa: D301  # click's mark for lines to be kept
    _change_all(choice, task_ids, lambda door, keys: door.finish_tasks(keys, "dismissed", reason), as_json=as_json)


@click.command("snooze")
@_tasks_argument
@click.option("--until", metavar="WHEN", required=True, help="As --due; empty: due when it was.")
@json_option
@account_options
def snooze_command(choice: Choice, task_ids: tuple[str, ...], until: str, *, as_json: bool) -> None:
    """Put tasks off: all of them, or, if one cannot be, none.

    \b
      sellmode tasks snooze 019a3c55-1f2e --until tomorrow
      sellmode tasks snooze 019a3c55-1f2e --until 'fri 3pm'
    """  # noqa: D301  # click's mark for lines to be kept
    _change_all(
        choice,
        task_ids,
        lambda door, keys: door.snooze_tasks(keys, _due(door, until) if until else None),
        as_json=as_json,
    )


@click.command("hand-over")
@_tasks_argument
@click.option("--to", "person", metavar="PERSON", required=True, help="A colleague's user name or name.")
@json_option
@account_options
def hand_over_command(choice: Choice, task_ids: tuple[str, ...], person: str, *, as_json: bool) -> None:
    """Give tasks to a colleague: all of them, or, if one cannot be, none.

    In Associate Mode only the manager gives tasks to others, and a task on a customer to who sees that customer alone.

    \b
      sellmode tasks hand-over 019a3c55-1f2e --to ben
    """  # noqa: D301  # click's mark for lines to be kept
    _change_all(
        choice,
        task_ids,
        lambda door, keys: door.hand_over_tasks(keys, colleague(door.takers(keys), person).id),
        as_json=as_json,
    )


@click.command("claim")
@click.argument("task_id", metavar="TASK")
@json_option
@account_options
def claim_command(choice: Choice, task_id: str, *, as_json: bool) -> None:
    """Take a task that the whole store sees. If a colleague was faster, `sellmode attention list` tells after a sync.

    \b
      sellmode tasks claim 3f1c22aa
    """  # noqa: D301  # click's mark for lines to be kept
    _change_all(choice, (task_id,), lambda door, keys: [door.claim_task(*keys[0])], as_json=as_json)


@click.command("release")
@click.argument("task_id", metavar="TASK")
@json_option
@account_options
def release_command(choice: Choice, task_id: str, *, as_json: bool) -> None:
    """Give back a task that you have taken.

    \b
      sellmode tasks release 3f1c22aa
    """  # noqa: D301  # click's mark for lines to be kept
    _change_all(choice, (task_id,), lambda door, keys: [door.release_task(*keys[0])], as_json=as_json)


@click.command("reopen")
@click.argument("task_id", metavar="TASK")
@json_option
@account_options
def reopen_command(choice: Choice, task_id: str, *, as_json: bool) -> None:
    """Take back that you completed or dismissed a task.

    \b
      sellmode tasks reopen 019a3c55-1f2e
    """  # noqa: D301  # click's mark for lines to be kept
    _change_all(choice, (task_id,), lambda door, keys: [door.reopen_task(*keys[0])], as_json=as_json)


@click.command("withdraw")
@click.argument("card", metavar="GIVEN")
@click.option("--reason", metavar="TEXT", default="", help="Why.")
@json_option
@account_options
def withdraw_command(choice: Choice, card: str, reason: str, *, as_json: bool) -> None:
    """Take back a task that was given to somebody: GIVEN is an id that `sellmode tasks given` shows. For managers.

    \b
      sellmode tasks withdraw 77ab03e1 --reason 'done by phone'
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        door = workspace.door
        id = record((given.card for given in door.given_tasks()), card, "given task")
        with _refusals(door):
            tell_written(door, door.withdraw_task(id, reason), as_json=as_json)


def _change_all(
    choice: Choice,
    task_ids: Sequence[str],
    change: Callable[[Door, list[TaskKey]], list[Written]],
    *,
    as_json: bool,
) -> None:
    with opened(choice) as workspace:
        door = workspace.door
        keys = [task(door, id) for id in dict.fromkeys(task_ids)]
        with _refusals(door, task_ids):
            tell_all(door, change(door, keys), as_json=as_json)


@contextlib.contextmanager
def _refusals(door: Door, task_ids: Sequence[str] = ()) -> Iterator[None]:
    """Tell which of several tasks was at fault, and who was faster. Raises Failure."""
    try:
        yield
    except Rejected as error:
        told = failure(error)
        if told is None:
            raise
        which = list(dict.fromkeys(task_ids))[error.number] if isinstance(error, RefusedAmong) else ""
        winner = next((staff.name for staff in door.colleagues() if staff.id == error.winner), "")
        words = (
            f"{told.message}{f' It was {visible(winner)}.' if winner else ''}{f' ({visible(which)})' if which else ''}"
        )
        raise Failure(words, Exit(told.exit_code)) from None


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

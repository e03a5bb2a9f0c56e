"""How things stand with the backend, in the words of the status line and of lists that are empty."""

from __future__ import annotations

from typing import Final

from sellmode_tui.records.tasks.agenda import AgendaQuery, TaskCounts
from sellmode_tui.records.tasks.lines import Section
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.sync.status import Line, SyncStatus
from sellmode_tui.widgets.meanings import OFFLINE, OVERDUE, TODAY
from sellmode_tui.widgets.status_line import Status

_LINES = {
    Line.CONNECTING: "CONNECTING",
    Line.ONLINE: "ONLINE",
    Line.OFFLINE: "OFFLINE",
    Line.SIGNED_OUT: "SIGNED OUT",
    Line.DISABLED: "SIGNED OUT",
    Line.REFUSED: "NOT SYNCING",
    Line.DAMAGED: "NOT SYNCING",
}


def status_of(desk: Desk) -> Status:
    """The status line."""
    words, sync = desk.words, desk.sync
    waiting = sync.line is Line.CONNECTING and not sync.leading
    return Status(
        connection="SYNCED BY ANOTHER WINDOW" if waiting else _LINES[sync.line],
        alarm=sync.line not in (Line.CONNECTING, Line.ONLINE),
        since=words.time(sync.since) if sync.since and sync.line is Line.OFFLINE else "",
        synced=words.time(sync.synced_at) if sync.synced_at else "",
        unsent=desk.counts.unsent,
        attention=desk.counts.attention,
        tasks=_tasks(desk.tasks),
        tasks_mean=OVERDUE if desk.tasks.overdue else TODAY,
        notice=desk.warning or _notice(sync),
        person=desk.person,
        mode=desk.facts.mode_name,
    )


def _tasks(counts: TaskCounts) -> str:
    """``3 overdue, 5 today``."""
    named = (("overdue", counts.overdue), ("today", counts.today))
    return ", ".join(f"{number:,} {name}" for name, number in named if number)


def standing(desk: Desk) -> str:
    """How things stand, in whole sentences."""
    words, sync = desk.words, desk.sync
    status = status_of(desk)
    sign = f"{OFFLINE.sign} " if status.alarm else ""
    line = f"{sign}{status.connection}"
    if sync.since:
        line += f" since {words.time(sync.since)}"
    shown = f"last synced {status.synced}" if sync.synced_at else "never synced"
    said = [f"{line}; {shown}."]
    if told := problem(sync):
        said.append(told)
    if told := progress(sync):
        said.append(f"{told[0].upper()}{told[1:]}.")
    return "\n".join(said)


def problem(sync: SyncStatus) -> str:
    """What is wrong and what to do, in whole sentences; empty if nothing is."""
    if sync.line is Line.SIGNED_OUT:
        return "Please sign in again: F9. Until then, your changes are kept on this terminal."
    return sync.problem


def tried_now(sync: SyncStatus) -> str:
    """What to say to somebody who wants to sync now."""
    if sync.line is Line.OFFLINE:
        return f"Trying again. {sync.problem and f'Last error: {sync.problem}'}".rstrip()
    return problem(sync) or "Syncing."


def _notice(sync: SyncStatus) -> str:
    match sync.line:
        case Line.SIGNED_OUT:
            return "sign in again: F9"
        case Line.REFUSED | Line.DAMAGED:
            return sync.problem
    return progress(sync) if is_first_sync(sync) else ""


def is_first_sync(sync: SyncStatus) -> bool:
    """Whether the first sync is under way or still to come."""
    return sync.synced_at is None


def so_far(sync: SyncStatus, number: str) -> str:
    """How many there are: until the first sync is over, not all."""
    return f"{number} so far, more are coming" if is_first_sync(sync) else number


def progress(sync: SyncStatus) -> str:
    """How far the first sync has come."""
    if not sync.received:
        return ""
    left = f", about {sync.left:,} left" if sync.left else ""
    return f"first sync: {sync.received:,} received{left}"


UNREADABLE: Final = "Filter error, see above the list. Press / to change it, Esc to clear it."
"""What a list without customers says under a filter with an error."""


def why_empty(desk: Desk, text: str) -> str:
    """What to say, and to do, where a list has no customers."""
    sync = desk.sync
    if text.strip():
        later = "\nThe first sync is still running: more may appear soon." if is_first_sync(sync) else ""
        return f"No customers match. Press / to change the search, Esc to clear it.{later}"
    if is_first_sync(sync):
        return _first_sync(sync)
    account = desk.facts.account
    if desk.facts.sees_team:
        return "Your store has no customers yet. They will appear here."
    if account is not None and account.role == "manager":
        return (
            "Every customer in your store has an owner. In Associate Mode, a manager's list shows customers "
            "without an owner."
        )
    return "No customers are assigned to you yet. Once your manager assigns some, they appear here. F5 syncs now."


_NO_TASKS: dict[tuple[Section, ...], str] = {
    ("overdue",): "Nothing is overdue.",
    ("today",): "Nothing more is due today.",
    ("week",): "Nothing more is due this week.",
    ("later",): "Nothing is due later.",
    ("done",): "Nothing completed yet.",
}


def why_no_tasks(desk: Desk, query: AgendaQuery) -> str:
    """What to say, and to do, where a list has no tasks."""
    sync = desk.sync
    if query.text.strip():
        return "No tasks match. Press / to change the search, Esc to clear it."
    if is_first_sync(sync):
        return _first_sync(sync)
    nothing = _NO_TASKS.get(query.sections, "Nothing to do.")
    if query.mine:
        return f"{nothing[:-1]} for you. m shows the whole store."
    return f"{nothing} a adds a task."


def _first_sync(sync: SyncStatus) -> str:
    match sync.line:
        case Line.SIGNED_OUT:
            return "Nothing on this terminal yet. Press F9 and sign in again to load your customers."
        case Line.REFUSED | Line.DAMAGED:
            return f"Nothing on this terminal yet. {sync.problem}"
        case Line.OFFLINE:
            why = sync.problem or "The server cannot be reached."
            return f"Nothing on this terminal yet. {why}\nRetrying automatically; F5 retries now."
    told = progress(sync)
    return "Loading your customers for the first time. You can already search those loaded so far." + (
        f"\n{told[0].upper()}{told[1:]}." if told else ""
    )

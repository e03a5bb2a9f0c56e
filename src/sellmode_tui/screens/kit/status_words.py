"""How things stand with the backend, in the words of the status line and of lists that are empty."""

from __future__ import annotations

from typing import Final

from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records.tasks.agenda import AgendaQuery, TaskCounts
from sellmode_tui.records.tasks.lines import Section
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.sync.status import Line, SyncStatus
from sellmode_tui.widgets.meanings import OFFLINE, OVERDUE, TODAY
from sellmode_tui.widgets.status_line import Status

_LINES = {
    Line.CONNECTING: marked("CONNECTING"),
    Line.ONLINE: marked("ONLINE"),
    Line.OFFLINE: marked("OFFLINE"),
    Line.SIGNED_OUT: marked("SIGNED OUT"),
    Line.DISABLED: marked("SIGNED OUT"),
    Line.REFUSED: marked("NOT SYNCING"),
    Line.DAMAGED: marked("NOT SYNCING"),
}


def status_of(desk: Desk) -> Status:
    """The status line."""
    words, sync = desk.words, desk.sync
    waiting = sync.line is Line.CONNECTING and not sync.leading
    return Status(
        connection=marked("SYNCED BY ANOTHER WINDOW") if waiting else _LINES[sync.line],
        alarm=sync.line not in (Line.CONNECTING, Line.ONLINE),
        since=words.time(sync.since) if sync.since and sync.line is Line.OFFLINE else "",
        synced=words.time(sync.synced_at) if sync.synced_at else "",
        unsent=desk.counts.unsent,
        attention=desk.counts.attention,
        tasks=_tasks(desk.tasks),
        tasks_mean=OVERDUE if desk.tasks.overdue else TODAY,
        notice=desk.warning or _notice(sync),
        chat=_chat(desk),
        can_chat=_chat(desk) == AVAILABLE,
        person=desk.person,
        mode=desk.facts.mode_name,
    )


AVAILABLE: Final = marked("available")


def _chat(desk: Desk) -> str:
    """Whether customers reach the person; whoever is offline is away at once, whatever the server thinks by now."""
    if not desk.facts.has_chat:
        return ""
    if desk.presence is None or not desk.presence.said or not _is_reached(desk.sync):
        return marked("away")
    return AVAILABLE if desk.presence.available else marked("store closed")


def _is_reached(sync: SyncStatus) -> bool:
    """Whether the line is up, as far as is known here; another window may have it."""
    return sync.line is Line.ONLINE or (sync.line is Line.CONNECTING and not sync.leading)


def _tasks(counts: TaskCounts) -> str:
    """``3 overdue, 5 today``."""
    overdue = tr("{number:,} overdue", number=counts.overdue) if counts.overdue else ""
    today = tr("{number:,} today", number=counts.today) if counts.today else ""
    return ", ".join(filter(None, (overdue, today)))


def standing(desk: Desk) -> str:
    """How things stand, in whole sentences."""
    words, sync = desk.words, desk.sync
    status = status_of(desk)
    sign = f"{OFFLINE.sign} " if status.alarm else ""
    line = trd(status.connection)
    if sync.since:
        line = tr("{line} since {time}", line=line, time=words.time(sync.since))
    if sync.synced_at:
        said = [sign + tr("{line}; last synced {time}.", line=line, time=status.synced)]
    else:
        said = [sign + tr("{line}; never synced.", line=line)]
    if told := problem(sync):
        said.append(told)
    if told := progress(sync):
        said.append(f"{told[0].upper()}{told[1:]}.")
    return "\n".join(said)


def problem(sync: SyncStatus) -> str:
    """What is wrong and what to do, in whole sentences; empty if nothing is."""
    if sync.line is Line.SIGNED_OUT:
        return tr("Please sign in again: F9. Until then, your changes are kept on this terminal.")
    return sync.problem


def tried_now(sync: SyncStatus) -> str:
    """What to say to somebody who wants to sync now."""
    if sync.line is Line.OFFLINE:
        return tr("Trying again. Last error: {error}", error=sync.problem) if sync.problem else tr("Trying again.")
    return problem(sync) or tr("Syncing.")


def _notice(sync: SyncStatus) -> str:
    match sync.line:
        case Line.SIGNED_OUT:
            return tr("sign in again: F9")
        case Line.REFUSED | Line.DAMAGED:
            return sync.problem
    return progress(sync) if is_first_sync(sync) else ""


def is_first_sync(sync: SyncStatus) -> bool:
    """Whether the first sync is under way or still to come."""
    return sync.synced_at is None


def so_far(sync: SyncStatus, number: str) -> str:
    """How many there are: until the first sync is over, not all."""
    return tr("{found} so far, more are coming", found=number) if is_first_sync(sync) else number


def progress(sync: SyncStatus) -> str:
    """How far the first sync has come."""
    if not sync.received:
        return ""
    if not sync.left:
        return tr("first sync: {received:,} received", received=sync.received)
    return tr("first sync: {received:,} received, about {left:,} left", received=sync.received, left=sync.left)


UNREADABLE: Final = marked("Filter error, see above the list. Press / to change it, Esc to clear it.")
"""What a list without customers says under a filter with an error."""


def why_empty(desk: Desk, text: str) -> str:
    """What to say, and to do, where a list has no customers."""
    sync = desk.sync
    if text.strip():
        said = [tr("No customers match. Press / to change the search, Esc to clear it.")]
        if is_first_sync(sync):
            said.append(tr("The first sync is still running: more may appear soon."))
        return "\n".join(said)
    if is_first_sync(sync):
        return _first_sync(sync)
    account = desk.facts.account
    if desk.facts.sees_team:
        return tr("Your store has no customers yet. They will appear here.")
    if account is not None and account.role == "manager":
        return tr(
            "Every customer in your store has an owner. In Associate Mode, a manager's list shows customers "
            "without an owner."
        )
    return tr("No customers are assigned to you yet. Once your manager assigns some, they appear here. F5 syncs now.")


_NO_TASKS: dict[tuple[Section, ...], str] = {
    ("overdue",): marked("Nothing is overdue."),
    ("today",): marked("Nothing more is due today."),
    ("week",): marked("Nothing more is due this week."),
    ("later",): marked("Nothing is due later."),
    ("done",): marked("Nothing completed yet."),
}
_NONE_OF_MINE: dict[tuple[Section, ...], str] = {
    ("overdue",): marked("Nothing is overdue for you."),
    ("today",): marked("Nothing more is due today for you."),
    ("week",): marked("Nothing more is due this week for you."),
    ("later",): marked("Nothing is due later for you."),
    ("done",): marked("Nothing completed yet for you."),
}


def why_no_tasks(desk: Desk, query: AgendaQuery) -> str:
    """What to say, and to do, where a list has no tasks."""
    sync = desk.sync
    if query.text.strip():
        return tr("No tasks match. Press / to change the search, Esc to clear it.")
    if is_first_sync(sync):
        return _first_sync(sync)
    if query.mine:
        nothing = trd(_NONE_OF_MINE.get(query.sections, marked("Nothing to do for you.")))
        return f"{nothing} {tr('m shows the whole store.')}"
    nothing = trd(_NO_TASKS.get(query.sections, marked("Nothing to do.")))
    return f"{nothing} {tr('a adds a task.')}"


def _first_sync(sync: SyncStatus) -> str:
    nothing = tr("Nothing on this terminal yet.")
    match sync.line:
        case Line.SIGNED_OUT:
            return f"{nothing} {tr('Press F9 and sign in again to load your customers.')}"
        case Line.REFUSED | Line.DAMAGED:
            return f"{nothing} {sync.problem}"
        case Line.OFFLINE:
            why = sync.problem or tr("The server cannot be reached.")
            return f"{nothing} {why}\n{tr('Retrying automatically; F5 retries now.')}"
    told = progress(sync)
    return tr("Loading your customers for the first time. You can already search those loaded so far.") + (
        f"\n{told[0].upper()}{told[1:]}." if told else ""
    )

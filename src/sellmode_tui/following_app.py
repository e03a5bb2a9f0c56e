"""What the app is told while somebody is signed in, by sync, by threads and by the clock, and shows on its pages."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from typing import Any, Final

from textual import on, work
from textual.message import Message

from sellmode_tui import errors
from sellmode_tui.account import session
from sellmode_tui.account.lease import Lease, State
from sellmode_tui.account.settings import Settings
from sellmode_tui.entering_app import Clock, EnteringApp, Start
from sellmode_tui.errors import AccountError
from sellmode_tui.screens.desk import Desk, Facts
from sellmode_tui.screens.desk_screen import DeskScreen
from sellmode_tui.screens.words import counted
from sellmode_tui.sync.status import Line, SyncStatus
from sellmode_tui.visibility import Counts, Interrupted, SealedError
from sellmode_tui.visibility.agenda import TaskCounts
from sellmode_tui.workspace import Workspace

_LOOK: Final = 10.0
"""Seconds between two looks at whether a task has become due, or another window has signed in again."""
_LEASE_LOOK: Final = 60.0


class _FromThread(Message, bubble=False):
    """What a thread brings; counts only while that workspace is the open one."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        super().__init__()


class FollowingApp(EnteringApp):
    """Keeps facts, counts and the status line right, and the pages with them. Nothing here blocks the pages."""

    class _Status(_FromThread):
        def __init__(self, workspace: Workspace, status: SyncStatus) -> None:
            self.status = status
            super().__init__(workspace)

        def can_replace(self, message: Message) -> bool:
            """Only the latest counts."""
            return isinstance(message, type(self)) and message.workspace is self.workspace

    class _Changed(_FromThread):
        def can_replace(self, message: Message) -> bool:
            """One look serves for several changes."""
            return isinstance(message, type(self)) and message.workspace is self.workspace

    class _FactsRead(_FromThread):
        def __init__(self, workspace: Workspace, number: int, facts: Facts, counts: Counts, tasks: TaskCounts) -> None:
            self.number = number
            self.facts = facts
            self.counts = counts
            self.tasks = tasks
            super().__init__(workspace)

    class _TasksCounted(_FromThread):
        def __init__(self, workspace: Workspace, tasks: TaskCounts) -> None:
            self.tasks = tasks
            super().__init__(workspace)

    class _Leased(_FromThread):
        def __init__(self, workspace: Workspace, lease: Lease) -> None:
            self.lease = lease
            super().__init__(workspace)

    class _MayNot(_FromThread):
        """The account may not be used any longer here."""

        def __init__(self, workspace: Workspace, reason: str) -> None:
            self.reason = reason
            super().__init__(workspace)

    class _SaidOf(_FromThread):
        """Something for nobody but whoever works in it to know."""

        def __init__(self, workspace: Workspace, text: str) -> None:
            self.text = text
            super().__init__(workspace)

    def __init__(self, settings: Settings, start: Start, clock: Clock, *, ascii_only: bool = False) -> None:
        super().__init__(settings, start, clock, ascii_only=ascii_only)
        self._workspace: Workspace | None = None
        self._desk: Desk | None = None
        self._status = SyncStatus()
        self._reads = self._taken = 0
        """Reads of facts and counts: how many began, and which was taken last."""
        self._lease_warning = ""
        self._idle_warning = ""
        self._disk_warning = ""
        self._day: dt.date | None = None
        """The store's day, as of the last look at the tasks."""

    @abstractmethod
    async def _shut_out(self, status: SyncStatus) -> None:
        """The account is disabled."""

    @abstractmethod
    async def _start_anew(self) -> None:
        """The local copy cannot be used any more."""

    @abstractmethod
    async def _lock(self, reason: str = "") -> None:
        """The account may not be used on."""

    def _begin_to_look(self) -> None:
        """Look now and then at what happens without a word."""
        self.set_interval(_LEASE_LOOK, self._look_lease)
        self.set_interval(_LOOK, self._look_tasks)
        self.set_interval(_LOOK, self._look_for_sign_in)

    # ------------------------------------------------------------------ how things stand

    def _status_of(self, workspace: Workspace) -> SyncStatus:
        """How things stand before sync has told anything."""
        status = workspace.status
        if workspace.session.token is None:
            return SyncStatus(Line.SIGNED_OUT, synced_at=status.synced_at)
        return SyncStatus(synced_at=status.synced_at)

    @on(_SaidOf)
    def _said_of(self, message: _SaidOf) -> None:
        if message.workspace is self._workspace:
            self._say(message.text)

    @on(_Status)
    async def _take_status(self, message: _Status) -> None:
        if message.workspace is not self._workspace:
            return
        waiting, self._status = self._status.unsent, message.status
        if message.status.unsent != waiting:
            self._read_facts(message.workspace)
        match message.status.line:
            case Line.DISABLED:
                await self._shut_out(message.status)
            case Line.DAMAGED:
                await self._start_anew()
            case _:
                self._show_status()

    def _show_status(self) -> None:
        desk = self._desk
        if desk is not None:
            desk.sync, desk.warning = self._status, self._idle_warning or self._disk_warning or self._lease_warning
            for page in self._desk_pages():
                page.standing_changed()

    def _desk_pages(self) -> list[DeskScreen[Any]]:
        """What is open of pages that somebody who is signed in works with, the topmost last."""
        return [page for page in self.screen_stack if isinstance(page, DeskScreen)]

    # ------------------------------------------------------------------ what is there, and how much

    @on(_Changed)
    def _look_again(self, message: _Changed) -> None:
        if message.workspace is self._workspace:
            self._read_facts(message.workspace)

    def _read_facts(self, workspace: Workspace) -> None:
        self._reads += 1
        self._read_facts_in_thread(workspace, self._reads)

    @work(thread=True, exclusive=True, group="facts", exit_on_error=False)
    def _read_facts_in_thread(self, workspace: Workspace, number: int) -> None:
        try:
            door = workspace.door
            facts, counts, tasks = Facts.read(door), door.counts(), door.task_counts()
        except (Interrupted, SealedError):
            return  # it was closed meanwhile, or sync tells what is wrong with it
        except Exception as error:  # noqa: BLE001  # the crash handler's, in its own thread
            self.post_message(self._Crashed(error))
        else:
            self.post_message(self._FactsRead(workspace, number, facts, counts, tasks))

    @on(_FactsRead)
    def _take_facts(self, message: _FactsRead) -> None:
        desk = self._desk
        if message.workspace is not self._workspace or desk is None or message.number <= self._taken:
            return  # a thread that was overtaken by a later one
        self._taken = message.number
        changed = message.facts != desk.facts
        others = (message.counts, message.tasks) != (desk.counts, desk.tasks)
        desk.facts, desk.counts, desk.tasks = message.facts, message.counts, message.tasks
        self._forget_if_forbidden(message.workspace, message.facts)
        for page in self._desk_pages():
            if changed:
                page.facts_changed()
            page.records_changed()
        if changed or others:
            self._show_status()

    def _forget_if_forbidden(self, workspace: Workspace, facts: Facts) -> None:
        """The retailer may have taken back that people stay signed in."""
        folder = workspace.session.folder
        if facts.retailer and not facts.retailer.keyring_allowed and folder.profile.remembered:
            self._in_background(lambda: session.forget(folder))

    # ------------------------------------------------------------------ what happens without a word

    def _look_tasks(self) -> None:
        if self._workspace is not None:
            self._count_tasks(self._workspace)

    @work(thread=True, exclusive=True, group="tasks", exit_on_error=False)
    def _count_tasks(self, workspace: Workspace) -> None:
        try:
            self.post_message(self._TasksCounted(workspace, workspace.door.task_counts()))
        except (Interrupted, SealedError):
            return  # it was closed meanwhile, or sync tells what is wrong with it
        except Exception as error:  # noqa: BLE001  # the crash handler's, in its own thread
            self.post_message(self._Crashed(error))

    @on(_TasksCounted)
    def _take_tasks(self, message: _TasksCounted) -> None:
        """Time goes on: tasks become due although nobody has changed anything."""
        desk = self._desk
        if message.workspace is not self._workspace or desk is None:
            return
        day = desk.words.today
        if (message.tasks, day) != (desk.tasks, self._day):
            desk.tasks, self._day = message.tasks, day
            for page in self._desk_pages():
                page.records_changed()
            self._show_status()

    def _look_for_sign_in(self) -> None:
        """Whoever signs in again in one window has done so for all of this account's."""
        if self._workspace is not None and self._status.line is Line.SIGNED_OUT:
            self._in_background(self._workspace.go_on)

    def _look_lease(self) -> None:
        if self._workspace is not None:
            self._check_lease(self._workspace)

    @work(thread=True, exclusive=True, group="lease", exit_on_error=False)
    def _check_lease(self, workspace: Workspace) -> None:
        try:
            self.post_message(self._Leased(workspace, workspace.session.check_lease()))
        except (errors.LeaseOver, errors.ClockChanged) as error:
            self.post_message(self._MayNot(workspace, str(error)))
        except (AccountError, SealedError):
            return  # it was closed meanwhile, or the next write tells
        except Exception as error:  # noqa: BLE001  # the crash handler's, in its own thread
            self.post_message(self._Crashed(error))

    @on(_Leased)
    def _take_lease(self, message: _Leased) -> None:
        if message.workspace is not self._workspace:
            return
        warning = ""
        if message.lease.state is State.ENDING:
            days = max(1, message.lease.left.days)
            warning = f"no contact for long: locks in {counted(days, 'day')}"
        if warning != self._lease_warning:
            self._lease_warning = warning
            self._show_status()

    @on(_MayNot)
    async def _may_not(self, message: _MayNot) -> None:
        if message.workspace is self._workspace:
            self.drop_typed_ahead()
            await self._lock(message.reason)

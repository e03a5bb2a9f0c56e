"""Keeps facts, counts, tasks and the status line of the open account right, and its pages with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sellmode_contract.kinds.presence import Presence
from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_tui.account import session
from sellmode_tui.account.lease import Lease, State
from sellmode_tui.errors import AccountError, ClockChanged, LeaseOver
from sellmode_tui.language import tr, trd, trn
from sellmode_tui.records import Counts, Interrupted, RequestCounts, RequestLine, SealedError
from sellmode_tui.records.tasks.agenda import TaskCounts
from sellmode_tui.screens.kit.desk import Desk, Facts
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.status_words import is_first_sync
from sellmode_tui.shell import request_news
from sellmode_tui.shell.current import CurrentAccount, OpenAccount
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.shell.request_news import RequestBell
from sellmode_tui.shell.sale_news import LATEST, SaleNews
from sellmode_tui.shell.sign_out import SignOutFlow
from sellmode_tui.sync.status import Line, SyncStatus

_LOOK: Final = 10.0
"""Seconds between two looks at whether a task has become due, or another window has signed in again."""
_LEASE_LOOK: Final = 60.0
_CLOSED: Final = (Interrupted, SealedError)
"""The account was closed meanwhile, or sync tells what is wrong with it."""


class _Read(NamedTuple):
    facts: Facts
    counts: Counts
    tasks: TaskCounts
    presence: Presence | None
    requests: RequestCounts
    notices: Sequence[SaleNotice] = ()
    arrived: Sequence[RequestLine] = ()


class StatusMonitor:
    """Hears of the open account from sync and looks by itself. Nothing here blocks the pages."""

    def __init__(self, app: PagedApp, current: CurrentAccount, exits: SignOutFlow, bell: RequestBell) -> None:
        self.status = SyncStatus()
        self._app = app
        self._current = current
        self._exits = exits
        self._bell = bell
        self._reads = self._taken = 0
        """Reads of facts and counts: how many began, and which was taken last."""
        self._warnings: dict[str, str] = {}
        """What must be known whatever else goes on, by where it comes from."""
        self._day: dt.date | None = None
        """The store's day, as of the last look at the tasks."""
        self._sale_news = SaleNews()

    def start(self) -> None:
        """Look now and then at what happens without a word."""
        self._app.set_interval(_LEASE_LOOK, self.look_lease)
        self._app.set_interval(_LOOK, self.look_tasks)
        self._app.set_interval(_LOOK, self.look_for_sign_in)

    def begin(self, account: OpenAccount) -> None:
        """An account was opened; sync has told nothing of it yet."""
        read_only = account.workspace.session.journal.read_only
        self._warnings = {"disk": tr("disk full or read-only: nothing can be saved")} if read_only else {}
        account.desk.warning = self._warning
        self._sale_news = SaleNews()
        self._day = account.desk.words.today
        signed_out = account.workspace.session.token is None
        synced_at = account.workspace.status.synced_at
        self.status = (
            SyncStatus(Line.SIGNED_OUT, synced_at=synced_at) if signed_out else SyncStatus(synced_at=synced_at)
        )
        account.desk.sync = self.status

    def follow(self, account: OpenAccount) -> None:
        """Have it synced, and hear of that."""
        account.workspace.go_live(
            lambda status: self.tell(account, status),
            lambda: self.tell_changed(account),
            lambda request: self.tell_writing(account, request),
        )
        self.read_facts()
        self.look_lease()

    # ------------------------------------------------------------------ told by sync, in its threads

    def tell(self, account: OpenAccount, status: SyncStatus) -> None:
        """How things stand with the backend."""
        self._current.hand_back(account, self._take_status, status)

    def tell_changed(self, account: OpenAccount) -> None:
        """What is there has changed."""
        self._current.hand_back(account, lambda _: self.read_facts(), None)

    def tell_writing(self, account: OpenAccount, request: str) -> None:
        """The customer of a request is writing just now."""
        self._current.hand_back(account, self._show_writing, request)

    def _show_writing(self, request: str) -> None:
        for page in self.pages:
            page.customer_writes(request)

    async def _take_status(self, status: SyncStatus) -> None:
        waiting, self.status = self.status.unsent, status
        if status.unsent != waiting:
            self.read_facts()
        if status.line is Line.DISABLED:
            await self._exits.shut_out(status)
        elif status.line is Line.DAMAGED:
            await self._exits.start_anew()
        else:
            self._show()

    # ------------------------------------------------------------------ the status line

    def warn(self, source: str, warning: str) -> None:
        """Something that must be known, or, where that is empty, no longer."""
        if self._warnings.get(source, "") != warning:
            self._warnings[source] = warning
            self._show()

    @property
    def _warning(self) -> str:
        return next((warning for source in ("idle", "disk", "lease") if (warning := self._warnings.get(source))), "")

    def _show(self) -> None:
        desk = self._current.desk
        if desk is not None:
            desk.sync, desk.warning = self.status, self._warning
            for page in self.pages:
                page.standing_changed()

    @property
    def pages(self) -> list[DeskScreen[Any]]:
        """What is open of pages for people who are signed in, the topmost last; none while the app closes."""
        pages = self._app.screen_stack if self._app.is_running else ()
        return [page for page in pages if isinstance(page, DeskScreen)]

    # ------------------------------------------------------------------ what is there, and how much

    def read_facts(self) -> None:
        """Read facts and counts anew, and show what has changed."""
        self._reads += 1
        number = self._reads

        def read(account: OpenAccount) -> _Read:
            records = account.workspace.records
            facts = Facts.read(records)
            return _Read(
                facts,
                records.changes.counts(),
                records.tasks.counts(),
                records.chat.mine() if facts.has_chat else None,
                records.requests.counts(),
                records.sales.notices(LATEST),
                records.requests.arrived(request_news.LATEST),
            )

        def take(found: _Read) -> None:
            if number > self._taken:  # not overtaken by a later one
                self._taken = number
                self._take_facts(found)

        self._current.run(read, take, quiet=_CLOSED, group="facts", exclusive=True)

    def _take_facts(self, found: _Read) -> None:
        account = self._current.account
        if account is None:
            return
        desk = account.desk
        before = found._replace(
            facts=desk.facts, counts=desk.counts, tasks=desk.tasks, presence=desk.presence, requests=desk.requests
        )
        desk.facts, desk.counts, desk.tasks, desk.presence, desk.requests = found[:5]
        self._forget_if_forbidden(account)
        for page in self.pages:
            if found.facts != before.facts:
                page.facts_changed()
            page.records_changed()
        if found != before:
            self._show()
        self._tell_sales(desk, found.notices)
        self._bell.tell(found.arrived, first_sync=is_first_sync(self.status))

    def _tell_sales(self, desk: Desk, notices: Sequence[SaleNotice]) -> None:
        """Say of what somebody was just credited with; nothing while all that there is comes for the first time."""
        for told in self._sale_news.of(notices, desk.clock()):
            self._app.say(told)
        if is_first_sync(self.status):
            self._sale_news.forget()

    def _forget_if_forbidden(self, account: OpenAccount) -> None:
        """The retailer may have taken back that people stay signed in."""
        folder, retailer = account.workspace.session.folder, account.desk.facts.retailer
        if retailer and not retailer.keyring_allowed and folder.profile.remembered:
            self._app.background.release(lambda: session.forget(folder))

    # ------------------------------------------------------------------ what happens without a word

    def look_tasks(self) -> None:
        """Count tasks and requests: time goes on, and they become due although nobody has changed anything."""

        def count(account: OpenAccount) -> tuple[TaskCounts, RequestCounts]:
            records = account.workspace.records
            return records.tasks.counts(), records.requests.counts()

        def take(counted: tuple[TaskCounts, RequestCounts]) -> None:
            desk = self._current.desk
            if desk is not None and (*counted, desk.words.today) != (desk.tasks, desk.requests, self._day):
                (desk.tasks, desk.requests), self._day = counted, desk.words.today
                for page in self.pages:
                    page.records_changed()
                self._show()

        self._current.run(count, take, quiet=_CLOSED, group="tasks", exclusive=True)

    def look_for_sign_in(self) -> None:
        """Whoever signs in again in one window has done so for all of this account's."""
        if self.status.line is Line.SIGNED_OUT:
            self._current.run(lambda account: account.workspace.go_on())

    def look_lease(self) -> None:
        """Warn of a lease that ends; lock the account when it is over."""

        def check(account: OpenAccount) -> Lease | str | None:
            try:
                return account.workspace.session.check_lease()
            except (LeaseOver, ClockChanged) as error:
                return trd(error)
            except AccountError:
                return None  # it was closed meanwhile

        async def take(lease: Lease | str | None) -> None:
            if isinstance(lease, str):
                self._app.drop_typed_ahead()
                await self._exits.lock(lease)
            elif lease is not None:
                told = trn(
                    "offline for long: locks in {number:,} day",
                    "offline for long: locks in {number:,} days",
                    max(1, lease.left.days),
                )
                self.warn("lease", told if lease.state is State.ENDING else "")

        self._current.run(check, take, quiet=_CLOSED, group="lease", exclusive=True)

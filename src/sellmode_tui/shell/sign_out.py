"""The ways out: lock, sign out, switch to another person, and what closes an account by itself."""

from __future__ import annotations

from typing import Final

from sellmode_tui.errors import AccountDisabled
from sellmode_tui.language import tr, trn
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.memory import Threads, forget
from sellmode_tui.shell.current import CurrentAccount
from sellmode_tui.shell.drafts import DraftKeeper, Typed
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.shell.sign_in import SignInFlow
from sellmode_tui.sync.status import SyncStatus
from sellmode_tui.workspace import Workspace

_LATE: Final = 2.0
"""Seconds until a thread has ended that was still reading for a page when that was closed."""


class SignOutFlow:
    """Closes the open account, keeps what was typed in it, and leads to a way in."""

    def __init__(
        self, app: PagedApp, current: CurrentAccount, drafts: DraftKeeper, sign_in: SignInFlow, threads: Threads
    ) -> None:
        self._app = app
        self._current = current
        self._drafts = drafts
        self._sign_in = sign_in
        self._threads = threads

    def let_go(self, *, typed: Typed | None, stays: bool = False) -> Workspace | None:
        """Forget the open workspace, for the caller to close. ``typed``: what is to be kept of what was open."""
        account = self._current.close()
        if account is not None:
            account.desk.drawing = ""  # a picture that arrives late on a page that is going
        self._app.forget_clipboard()
        self._app.forget_pictures()
        if account is None:
            return None
        self._drafts.close(account.workspace, typed=typed, stays=stays)
        return account.workspace

    async def lock(self, reason: str = "") -> None:
        """Lock the open account."""
        workspace = self.let_go(typed=self._drafts.typed(), stays=True)
        if workspace is not None:
            await self._show_lock(workspace, reason)
            self._app.background.release(workspace.lock)

    async def start_anew(self) -> None:
        """What is kept here cannot be read: a new copy takes its place, which only the password opens."""
        self._app.drop_typed_ahead()
        workspace = self.let_go(typed=self._drafts.typed(), stays=True)
        if workspace is not None:
            await self._show_lock(
                workspace, tr("A file on this terminal is damaged. Enter your password to repair it.")
            )
            self._app.background.release(workspace.discard_damaged)

    async def shut_out(self, status: SyncStatus) -> None:
        """The account is disabled."""
        self._app.drop_typed_ahead()
        workspace = self.let_go(typed=self._drafts.typed())
        if workspace is not None:
            await self._sign_in.ask(str(AccountDisabled(status.unsent + status.attention)))
            self._forget_soon()
            self._app.background.release(workspace.disable)

    async def switch_user(self, *, another: bool) -> None:
        """Switch user, or the same one whom the server wants to; the files of this one are closed."""
        self._sign_in.give_up()
        workspace = self.let_go(typed=self._drafts.typed())
        left = self._sign_in.locked if workspace is None else workspace.session.folder
        await self._sign_in.ask(another=another, left=left)
        self._forget_soon()
        if workspace is not None:
            self._app.background.release(workspace.lock)

    async def sign_out(self) -> None:
        """End the session here and at the server; asks first where something is not sent, or not saved."""
        if any(isinstance(page, ConfirmBox) for page in self._app.pages()):
            return
        unsaved = len(self._drafts.typed().drafts)
        if not (self._unsent or unsaved):
            await self._leave()
            return
        changes = trn("{number:,} change not sent", "{number:,} changes not sent", self._unsent)
        drafts = trn("{number:,} draft not saved", "{number:,} drafts not saved", unsaved)
        told = tr("{one} and {other}", one=changes, other=drafts)
        told = told if self._unsent and unsaved else changes if self._unsent else drafts
        question = tr("{what}. Sign out anyway? All of it is kept here for your next sign-in.", what=told)
        self._app.open(ConfirmBox(question, tr("Sign out")), lambda yes: self._leave_soon() if yes else None)

    @property
    def _unsent(self) -> int:
        return self._current.desk.counts.unsent if self._current.desk else 0

    def _leave_soon(self) -> None:
        self._app.call_later(self._leave)

    async def _leave(self) -> None:
        unsent = self._unsent
        workspace = self.let_go(typed=self._drafts.typed())
        if workspace is not None:
            await self._sign_in.ask()
            self._forget_soon()
            self._app.background.release(workspace.sign_out, lambda heard: self._tell_signed_out(unsent, heard=heard))

    def _tell_signed_out(self, unsent: int, *, heard: bool) -> None:
        said = [tr("Signed out.")]
        if not heard:
            said.append(tr("The server will be told as soon as it can be reached."))
        if unsent:
            said.append(
                trn(
                    "{number:,} change not sent yet: kept here for your next sign-in.",
                    "{number:,} changes not sent yet: kept here for your next sign-in.",
                    unsent,
                )
            )
        self._app.say(" ".join(said))

    async def _show_lock(self, workspace: Workspace, reason: str) -> None:
        await self._sign_in.ask_password(workspace.session.folder, reason)
        self._forget_soon()
        self._app.refresh_bindings()
        self._app.wipe_terminal()

    def _forget_soon(self) -> None:
        self._app.set_timer(_LATE, self._forget_late)

    def _forget_late(self) -> None:
        """Forget what threads still held while the workspace was closed, once all have ended."""
        busy = self._threads.busy
        forget()
        if busy and self._current.account is None:
            self._forget_soon()

"""The app keeps what is typed and not saved: half a second later, in a thread; at once when it closes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
from textual import events, on, work
from textual.message import Message
from textual.timer import Timer

from sellmode_tui.account.folders import AccountFolder
from sellmode_tui.account.settings import Settings
from sellmode_tui.crash import write_report
from sellmode_tui.entering_app import Clock, Start
from sellmode_tui.errors import AccountError, NotSignedIn
from sellmode_tui.following_app import FollowingApp
from sellmode_tui.journal.drafts import Draft, Drafts, Window
from sellmode_tui.screens.customer_form import AddCustomerScreen
from sellmode_tui.screens.customers import CustomersScreen
from sellmode_tui.screens.desk import Desk, Looked
from sellmode_tui.screens.form_screen import FormScreen
from sellmode_tui.screens.lost_draft import LostDraftBox
from sellmode_tui.screens.main_page import MainPage
from sellmode_tui.screens.resuming import Resumed
from sellmode_tui.visibility import SealedError, Written
from sellmode_tui.workspace import Workspace

KEEP_SECONDS: Final = 0.5
"""From a key to the draft of what it typed."""
_RETRY_SECONDS: Final = 5.0
"""From a draft that could not be written to the next try, unless something else is typed before."""
_FLUSH_SECONDS: Final = 2.0
"""The longest that a signal to end waits for the last draft."""
_END_SECONDS: Final = 5.0
"""The longest that the rest of the end may take then."""


class Typed(NamedTuple):
    """What is open and not saved, and how the lists are looked at."""

    drafts: Sequence[Draft]
    looked: bytes | None


class _Keeper:
    """Writes what was typed in an open account, from any thread; what is older never replaces what is newer."""

    def __init__(self, drafts: Drafts, window: Window) -> None:
        self._drafts = drafts
        self._window = window
        self._lock = threading.Lock()
        self._given = 0
        self._written = 0

    def number(self) -> int:
        """Number what is to be written. For the event loop."""
        self._given += 1
        return self._given

    def keep(self, number: int, typed: Typed) -> None:
        """Write it. Raises as the journal does."""
        with self._lock:
            if number > self._written:
                self._drafts.keep(self._window.id, typed.drafts, typed.looked)
                self._written = number


class DraftingApp(FollowingApp):
    """Keeps drafts and brings them back."""

    class _NotKept(Message, bubble=False):
        def __init__(self, keeper: _Keeper, why: str) -> None:
            self.keeper = keeper
            self.why = why
            super().__init__()

    def __init__(self, settings: Settings, start: Start, clock: Clock, *, ascii_only: bool = False) -> None:
        super().__init__(settings, start, clock, ascii_only=ascii_only)
        self._keeper: _Keeper | None = None
        """While somebody is signed in, from when their drafts are open again."""
        self._aside: list[Draft] = []
        """Drafts whose forms, or whose fields, are no more."""
        self._kept: Typed | None = None
        """What was last given to be written."""
        self._last: Typed | None = None
        """What is to be kept of an app that ends."""
        self._look_timer: Timer | None = None
        self._told_why = False
        """Whether the person knows that drafts cannot be written."""

    # ------------------------------------------------------------------ what is typed

    def _typed(self) -> Typed:
        pages = self._pages()
        drafts = [draft for page in pages if isinstance(page, FormScreen) and (draft := page.draft)]
        return Typed([*self._aside, *drafts], msgspec.json.encode(self._looked()))

    def _looked(self) -> Looked:
        desk, page = self._desk, "customers"
        if desk is None:
            return Looked()
        for each in self._pages():
            if isinstance(each, MainPage):
                page = each.page
            if isinstance(each, CustomersScreen) and each.query("#list"):  # neither coming nor going
                desk.customers = each.view
        return Looked(page, desk.customers, desk.agenda, desk.places)

    async def on_event(self, event: events.Event) -> None:
        """Whatever a person does may have changed what is typed."""
        await super().on_event(event)
        if isinstance(event, events.InputEvent | events.Paste):
            self._look_soon()

    def _look_soon(self) -> None:
        if self._keeper is not None and self._look_timer is None:
            self._look_timer = self.set_timer(KEEP_SECONDS, self._look_typed)

    def _look_typed(self) -> None:
        self._look_timer = None
        keeper = self._keeper
        if keeper is None:
            return
        typed = self._typed()
        if typed != self._kept:
            self._kept = typed
            self._write_typed(keeper, keeper.number(), typed)
            self._look_soon()
        elif self.works_off:  # what is typed may wait for a page
            self._look_soon()

    @work(thread=True, group="drafts", exit_on_error=False)
    def _write_typed(self, keeper: _Keeper, number: int, typed: Typed) -> None:
        try:
            keeper.keep(number, typed)
        except NotSignedIn:
            return  # it was closed meanwhile, with its last words
        except SealedError as error:
            self.post_message(self._NotKept(keeper, str(error)))
        except Exception as error:  # noqa: BLE001  # the crash handler's, in its own thread
            self.post_message(self._Crashed(error))

    @on(_NotKept)
    def _try_again(self, message: _NotKept) -> None:
        """A full disk, or another process that writes for long: say it once, and go on trying."""
        if message.keeper is self._keeper:
            self.set_timer(_RETRY_SECONDS, self._keep_again)
            if not self._told_why:
                self._told_why = True
                self._say(f"Drafts are not kept for now. {message.why}")

    def _keep_again(self) -> None:
        self._kept = None
        self._look_soon()

    # ------------------------------------------------------------------ coming back

    async def _resume(self, workspace: Workspace, desk: Desk, resumed: Resumed) -> None:
        """Open what was left open."""
        aside = []
        for draft, parts in resumed.drafts:
            if parts is None:
                aside.append(draft)
                continue
            form = FormScreen.kinds[draft.kind](desk, *parts)
            await self.push_screen(form, self._after(form))
            if self._workspace is not workspace:
                return
            try:
                left = await form.resume(draft)
            except Exception as error:  # noqa: BLE001  # a draft must not end the app each time that it is found
                write_report(error)
                left = draft
            if left:
                aside.append(left)
        self._aside = aside
        for draft in aside:
            self.push_screen(LostDraftBox(draft), partial(self._lost, draft))
        window = self._windows.get(workspace.session.folder.path)
        self._kept, self._told_why = None, False
        if window is not None:
            self._keeper = _Keeper(workspace.session.journal.drafts, window)
            self._look_soon()

    def _after(self, form: FormScreen) -> Any:
        """What the list beneath does with what comes of a form that was opened from there."""
        below = self._pages()[1]
        if isinstance(form, AddCustomerScreen) and isinstance(below, CustomersScreen):

            def added(written: Written | None) -> None:
                below.added(form, written)

            return added
        return None

    def _lost(self, draft: Draft, answer: str | None) -> None:
        if answer == "discard":
            self._aside = [each for each in self._aside if each.id != draft.id]
        self._look_soon()

    # ------------------------------------------------------------------ the end

    def _leave_typed(self, workspace: Workspace, *, typed: Typed | None, stays: bool) -> None:
        """Have the last of it written as the workspace closes. A window that does not stay leaves it to others."""
        keeper, self._keeper = self._keeper, None
        self._aside, self._kept = [], None  # nothing of it stays in memory
        path = workspace.session.folder.path
        window = self._windows.get(path) if stays else self._windows.pop(path, None)
        left = self._leaving = threading.Event()
        number = keeper.number() if keeper is not None else 0
        finish_saving = workspace.before_close

        def last_words() -> None:
            try:
                if keeper is not None and typed is not None:
                    with contextlib.suppress(SealedError, AccountError):  # what can be said of it, sync says
                        keeper.keep(number, typed)
                finish_saving()  # what is saved is no draft any more, before anybody can take it for one
            finally:
                if window is not None and not stays:
                    window.close()
                left.set()

        workspace.before_close = last_words

    def _close_window(self, folder: AccountFolder) -> None:
        """Leave what is kept of a locked account to its other windows."""
        if (window := self._windows.pop(folder.path, None)) is not None:
            window.close()

    def _discard_typed(self) -> None:
        """Keep nothing that could be saved, as the app ends because somebody wants it."""
        self._last = Typed(self._aside, None)

    def _listen_for_end(self) -> None:
        """Let no signal end the app before the last draft is written."""
        if not self.is_headless:
            for number in (signal.SIGHUP, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, self._end_by, number)

    def _end_by(self, number: signal.Signals) -> None:
        """Write the last draft, then end as the signal would have."""
        self._remember_last()
        keeper, typed = self._keeper, self._last
        if keeper is not None and typed is not None:
            given = keeper.number()

            def write() -> None:
                with contextlib.suppress(SealedError, AccountError):
                    keeper.keep(given, typed)

            thread = threading.Thread(target=write, daemon=True)
            thread.start()
            thread.join(_FLUSH_SECONDS)
        if number == signal.SIGTERM:
            late = threading.Timer(_END_SECONDS, os._exit, [128 + number])
            late.daemon = True
            late.start()  # nothing that is still at work keeps it from ending
            self.exit(return_code=128 + number)
        else:  # the terminal has gone: there is nothing to restore
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    def _remember_last(self) -> None:
        """Note what is typed, before an end that closes the pages."""
        if self._keeper is not None and self._last is None:
            with contextlib.suppress(Exception):  # half a page may be all there is after an error
                self._last = self._typed()

    def _handle_exception(self, error: Exception) -> None:
        self._remember_last()
        super()._handle_exception(error)

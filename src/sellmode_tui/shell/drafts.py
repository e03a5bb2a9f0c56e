"""Keeps what is typed and not saved, half a second later, in a thread; at once when the account closes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from textual.timer import Timer

from sellmode_tui.account.folders import AccountFolder
from sellmode_tui.crash import write_report
from sellmode_tui.errors import AccountError, NotSignedIn
from sellmode_tui.journal.drafts import Draft, Drafts, Window
from sellmode_tui.language import tr, trd
from sellmode_tui.records import SealedError, Written
from sellmode_tui.screens.customers.customer_form import AddCustomerScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.forms.lost_draft import LostDraftBox
from sellmode_tui.screens.forms.resuming import Resumed, resume
from sellmode_tui.screens.kit.desk import Looked
from sellmode_tui.screens.lists.main_page import TabbedPage
from sellmode_tui.shell.current import CurrentAccount, OpenAccount
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.workspace import Workspace

KEEP_SECONDS: Final = 0.5
"""From a key to the draft of what it typed."""
_RETRY_SECONDS: Final = 5.0
"""From a draft that could not be written to the next try, unless something else is typed before."""
_FLUSH_SECONDS: Final = 2.0
"""The longest that a signal to end waits for the last draft."""
_CLOSING_SECONDS: Final = 5.0
"""The longest that a way in waits for the last draft of whoever has just left."""


class Typed(NamedTuple):
    """What is open and not saved, and how the lists are looked at."""

    drafts: Sequence[Draft]
    looked: bytes | None


class _Writer:
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

    def write(self, number: int, typed: Typed) -> None:
        """Write it. Raises as the journal does."""
        with self._lock:
            if number > self._written:
                self._drafts.keep(self._window.id, typed.drafts, typed.looked)
                self._written = number


class DraftKeeper:
    """Keeps what is typed in the open account, and brings it back."""

    def __init__(self, app: PagedApp, current: CurrentAccount) -> None:
        self._app = app
        self._current = current
        self._writer: _Writer | None = None
        """While somebody is signed in, from when their drafts are open again."""
        self._aside: list[Draft] = []
        """Drafts whose forms, or whose fields, are no more."""
        self._given: Typed | None = None
        """What was last given to be written."""
        self.last: Typed | None = None
        """What is to be kept of an app that ends."""
        self._look_timer: Timer | None = None
        self._told_why = False
        """Whether the person knows that drafts cannot be written."""
        self._windows: dict[Path, Window] = {}
        """By an account's folder: that this app is one of its windows, also while it is locked."""
        self._taking = threading.Lock()
        """Held while what was left open is taken: of two tries for an account each gets all of it."""
        self._closed = threading.Event()
        """Set when the account that was open last has been closed in order."""
        self._closed.set()

    # ------------------------------------------------------------------ what is typed

    def typed(self) -> Typed:
        """What is open and not saved now."""
        pages = self._app.pages()
        drafts = [draft for page in pages if isinstance(page, FormScreen) and (draft := page.draft)]
        desk = self._current.desk
        in_boxes = list(desk.in_boxes.values()) if desk is not None else []
        return Typed([*self._aside, *in_boxes, *drafts], msgspec.json.encode(self.looked()))

    def looked(self) -> Looked:
        """How the lists are looked at now."""
        desk, page = self._current.desk, "customers"
        if desk is None:
            return Looked()
        for each in self._app.pages():
            if isinstance(each, TabbedPage):
                page = each.page
            if isinstance(each, CustomersScreen) and each.query("#list"):  # neither coming nor going
                desk.customers = each.view
        return Looked(page, desk.customers, desk.agenda, desk.places)

    def look_soon(self) -> None:
        """Something may have been typed."""
        if self._writer is not None and self._look_timer is None:
            self._look_timer = self._app.set_timer(KEEP_SECONDS, self._look)

    def _look(self) -> None:
        self._look_timer = None
        writer = self._writer
        if writer is None:
            return
        typed = self.typed()
        if typed != self._given:
            self._given = typed
            self._write(writer, typed)
            self.look_soon()
        elif self._app.works_off:  # what is typed may wait for a page
            self.look_soon()

    def _write(self, writer: _Writer, typed: Typed) -> None:
        number = writer.number()
        self._app.background.run(
            lambda: writer.write(number, typed),
            failed=self._try_again,
            quiet=(NotSignedIn,),  # it was closed meanwhile, which wrote what was typed last
            wanted=lambda: writer is self._writer,
            group="drafts",
        )

    def _try_again(self, error: Exception) -> None:
        """A full disk, or another process that writes for long: say it once, and go on trying."""
        self._app.set_timer(_RETRY_SECONDS, self._write_again)
        if not self._told_why:
            self._told_why = True
            self._app.say(tr("Drafts cannot be saved right now. {error}", error=trd(error)), wrong=True)

    def _write_again(self) -> None:
        self._given = None
        self.look_soon()

    # ------------------------------------------------------------------ coming back

    def take(self, workspace: Workspace) -> Resumed:
        """What was left open in an account that is being opened; in a thread."""
        self._closed.wait(_CLOSING_SECONDS)
        folder = workspace.session.folder.path
        with self._taking:
            window = self._windows.get(folder) or Window(folder)
            try:
                left = workspace.session.journal.drafts.take(window)
            except SealedError:  # such as a full disk: what cannot be read now stays for the next time
                self._windows.pop(folder, None)
                window.close()
                return Resumed()
            self._windows[folder] = window
        return resume(workspace.records, left)

    async def resume(self, account: OpenAccount, resumed: Resumed) -> None:
        """Open what was left open."""
        workspace, desk = account
        aside = []
        for draft, parts in resumed.drafts:
            if parts is None:
                aside.append(draft)
                continue
            form = FormScreen.kinds[draft.kind](desk, *parts)
            await self._app.push_screen(form, self._after(form))
            if self._current.account is not account:
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
            self._app.push_screen(LostDraftBox(draft), partial(self._lost, draft))
        window = self._windows.get(workspace.session.folder.path)
        self._given, self._told_why = None, False
        if window is not None:
            self._writer = _Writer(workspace.session.journal.drafts, window)
            self.look_soon()

    def _after(self, form: FormScreen) -> Any:
        """What the list beneath does with what comes of a form that was opened from there."""
        below = self._app.pages()[1]
        if isinstance(form, AddCustomerScreen) and isinstance(below, CustomersScreen):

            def added(written: Written | None) -> None:
                below.added(form, written)

            return added
        return None

    def _lost(self, draft: Draft, answer: str | None) -> None:
        if answer == "discard":
            self._aside = [each for each in self._aside if each.id != draft.id]
        self.look_soon()

    # ------------------------------------------------------------------ the end

    def close(self, workspace: Workspace, *, typed: Typed | None, stays: bool) -> None:
        """Have the last of it written as the workspace closes. A window that does not stay leaves it to others."""
        writer, self._writer = self._writer, None
        self._aside, self._given = [], None  # nothing of it stays in memory
        path = workspace.session.folder.path
        window = self._windows.get(path) if stays else self._windows.pop(path, None)
        closed = self._closed = threading.Event()
        number = writer.number() if writer is not None else 0
        finish_saving = workspace.before_close

        def write_last() -> None:
            try:
                if writer is not None and typed is not None:
                    with contextlib.suppress(SealedError, AccountError):  # what can be said of it, sync says
                        writer.write(number, typed)
                finish_saving()  # what is saved is no draft any more, before anybody can take it for one
            finally:
                if window is not None and not stays:
                    window.close()
                closed.set()

        workspace.before_close = write_last

    def close_windows(self, *, but: AccountFolder | None) -> None:
        """Leave what is kept of accounts to their other windows."""
        for path in [path for path in self._windows if but is None or path != but.path]:
            self._windows.pop(path).close()

    def discard(self) -> None:
        """Keep nothing that could be saved, as the app ends because somebody wants it."""
        self.last = Typed(self._aside, None)

    def remember_last(self) -> None:
        """Note what is typed, before an end that closes the pages."""
        if self._writer is not None and self.last is None:
            with contextlib.suppress(Exception):  # half a page may be all there is after an error
                self.last = self.typed()

    def write_last(self) -> None:
        """Write it now; waits for no more than two seconds."""
        self.remember_last()
        writer, typed = self._writer, self.last
        if writer is not None and typed is not None:
            number = writer.number()

            def write() -> None:
                with contextlib.suppress(SealedError, AccountError):
                    writer.write(number, typed)

            thread = threading.Thread(target=write, daemon=True)
            thread.start()
            thread.join(_FLUSH_SECONDS)

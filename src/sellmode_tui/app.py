"""The app: puts account, workspace and screens together, and decides which of them is there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen

from sellmode_contract.kinds import KINDS
from sellmode_tui import errors
from sellmode_tui.account import session
from sellmode_tui.account.process import harden_process
from sellmode_tui.account.settings import ASCII_TERMINALS, Settings, read_settings
from sellmode_tui.drafting_app import DraftingApp, Typed
from sellmode_tui.entering_app import CLOCK, Clock, Start
from sellmode_tui.entrance import TOLD, CacheDamaged, Entered
from sellmode_tui.errors import AccountError
from sellmode_tui.screens.agenda import AgendaScreen, CustomerTasksScreen
from sellmode_tui.screens.attention import AttentionScreen
from sellmode_tui.screens.briefs_page import BriefsScreen
from sellmode_tui.screens.confirm import ConfirmBox, discarding
from sellmode_tui.screens.customer_page import CustomerPage
from sellmode_tui.screens.customers import CustomersScreen
from sellmode_tui.screens.desk import Desk, Facts
from sellmode_tui.screens.desk_screen import DeskScreen
from sellmode_tui.screens.form_screen import FormScreen
from sellmode_tui.screens.keys import KeysScreen
from sellmode_tui.screens.kind_list import KindListPage
from sellmode_tui.screens.lock import LockScreen
from sellmode_tui.screens.main_page import MainPage, page_keys, pages_of
from sellmode_tui.screens.memory import Threads, forget
from sellmode_tui.screens.resuming import Resumed
from sellmode_tui.screens.rules_page import RulesScreen
from sellmode_tui.screens.standing import tried_now
from sellmode_tui.screens.sync_page import SyncScreen
from sellmode_tui.screens.themes import DARK, LIGHT, NAMES
from sellmode_tui.screens.too_small import TooSmallScreen
from sellmode_tui.screens.words import counted
from sellmode_tui.sync.status import Line, SyncStatus
from sellmode_tui.visibility import CannotUndo, Interrupted, NothingToUndo, Rejected, SealedError
from sellmode_tui.watchdog import Watchdog
from sellmode_tui.workspace import Workspace

__all__ = ["NO_TERMINAL", "Clock", "SellmodeApp", "Start", "run_app"]

IDLE_MINUTES: Final = 5
"""Until the retailer's own setting is known."""
_IDLE_LOOK = 10.0
"""Seconds between two looks at how long nobody has touched anything: a machine may sleep through a longer timer."""
_WARNED = 60.0
"""Seconds before that in which it is said that something is not saved."""
_LATE = 2.0
"""Seconds until a thread has ended that was still reading for a page when that was closed."""
_PAGES: Final[dict[str, type[MainPage[Any]]]] = {
    "customers": CustomersScreen,
    "tasks": AgendaScreen,
    "rules": RulesScreen,
    "corporate": BriefsScreen,
}

NO_TERMINAL: Final = 2
"""Exit code where there is no terminal to draw on."""


def _is_page(screen: Screen[Any], name: str) -> bool:
    return isinstance(screen, MainPage) and screen.page == name


def _key_ids() -> set[str]:
    """Everything that can be given another key."""
    found, nodes = set(), [DOMNode]
    while nodes:
        node = nodes.pop()
        nodes += node.__subclasses__()
        if node.__module__.startswith("sellmode_tui."):
            found |= {binding.id for binding in node.BINDINGS if isinstance(binding, Binding) and binding.id}
    return found


class SellmodeApp(DraftingApp):
    """The app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "keys", "Keys", tooltip="The keys that work here", id="app.keys"),
        *page_keys(),
        Binding("u", "undo", "Undo", show=False, tooltip="Take back your last change", id="app.undo"),
        Binding("f3", "attention", "Attention", show=False, tooltip="What needs attention", id="app.attention"),
        Binding("f4", "sync_page", "Sync", show=False, tooltip="What is not sent yet", id="app.sync"),
        Binding("q", "quit", "Quit", show=False, tooltip="End Sellmode", id="app.quit"),
        # These work over every page and box, too.
        Binding("f7", "remember", "Stay", show=False, priority=True, tooltip="Stay signed in here", id="app.remember"),
        Binding(
            "f8",
            "sign_out",
            "Sign out",
            show=False,
            priority=True,
            tooltip="Sign out here and at the server",
            id="app.sign-out",
        ),
        Binding(
            "f9",
            "switch_user",
            "Switch",
            show=False,
            priority=True,
            tooltip="Let another person sign in",
            id="app.switch-user",
        ),
        Binding("f10", "lock", "Lock", priority=True, tooltip="Lock: the password opens it again", id="app.lock"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, tooltip="End Sellmode", id="app.quit-always"),
    ]

    def __init__(
        self, settings: Settings, start: Start | None = None, *, ascii_only: bool = False, clock: Clock = CLOCK
    ) -> None:
        super().__init__(settings, start or Start(), clock, ascii_only=ascii_only)
        self._touched = clock.seconds()
        self._watchdog: Watchdog | None = None
        self._threads = Threads(thread_name_prefix="work")

    # ------------------------------------------------------------------ beginning and end

    async def on_mount(self) -> None:
        """Choose the first page."""
        asyncio.get_running_loop().set_default_executor(self._threads)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = NAMES[self.settings.theme]
        self.set_keymap(self.settings.keys)
        if unknown := sorted(set(self.settings.keys) - _key_ids()):
            self._say(
                f"settings.toml, keys: there is nothing called {', '.join(unknown)}. The page of keys has the names."
            )
        self.set_timer(_IDLE_LOOK, self._look_idle)
        self._begin_to_look()
        self._listen_for_end()
        await self._show_way_in()

    async def on_unmount(self) -> None:
        """Close what is open, however it ends."""
        workspace = self._let_go(typed=self._last)  # the pages have gone
        if workspace is not None:
            await asyncio.to_thread(workspace.close)

    def action_help_quit(self) -> None:
        """Ctrl+C is a habit: it must not lose work."""
        self._say("Ctrl+Q quits, F10 locks.")

    async def action_quit(self) -> None:
        """End; what was typed and not saved is discarded only if the person says so."""
        if any(isinstance(page, ConfirmBox) for page in self._pages()):
            return
        if not self._unsaved:
            self._quit()
            return
        self.open(discarding(), lambda wanted: self._quit() if wanted else None)

    def _quit(self) -> None:
        self._discard_typed()
        self.exit()

    def action_keys(self) -> None:
        """Show the keys that work here."""
        if not isinstance(self.screen, KeysScreen | TooSmallScreen):
            self.open(KeysScreen(self.screen))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be done only while somebody is signed in."""
        if action in ("lock", "sign_out", "sync_page", "attention"):
            return self._workspace is not None
        if action == "undo":
            return isinstance(self.screen, DeskScreen) and not isinstance(self.screen, FormScreen)
        if action == "page":
            return self._desk is not None and parameters[0] in pages_of(self._desk) and not self._fills_in
        if action == "switch_user":
            return self._workspace is not None or self._locked is not None
        if action == "remember":
            retailer = self._desk.facts.retailer if self._desk else None
            return retailer is not None and retailer.keyring_allowed
        return True

    # ------------------------------------------------------------------ somebody is in

    async def _opened(self, entered: Entered, facts: Facts, resumed: Resumed) -> None:
        """Show the customers, and what was left open; sync from now on."""
        workspace = entered.workspace
        self._workspace, self._lease_warning = workspace, ""
        read_only = workspace.session.journal.read_only
        self._disk_warning = "disk full or read-only: nothing can be saved" if read_only else ""
        self._status = self._status_of(workspace)
        self._touched = self._clock.seconds()
        self._desk = Desk(
            workspace.door,
            workspace.session.journal,
            workspace.session.account.name,
            self._clock.now,
            workspace.preview,
            self.ascii_only,
            facts,
            self._status,
            agenda=resumed.looked.agenda,
            customers=resumed.looked.customers,
            places=resumed.looked.places,
        )
        workspace.before_close = self._desk.writes.shutdown
        self._day = self._desk.words.today
        desk = self._desk
        await self._show_only(CustomersScreen(desk))
        if self._workspace is not workspace:
            return  # it was locked, or the app ends
        for page in pages_of(desk):
            if page == resumed.looked.page:
                await self.action_page(page)
        await self._resume(workspace, desk, resumed)
        if self._workspace is not workspace:
            return
        if entered.offline:
            self._say(f"Opened from this terminal. {entered.offline}")
        if workspace.session.moved_aside is not None:
            aside = workspace.session.moved_aside
            self._say(
                "Damaged data was repaired on this terminal. F3 shows what was lost, if anything. "
                f"The damaged file is kept as {aside}."
            )
        if workspace.replaced:
            self._say("The data on this terminal could not be read. It is fetched anew.")
        workspace.go_live(
            lambda status: self._from_sync(self._Status(workspace, status)),
            lambda: self._from_sync(self._Changed(workspace)),
        )
        self._read_facts(workspace)
        self._look_lease()

    def _from_sync(self, message: Message) -> None:
        """Take something from the sync's thread."""
        self.post_message(message)

    # ------------------------------------------------------------------ while somebody is signed in

    @property
    def _unsaved(self) -> bool:
        """Whether something was typed that closing its page would lose."""
        return any(isinstance(page, FormScreen) and page.unsaved for page in self._desk_pages())

    @on(CustomersScreen.SyncWanted)
    def _sync_now(self) -> None:
        if self._workspace is not None:
            self._workspace.pull_now()
            self._say(tried_now(self._status))

    @on(SyncScreen.RetryWanted)
    def _retry_now(self) -> None:
        if self._workspace is not None:
            self._workspace.retry_now()
            self._say(tried_now(self._status))

    @on(CustomerPage.TasksWanted)
    def _show_tasks(self, message: CustomerPage.TasksWanted) -> None:
        if self._desk is not None:
            self.open(CustomerTasksScreen(self._desk, message.profile))

    @on(DeskScreen.Wrote)
    def _tell_written(self, message: DeskScreen.Wrote) -> None:
        """Say what was done, and show it everywhere."""
        if self._workspace is None:
            return
        self.clear_notifications()  # of several changes, one after the other, the last one is enough
        written, said = message.written, message.said
        if written is not None and written.nothing:
            self._say("Nothing was changed.")
            return
        if written is not None:
            said = said or f"Saved: {written.words}.{'' if written.final else ' u takes it back.'}"
            said = said if written.shown else f"{said} It is kept, but cannot be shown just now."
        self._say(said)
        self._read_facts(self._workspace)

    @on(DeskScreen.Failed)
    async def _failed(self, message: DeskScreen.Failed) -> None:
        match message.error:
            case CacheDamaged():
                await self._start_anew()
            case SealedError() | AccountError() | Rejected():
                self._say(str(message.error))
            case error:
                self._handle_exception(error)

    async def _shut_out(self, status: SyncStatus) -> None:
        self.drop_typed_ahead()
        workspace = self._let_go(typed=self._typed())
        if workspace is not None:
            await self._ask_to_sign_in(str(errors.AccountDisabled(status.unsent + status.attention)))
            self._in_background(workspace.disable)

    async def _start_anew(self) -> None:
        """What is kept here cannot be read: a new copy takes its place, which only the password opens."""
        self.drop_typed_ahead()
        workspace = self._let_go(typed=self._typed(), stays=True)
        if workspace is not None:
            await self._show_lock(
                workspace,
                "A file on this terminal is damaged. Enter your password to repair it.",
            )
            self._in_background(workspace.discard_damaged)

    async def _show_only(self, screen: Screen[None]) -> None:
        await super()._show_only(screen)
        if self._workspace is None:
            self.set_timer(_LATE, self._forget_late)

    def _forget_late(self) -> None:
        """Forget what threads still held while the workspace was closed, once all have ended."""
        busy = self._threads.busy
        forget()
        if busy and self._workspace is None:
            self.set_timer(_LATE, self._forget_late)

    # ------------------------------------------------------------------ getting out

    def _let_go(self, *, typed: Typed | None, stays: bool = False) -> Workspace | None:
        """Forget the open workspace, for the caller to close. ``typed``: what is to be kept of what was open."""
        workspace, self._workspace, self._desk = self._workspace, None, None
        if workspace is not None:
            self._leave_typed(workspace, typed=typed, stays=stays)
        self._clipboard = ""
        return workspace

    async def _show_lock(self, workspace: Workspace, reason: str = "") -> None:
        folder = workspace.session.folder
        await self._show_only(LockScreen(folder.profile.name, reason, ascii_only=self.ascii_only))
        self._locked = folder
        self.refresh_bindings()
        if self._driver is not None:
            # What the terminal keeps of its screen goes too; then the page is drawn whole.
            self._driver.write("\x1b[H\x1b[2J")
            self.refresh(layout=True)

    async def _lock(self, reason: str = "") -> None:
        workspace = self._let_go(typed=self._typed(), stays=True)
        if workspace is not None:
            await self._show_lock(workspace, reason)
            self._in_background(workspace.lock)

    async def action_lock(self) -> None:
        """Lock now: whoever leaves the terminal is not kept by a question."""
        await self._lock()

    async def action_switch_user(self) -> None:
        """Let another person sign in, or the same one whom the server wants to; the files of this one are closed."""
        another = self._status.line is not Line.SIGNED_OUT
        workspace = self._let_go(typed=self._typed())
        if workspace is None and self._locked is not None:
            self._close_window(self._locked)
        await self._ask_to_sign_in(another=another)
        if workspace is not None:
            self._in_background(workspace.lock)

    async def action_sign_out(self) -> None:
        """End the session here and at the server; asks first where something is not sent, or not saved."""
        if any(isinstance(page, ConfirmBox) for page in self._pages()):
            return
        unsent = self._desk.counts.unsent if self._desk else 0
        unsaved = len(self._typed().drafts)
        if not (unsent or unsaved):
            await self._leave()
            return
        not_done = [f"{counted(unsent, 'change')} not sent"] if unsent else []
        not_done += [f"{counted(unsaved, 'draft')} not saved"] if unsaved else []
        question = f"{' and '.join(not_done)}. Sign out anyway? All of it is kept here for your next sign-in."
        self.open(ConfirmBox(question, "Sign out", "Stay"), lambda yes: self._leave_soon() if yes else None)

    def _leave_soon(self) -> None:
        self.call_later(self._leave)

    async def _leave(self) -> None:
        unsent = self._desk.counts.unsent if self._desk else 0
        workspace = self._let_go(typed=self._typed())
        if workspace is not None:
            await self._ask_to_sign_in()
            self._in_background(lambda: self._sign_out(workspace, unsent))

    def _sign_out(self, workspace: Workspace, unsent: int) -> None:
        heard = workspace.sign_out()
        later = "" if heard else " The server is told as soon as it can be reached by this account."
        kept = f" {counted(unsent, 'change')} not sent yet: kept here for your next sign-in." if unsent else ""
        self.post_message(self._Said(f"Signed out.{later}{kept}"))

    # ------------------------------------------------------------------ undo, what is on its way, what needs attention

    def action_undo(self) -> None:
        """Take back the last change."""
        if self._workspace is not None and self._desk is not None:
            self.clear_notifications()
            # After what is still to be written: the last change is what is meant.
            asyncio.get_running_loop().run_in_executor(self._desk.writes, self._undo, self._workspace)

    def _undo(self, workspace: Workspace) -> None:
        try:
            undone = workspace.door.undo()
        except NothingToUndo:
            said = "There is nothing to take back."
        except CannotUndo as error:
            said = f"This cannot be taken back: {error.words}. {error.why}"
        except Rejected as error:
            said = f"This cannot be taken back: {error.detail}"
        except Interrupted:
            return
        except TOLD as error:
            said = str(error)
        except Exception as error:  # noqa: BLE001  # the crash handler's, in its own thread
            self.post_message(self._Crashed(error))
            return
        else:
            never = " It was never sent." if undone.how == "withdrawn" else ""
            said = f"Taken back: {undone.words}.{never}"
            self.post_message(self._Changed(workspace))
        self.post_message(self._SaidOf(workspace, said))

    async def action_page(self, name: str) -> None:
        """Go to one of the main pages; what stands over it, or over the customers, closes."""
        desk = self._desk
        if desk is None:
            return
        # The customers stay under all others, as they were.
        beneath = next((place for place, each in enumerate(self.screen_stack) if _is_page(each, name)), 1)
        with self.batch_update():
            await self._close_above(beneath)
            if not _is_page(self.screen, name):
                await self.push_screen(_PAGES[name](desk) if name in _PAGES else KindListPage(desk, KINDS[name]))

    @property
    def _fills_in(self) -> bool:
        """Whether something is open that is not closed in passing: a form, a question."""
        return any(isinstance(each, FormScreen) or not isinstance(each, DeskScreen) for each in self.screen_stack[1:])

    def action_sync_page(self) -> None:
        """Show what is on its way."""
        self._open_once(SyncScreen)

    def action_attention(self) -> None:
        """Show what needs attention."""
        self._open_once(AttentionScreen)

    def _open_once(self, page: type[AttentionScreen | SyncScreen]) -> None:
        """Open a page unless it is open already, be it under others."""
        if self._desk is not None and not any(isinstance(each, page) for each in self._pages()):
            self.open(page(self._desk))

    def action_remember(self) -> None:
        """Stay signed in on this machine, until a lock or sign-out."""
        workspace = self._workspace
        if workspace is not None:
            self._in_background(lambda: self._remember(workspace))

    def _remember(self, workspace: Workspace) -> None:
        session.remember(workspace.session)
        self.post_message(self._SaidOf(workspace, "You stay signed in on this machine until you lock it or sign out."))

    # ------------------------------------------------------------------ idle, lease

    async def on_event(self, event: events.Event) -> None:
        """Every key and every move of the mouse shows that somebody is there, unless it comes too late."""
        if isinstance(event, events.InputEvent | events.Paste):
            if self._idle_left() <= 0:
                await self._lock()
                return
            self._touched = self._clock.seconds()
        await super().on_event(event)

    @property
    def _idle_lock(self) -> float:
        """Seconds after which the app locks itself."""
        retailer = self._desk.facts.retailer if self._desk else None
        return (retailer.idle_lock_minutes if retailer else IDLE_MINUTES) * 60

    def _idle_left(self) -> float:
        """Seconds until the app locks itself; endless while nobody is signed in."""
        if self._workspace is None:
            return float("inf")
        return self._touched + self._idle_lock - self._clock.seconds()

    async def _look_idle(self) -> None:
        left = await self._check_idle()
        self.set_timer(min(left, _IDLE_LOOK), self._look_idle)

    async def _check_idle(self) -> float:
        """Lock if it is time to; seconds until it is. The watchdog sees to it if this does not come by in time."""
        left = self._idle_left()
        unsaved = self._unsaved
        warning = "locks soon: your draft is kept" if unsaved and 0 < left <= _WARNED else ""
        if left <= 0:
            await self._lock("Nobody has touched it for a while.")
            left = _IDLE_LOOK
        elif warning != self._idle_warning:
            self._idle_warning = warning
            self._show_status()
        if self._watchdog is not None:
            self._watchdog.expect(self._clock.seconds() + min(self._idle_left(), self._idle_lock))
        return left

    # ------------------------------------------------------------------ seen by the watchdog, in its thread

    def new_watchdog(self) -> Watchdog:
        """A watchdog for the time in which the app runs."""
        self._watchdog = Watchdog(self, self._clock.seconds() + IDLE_MINUTES * 60)
        return self._watchdog

    def seconds(self) -> float:
        """The app's clock."""
        return self._clock.seconds()

    def nudge(self) -> None:
        """Look now whether it is time to lock."""
        self.call_later(self._check_idle)

    def locks(self) -> Sequence[Callable[[], object]]:
        """Ways to lock the open account, if there is one: each may hang, so that each goes by itself."""
        workspace = self._workspace
        return [] if workspace is None else [lambda: session.forget(workspace.session.folder), workspace.close]

    def event_loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop that the app runs in."""
        return self._loop


# ------------------------------------------------------------------ running


def run_app(
    *,
    server: str | None = None,
    user_name: str | None = None,
    password: str | None = None,
    ascii_only: bool = False,
    clock: Clock = CLOCK,
) -> int:
    """Run the app on the terminal; returns the exit code. With a password it signs in at once.

    Raises BadSettings.
    """
    harden_process()
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        sys.stderr.write("sellmode: there is no terminal to draw on. Run it in one, or use commands: sellmode --help\n")
        return NO_TERMINAL
    ascii_only = ascii_only or os.environ.get("TERM", "") in ASCII_TERMINALS
    app = SellmodeApp(
        read_settings(), Start(server or "", user_name or "", password), ascii_only=ascii_only, clock=clock
    )

    def crashed(arguments: threading.ExceptHookArgs) -> None:
        # What Python would print goes over the screen, and may hold anything.
        app.crash_from_thread(arguments.exc_value or RuntimeError())

    with app.new_watchdog(), _thread_errors(crashed):
        app.run()
    return app.return_code or 0


@contextlib.contextmanager
def _thread_errors(hook: Callable[[threading.ExceptHookArgs], None]) -> Iterator[None]:
    before, threading.excepthook = threading.excepthook, hook
    try:
        yield
    finally:
        threading.excepthook = before

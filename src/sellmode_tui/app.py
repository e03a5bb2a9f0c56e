"""The app: puts account, workspace and screens together, and decides which of them is there."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import ClassVar, Final, NamedTuple

from rich.text import Text
from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.worker import WorkerFailed

from sellmode_contract.text import visible
from sellmode_contract.wire import user_key
from sellmode_tui.account import errors, session
from sellmode_tui.account.errors import AccountError
from sellmode_tui.account.folders import AccountFolder, known_accounts
from sellmode_tui.account.lease import Lease, State
from sellmode_tui.account.process import harden_process
from sellmode_tui.account.settings import Settings, read_settings
from sellmode_tui.crash import write_report
from sellmode_tui.entrance import TOLD, CacheDamaged, Entered, Entrance
from sellmode_tui.screens.boxes import Box, TextBox
from sellmode_tui.screens.customers import CustomersScreen
from sellmode_tui.screens.desk import Desk, Facts
from sellmode_tui.screens.keys import KeysScreen
from sellmode_tui.screens.lock import LockScreen
from sellmode_tui.screens.memory import Threads, forget
from sellmode_tui.screens.profile import ProfileScreen, ProfileView
from sellmode_tui.screens.saved_filters import SavedFiltersScreen
from sellmode_tui.screens.search_bar import SearchField
from sellmode_tui.screens.sign_in import FieldName, SignInScreen
from sellmode_tui.screens.standing import status_of
from sellmode_tui.screens.themes import DARK, LIGHT, NAMES
from sellmode_tui.screens.too_small import HEIGHT, WIDTH, TooSmallScreen
from sellmode_tui.screens.words import counted
from sellmode_tui.sync.status import Line, SyncStatus
from sellmode_tui.visibility import Interrupted, SealedError
from sellmode_tui.visibility.door import utc_now
from sellmode_tui.widgets.keys_in_order import KeysInOrder
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.workspace import Workspace

IDLE_MINUTES: Final = 5
"""Until the retailer's own setting is known."""
_IDLE_LOOK = 10.0
"""Seconds between two looks at how long nobody has touched anything: a machine may sleep through a longer timer."""
_LEASE_LOOK = 60.0
_LATE = 2.0
"""Seconds until a thread has ended that was still reading for a page when that was closed."""
_ASCII_TERMINALS = frozenset({"linux", "vt100", "vt102", "vt220"})

_KEY_NAMES = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}

NO_TERMINAL: Final = 2
"""Exit code where there is no terminal to draw on."""


class Clock(NamedTuple):
    """Where times come from."""

    now: Callable[[], dt.datetime]
    """UTC."""
    seconds: Callable[[], float]
    """Since any moment; goes on while the machine sleeps."""


def _running() -> float:
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


CLOCK: Final = Clock(utc_now, _running)


class Start(NamedTuple):
    """What was said when the app was called."""

    server: str = ""
    user_name: str = ""
    password: str | None = None
    """Signs in at once."""


def _key_ids() -> set[str]:
    """Everything that can be given another key."""
    pages = (SellmodeApp, CustomersScreen, ProfileScreen, ProfileView, SearchField, RowTable, SignInScreen, LockScreen)
    boxes = (SavedFiltersScreen, Box, TextBox)
    return {
        binding.id
        for node in (*pages, *boxes)
        for binding in node.BINDINGS
        if isinstance(binding, Binding) and binding.id is not None
    }


class _FromThread(Message, bubble=False):
    """What a thread brings; counts only while that workspace is the open one."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        super().__init__()


class SellmodeApp(KeysInOrder[None]):
    """The app. Everything that blocks runs in threads, which post messages."""

    TITLE = "Sellmode"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Footer { background: $background; color: $text-muted; padding: 0 1; }
    Footer.-compact FooterKey { margin-right: 2; }
    Toast { border: none; background: $panel; color: $foreground; padding: 0 1; margin-bottom: 1; max-width: 76; }
    ToastRack { margin-bottom: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "keys", "Keys", tooltip="The keys that work here", id="app.keys"),
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

    # --- what threads bring

    class _Entered(Message, bubble=False):
        def __init__(self, number: int, entered: Entered | None, facts: Facts) -> None:
            self.number = number
            self.entered = entered
            self.facts = facts
            super().__init__()

    class _Refused(Message, bubble=False):
        def __init__(self, number: int, error: Exception) -> None:
            self.number = number
            self.error = error
            super().__init__()

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
        def __init__(self, workspace: Workspace, facts: Facts) -> None:
            self.facts = facts
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

    class _Said(Message, bubble=False):
        """Something for the person to know."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class _Crashed(Message, bubble=False):
        """A thread met an error that nobody expected."""

        def __init__(self, error: BaseException) -> None:
            self.error = error
            super().__init__()

    def __init__(
        self, settings: Settings, start: Start | None = None, *, ascii_only: bool = False, clock: Clock = CLOCK
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.settings = settings
        self.ascii_only = ascii_only or settings.ascii
        self._start = start or Start()
        self._clock = clock
        self._workspace: Workspace | None = None
        self._desk: Desk | None = None
        self._status = SyncStatus()
        self._warning = ""
        self._locked: AccountFolder | None = None
        self._entrance: Entrance | None = None
        self._tries = 0
        """Numbers the tries to get in: what an older one brings is closed unseen."""
        self._touched = clock.seconds()

    # ------------------------------------------------------------------ beginning and end

    async def on_mount(self) -> None:
        """Choose the first page."""
        asyncio.get_running_loop().set_default_executor(Threads(thread_name_prefix="work"))
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = NAMES[self.settings.theme]
        self.set_keymap(self.settings.keys)
        if unknown := sorted(set(self.settings.keys) - _key_ids()):
            self._say(
                f"settings.toml, keys: there is nothing called {', '.join(unknown)}. The page of keys has the names."
            )
        self.set_timer(_IDLE_LOOK, self._look_idle)
        self.set_interval(_LEASE_LOOK, self._look_lease)
        start = self._start
        remembered = [] if start.password else [folder for folder in self._known() if folder.profile.remembered]
        if remembered:
            folder = remembered[0]
            await self._show_only(LockScreen(folder.profile.name, ascii_only=self.ascii_only))
            self._locked = folder
            self._try(folder.profile.server, lambda entrance: entrance.unlock_remembered(folder))
            return
        await self._ask_to_sign_in()
        page = self._way_in
        if start.password is not None and isinstance(page, SignInScreen):
            page.sign_in(start.password)

    async def on_unmount(self) -> None:
        """Close what is open, however it ends."""
        workspace = self._let_go()
        if workspace is not None:
            await asyncio.to_thread(workspace.close)

    def action_help_quit(self) -> None:
        """Ctrl+C is a habit: it must not lose work."""
        self._say("Ctrl+Q quits, F10 locks.")

    def _say(self, text: str) -> None:
        """Tell something that goes away by itself."""
        self.notify(visible(text), markup=False, timeout=6)

    @on(_Said)
    def _said(self, message: _Said) -> None:
        self._say(message.text)

    # ------------------------------------------------------------------ pages

    async def _show_only(self, screen: Screen[None]) -> None:
        """Put one page in place of all there are; nothing of them stays, neither widgets nor what they said."""
        self.clear_notifications()
        with self.batch_update():
            while len(self.screen_stack) > 2:
                await self.pop_screen()
            if len(self.screen_stack) == 2:
                await self.switch_screen(screen)
            else:
                await self.push_screen(screen)
        self._fit(self.size)
        if self._workspace is None:
            self.set_timer(_LATE, forget)  # what a thread still held while the workspace was closed

    def on_resize(self, event: events.Resize) -> None:
        """A window may become too small, and large enough again."""
        self._fit(event.size)

    def _fit(self, size: Size) -> None:
        if len(self.screen_stack) < 2:
            return
        small = size.width < WIDTH or size.height < HEIGHT
        if small and not isinstance(self.screen, TooSmallScreen):
            self.push_screen(TooSmallScreen())
        elif not small and isinstance(self.screen, TooSmallScreen):
            self.pop_screen()

    def get_key_display(self, binding: Binding) -> str:
        """A key as it is printed on keyboards; every terminal can draw it."""
        if binding.key_display:
            return binding.key_display
        modifiers, key = binding.parse_key()
        name = _KEY_NAMES.get(key, key if len(key) == 1 else key.replace("_", " ").capitalize())
        if modifiers:
            name = name.upper()
        return "+".join((*(modifier.capitalize() for modifier in modifiers), name))

    @property
    def _way_in(self) -> SignInScreen | LockScreen | None:
        """The page to get in by, whatever stands over it: the list of keys, or that the window is too small."""
        return next((page for page in self.screen_stack if isinstance(page, SignInScreen | LockScreen)), None)

    def _pages(self) -> list[Screen[object]]:
        """What is open, the topmost last."""
        return list(self.screen_stack)

    def action_keys(self) -> None:
        """Show the keys that work here."""
        if not isinstance(self.screen, KeysScreen | TooSmallScreen):
            self.push_screen(KeysScreen(self.screen))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  # Textual's signature
        """What can be done only while somebody is signed in."""
        if action in ("lock", "sign_out"):
            return self._workspace is not None
        if action == "switch_user":
            return self._workspace is not None or self._locked is not None
        if action == "remember":
            retailer = self._desk.facts.retailer if self._desk else None
            return retailer is not None and retailer.keyring_allowed
        return True

    # ------------------------------------------------------------------ getting in

    def _known(self) -> list[AccountFolder]:
        """Accounts on this machine that can be read."""
        return [folder for folder in known_accounts() if folder.known is not None]

    async def _ask_to_sign_in(self, reason: str = "") -> None:
        self._locked = None
        try:
            known = self._known()
        except AccountError as error:
            known, reason = [], reason or str(error)
        # The account that signed in last is the likeliest.
        known.sort(key=lambda folder: (folder.path / "profile.json").stat().st_mtime, reverse=True)
        # Of several, one of the name that was given.
        known.sort(key=lambda folder: user_key(folder.profile.user_name) != user_key(self._start.user_name))
        server = self._start.server or self.settings.server or (known[0].profile.server if known else "")
        user_name = self._start.user_name or (known[0].profile.user_name if len(known) == 1 else "")
        accounts = [folder.profile for folder in known]
        screen = SignInScreen(
            server=server,
            user_name=user_name,
            accounts=accounts if len(accounts) > 1 else (),
            reason=reason,
            ascii_only=self.ascii_only,
        )
        await self._show_only(screen)

    @on(SignInScreen.Wanted)
    def _sign_in(self, wanted: SignInScreen.Wanted) -> None:
        user_name, password, code = wanted.user_name, wanted.password, wanted.code
        if code is None:
            self._try(wanted.server, lambda entrance: entrance.sign_in(user_name, password))
        else:
            self._try(wanted.server, lambda entrance: entrance.activate(user_name, code, password))

    @on(LockScreen.Wanted)
    def _unlock(self, wanted: LockScreen.Wanted) -> None:
        folder, password = self._locked, wanted.password
        if folder is not None:
            self._try(folder.profile.server, lambda entrance: entrance.unlock(folder, password))

    @on(SignInScreen.GivenUp)
    @on(LockScreen.GivenUp)
    def _give_up(self) -> None:
        self._tries += 1
        entrance, self._entrance = self._entrance, None
        if entrance is not None:
            self._in_background(entrance.give_up)
        if (page := self._way_in) is not None:
            page.rest()

    def _try(self, server: str, way: Callable[[Entrance], Entered | None]) -> None:
        """Begin a try to get in; an older one counts no more."""
        self._tries += 1
        try:
            self._entrance = Entrance(server, self.settings, self._clock.now)
        except TOLD as error:
            self.post_message(self._Refused(self._tries, error))
        else:
            self._get_in(self._tries, self._entrance, way)

    @work(thread=True, group="enter", exit_on_error=False)
    def _get_in(self, number: int, entrance: Entrance, way: Callable[[Entrance], Entered | None]) -> None:
        try:
            entered = way(entrance)
            facts = Facts.read(entered.workspace.door) if entered else Facts()
        except TOLD as error:
            self.post_message(self._Refused(number, error))
        except Exception as error:  # noqa: BLE001  # the crash handler's, in its own thread
            self.post_message(self._Crashed(error))
        else:
            self.post_message(self._Entered(number, entered, facts))
        finally:
            entrance.give_up()

    @on(_Refused)
    def _tell_refused(self, refused: _Refused) -> None:
        if refused.number != self._tries:
            return
        error, screen = refused.error, self._way_in
        if isinstance(screen, LockScreen):
            screen.refuse(str(error))
        elif isinstance(screen, SignInScreen):
            field: FieldName | None = None
            match error:
                case errors.WrongPassword() | errors.WeakPassword():
                    field = "password"
                case errors.CodeRefused():
                    field = "code"
                case AccountError() | SealedError():
                    pass
                case _:
                    field = "server"
            screen.refuse(str(error), field, clear=isinstance(error, errors.WrongPassword))

    @on(_Entered)
    async def _open(self, message: _Entered) -> None:
        entered = message.entered
        if message.number != self._tries:
            if entered is not None:
                self._in_background(entered.workspace.close)
            return
        if entered is None:  # the keyring has no key: the password is needed
            page = self._way_in
            if isinstance(page, LockScreen):
                page.rest()
            return
        workspace = entered.workspace
        self._start = Start()
        self._locked = None
        self._workspace, self._warning = workspace, ""
        self._status = self._status_of(workspace)
        self._touched = self._clock.seconds()
        self._desk = Desk(
            workspace.door,
            workspace.session.journal,
            workspace.session.account.name,
            self._clock.now,
            self.ascii_only,
            message.facts,
        )
        await self._show_only(CustomersScreen(self._desk, self._status))
        if self._workspace is not workspace:
            return  # it was locked, or the app ends
        if entered.offline:
            self._say(f"Opened from this terminal. {entered.offline}")
        if workspace.session.moved_aside is not None:
            self._say(f"What you had written here was damaged. It is kept as {workspace.session.moved_aside}.")
        if workspace.replaced:
            self._say("The data on this terminal could not be read. It is fetched anew.")
        workspace.go_live(
            lambda status: self._from_sync(self._Status(workspace, status)),
            lambda: self._from_sync(self._Changed(workspace)),
        )
        self._look_lease()

    def _from_sync(self, message: Message) -> None:
        """Take something from the sync's thread."""
        self.post_message(message)

    def _status_of(self, workspace: Workspace) -> SyncStatus:
        """How things stand before sync has told anything."""
        status = workspace.status
        if workspace.session.token is None:
            return SyncStatus(Line.SIGNED_OUT, synced_at=status.synced_at)
        return SyncStatus(synced_at=status.synced_at)

    # ------------------------------------------------------------------ while somebody is signed in

    @on(_Status)
    async def _take_status(self, message: _Status) -> None:
        if message.workspace is not self._workspace:
            return
        self._status = message.status
        match message.status.line:
            case Line.DISABLED:
                workspace = self._let_go()
                if workspace is not None:
                    await self._ask_to_sign_in(str(errors.AccountDisabled()))
                    self._in_background(workspace.disable)
            case Line.DAMAGED:
                await self._start_anew()
            case _:
                self._show_status()

    def _show_status(self) -> None:
        desk = self._desk
        if desk is None:
            return
        for page in self._pages():
            if isinstance(page, CustomersScreen):
                page.show_status(self._status, self._warning)
            elif isinstance(page, ProfileScreen):
                page.show_status(status_of(self._status, desk, self._warning))

    @on(_Changed)
    def _look_again(self, message: _Changed) -> None:
        if message.workspace is self._workspace:
            self._read_facts(message.workspace)

    @work(thread=True, exclusive=True, group="facts", exit_on_error=False)
    def _read_facts(self, workspace: Workspace) -> None:
        try:
            facts = Facts.read(workspace.door)
        except (Interrupted, SealedError):
            return  # it was closed meanwhile, or sync tells what is wrong with it
        except Exception as error:  # noqa: BLE001  # the crash handler's, in its own thread
            self.post_message(self._Crashed(error))
        else:
            self.post_message(self._FactsRead(workspace, facts))

    @on(_FactsRead)
    def _take_facts(self, message: _FactsRead) -> None:
        desk = self._desk
        if message.workspace is not self._workspace or desk is None:
            return
        changed = message.facts != desk.facts
        desk.facts = message.facts
        self._forget_if_forbidden(message.workspace, message.facts)
        for page in self._pages():
            if isinstance(page, CustomersScreen):
                if changed:
                    page.facts_changed()
                page.records_changed()
            elif isinstance(page, ProfileScreen):
                page.records_changed()
        if changed:
            self._show_status()

    def _forget_if_forbidden(self, workspace: Workspace, facts: Facts) -> None:
        """The retailer may have taken back that people stay signed in."""
        folder = workspace.session.folder
        if facts.retailer and not facts.retailer.keyring_allowed and folder.profile.remembered:
            self._in_background(lambda: session.forget(folder))

    @on(CustomersScreen.SyncWanted)
    def _sync_now(self) -> None:
        if self._workspace is not None:
            self._workspace.pull_now()
            self._say(self._status.problem or "Asking the server.")

    @on(CustomersScreen.Failed)
    async def _failed(self, message: CustomersScreen.Failed) -> None:
        match message.error:
            case CacheDamaged():
                await self._start_anew()
            case SealedError() | AccountError():
                self._say(str(message.error))
            case error:
                self._handle_exception(error)

    async def _start_anew(self) -> None:
        """What is kept here cannot be read: a new copy takes its place, which only the password opens."""
        workspace = self._let_go()
        if workspace is not None:
            self._in_background(workspace.discard_cache)
            await self._show_lock(
                workspace,
                "The data on this terminal was damaged and is deleted. Type your password, and it is fetched anew.",
            )

    # ------------------------------------------------------------------ getting out

    def _let_go(self) -> Workspace | None:
        """Forget the open workspace, for the caller to close."""
        workspace, self._workspace, self._desk = self._workspace, None, None
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
        workspace = self._let_go()
        if workspace is not None:
            await self._show_lock(workspace, reason)
            self._in_background(workspace.lock)

    async def action_lock(self) -> None:
        """Lock now."""
        await self._lock()

    async def action_switch_user(self) -> None:
        """Let another person sign in; the files of this one are closed."""
        workspace = self._let_go()
        await self._ask_to_sign_in()
        if workspace is not None:
            self._in_background(workspace.lock)

    async def action_sign_out(self) -> None:
        """End the session here and at the server."""
        workspace = self._let_go()
        if workspace is not None:
            await self._ask_to_sign_in()
            self._in_background(lambda: self._sign_out(workspace))

    def _sign_out(self, workspace: Workspace) -> None:
        heard = workspace.sign_out()
        later = "" if heard else " The server is told as soon as it can be reached by this account."
        self.post_message(self._Said(f"Signed out.{later}"))

    def action_remember(self) -> None:
        """Stay signed in on this machine, until a lock or sign-out."""
        workspace = self._workspace
        if workspace is not None:
            self._in_background(lambda: self._remember(workspace))

    def _remember(self, workspace: Workspace) -> None:
        session.remember(workspace.session)
        self.post_message(self._Said("You stay signed in on this machine until you lock it or sign out."))

    @work(thread=True, group="background", exit_on_error=False)
    def _in_background(self, work: Callable[[], object]) -> None:
        """Do something that may take long; the person hears of what goes wrong."""
        try:
            work()
        except TOLD as error:
            self.post_message(self._Said(str(error)))
        except Exception as error:  # noqa: BLE001  # the crash handler's, in its own thread
            self.post_message(self._Crashed(error))
        forget()  # what was open goes now, not some time

    # ------------------------------------------------------------------ idle, lease

    async def on_event(self, event: events.Event) -> None:
        """Every key and every move of the mouse shows that somebody is there, unless it comes too late."""
        if isinstance(event, events.InputEvent | events.Paste):
            if self._idle_left() <= 0:
                await self._lock()
                return
            self._touched = self._clock.seconds()
        await super().on_event(event)

    def _idle_left(self) -> float:
        """Seconds until the app locks itself; endless while nobody is signed in."""
        if self._workspace is None:
            return float("inf")
        retailer = self._desk.facts.retailer if self._desk else None
        minutes = retailer.idle_lock_minutes if retailer else IDLE_MINUTES
        return self._touched + minutes * 60 - self._clock.seconds()

    async def _look_idle(self) -> None:
        left = self._idle_left()
        if left <= 0:
            await self._lock("Nobody has touched it for a while.")
            left = _IDLE_LOOK
        self.set_timer(min(left, _IDLE_LOOK), self._look_idle)

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
        if warning != self._warning:
            self._warning = warning
            self._show_status()

    @on(_MayNot)
    async def _may_not(self, message: _MayNot) -> None:
        if message.workspace is self._workspace:
            await self._lock(message.reason)

    # ------------------------------------------------------------------ errors that nobody expected

    @on(_Crashed)
    def _crashed(self, message: _Crashed) -> None:
        error = message.error
        self._handle_exception(error if isinstance(error, Exception) else RuntimeError(type(error).__name__))

    def crash_from_thread(self, error: BaseException) -> None:
        """End because of an error in another thread."""
        self.post_message(self._Crashed(error))

    def _handle_exception(self, error: Exception) -> None:
        """End with an id on the screen; the framework's own traceback would show what variables hold."""
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            error = error.error
        if self._exit and isinstance(error, NoMatches):
            return  # a page that was being put up when the app ended misses its widgets
        self._return_code = 1
        if self._exception is None:  # the first one counts, for tests that wait for it
            self._exit_renderables.append(Text(str(write_report(error))))
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        """What the framework would draw; it has been seen to already."""


# ------------------------------------------------------------------ running


def run_app(
    *,
    server: str | None = None,
    user_name: str | None = None,
    password: str | None = None,
    ascii_only: bool = False,
) -> int:
    """Run the app on the terminal; returns the exit code. With a password it signs in at once.

    Raises BadSettings.
    """
    harden_process()
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        sys.stderr.write("sellmode: there is no terminal to draw on. Run it in one, or use commands: sellmode --help\n")
        return NO_TERMINAL
    ascii_only = ascii_only or os.environ.get("TERM", "") in _ASCII_TERMINALS
    app = SellmodeApp(read_settings(), Start(server or "", user_name or "", password), ascii_only=ascii_only)

    def crashed(arguments: threading.ExceptHookArgs) -> None:
        # What Python would print goes over the screen, and may hold anything.
        app.crash_from_thread(arguments.exc_value or RuntimeError())

    with _thread_errors(crashed):
        app.run()
    return app.return_code or 0


@contextlib.contextmanager
def _thread_errors(hook: Callable[[threading.ExceptHookArgs], None]) -> Iterator[None]:
    before, threading.excepthook = threading.excepthook, hook
    try:
        yield
    finally:
        threading.excepthook = before

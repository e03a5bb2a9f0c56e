"""The app's way in: the first page, signing in, unlocking."""

from __future__ import annotations

import datetime as dt
import math
import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from textual import on, work
from textual.message import Message

from sellmode_contract.wire import user_key
from sellmode_tui import errors
from sellmode_tui.account.folders import AccountFolder, known_accounts
from sellmode_tui.account.settings import Settings
from sellmode_tui.entrance import TOLD, Entered, Entrance
from sellmode_tui.errors import AccountError
from sellmode_tui.journal.drafts import Window
from sellmode_tui.paged_app import PagedApp
from sellmode_tui.screens.desk import Facts
from sellmode_tui.screens.lock import LockScreen
from sellmode_tui.screens.resuming import Resumed, resume
from sellmode_tui.screens.sign_in import FieldName, SignInScreen
from sellmode_tui.visibility import SealedError
from sellmode_tui.visibility.door import utc_now
from sellmode_tui.widgets.keys_in_order import Turning, turning
from sellmode_tui.workspace import Workspace

_LEAVING_SECONDS: Final = 5.0
"""The longest that a way in waits for the last draft of whoever has just left."""


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


class EnteringApp(PagedApp):
    """Lets somebody in by one page or the other, and then says who it is."""

    class _Entered(Message, bubble=False):
        def __init__(self, number: int, entered: Entered | None, facts: Facts, resumed: Resumed) -> None:
            self.number = number
            self.entered = entered
            self.facts = facts
            self.resumed = resumed
            super().__init__()

    class _Refused(Message, bubble=False):
        def __init__(self, number: int, error: Exception) -> None:
            self.number = number
            self.error = error
            super().__init__()

    def __init__(self, settings: Settings, start: Start, clock: Clock, *, ascii_only: bool = False) -> None:
        super().__init__(settings, ascii_only=ascii_only)
        self._start = start
        self._clock = clock
        self._locked: AccountFolder | None = None
        """Whose password opens the app again."""
        self._entrance: Entrance | None = None
        self._turning = Turning()
        """What is typed during a try waits for the page that comes of it."""
        self._tries = 0
        """Numbers the tries to get in: what an older one brings is closed unseen."""
        self._windows: dict[Path, Window] = {}
        """By an account's folder: that this app is one of its windows, also while it is locked."""
        self._taking = threading.Lock()
        """Held while what was left open is taken: of two tries for an account each gets all of it."""
        self._leaving = threading.Event()
        """Set when what was open last has been left in order."""
        self._leaving.set()

    @abstractmethod
    async def _opened(self, entered: Entered, facts: Facts, resumed: Resumed) -> None:
        """Somebody is in: show them what is theirs."""

    @property
    def _way_in(self) -> SignInScreen | LockScreen | None:
        """The page to get in by, whatever stands over it: the list of keys, or that the window is too small."""
        return next((page for page in self.screen_stack if isinstance(page, SignInScreen | LockScreen)), None)

    async def _show_way_in(self) -> None:
        """Choose the first page; go on by oneself as far as what was said beforehand leads."""
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

    def _known(self) -> list[AccountFolder]:
        """Accounts on this machine that can be read."""
        return [folder for folder in known_accounts() if folder.known is not None]

    async def _ask_to_sign_in(self, reason: str = "", *, another: bool = False) -> None:
        """``another``: somebody else than whoever the app was started for, or the only one known here."""
        self._locked = None
        likeliest = "" if another else self._start.user_name
        try:
            folders = known_accounts()
        except AccountError as error:
            folders, reason = [], reason or str(error)
        known = [folder for folder in folders if folder.known is not None]
        if len(known) < len(folders) and not reason:
            reason = next(folder.problem for folder in folders if folder.known is None)
        # The account that signed in last is the likeliest.
        known.sort(key=lambda folder: folder.used_at, reverse=True)
        # Of several, one of the name that was given.
        known.sort(key=lambda folder: user_key(folder.profile.user_name) != user_key(likeliest))
        server = self._start.server or self.settings.server or (known[0].profile.server if known else "")
        user_name = likeliest or (known[0].profile.user_name if len(known) == 1 and not another else "")
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
        self._turning.end()
        entrance, self._entrance = self._entrance, None
        if entrance is not None:
            self._in_background(entrance.give_up)
        if (page := self._way_in) is not None:
            page.rest()

    def _try(self, server: str, way: Callable[[Entrance], Entered | None]) -> None:
        """Begin a try to get in; an older one counts no more."""
        self._tries += 1
        self._turning.end()
        self._turning = turning(self, math.inf)
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
            facts, resumed = self._read(entered.workspace) if entered else (Facts(), Resumed())
        except TOLD as error:
            self.post_message(self._Refused(number, error))
        except Exception as error:  # noqa: BLE001  # the crash handler's, in its own thread
            self.post_message(self._Crashed(error))
        else:
            self.post_message(self._Entered(number, entered, facts, resumed))
        finally:
            entrance.give_up()

    def _read(self, workspace: Workspace) -> tuple[Facts, Resumed]:
        """What the first page needs, and what was left open; in a thread."""
        self._leaving.wait(_LEAVING_SECONDS)
        facts, folder = Facts.read(workspace.door), workspace.session.folder.path
        with self._taking:
            window = self._windows.get(folder) or Window(folder)
            try:
                left = workspace.session.journal.drafts.take(window)
            except SealedError:  # such as a full disk: what cannot be read now stays for the next time
                self._windows.pop(folder, None)
                window.close()
                return facts, Resumed()
            self._windows[folder] = window
        return facts, resume(workspace.door, left)

    @on(_Refused)
    def _tell_refused(self, refused: _Refused) -> None:
        if refused.number != self._tries:
            return
        self._turning.end()
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
    async def _take_entered(self, message: _Entered) -> None:
        entered = message.entered
        if message.number != self._tries:
            if entered is not None:
                self._in_background(entered.workspace.close)
            return
        if entered is None:  # the keyring has no key: the password is needed
            page = self._way_in
            if isinstance(page, LockScreen):
                page.rest()
            self._turning.end()
            return
        self._start = Start()
        self._locked = None
        await self._opened(entered, message.facts, message.resumed)

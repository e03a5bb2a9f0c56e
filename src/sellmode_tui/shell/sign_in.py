"""The ways in: the first page, signing in, unlocking."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable

from sellmode_contract.ids import user_key
from sellmode_tui import errors
from sellmode_tui.account.folders import AccountFolder, known_accounts
from sellmode_tui.entrance import TOLD, Entered, Entrance
from sellmode_tui.errors import AccountError
from sellmode_tui.language import tr, trd
from sellmode_tui.records import SealedError
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.entrance.sign_in import FieldName, SignInScreen
from sellmode_tui.screens.forms.resuming import Resumed
from sellmode_tui.screens.kit.desk import Facts
from sellmode_tui.shell.current import CurrentAccount
from sellmode_tui.shell.drafts import DraftKeeper
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.shell.start import Clock, Start
from sellmode_tui.widgets.keys_in_order import Turning, turning

Opened = Callable[[Entered, Facts, Resumed], Awaitable[None]]
"""Takes an account that was opened, what its first page needs, and what was left open in it."""
_Read = tuple[Entered, Facts, Resumed]


class SignInFlow:
    """Lets somebody in by one page or the other, and then says who it is."""

    def __init__(
        self, app: PagedApp, current: CurrentAccount, drafts: DraftKeeper, start: Start, clock: Clock, opened: Opened
    ) -> None:
        self.locked: AccountFolder | None = None
        """Whose password opens the app again."""
        self._left: AccountFolder | None = None
        """The account from which somebody came to sign in as another: Esc leads back to it."""
        self._app = app
        self._current = current
        self._drafts = drafts
        self._start = start
        self._clock = clock
        self._opened = opened
        self._entrance: Entrance | None = None
        self._turning = Turning()
        """What is typed during a try waits for the page that comes of it."""
        self._tries = 0
        """Numbers the tries to get in: what an older one brings is closed unseen."""
        self._under_way = 0
        """How many tries have not ended, the older ones too."""

    @property
    def page(self) -> SignInScreen | LockScreen | None:
        """The page to get in by, whatever stands over it: the list of keys, or that the window is too small."""
        return next((page for page in self._app.pages() if isinstance(page, SignInScreen | LockScreen)), None)

    async def begin(self) -> None:
        """Choose the first page; go on by oneself as far as what was said beforehand leads."""
        password = self._start.password
        known = [] if password else [folder for folder in known_accounts() if folder.known is not None]
        folder = next((folder for folder in known if folder.profile.remembered), None)
        if folder is not None:
            await self.ask_password(folder)
            self._try(folder.profile.server, lambda entrance: entrance.unlock_remembered(folder))
            return
        await self.ask()
        if password is not None and isinstance(page := self.page, SignInScreen):
            page.sign_in(password)

    async def ask(self, reason: str = "", *, another: bool = False, left: AccountFolder | None = None) -> None:
        """Ask who it is. ``another``: somebody else than the app was started for, or the only one known here.

        ``left``: the account to which Esc leads back.
        """
        self.locked, self._left = None, left
        likeliest = "" if another else self._start.user_name
        try:
            folders = known_accounts()
        except AccountError as error:
            folders, reason = [], reason or trd(error)
        known = [folder for folder in folders if folder.known is not None]
        if len(known) < len(folders) and not reason:
            reason = next(folder.problem for folder in folders if folder.known is None)
        # The account that signed in last is the likeliest; of several, one of the name that was given.
        known.sort(key=lambda folder: folder.used_at, reverse=True)
        known.sort(key=lambda folder: user_key(folder.profile.user_name) != user_key(likeliest))
        accounts = [folder.profile for folder in known]
        screen = SignInScreen(
            server=self._start.server or self._app.settings.server or (accounts[0].server if accounts else ""),
            user_name=likeliest or (accounts[0].user_name if len(accounts) == 1 and not another else ""),
            accounts=accounts if len(accounts) > 1 else (),
            reason=reason,
            banner=self._app.settings.banner,
            returns=left is not None,
        )
        await self._app.show_only(screen)
        self._close_windows()

    async def ask_password(self, folder: AccountFolder, reason: str = "") -> None:
        """Ask for the password of an account that is locked."""
        profile = folder.profile
        lock = LockScreen(profile.name, reason, server=profile.server, banner=self._app.settings.banner)
        await self._app.show_only(lock)
        self.locked, self._left = folder, None

    async def go_back(self) -> None:
        """Nobody else signs in: ask for the password of the account that was left."""
        if self._left is not None:
            await self.ask_password(self._left)

    # ------------------------------------------------------------------ trying

    def try_to(self, wanted: SignInScreen.Wanted | LockScreen.Wanted) -> None:
        """Try to get in with what was typed."""
        folder = self.locked
        if isinstance(wanted, SignInScreen.Wanted):
            user_name, password, code = wanted.user_name, wanted.password, wanted.code
            if code is None:
                self._try(wanted.server, lambda entrance: entrance.sign_in(user_name, password))
            else:
                self._try(wanted.server, lambda entrance: entrance.activate(user_name, code, password))
        elif folder is not None:
            self._try(folder.profile.server, lambda entrance: entrance.unlock(folder, wanted.password))

    def give_up(self) -> None:
        """Wait no longer for the try that is under way."""
        self._tries += 1
        self._turning.end()
        entrance, self._entrance = self._entrance, None
        if entrance is not None:
            self._app.background.release(entrance.give_up)
        if (page := self.page) is not None:
            page.rest()

    def stop(self) -> None:
        """The app ends: no thread waits for the server any more."""
        if self._entrance is not None:
            self._entrance.give_up()

    def _try(self, server: str, way: Callable[[Entrance], Entered | None]) -> None:
        """Begin a try to get in; an older one counts no more."""
        self._tries += 1
        self._turning.end()
        self._turning = turning(self._app, math.inf)
        number = self._tries
        try:
            entrance = self._entrance = Entrance(server, self._app.settings, self._clock.now)
        except TOLD as error:
            self._app.background.hand_back(self._refuse, error, wanted=lambda: number == self._tries)
            return

        def get_in() -> _Read | None:
            try:
                entered = way(entrance)
                return self._read(entered) if entered else None
            finally:
                entrance.give_up()

        async def take(read: _Read | None) -> None:
            self._under_way -= 1
            await self._take(number, read)
            self._close_windows()

        def refused(error: Exception) -> None:
            self._under_way -= 1
            if number == self._tries:
                self._refuse(error)
            self._close_windows()

        self._under_way += 1
        self._app.background.run(get_in, take, failed=refused, group="enter")

    def _read(self, entered: Entered) -> _Read:
        """With what the first page needs, and what was left open; in a thread."""
        workspace = entered.workspace
        try:
            return entered, Facts.read(workspace.records), self._drafts.take(workspace)
        except BaseException:
            workspace.close()
            raise

    # ------------------------------------------------------------------ what comes of it

    def _refuse(self, error: Exception) -> None:
        self._turning.end()
        screen = self.page
        if isinstance(screen, LockScreen):
            online = isinstance(error, errors.WrongPassword) and not error.offline  # who it is is known here
            wrong = tr("The password is wrong. If you forgot it, ask your manager for an activation code.")
            screen.refuse(wrong if online else trd(error))
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
            screen.refuse(trd(error), field, clear=isinstance(error, errors.WrongPassword))

    async def _take(self, number: int, read: _Read | None) -> None:
        if number != self._tries:
            if read is not None:
                self._app.background.release(read[0].workspace.close)
            return
        if read is None:  # the keyring has no key: the password is needed
            if isinstance(page := self.page, LockScreen):
                page.rest()
            self._turning.end()
            return
        self._start = Start()
        self.locked = self._left = None
        await self._opened(*read)

    def _close_windows(self) -> None:
        """Leave to others what was taken for a try that was given up, or for a locked account that was left."""
        if not self._under_way:
            workspace = self._current.workspace
            self._drafts.close_windows(but=workspace.session.folder if workspace else self.locked)

"""The ways into an account: what the app does with a password before there is a workspace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final, NamedTuple

from sellmode_tui import sealed
from sellmode_tui.account import session
from sellmode_tui.account.folders import AccountFolder
from sellmode_tui.account.session import Session
from sellmode_tui.account.settings import Settings
from sellmode_tui.errors import AccountError, UnsafeFile
from sellmode_tui.records.store import utc_now
from sellmode_tui.transport.client import HEALTH_PATH, Transport
from sellmode_tui.transport.errors import TransportError
from sellmode_tui.workspace import Workspace

TOLD: Final = (AccountError, TransportError, sealed.SealedError)
"""Errors whose text is for the person at the screen: it says what is wrong and what to do."""

CacheDamaged = sealed.Corrupt
"""Among them: what is kept on this terminal cannot be read and is to be fetched anew."""


class Entered(NamedTuple):
    """An account that is open."""

    workspace: Workspace
    offline: str
    """Why it was opened without the server; empty if the server has let it in."""


class Line:
    """The line to a server, asked now and then whether it is up. It blocks, so it belongs into a thread."""

    SECONDS: Final = 2.0
    """After so long without an answer it is not."""

    def __init__(self, server: str, settings: Settings) -> None:
        """Raises TransportError for an address that is none."""
        seconds = self.SECONDS
        self._transport = Transport(server, ca_file=settings.ca_file, connect_seconds=seconds, silent_seconds=seconds)

    def is_up(self) -> bool:
        """Whether the server answers."""
        try:
            self._transport.get(HEALTH_PATH)
        except TransportError:
            return False
        return True

    def close(self) -> None:
        """Interrupt whoever asks."""
        self._transport.close()


class Entrance:
    """One try to get in at a server. It blocks, so it belongs into a thread; another thread may give it up.

    Every way raises the errors of ``TOLD``.
    """

    def __init__(self, server: str, settings: Settings, now: Callable[[], dt.datetime] = utc_now) -> None:
        """Raises TransportError for an address that is none. ``now`` is for the workspace."""
        self._settings = settings
        self._now = now
        self._transport = Transport(server, ca_file=settings.ca_file)

    def give_up(self) -> None:
        """Interrupt a call to the server."""
        self._transport.close()

    def sign_in(self, user_name: str, password: str) -> Entered:
        """At the server; offline where it cannot be reached and the account is known here."""
        opened, why = session.enter(self._transport, user_name, password)
        return self._entered(opened, "" if why is None else str(why))

    def activate(self, user_name: str, code: str, password: str) -> Entered:
        """With a one-time code, which sets the password."""
        return self._entered(session.activate(self._transport, user_name, code, password), "")

    def unlock(self, folder: AccountFolder, password: str) -> Entered:
        """On this terminal alone; at the server where the terminal does not take the password or may not be used."""
        try:
            return self._entered(session.unlock(folder, password), "")
        except UnsafeFile:
            raise
        except AccountError as refused:
            try:
                return self._entered(session.sign_in(self._transport, folder.profile.user_name, password), "")
            except TransportError:
                # What the terminal itself says leads further than that the server is not there.
                raise refused from None

    def unlock_remembered(self, folder: AccountFolder) -> Entered | None:
        """Of somebody who stays signed in on this machine; None if its keyring has no key."""
        opened = session.unlock_remembered(folder)
        return None if opened is None else self._entered(opened, "")

    def _entered(self, opened: Session, offline: str) -> Entered:
        try:
            return Entered(Workspace(opened, self._settings, self._now), offline)
        except BaseException:
            opened.close()
            raise

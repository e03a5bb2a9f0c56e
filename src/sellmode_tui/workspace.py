"""An account that is signed in, with everything that works on its files: what the app and the commands have in hand."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable

import msgspec

from sellmode_contract import wire
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_tui import sealed
from sellmode_tui.account import session as sessions
from sellmode_tui.account.session import Session
from sellmode_tui.account.settings import Settings
from sellmode_tui.cache.store import Cache, Interrupted
from sellmode_tui.errors import SignInNeeded
from sellmode_tui.journal.clock import read_clock
from sellmode_tui.language import tr
from sellmode_tui.pictures.kept import PictureFile
from sellmode_tui.pictures.supply import Pictures
from sellmode_tui.records.store import RecordStore, utc_now
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.leader import Leader
from sellmode_tui.sync.live import Live
from sellmode_tui.sync.status import Line, SyncStatus
from sellmode_tui.transport.client import Picture, Transport
from sellmode_tui.transport.errors import Interrupted as Closed


class Workspace:
    """A session's cache, its record store and its sync. ``close`` ends the session with it."""

    def __init__(self, session: Session, settings: Settings, now: Callable[[], dt.datetime] = utc_now) -> None:
        """Open the cache; one that cannot be used is deleted and fetched anew. Raises sealed.SealedError.

        ``now`` gives the moment that filters and figures count from.
        """
        self.session = session
        self.replaced = False
        """Whether there was a cache that could not be used: to be told to the person."""
        self._settings = settings
        path = session.folder.cache_path
        try:
            self._cache = Cache.open(path, session.key, outbox=session.journal.outbox, report=_report)
        except (sealed.Corrupt, sealed.SchemaTooNew):
            # Not put aside: what leaves this account's view later would stay in it for good.
            sealed.remove(path)
            self.replaced = True
            self._cache = Cache.open(path, session.key, outbox=session.journal.outbox, report=_report)
        self.records = RecordStore(
            self._cache,
            now,
            outbox=session.journal.outbox,
            # With the time since boot, which nobody sets: the backend is told how long ago something was written.
            made=lambda: read_clock()._replace(wall=now()),
            wrote=self.push_now,
        )
        self.pictures = self._make_pictures()
        """Of products."""
        self.before_close: Callable[[], object] = _nothing
        """Done first when it closes, while the files are open."""
        self._live: Live | None = None
        self._told: tuple[Callable[[SyncStatus], None], Callable[[], None], Callable[[str], None]] | None = None
        """Who hears of the sync."""
        self._token: str | None = None
        """What the sync began with."""
        self._changing = threading.Lock()
        """Held while the sync begins or ends."""

    def _make_pictures(self) -> Pictures:
        session = self.session
        transport = Transport(session.server, ca_file=self._settings.ca_file)

        def ask(product: str, tag: str) -> Picture | None:
            if session.token is None:
                raise Closed
            return transport.picture(product, tag, token=session.token)

        return Pictures(lambda: PictureFile(session.folder.pictures_path, session.key), ask, transport.close)

    def terminal(self) -> Terminal | None:
        """What a sync pass needs; None after a sign-out, when the backend wants a new sign-in first."""
        if self.session.token is None:
            return None
        transport = Transport(self.session.server, ca_file=self._settings.ca_file)
        return Terminal(transport, self._cache, self.session)

    def leader(self) -> Leader:
        """This process's try at leading the account's sync on this machine."""
        return Leader(self.session.folder.lock_path)

    def is_led_elsewhere(self) -> bool:
        """Whether another window leads the account's sync. To be asked before this one does."""
        with contextlib.closing(self.leader()) as leader:
            return not leader.lead()

    def go_live(
        self,
        on_status: Callable[[SyncStatus], None],
        on_change: Callable[[], None],
        on_writing: Callable[[str], None],
    ) -> None:
        """Begin to sync in the background. The functions, of `Live`, are called in threads of its own."""
        with self._changing:
            self._told = on_status, on_change, on_writing
            self._begin()

    def go_on(self) -> None:
        """Sync again if that ended because the backend wants a new sign-in, and there was one in another window.

        To be called now and then; blocks for a moment.
        """
        with self._changing, contextlib.suppress(Interrupted):  # it is being closed at this moment
            live = self._live
            if self._told is None or (live is not None and live.status.line is not Line.SIGNED_OUT):
                return
            if self.session.token not in (None, self._token):
                if live is not None:
                    live.stop()
                self._begin()

    def _begin(self) -> None:
        terminal = self.terminal()
        if terminal is not None and self._told is not None:
            on_status, on_change, on_writing = self._told
            self._token = self.session.token
            self._live = Live(terminal, self.leader(), on_status=on_status, on_change=on_change, on_writing=on_writing)
            self._live.start()

    def pull_now(self) -> None:
        """Ask the backend, and try to send, at once, whatever went wrong before."""
        if self._live is not None:
            self._live.pull_now()

    def push_now(self) -> None:
        """Something was written: it is sent at once if the line is up."""
        if self._live is not None:
            self._live.push_now()

    def typed(self, request: str) -> None:
        """The person types an answer to the customer of a request: they are told now and then, if the line is up."""
        if self._live is not None:
            self._live.typed(request)

    def preview(self, rule: TaskRule, store: str, day: dt.date | None = None) -> wire.Preview:
        """What a rule, as it is or might be, would do in a store on a day: the next one, if none is named.

        Asks the backend, and blocks. Raises TransportError, and SignInNeeded after a sign-out.
        """
        if self.session.token is None:
            raise SignInNeeded(tr("The server does not know this session any more: sign in while online."))
        asked = msgspec.structs.replace(rule, edited={})  # makes no difference, and an older backend does not know it
        request = wire.PreviewRequest(
            store=store, rule=msgspec.to_builtins(asked), day=day.isoformat() if day is not None else ""
        )
        with Transport(self.session.server, ca_file=self._settings.ca_file) as transport:
            return transport.preview(request, token=self.session.token)

    @property
    def status(self) -> SyncStatus:
        """How things stand with the backend."""
        if self._live is not None:
            return self._live.status
        outbox = self.session.journal.outbox
        return SyncStatus(
            synced_at=self._cache.state().finished_at,
            unsent=outbox.unsent(),
            attention=outbox.tray.open_count(),
            leading=False,
        )

    def close(self) -> None:
        """Stop syncing, close the files and drop the key. May be called again."""
        self._stop()
        self.session.close()

    def lock(self) -> None:
        """Close so that the password is needed to come back. Raises KeyringUnavailable, closed all the same."""
        self._stop()
        sessions.lock(self.session)

    def sign_out(self) -> bool:
        """Close and end the session at the backend; whether that has heard.

        Raises KeyringUnavailable, closed all the same.
        """
        self._stop()
        transport = Transport(self.session.server, ca_file=self._settings.ca_file)
        try:
            return sessions.sign_out(self.session, transport)
        finally:
            transport.close()

    def disable(self) -> None:
        """The backend said that the account is disabled: close, and delete what opens it and its cache."""
        self.close()
        sessions.account_disabled(self.session)

    def discard_damaged(self) -> bool:
        """Close after damage was found, so that the next one heals it; whether the cache was deleted.

        It is unless the journal is what is damaged, which is rescued when it is opened.
        """
        sound = self.session.journal.is_sound()
        self.close()
        if sound:
            sealed.remove(self.session.folder.cache_path)
        return sound

    def _stop(self) -> None:
        before_close, self.before_close = self.before_close, _nothing
        before_close()
        self.pictures.close()
        self._cache.stop()  # first: a pass may be busy with the file for a minute
        with self._changing:
            self._told = None
            if self._live is not None:
                self._live.stop()
                self._live = None
        self._cache.close()


def _nothing() -> None:
    pass


def _report(error: Exception) -> None:
    """Write down a mistake that the cache has survived."""
    from sellmode_tui.crash import write_report

    write_report(error)

"""`journal.db`: what the person wrote and what the session needs, under the account's key.

Every commit is on the disk before it counts as stored. The app never deletes the file: one that is damaged, or has
lost commits, is moved aside, and a new one takes its place with whatever could still be read. What could not is kept
there as a `Loss`, until somebody has seen it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from sellmode_contract.visibility import Account
from sellmode_tui import pages, sealed
from sellmode_tui.errors import NotSignedIn
from sellmode_tui.journal import recovery
from sellmode_tui.journal.clock import ClockReading, Contact, advance
from sellmode_tui.journal.drafts import Drafts
from sellmode_tui.journal.losses import note_loss
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.journal.rescue import NOTHING, rescue
from sellmode_tui.journal.schema import STEPS, committing
from sellmode_tui.journal.tally import Tally, TallyKeeper
from sellmode_tui.journal.witness import Witness, read_witness, write_witness
from sellmode_tui.key_memory import Key
from sellmode_tui.migrations import migrate
from sellmode_tui.private_files import file_identity


class SignedInAs(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in here, as the backend last said at a sign-in."""

    account: Account
    retailer: str
    token: str | None
    """None after a sign-out: the files open offline, the backend wants a new sign-in."""
    expires_at: dt.datetime
    """When the token ends at the latest, UTC."""

    def __repr__(self) -> str:
        """Without the token: representations end up in logs."""
        return f"SignedInAs({self.account.user_name!r})"


Finds: TypeAlias = Literal["customers", "products"]
"""What a filter finds."""


class SavedFilter(NamedTuple):
    """A filter that the person gave a name, which no other one has that finds the same."""

    name: str
    text: str
    created: dt.datetime
    finds: Finds = "customers"


class Clock(NamedTuple):
    """What the lease is reckoned from."""

    contact: Contact
    mark: ClockReading
    """The furthest reading so far."""


class Opened(NamedTuple):
    """A journal, and where a damaged one that it replaces was moved to."""

    journal: Journal
    moved_aside: Path | None


class DamagedJournal(sealed.Corrupt):
    """A journal is damaged, or holds less than it did."""

    def __init__(self, error: sealed.Corrupt, left: pages.Left) -> None:
        super().__init__(error.path, str(error))
        self.left = left
        """What there was when that was found: closing a damaged file changes it."""


class JournalClosed(NotSignedIn, sealed.Closed):
    """The journal's session has ended."""


class Journal:
    """An open journal; may be used from any thread.

    Its methods raise `sealed.SealedError` when the file fails, and NotSignedIn once it is closed.
    """

    def __init__(self, path: Path, key: Key, *, successor: bool = False) -> None:
        """Open a journal, make it if there is none, and bring its schema up to date. Raises `sealed.SealedError`.

        A damaged one is a `DamagedJournal`. ``successor`` is one that has not taken the place of another yet.
        """
        self.path = path
        self._lock = threading.RLock()
        self._closed = False
        if not os.path.lexists(path) and os.path.lexists(recovery.successor_path(path)):
            recovery.succeed(path)  # killed while it replaced a damaged one
        self._witnessed = not successor
        told = None if successor else read_witness(path)  # first: the file must be no older
        new = not os.path.lexists(path)
        self._tally = TallyKeeper(path)
        try:
            self._connection = self._sound(path, key, told, new=new)
        except BaseException:
            self._tally.leave()
            raise
        self._place = file_identity(path)
        self.outbox = Outbox(self._using)
        """What the person wrote."""
        self.drafts = Drafts(self._using, self.outbox)
        """What the person typed and has not saved."""
        try:
            with sealed.errors(path):
                migrate(self._connection, path, STEPS)
            if told is not None:
                self._miss(told)
            with self._using() as connection:
                self._witness(connection)
        except BaseException:
            self._connection.close()
            self._tally.leave()
            raise

    @staticmethod
    def _sound(path: Path, key: Key, told: Witness | None, *, new: bool) -> sealed.Connection:
        """A connection to a file that is sound and holds all that it has to. Raises DamagedJournal."""
        connection = None
        try:
            connection = sealed.connect(path, key, create=True, synchronous="FULL")
            if not new and told is not None:
                recovery.check_complete(connection, path, told)
            sealed.check(connection, path)
        except sealed.Corrupt as error:
            try:
                raise DamagedJournal(error, pages.read(path)) from error
            except OSError as unread:
                raise sealed.os_error(path, unread) from unread
            finally:
                if connection is not None:
                    connection.close()
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        return connection

    @classmethod
    def open_or_replace(cls, path: Path, key: Key, now: dt.datetime, *, any_key: bool = True) -> Opened:
        """Open a journal; a damaged one, or with ``any_key`` one under another key, is moved aside and a new one made.

        The new one has what could still be read. Killed at any point, this is done by the next call.
        """
        try:
            return Opened(cls(path, key), None)
        except DamagedJournal as damaged:
            told = read_witness(path)
            if not any_key and pages.sound(damaged.left, key, *([told.salt] if told else [])) is None:
                raise
            with contextlib.ExitStack() as held:
                if not recovery.hold(held, path, key):  # another process has just replaced it
                    return cls.open_or_replace(path, key, now, any_key=any_key)
                left = pages.read(path)
                sound = pages.sound(
                    left if left.log else damaged.left,  # closing it may have thrown its log away
                    key,
                    *([told.salt] if told else []),
                )
                sealed.remove(recovery.successor_path(path))
                with contextlib.closing(cls(recovery.successor_path(path), key, successor=True)) as successor:
                    stamp = now.strftime("%Y%m%dT%H%M%SZ")
                    successor.take_over(sound, key, told, now, sealed.place_aside(path, stamp))
                aside = sealed.move_aside(path, stamp)
                recovery.succeed(path)
            return Opened(cls(path, key), aside)

    def take_over(
        self, sound: pages.Sound | None, key: Key, told: Witness | None, now: dt.datetime, aside: Path
    ) -> None:
        """Keep what can be read of a damaged journal, and how much cannot."""
        with self._writing() as connection:
            rescued = NOTHING
            if sound is not None:
                rescued = rescue(sound, key, connection, self.path.with_name(f"{self.path.name}.pages"))
            if told is not None and rescued.journal in (None, told.journal):
                connection.execute("UPDATE outbox SET succeeds = ?", (told.journal,))
            else:
                told = None
            connection.execute("UPDATE outbox SET change = change + 1")
            loss = recovery.count_loss(told, rescued, self._held(connection), now, aside.name)
            if loss.changes is None or loss.total:
                note_loss(connection, loss)

    def _miss(self, told: Witness) -> None:
        """Note what there was in a journal that is gone, which this one was not made of."""
        with self._using() as connection:
            known = connection.execute("SELECT journal, succeeds FROM outbox").fetchone()
        if told.journal not in known and told.holds + told.losses:
            with self._writing() as connection:
                note_loss(connection, recovery.count_loss(told, NOTHING, None, dt.datetime.now(dt.UTC), ""))

    def _held(self, connection: sealed.Connection) -> Witness:
        """What the journal holds now."""
        salt = connection.execute("PRAGMA cipher_salt").fetchone()
        return Witness.of(*connection.execute(recovery.HELD).fetchone(), salt=bytes.fromhex(salt[0]) if salt else b"")

    def _witness(self, connection: sealed.Connection) -> None:
        if self._witnessed:
            write_witness(self.path, self._held(connection))

    @property
    def read_only(self) -> bool:
        """Whether nothing can be stored: the disk is full or read-only."""
        return sealed.is_read_only(self._connection)

    def is_sound(self) -> bool:
        """Whether the whole file can be read; looks at all of it."""
        try:
            with self._using() as connection:
                sealed.check(connection, self.path)
        except sealed.Corrupt:
            return False
        return True

    def close(self) -> None:
        """Close the file. May be called again."""
        with self._lock:
            if self._closed:
                return
            try:
                with contextlib.suppress(sealed.SealedError):  # what cannot be counted is not known
                    self._tally.count(lambda: Tally(self.outbox.unsent(), self.outbox.tray.open_count()))
            finally:
                self._closed = True
                self._connection.close()
                self._tally.leave()

    @contextmanager
    def _using(self) -> Iterator[sealed.Connection]:
        with self._lock:
            if self._closed:
                raise JournalClosed
            with sealed.errors(self.path, self._connection):
                before = self._connection.total_changes
                yield self._connection
                if file_identity(self.path) != self._place:
                    raise sealed.Replaced(self.path)
                if self._connection.total_changes != before and not self._connection.in_transaction:
                    self._witness(self._connection)

    @contextmanager
    def _writing(self) -> Iterator[sealed.Connection]:
        with self._using() as connection, committing(connection):
            yield connection

    # ------------------------------------------------------------------ session

    def signed_in_as(self) -> SignedInAs | None:
        """Who signed in here last, None if nobody did."""
        with self._using() as connection:
            row = connection.execute("SELECT account, retailer, token, expires_at FROM session").fetchone()
        if row is None:
            return None
        account, retailer, token, expires_at = row
        return SignedInAs(
            account=msgspec.json.decode(account, type=Account),
            retailer=retailer,
            token=token,
            expires_at=dt.datetime.fromisoformat(expires_at),
        )

    def store_sign_in(self, signed_in: SignedInAs) -> None:
        """Keep a new sign-in. A token it replaces is to be revoked."""
        with self._writing() as connection:
            connection.execute(_REVOKE)
            connection.execute(
                "REPLACE INTO session (id, account, retailer, token, expires_at) VALUES (1, ?, ?, ?, ?)",
                (
                    msgspec.json.encode(signed_in.account).decode(),
                    signed_in.retailer,
                    signed_in.token,
                    signed_in.expires_at.astimezone(dt.UTC).isoformat(),
                ),
            )
            connection.execute("DELETE FROM revocation WHERE token = ?", (signed_in.token,))

    def drop_token(self) -> None:
        """Sign out: the token is no longer used here, and is kept until the backend has heard that it ended."""
        with self._writing() as connection:
            connection.execute(_REVOKE)
            connection.execute("UPDATE session SET token = NULL")

    def to_revoke(self) -> list[str]:
        """Tokens that ended here and not yet at the backend."""
        with self._using() as connection:
            return [token for (token,) in connection.execute("SELECT token FROM revocation")]

    def revoked(self, token: str) -> None:
        """The backend knows that a token ended."""
        with self._writing() as connection:
            connection.execute("DELETE FROM revocation WHERE token = ?", (token,))

    # ------------------------------------------------------------------ clock

    def clock(self) -> Clock | None:
        """The last contact and the furthest reading; None before the first contact."""
        with self._using() as connection:
            row = connection.execute("SELECT contact, soft_s, hard_s, mark, boot, since_boot FROM clock").fetchone()
        if row is None:
            return None
        contact, soft, hard, mark, boot, since_boot = row
        return Clock(
            Contact(dt.datetime.fromisoformat(contact), dt.timedelta(seconds=soft), dt.timedelta(seconds=hard)),
            ClockReading(dt.datetime.fromisoformat(mark), boot, since_boot),
        )

    def note_contact(self, reading: ClockReading, soft: dt.timedelta, hard: dt.timedelta) -> None:
        """The backend answered this account. The lease starts anew, from the clock as it is."""
        with self._writing() as connection:
            connection.execute(
                "REPLACE INTO clock (id, contact, soft_s, hard_s, mark, boot, since_boot) VALUES (1, ?, ?, ?, ?, ?, ?)",
                (
                    reading.wall.isoformat(),
                    soft.total_seconds(),
                    hard.total_seconds(),
                    reading.wall.isoformat(),
                    reading.boot,
                    reading.since_boot,
                ),
            )

    def note_clock(self, reading: ClockReading) -> None:
        """Keep a reading if it proves more than the furthest so far. Before the first contact there is none to keep."""
        with self._lock:
            clock = self.clock()
            if clock is None:
                return
            mark = advance(clock.mark, reading)
            with self._writing() as connection:
                connection.execute(
                    "UPDATE clock SET mark = ?, boot = ?, since_boot = ?",
                    (mark.wall.isoformat(), mark.boot, mark.since_boot),
                )

    # ------------------------------------------------------------------ saved filters

    def saved_filters(self) -> list[SavedFilter]:
        """All saved filters by name."""
        with self._using() as connection:
            rows = connection.execute(
                "SELECT name, text, created, finds FROM saved_filter ORDER BY name, finds"
            ).fetchall()
        return [
            SavedFilter(name, text, dt.datetime.fromisoformat(created), finds) for name, text, created, finds in rows
        ]

    def save_filter(self, saved: SavedFilter) -> None:
        """Save a filter; one of the same name is replaced."""
        with self._writing() as connection:
            connection.execute(
                "REPLACE INTO saved_filter (name, text, created, finds) VALUES (?, ?, ?, ?)",
                (saved.name, saved.text, saved.created.astimezone(dt.UTC).isoformat(), saved.finds),
            )

    def delete_filter(self, name: str, finds: Finds = "customers") -> bool:
        """Delete a saved filter; whether there was one."""
        with self._writing() as connection:
            deleted = connection.execute("DELETE FROM saved_filter WHERE (name, finds) = (?, ?)", (name, finds))
            return deleted.rowcount > 0


_REVOKE = "INSERT OR IGNORE INTO revocation SELECT token FROM session WHERE token IS NOT NULL"

"""Signing in, opening offline, locking and signing out: from a password to an open `Session` and back.

Signed in means that the key of the account's files is in this process's memory. The backend keeps that key and hands
it to an online sign-in only; the slot keeps it under the password, for signing in offline. So a new password loses
nothing, and deleting the slot (a disabled account, a lease that is over) leaves the files sealed until the backend
gives the key again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from sellmode_contract import wire
from sellmode_contract.ids import user_key
from sellmode_contract.visibility import Account
from sellmode_tui import errors, sealed
from sellmode_tui.account import folders, keyring, lease
from sellmode_tui.account.folders import AccountFolder, Profile
from sellmode_tui.account.lease import Lease, State
from sellmode_tui.account.slot import DamagedSlot, Slot, open_slot, seal
from sellmode_tui.journal.clock import HARD, SOFT, ClockReading, read_clock
from sellmode_tui.journal.journal import Journal, SignedInAs
from sellmode_tui.journal.tally import read_tally
from sellmode_tui.key_memory import Key, wipe
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.private_files import read_private, write_private
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import Broken, Refused, TransportError, Unreachable

Clock = Callable[[], ClockReading]

_ONLINE = marked("This account has to sign in while online.")


class Session:
    """An account whose files are open. Ends with `close`, `lock` or `sign_out`; usable from any thread."""

    def __init__(
        self,
        folder: AccountFolder,
        signed_in: SignedInAs,
        key: Key,
        journal: Journal,
        *,
        moved_aside: Path | None = None,
        clock: Clock = read_clock,
    ) -> None:
        self.folder = folder
        self.account: Account = signed_in.account
        """As of the last sign-in; the cache's view is newer."""
        self.retailer = signed_in.retailer
        """The retailer's name."""
        self.expires_at = signed_in.expires_at
        """When the token ends at the latest, UTC."""
        self.journal = journal
        self.moved_aside = moved_aside
        """Where a damaged journal was moved to when this session was opened: to be told to the person."""
        self._key: bytearray | None = bytearray(key)
        self._token = signed_in.token
        self._clock = clock

    @property
    def server(self) -> str:
        """The backend's address."""
        return self.folder.profile.server

    @property
    def device(self) -> str:
        """This terminal's id, as this account knows it."""
        return self.folder.profile.device

    @property
    def key(self) -> bytearray:
        """The key of the account's files, which `close` overwrites. Raises NotSignedIn after that."""
        if self._key is None:
            raise errors.NotSignedIn
        return self._key

    @property
    def token(self) -> str | None:
        """For calls to the backend; None after a sign-out without contact since: the backend wants a new sign-in.

        It is the journal's at this moment: a sign-in in another window of this account ends the token before it.
        """
        try:
            signed_in = self.journal.signed_in_as()
        except errors.NotSignedIn:
            return None
        except sealed.SealedError:
            return self._token  # what is wrong with the journal is told by whoever writes it
        self._token = None if signed_in is None else signed_in.token
        return self._token

    @property
    def is_open(self) -> bool:
        """Whether the key is in memory."""
        return self._key is not None

    def close(self) -> None:
        """Drop the key and close the journal. May be called again."""
        key, self._key, self._token = self._key, None, None
        if key is not None:
            wipe(key)
        self.journal.close()

    def lease(self) -> Lease:
        """What the lease allows now; the reading is kept, so that a clock set back later is seen."""
        reading = self._clock()
        clock = self.journal.clock()
        if clock is None:
            return Lease(State.OVER, dt.timedelta(0))
        with contextlib.suppress(sealed.DiskFull, sealed.Unusable):  # what is noted already counts on
            self.journal.note_clock(reading)
        return lease.assess(clock.contact, clock.mark, reading)

    def check_lease(self) -> Lease:
        """The lease if the account may be used on; otherwise the session is closed. Raises LeaseOver, ClockChanged."""
        now = self.lease()
        if now.state is State.OVER:
            self.close()
            _seal(self.folder, "lease")
            raise errors.LeaseOver
        if now.state is State.CLOCK_CHANGED:
            self.close()
            raise errors.ClockChanged
        return now

    def note_contact(self, granted: wire.Lease | None = None) -> None:
        """The backend answered this account (a sync's head says for how long that counts): the lease starts anew."""
        clock = self.journal.clock()
        soft, hard = (clock.contact.soft, clock.contact.hard) if clock else (SOFT, HARD)
        if granted is not None:
            at_most = round(lease.MAX_LEASE.total_seconds())
            soft, hard = (dt.timedelta(seconds=min(max(s, 0), at_most)) for s in (granted.soft_s, granted.hard_s))
        self.journal.note_contact(self._clock(), soft, hard)

    def send_revocations(self, transport: Transport) -> None:
        """Tell the backend which tokens ended here while it could not be reached. What fails is kept for later."""
        for token in self.journal.to_revoke():
            if not _revoke(transport, token):
                return
            self.journal.revoked(token)


# ------------------------------------------------------------------ in


def sign_in(
    transport: Transport,
    user_name: str,
    password: str,
    *,
    data: Path | None = None,
    clock: Clock = read_clock,
) -> Session:
    """Sign in at the backend and open the account's files, made if they are new.

    Raises AccountError, TransportError, sealed.SealedError. Where the backend says that the account is disabled, its
    files on this machine are sealed.
    """
    device = _device(transport.server, user_name.strip(), data)
    body = wire.SignIn(user_name=user_name.strip(), password=password, device=device, device_name=_device_name())
    return _enter(transport, wire.SIGN_IN_PATH, body, data, clock)


def activate(
    transport: Transport,
    user_name: str,
    code: str,
    password: str,
    *,
    data: Path | None = None,
    clock: Clock = read_clock,
) -> Session:
    """Sign in with a one-time code, which sets the password: the first time, or after the operator's reset.

    Files of the account that are here open with it as before. Raises as `sign_in` does.
    """
    device = _device(transport.server, user_name.strip(), data)
    body = wire.Activate(
        user_name=user_name.strip(),
        code=code.strip(),
        password=password,
        device=device,
        device_name=_device_name(),
    )
    return _enter(transport, wire.ACTIVATE_PATH, body, data, clock)


def unlock(folder: AccountFolder, password: str, *, clock: Clock = read_clock) -> Session:
    """Open an account's files with the password last used here; no network.

    Raises AccountError (WrongPassword, LeaseOver, ClockChanged, AccountDisabled, SignInNeeded), sealed.SealedError.
    """
    _check_opens_offline(folder)
    try:
        slot = msgspec.json.decode(read_private(folder.slot_path), type=Slot)
        key = open_slot(slot, password, folder.id)
    except (msgspec.DecodeError, DamagedSlot) as error:
        raise errors.DamagedFile(folder.slot_path, str(error)) from error
    try:
        return _open_offline(folder, key, clock)
    finally:
        wipe(key)


def enter(
    transport: Transport,
    user_name: str,
    password: str,
    *,
    data: Path | None = None,
    clock: Clock = read_clock,
) -> tuple[Session, TransportError | errors.AccountError | sealed.SealedError | None]:
    """Sign in at the backend, or offline where that or the disk cannot serve us now and the account is known here.

    With the session comes why it is offline, None if it is not. Raises as `sign_in` and `unlock` do.
    """
    try:
        return sign_in(transport, user_name, password, data=data, clock=clock), None
    except (
        *(Unreachable, Broken, errors.ServerBusy, errors.UpgradeNeeded),
        *(errors.NotStored, sealed.DiskFull, sealed.Unusable),  # then what is here can be read
    ) as error:
        folder = folders.find_account(transport.server, user_name.strip(), data)
        if folder is None:
            raise
        return unlock(folder, password, clock=clock), error


def unlock_remembered(folder: AccountFolder, *, clock: Clock = read_clock) -> Session | None:
    """Open an account that stays signed in on this machine; None if the keyring has no key for it.

    Raises as `unlock` does, and KeyringUnavailable.
    """
    if not folder.profile.remembered:
        return None
    _check_opens_offline(folder)
    key = keyring.get(folder.id)
    try:
        return _open_offline(folder, key, clock) if key is not None and len(key) == sealed.KEY_BYTES else None
    finally:
        wipe(key or b"")


def remember(session: Session) -> None:
    """Stay signed in on this machine: keep the key in its keyring. Raises KeyringUnavailable.

    For the caller to see that the retailer allows it.
    """
    key, profile = session.key, session.folder.profile
    session.folder.store_profile(msgspec.structs.replace(profile, remembered=True))  # first: what is there gets deleted
    try:
        keyring.store(session.folder.id, key)
    except errors.KeyringUnavailable as error:
        if not error.unsure:
            session.folder.store_profile(profile)
        raise
    if not session.is_open:  # locked meanwhile: what came after that is not kept
        keyring.delete(session.folder.id)
        session.folder.store_profile(msgspec.structs.replace(profile, remembered=False))


def forget(folder: AccountFolder) -> None:
    """Stay signed in on this machine no longer: remove the key from its keyring. Raises KeyringUnavailable."""
    if folder.known is None or not folder.known.remembered:
        return
    keyring.delete(folder.id)
    folder.store_profile(msgspec.structs.replace(folder.known, remembered=False))


# ------------------------------------------------------------------ out


def lock(session: Session) -> None:
    """Close a session: the password is needed to come back.

    Raises KeyringUnavailable if the keyring may still open the account; the session is closed all the same.
    """
    session.close()
    forget(session.folder)


def sign_out(session: Session, transport: Transport | None = None) -> bool:
    """End a session here and at the backend; whether the backend has heard, else it will at the next sign-in.

    The files stay, sealed. Without `transport` the backend is not called. Raises KeyringUnavailable if the keyring may
    still open the account; the session is closed all the same.
    """
    heard = False
    try:
        session.journal.drop_token()
        if transport is not None:
            session.send_revocations(transport)
        heard = not session.journal.to_revoke()
    finally:
        session.close()
    forget(session.folder)
    return heard


def account_disabled(session: Session) -> None:
    """The backend said that the account is disabled: close it, delete what opens it and its cache, keep the journal.

    For sync to call, only upon an answer that echoed its request; the cache has to be closed before.
    """
    session.close()
    _seal(session.folder, "disabled")


def disabled(folder: AccountFolder) -> errors.AccountDisabled:
    """What to say to the owner of an account that is disabled, whose files are closed."""
    tally = read_tally(folder.journal_path)
    return errors.AccountDisabled(sum(tally) if tally else None)


# ------------------------------------------------------------------ inside


def _enter(
    transport: Transport, path: str, body: wire.SignIn | wire.Activate, data: Path | None, clock: Clock
) -> Session:
    try:
        reply = transport.post(path, body).read(wire.SignedIn)
    except Refused as refused:
        if refused.problem.code == "account_disabled":
            folder = folders.find_account(transport.server, body.user_name, data)
            if folder is not None:
                _seal(folder, "disabled")
                raise disabled(folder) from refused
        raise _told(refused) from refused
    try:
        return _opened_by(reply, transport, body, data, clock)
    finally:
        wipe(reply.key)


def _opened_by(
    reply: wire.SignedIn,
    transport: Transport,
    body: wire.SignIn | wire.Activate,
    data: Path | None,
    clock: Clock,
) -> Session:
    """The session that the backend has begun."""
    if user_key(reply.account.user_name) != user_key(body.user_name):
        raise errors.OtherAccountAnswered
    if len(reply.key) != sealed.KEY_BYTES or not reply.token.isascii() or not reply.token.isprintable():
        raise Broken(tr("The server's answer cannot be read. You may need a newer version of Sellmode."))
    before = folders.account_folder(transport.server, reply.account.user_name, data).known
    folder = folders.make_account_folder(
        Profile(
            server=transport.server,
            user_name=reply.account.user_name,
            name=reply.account.name,
            device=body.device,
            remembered=before is not None and before.remembered,
            first_run=before is None or before.first_run,
        ),
        data,
    )
    reading = clock()
    opened = Journal.open_or_replace(folder.journal_path, reply.key, reading.wall)
    if opened.moved_aside is not None and folder.opens_offline:
        # The slot may hold the key of the journal that was moved aside.
        folder.slot_path.rename(opened.moved_aside.with_suffix(".slot.json"))
    signed_in = SignedInAs(
        account=reply.account, retailer=reply.retailer, token=reply.token, expires_at=reply.expires_at
    )
    session = Session(folder, signed_in, reply.key, opened.journal, moved_aside=opened.moved_aside, clock=clock)
    try:
        # The token first: the backend has ended the one before, which other windows of this account still use.
        session.journal.store_sign_in(signed_in)
        session.note_contact()
        slot = seal(reply.key, body.password, folder.id)
        write_private(folder.slot_path, msgspec.json.format(msgspec.json.encode(slot)))
        session.send_revocations(transport)
    except BaseException:
        session.close()
        raise
    return session


def _open_offline(folder: AccountFolder, key: Key, clock: Clock) -> Session:
    try:
        opened = Journal.open_or_replace(folder.journal_path, key, clock().wall, any_key=False)
    except sealed.Corrupt as error:
        raise errors.SignInNeeded(
            tr("{error} Sign in while online: it is set aside, not deleted.", error=error)
        ) from error
    journal = opened.journal
    try:
        signed_in = journal.signed_in_as()
        if signed_in is None or journal.clock() is None:
            # Without the last contact nobody knows whether the lease holds.
            raise errors.SignInNeeded(trd(_ONLINE))
        session = Session(folder, signed_in, key, journal, moved_aside=opened.moved_aside, clock=clock)
        session.check_lease()
    except BaseException:
        journal.close()
        raise
    return session


def _check_opens_offline(folder: AccountFolder) -> None:
    if folder.opens_offline:
        return
    match folder.profile.sealed:
        case "lease":
            raise errors.LeaseOver
        case "disabled":
            raise disabled(folder)
        case _:
            raise errors.SignInNeeded(trd(_ONLINE))


def _told(refused: Refused) -> errors.AccountError:  # noqa: PLR0911 - one for each code
    problem, wait = refused.problem, refused.retry_after
    match problem.code:
        case "wrong_credentials":
            return errors.WrongPassword()
        case "wrong_code":
            return errors.CodeRefused()
        case "weak_password":
            return errors.WeakPassword(problem.detail)
        case "account_disabled":
            return errors.AccountDisabled()
        case "upgrade_required":
            return errors.UpgradeNeeded()
        case "too_many_attempts":
            return errors.TooManyAttempts(60.0 if wait is None else wait)
        case "unavailable" | "internal":
            return errors.ServerBusy(30.0 if wait is None else wait)
        case _:
            return errors.SignInRefused(problem.title, problem.detail)


def _device(server: str, user_name: str, data: Path | None) -> str:
    """The id under which the backend keeps this account's key for this machine."""
    folder = folders.find_account(server, user_name, data)
    return folder.profile.device if folder else folders.device_id(data)


def _device_name() -> str:
    """For the operator's list of terminals."""
    return socket.gethostname()


def _seal(folder: AccountFolder, why: Literal["lease", "disabled"]) -> None:
    """Delete what opens an account's files here."""
    folder.seal(why)
    with contextlib.suppress(errors.KeyringUnavailable):  # without a slot, no key that it keeps is asked for
        forget(folder)


def _revoke(transport: Transport, token: str) -> bool:
    """End a token at the backend; whether it has ended there."""
    try:
        transport.post(wire.SIGN_OUT_PATH, token=token)
    except Refused as refused:
        return refused.problem.code in ("signed_out", "account_disabled")
    except TransportError:
        return False
    return True

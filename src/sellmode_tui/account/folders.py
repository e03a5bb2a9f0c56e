"""Where an account's files are, and that nobody else on the machine can read or replace them.

    DATA/device                      which terminal this is
    DATA/accounts/ID/profile.json    server, names; nothing secret, nothing about customers
    DATA/accounts/ID/slot.json       the key, under the password
    DATA/accounts/ID/journal.db      what the person wrote
    DATA/accounts/ID/tally           how much of that is not sent or was refused; empty while that is not known
    DATA/accounts/ID/witness         how far the journal has come, in plain numbers; written after each commit
    DATA/accounts/ID/cache.db        what the backend sent
    DATA/accounts/ID/lock            held by the process that syncs; its signs of life
    DATA/accounts/ID/lock.guard      held for a moment by who overtakes one that is suspended or hangs
    DATA/accounts/ID/lock.wish       empty; touched by who wants the one that syncs to do so now
    DATA/accounts/ID/synced          empty; as old as the last complete sync

Folders are 0700, files 0600, all owned by the user; anything else is refused rather than repaired, because what others
could read or write before the repair is not known.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import stat
import uuid
from pathlib import Path
from typing import Literal

import msgspec
import platformdirs

from sellmode_contract.wire import user_key
from sellmode_tui import sealed
from sellmode_tui.account.errors import DamagedFile, NotStored, UnsafeFile

DATA_VARIABLE = "SELLMODE_DATA_DIR"
"""Names another data folder: for tests and the demo."""

MAX_SMALL_FILE = 64 * 1024
"""No small file of ours is larger, in bytes."""

_ACCOUNTS = uuid.UUID("5cb2e2a4-8f6d-4a64-9c3c-5b8f0a7f4d21")


class Profile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of an account without opening it."""

    server: str
    user_name: str
    name: str
    """The person's."""
    device: str
    """The terminal as this account knows it: the backend keeps the key under this id."""
    sealed: Literal["", "lease", "disabled"] = ""
    """Why there is no slot, if the app deleted it."""
    remembered: bool = False
    """Whether the keyring may hold the key."""


class AccountFolder:
    """One account's folder on this machine."""

    def __init__(self, path: Path, profile: Profile | None, problem: str = "") -> None:
        self.path = path
        self.known = profile
        self.problem = problem
        """Why the profile cannot be read, if so."""

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def profile(self) -> Profile:
        """Whose folder it is. Raises DamagedFile where that cannot be read."""
        if self.known is None:
            raise DamagedFile(self.path / "profile.json", self.problem)
        return self.known

    @property
    def used_at(self) -> float:
        """When somebody last signed in here; 0 if the folder has been removed meanwhile."""
        try:
            return (self.path / "profile.json").stat().st_mtime
        except OSError:
            return 0.0

    @property
    def slot_path(self) -> Path:
        """The wrapped key."""
        return self.path / "slot.json"

    @property
    def journal_path(self) -> Path:
        """What the person wrote."""
        return self.path / "journal.db"

    @property
    def cache_path(self) -> Path:
        """What the backend sent."""
        return self.path / "cache.db"

    @property
    def lock_path(self) -> Path:
        """Locked by the process that syncs this account."""
        return self.path / "lock"

    @property
    def synced_path(self) -> Path:
        """Empty; its time is that of the last complete sync."""
        return self.path / "synced"

    def note_synced(self, at: dt.datetime) -> None:
        """Note a complete sync for those who ask without opening the account. A note that fails is no harm."""
        with contextlib.suppress(OSError):
            descriptor = os.open(self.synced_path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                os.utime(descriptor, (at.timestamp(), at.timestamp()))
            finally:
                os.close(descriptor)

    def synced_at(self) -> dt.datetime | None:
        """When a sync was last complete, UTC; None if none was."""
        try:
            return dt.datetime.fromtimestamp(self.synced_path.lstat().st_mtime, dt.UTC)
        except (OSError, ValueError, OverflowError):  # not there, or a time that no calendar has
            return None

    @property
    def opens_offline(self) -> bool:
        """Whether there is a key that a password could open."""
        return os.path.lexists(self.slot_path)

    def store_profile(self, profile: Profile) -> None:
        """Replace the profile."""
        write_private(self.path / "profile.json", msgspec.json.format(msgspec.json.encode(profile)))
        self.known, self.problem = profile, ""

    def seal(self, why: Literal["lease", "disabled"]) -> None:
        """Delete the slot, and for a disabled account the cache too: what is left opens with a key of the backend only.

        The journal is kept. The slot goes first, so that a crash leaves nothing that opens.
        """
        self.slot_path.unlink(missing_ok=True)
        _sync_folder(self.path)
        if why == "disabled":
            sealed.remove(self.cache_path)
        if self.known is not None:
            self.store_profile(msgspec.structs.replace(self.known, sealed=why))


def data_folder() -> Path:
    """The folder of all that this app keeps, made if it is missing. Raises UnsafeFile."""
    named = os.environ.get(DATA_VARIABLE)
    path = Path(named) if named else Path(platformdirs.user_data_dir("sellmode", appauthor=False))
    return private_folder(path.absolute())


def device_id(data: Path | None = None) -> str:
    """The random id of this terminal, made at the first call. Raises UnsafeFile."""
    path = (data or data_folder()) / "device"
    with contextlib.suppress(FileNotFoundError):
        return _id_in(path)
    write_private(path, f"{uuid.uuid4()}\n".encode(), replace=False)
    return _id_in(path)


def _id_in(path: Path) -> str:
    try:
        return str(uuid.UUID(read_private(path).decode("ascii").strip()))
    except ValueError:
        raise UnsafeFile(path, "is damaged: it holds no terminal's id. Remove it.") from None


def account_folder(server: str, user_name: str, data: Path | None = None) -> AccountFolder:
    """The folder of an account; nothing is made. The address is normalised, the name as the backend spells it."""
    name = uuid.uuid5(_ACCOUNTS, f"{server}\n{user_name}")
    return _read_folder((data or data_folder()) / "accounts" / str(name))


def make_account_folder(profile: Profile, data: Path | None = None) -> AccountFolder:
    """The folder of an account with this profile. What else is in it stays. Raises UnsafeFile."""
    data = data or data_folder()
    folder = account_folder(profile.server, profile.user_name, data)
    private_folder(data / "accounts")
    private_folder(folder.path)
    folder.store_profile(profile)
    return folder


def find_account(server: str, user_name: str, data: Path | None = None) -> AccountFolder | None:
    """The folder of a known account; a name typed in other letters (e-1001 for E-1001) finds the only one like it."""
    known = [folder for folder in known_accounts(data) if folder.known and folder.known.server == server]
    exact = [folder for folder in known if folder.profile.user_name == user_name]
    alike = [folder for folder in known if user_key(folder.profile.user_name) == user_key(user_name)]
    return exact[0] if exact else alike[0] if len(alike) == 1 else None


def known_accounts(data: Path | None = None) -> list[AccountFolder]:
    """The accounts that signed in on this machine, by name; none is opened. A folder with a problem says so."""
    parent = (data or data_folder()) / "accounts"
    if not os.path.lexists(parent):
        return []
    private_folder(parent)
    folders = [_read_folder(path) for path in parent.iterdir()]
    return sorted(folders, key=lambda folder: (folder.known.name if folder.known else "", folder.id))


def _read_folder(path: Path) -> AccountFolder:
    if not os.path.lexists(path):
        return AccountFolder(path, None, "there is no such account on this machine")
    try:
        check_private_folder(path)
        content = read_private(path / "profile.json")
        return AccountFolder(path, msgspec.json.decode(content, type=Profile))
    except UnsafeFile as error:
        return AccountFolder(path, None, str(error))
    except (OSError, msgspec.DecodeError) as error:
        return AccountFolder(path, None, f"its profile cannot be read: {error}")


# ------------------------------------------------------------------ private files


def private_folder(path: Path) -> Path:
    """Make a folder for this user alone, or check that it is one. Raises UnsafeFile, NotStored."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        pass  # no folder: said by the check
    except OSError as error:
        raise NotStored(path, error) from error
    return check_private_folder(path)


def check_private_folder(path: Path) -> Path:
    """Check that a folder is this user's alone, and no link. Raises UnsafeFile."""
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise UnsafeFile(path, "is not a folder. Put a real folder in its place.")
    _check_owner(path, status, "chmod 700")
    return path


def read_private(path: Path) -> bytes:
    """A small file's content. Raises UnsafeFile unless it is a plain file of this user alone; FileNotFoundError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnsafeFile(path, f"cannot be opened: {error.strerror}.") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnsafeFile(path, "is not a plain file. Remove it.")
        _check_owner(path, status, "chmod 600")
        content = os.read(descriptor, MAX_SMALL_FILE + 1)
    finally:
        os.close(descriptor)
    if len(content) > MAX_SMALL_FILE:
        raise UnsafeFile(path, "is far larger than any file of ours. Remove it.")
    return content


def write_private(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a small file, durably and whole or not at all; without `replace`, only where there is none.

    Raises NotStored.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                temporary.rename(path)
            else:
                with contextlib.suppress(FileExistsError):
                    path.hardlink_to(temporary)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise NotStored(path, error) from error


def try_to_write(folder: Path) -> None:
    """Write as much as opening an account does, and delete it. Raises NotStored."""
    probe = folder / ".probe"
    try:
        write_private(probe, bytes(128 * 1024))
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)


def _check_owner(path: Path, status: os.stat_result, remedy: str) -> None:
    if status.st_uid != os.geteuid():
        raise UnsafeFile(path, "belongs to another user of this machine. Ask whoever runs it.")
    if status.st_mode & 0o077:
        raise UnsafeFile(path, f"is open to other users of this machine. Close it with: {remedy} '{path}'")


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

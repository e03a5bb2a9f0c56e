"""Where an account's files are.

DATA/device                      which terminal this is
DATA/accounts/ID/profile.json    server, names; nothing secret, nothing about customers
DATA/accounts/ID/slot.json       the key, under the password
DATA/accounts/ID/journal.db      what the person wrote
DATA/accounts/ID/tally           how much of that is not sent or was refused; empty while that is not known
DATA/accounts/ID/witness         how far the journal has come, in plain numbers; written after each commit
DATA/accounts/ID/cache.db        what the backend sent
DATA/accounts/ID/pictures.db     pictures of products
DATA/accounts/ID/lock            held by the process that syncs; its signs of life
DATA/accounts/ID/lock.guard      held for a moment by who overtakes one that is suspended or hangs
DATA/accounts/ID/lock.wish       empty; touched by who wants the one that syncs to do so now
DATA/accounts/ID/synced          empty; as old as the last complete sync
DATA/accounts/ID/theme           what the person has chosen for the app to look like
DATA/accounts/ID/language        which language they have chosen
DATA/accounts/ID/pictures        whether they want to see pictures
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import uuid
from pathlib import Path
from typing import Literal

import msgspec
import platformdirs

from sellmode_contract.ids import user_key
from sellmode_tui import sealed
from sellmode_tui.errors import DamagedFile, NotStored, UnsafeFile
from sellmode_tui.language import tr
from sellmode_tui.private_files import check_private_folder, private_folder, read_private, sync_folder, write_private

DATA_VARIABLE = "SELLMODE_DATA_DIR"
"""Names another data folder: for tests and the demo."""

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
    first_run: bool = False
    """Whether the first keys are still shown: nobody has hidden them since the first sign-in here."""


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
    def pictures_path(self) -> Path:
        """Pictures of products."""
        return self.path / "pictures.db"

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
    def theme(self) -> str:
        """The name of the theme that was chosen; empty if none was, or that cannot be read."""
        return self._chosen("theme")

    def keep_theme(self, name: str) -> None:
        """Remember it. Raises NotStored."""
        self._keep("theme", name)

    @property
    def language(self) -> str:
        """The code of the language that was chosen; empty if none was, or that cannot be read."""
        return self._chosen("language")

    def keep_language(self, code: str) -> None:
        """Remember it. Raises NotStored."""
        self._keep("language", code)

    @property
    def hides_pictures(self) -> bool:
        """Whether no pictures are wanted."""
        return self._chosen("pictures") == "hidden"

    def keep_hides_pictures(self, hidden: bool) -> None:
        """Remember it. Raises NotStored."""
        self._keep("pictures", "hidden" if hidden else "shown")

    @property
    def rings(self) -> bool:
        """Whether the terminal rings when a customer waits."""
        return self._chosen("bell") == "on"

    def keep_rings(self, rings: bool) -> None:
        """Remember it. Raises NotStored."""
        self._keep("bell", "on" if rings else "off")

    def _chosen(self, what: str) -> str:
        try:
            return read_private(self.path / what).decode("ascii", "replace").strip()
        except (OSError, UnsafeFile):
            return ""

    def _keep(self, what: str, name: str) -> None:
        write_private(self.path / what, f"{name}\n".encode("ascii"))

    @property
    def opens_offline(self) -> bool:
        """Whether there is a key that a password could open."""
        return os.path.lexists(self.slot_path)

    def store_profile(self, profile: Profile) -> None:
        """Replace the profile."""
        write_private(self.path / "profile.json", msgspec.json.format(msgspec.json.encode(profile)))
        self.known, self.problem = profile, ""

    def end_first_run(self) -> None:
        """Show the first keys no more. A note that fails, as on a full disk, is no harm."""
        now = _read_folder(self.path).known  # another window may have changed it: whether the keyring has the key
        if now is not None:
            with contextlib.suppress(NotStored):
                self.store_profile(msgspec.structs.replace(now, first_run=False))

    def seal(self, why: Literal["lease", "disabled"]) -> None:
        """Delete the slot, and for a disabled account the cache too: what is left opens with a key of the backend only.

        The journal is kept. The slot goes first, so that a crash leaves nothing that opens.
        """
        self.slot_path.unlink(missing_ok=True)
        sync_folder(self.path)
        if why == "disabled":
            sealed.remove(self.cache_path)
            sealed.remove(self.pictures_path)
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
        raise UnsafeFile(path, tr("is damaged: it holds no terminal's id. Remove it.")) from None


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
        return AccountFolder(path, None, tr("no such account on this machine"))
    try:
        check_private_folder(path)
        content = read_private(path / "profile.json")
        return AccountFolder(path, msgspec.json.decode(content, type=Profile))
    except UnsafeFile as error:
        return AccountFolder(path, None, str(error))
    except (OSError, msgspec.DecodeError) as error:
        return AccountFolder(path, None, tr("its profile cannot be read: {error}", error=error))

"""Opening the account that a command works on: with the machine's keyring, a password file, or a question."""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from sellmode_contract.text import visible
from sellmode_tui import sealed
from sellmode_tui.account import session as sessions
from sellmode_tui.account.folders import AccountFolder
from sellmode_tui.account.lease import State
from sellmode_tui.account.session import Session
from sellmode_tui.account.settings import Settings, read_settings
from sellmode_tui.commands.kit.choosing import Choice, known_folder
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.output import say
from sellmode_tui.errors import KeyringUnavailable
from sellmode_tui.private_files import MAX_SMALL_FILE, read_private
from sellmode_tui.workspace import Workspace


def read_password(password_file: str | None, whose: str) -> str:
    """The password of the file's first line, or of the person at the terminal. Raises Failure, UnsafeFile."""
    if password_file is None:
        return _asked(whose)
    if password_file == "-":  # noqa: S105  # a file's name
        content = sys.stdin.buffer.readline(MAX_SMALL_FILE)
    else:
        try:
            content = read_private(Path(password_file))
        except FileNotFoundError:
            raise Failure(f"No such password file: {visible(password_file)}.", Exit.USAGE) from None
    line = content.split(b"\n", 1)[0].removesuffix(b"\r")
    try:
        password = line.decode()
    except UnicodeDecodeError:
        raise Failure("The password file is not UTF-8 text.", Exit.USAGE) from None
    if not password:
        raise Failure("The password file's first line is empty.", Exit.USAGE)
    return password


def _asked(whose: str) -> str:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        raise Failure(
            "There is no terminal to ask for the password on. Give --password-file FILE, or - for standard input.",
            Exit.LOCKED,
        ) from None
    try:
        return getpass.getpass(f"Password of {visible(whose)}: ")
    except EOFError:
        raise Failure("No password was given.", Exit.LOCKED) from None


def whose(folder: AccountFolder) -> str:
    """An account for people."""
    profile = folder.profile
    return f"{profile.name} ({profile.user_name} at {profile.server})"


# ------------------------------------------------------------------ opening


def remembered(folder: AccountFolder) -> Session | None:
    """The account opened with the machine's keyring; None where a password is needed. Raises AccountError."""
    try:
        return sessions.unlock_remembered(folder)
    except KeyringUnavailable as error:
        say(str(error))
        return None


@contextlib.contextmanager
def opened(choice: Choice) -> Iterator[Workspace]:
    """The account's workspace, opened without the network. Raises Failure, AccountError, sealed.SealedError."""
    folder = known_folder(choice)
    session = remembered(folder) if choice.password_file is None else None
    if session is None:
        session = sessions.unlock(folder, read_password(choice.password_file, whose(folder)))
    with contextlib.closing(workspace_of(session, read_settings())) as workspace:
        if workspace.replaced:
            raise Failure(_REPLACED, Exit.DAMAGED)
        _tell_lease(session)
        tell_losses(session)
        if session.journal.read_only:
            say("The disk is full or read-only: you can view data, but nothing can be saved.")
        if workspace.status.synced_at is None:
            say("The first sync on this machine is not complete: `sellmode sync` downloads the rest.")
        try:
            yield workspace
        except sealed.Corrupt as error:
            if not workspace.discard_damaged():
                raise  # the next command rescues the journal
            raise Failure(_REPLACED, Exit.DAMAGED) from error


_REPLACED = (
    "The local copy of the server's data could not be used and was deleted; none of your changes are lost. "
    "`sellmode sync` downloads it again."
)


def workspace_of(session: Session, settings: Settings) -> Workspace:
    """A session's workspace; without one the session is closed. Raises sealed.SealedError."""
    try:
        return Workspace(session, settings)
    except BaseException:
        session.close()
        raise


def tell_losses(session: Session) -> None:
    """Say what damage has taken, each time until somebody has acknowledged it."""
    if session.moved_aside is not None:
        aside = session.moved_aside
        say(f"Damaged data was repaired on this terminal. The damaged file is kept as {aside}.")
    for loss in session.journal.outbox.tray.losses():
        say(f"{loss.words[0].upper()}{loss.words[1:]}. See `sellmode attention list`.")


def _tell_lease(session: Session) -> None:
    lease = session.lease()
    if lease.state is State.ENDING:
        days = lease.left.days
        left = f"{days} days" if days > 1 else "a day" if days else "some hours"
        say(f"This terminal has been offline for long: it locks in {left}. `sellmode sync` prevents that.")

"""Small files and folders that nobody else on the machine can read or replace.

Folders are 0700, files 0600, all owned by the user; anything else is refused rather than repaired, because what others
could read or write before the repair is not known.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from sellmode_tui.errors import NotStored, UnsafeFile
from sellmode_tui.language import tr

MAX_SMALL_FILE = 64 * 1024
"""No small file of ours is larger, in bytes."""


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
        raise UnsafeFile(path, tr("is not a folder. Put a real folder in its place."))
    _check_owner(path, status, "chmod 700")
    return path


def read_private(path: Path) -> bytes:
    """A small file's content. Raises UnsafeFile unless it is a plain file of this user alone; FileNotFoundError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnsafeFile(path, tr("cannot be opened: {strerror}.", strerror=error.strerror)) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnsafeFile(path, tr("is not a plain file. Remove it."))
        _check_owner(path, status, "chmod 600")
        content = os.read(descriptor, MAX_SMALL_FILE + 1)
    finally:
        os.close(descriptor)
    if len(content) > MAX_SMALL_FILE:
        raise UnsafeFile(path, tr("is far larger than any file of ours. Remove it."))
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
        sync_folder(path.parent)
    except OSError as error:
        raise NotStored(path, error) from error


def file_identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one that takes its name."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


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
        raise UnsafeFile(path, tr("belongs to another user of this machine. Ask whoever runs it."))
    if status.st_mode & 0o077:
        raise UnsafeFile(
            path,
            tr("is open to other users of this machine. Close it with: {remedy} '{path}'", remedy=remedy, path=path),
        )


def sync_folder(path: Path) -> None:
    """Make what was created, renamed or deleted in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

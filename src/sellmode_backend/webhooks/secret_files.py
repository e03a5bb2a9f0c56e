"""The secrets by which events are known: a folder with a file for each sender, which nobody else may read."""

from __future__ import annotations

import base64
import os
import secrets
import stat
from pathlib import Path
from typing import Final, Literal, get_args

from sellmode_backend.webhooks.signatures import STANDARD_BEGINS

Sender = Literal["shopify", "plain"]
SENDERS: Final[tuple[Sender, ...]] = get_args(Sender)
"""Who sends: as the sources of imports are called."""
_LONGEST: Final = 10_000


class SecretsError(Exception):
    """A file of secrets cannot be used; says why and what to do."""


def of(folder: Path, sender: Sender) -> list[str]:
    """The secrets of a sender, the newest first; none if it has no file. Raises SecretsError."""
    path = folder / sender
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise SecretsError(f"The file {path} is open to others (mode {mode:04o}): chmod 600 it.")
            lines = file.read(_LONGEST).decode().split("\n")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SecretsError(f"The file {path} cannot be read: {reason}.") from None
    return [line.strip() for line in lines if line.strip()]


def make(sender: Sender) -> str:
    """A new secret, as its sender wants it written."""
    made = secrets.token_bytes(32)
    return made.hex() if sender == "shopify" else STANDARD_BEGINS + base64.b64encode(made).decode()


def write(folder: Path, sender: Sender, given: list[str]) -> None:
    """Put these secrets in the place of those that are there, at once. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = folder / f".{sender}.new"
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
        file.write("".join(f"{secret}\n" for secret in given))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / sender)

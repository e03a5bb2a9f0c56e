"""What remains of an error nobody expected: an id for the person, and a report that holds nothing about customers.

A traceback may hold anything: names in messages, keys in local variables, documents in source lines of the caller. So a
report says only which errors came of which, and where: files, lines and functions of the code. It is a file of this
user alone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import platform
import secrets
import sys
import traceback
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from sellmode_tui.account.errors import AccountError
from sellmode_tui.account.folders import data_folder, private_folder, write_private

KEPT = 20
"""So many reports are kept; older ones are deleted."""
_MOST_FRAMES = 200


class Crash(NamedTuple):
    """An error that was written down."""

    id: str
    """For the person to tell."""
    report: Path | None
    """None if it could not be written."""

    def __str__(self) -> str:
        """What the person is told."""
        where = f"What happened is in {self.report} (nothing about customers is)." if self.report else ""
        return f"Sellmode made a mistake and had to stop (error {self.id}). {where}".rstrip()


def write_report(error: BaseException) -> Crash:
    """Write a report about an error. Never raises."""
    id = secrets.token_hex(4)
    try:
        folder = private_folder(data_folder() / "crashes")
        path = folder / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}-{id}.txt"
        write_private(path, "".join(f"{line}\n" for line in (*_versions(id), *_told(error))).encode())
        # Names tell the second only: of those of one, this one stays.
        for old in sorted(other for other in folder.glob("*.txt") if other != path)[: 1 - KEPT]:
            old.unlink(missing_ok=True)
    except (OSError, AccountError):
        return Crash(id, None)
    return Crash(id, path)


def _versions(id: str) -> Iterator[str]:
    yield f"error {id}"
    yield f"Python {platform.python_version()} on {platform.platform()}"
    for package in ("sellmode", "textual", "sqlcipher3", "msgspec"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            yield f"{package} {metadata.version(package)}"


def _told(error: BaseException) -> Iterator[str]:
    """The error and those that it came of, without their texts; of each the way to its place, outermost call first."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield ""
        yield f"{type(link).__module__}.{type(link).__qualname__}"
        for part in link.exceptions if isinstance(link, BaseExceptionGroup) else ():
            yield f"  of several: {type(part).__module__}.{type(part).__qualname__}"
        for frame, line in list(traceback.walk_tb(link.__traceback__))[-_MOST_FRAMES:]:
            yield f"  {_where(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _where(file: str) -> str:
    """A source file's name from where modules are found: a full path may name the user."""
    path = Path(file)
    for root in map(Path, filter(None, sys.path)):
        if path.is_relative_to(root):
            return str(path.relative_to(root))
    return path.name

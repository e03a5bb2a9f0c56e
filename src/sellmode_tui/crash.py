"""What remains of an error nobody expected: an id for the person, and a report that holds nothing about customers.

A traceback may hold anything: names in messages, keys in local variables, documents in source lines of the caller. So a
report says only which errors came of which, and where: files, lines and functions of the code. It is a file of this
user alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import platform
import secrets
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from sellmode_tui.account.folders import data_folder
from sellmode_tui.errors import AccountError
from sellmode_tui.language import tr
from sellmode_tui.private_files import private_folder, write_private

KEPT = 20
"""So many reports are kept; older ones are deleted."""
_MAX_FRAMES = 200


class Crash(NamedTuple):
    """An error that was written down."""

    id: str
    """For the person to tell."""
    report: Path | None
    """None if it could not be written."""

    def __str__(self) -> str:
        """What the person is told."""
        said = tr("Sellmode made a mistake and had to stop (error {id}). {where}", id=self.id, where=self.where)
        return said.rstrip()

    @property
    def where(self) -> str:
        """Where to read what happened."""
        if self.report is None:
            return ""
        return tr("What happened is in {path} (nothing about customers is).", path=self.report)


def write_report(error: BaseException) -> Crash:
    """Write a report about an error. Never raises."""
    return _write(_told(error))


def write_stall(loop: asyncio.AbstractEventLoop | None) -> Crash:
    """Write a report about where each thread of this process, and each task of a loop, is. Never raises."""
    return _write(_whereabouts(loop))


def _write(lines: Iterable[str]) -> Crash:
    id = secrets.token_hex(4)
    try:
        folder = private_folder(data_folder() / "crashes")
        path = folder / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}-{id}.txt"
        write_private(path, "".join(f"{line}\n" for line in (*_versions(id), *lines)).encode())
        # Names tell the second only: of those of one, this one stays.
        for old in sorted(other for other in folder.glob("*.txt") if other != path)[: 1 - KEPT]:
            old.unlink(missing_ok=True)
    except (OSError, AccountError, RuntimeError):  # tasks may come and go while they are counted
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
        for frame, line in list(traceback.walk_tb(link.__traceback__))[-_MAX_FRAMES:]:
            yield _place(frame, line)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _whereabouts(loop: asyncio.AbstractEventLoop | None) -> Iterator[str]:
    """Each thread's way to its place, outermost call first, then that of each task that waits."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():  # noqa: SLF001  # documented; there is no other way to them
        yield ""
        yield f"thread {names.get(ident, '')}"
        yield from reversed([_place(each, line) for each, line in traceback.walk_stack(frame)][:_MAX_FRAMES])
    for task in asyncio.all_tasks(loop) if loop else ():
        yield ""
        yield "task"
        awaited: Any = task.get_coro()
        while (waits := getattr(awaited, "cr_frame", None)) is not None:
            yield _place(waits, waits.f_lineno)
            awaited = awaited.cr_await


def _place(frame: FrameType, line: int) -> str:
    return f"  {_where(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"


def _where(file: str) -> str:
    """A source file's name from where modules are found: a full path may name the user."""
    path = Path(file)
    for root in map(Path, filter(None, sys.path)):
        if path.is_relative_to(root):
            return str(path.relative_to(root))
    return path.name

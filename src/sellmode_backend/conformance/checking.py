"""What a check is: a promise of docs/sync.md, and how a backend is asked whether it keeps it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple, TypeVar

import msgspec

from sellmode_backend.conformance.expecting import Broken
from sellmode_backend.conformance.kit import Kit

DOCUMENT = "docs/sync.md"
_Run = Callable[[Kit], None]
_F = TypeVar("_F", bound=_Run)


class Check(NamedTuple):
    """One promise."""

    name: str
    """``writing/resent``: its module and its function."""
    section: str
    """Of the document, as its links name it."""
    promise: str
    run: _Run
    modes: tuple[str, ...] = ()
    """The modes of a world in which it can be asked; empty for any."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a check."""

    name: str
    section: str
    """With the document: ``docs/sync.md#writing``."""
    promise: str
    result: Literal["pass", "fail", "skip"]
    found: str = ""
    """What was there instead; of what was skipped, why."""
    seconds: float = 0.0


CHECKS: dict[str, Check] = {}
"""All, in the order in which they run; a module's come when it is imported (``run``)."""


def check(section: str, promise: str, *, modes: tuple[str, ...] = ()) -> Callable[[_F], _F]:
    """Declare a check, under the name of its function."""

    def declare(run: _F) -> _F:
        name = f"{run.__module__.rpartition('.')[2]}/{run.__name__}".replace("_", "-")
        CHECKS[name] = Check(name, section, promise, run, modes)
        return run

    return declare


def outcomes(kit: Kit, checks: Iterable[Check]) -> Iterator[Outcome]:
    """Run checks, one after the other."""
    for each in checks:
        begun = time.monotonic()
        result, found = _result(kit, each)
        yield Outcome(
            name=each.name,
            section=f"{DOCUMENT}#{each.section}",
            promise=each.promise,
            result=result,
            found=found,
            seconds=round(time.monotonic() - begun, 3),
        )


def _result(kit: Kit, each: Check) -> tuple[Literal["pass", "fail", "skip"], str]:
    mode = kit.world.retailer.mode
    if each.modes and mode not in each.modes:
        return "skip", f"it is asked in {' and '.join(each.modes)} mode, and the world is in {mode} mode"
    try:
        each.run(kit)
    except Broken as broken:
        return "fail", str(broken)
    except (OSError, http.client.HTTPException) as error:
        return "fail", f"no answer: {str(error) or type(error).__name__}"
    except msgspec.MsgspecError as error:
        return "fail", f"an answer cannot be read: {error}"
    return "pass", ""

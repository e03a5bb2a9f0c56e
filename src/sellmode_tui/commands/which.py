"""Which customer, task or colleague is meant on a command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sellmode_contract.kinds.staff import Staff
from sellmode_contract.text import visible
from sellmode_contract.wire import user_key
from sellmode_tui.commands.outcome import Exit, Failure
from sellmode_tui.visibility import Door, TaskKey

_CLASHES_SHOWN: Final = 10
_LEAST_ID: Final = 8


def resolve(door: Door, text: str) -> str:
    """The id of the visible customer whom a text names. Raises Failure for none (or one not visible) and several."""
    typed = text.strip()
    found = door.named(typed, _CLASHES_SHOWN + 1) if typed else []
    if typed in found:  # a whole id names one
        return typed
    if not found:
        raise not_found(text)
    if len(found) > 1:
        raise _several("customers", text, found)
    return found[0]


def not_found(text: str) -> Failure:
    """The same answer for an unknown customer and one who is not visible."""
    return Failure(f"No customer {visible(text)} is known to you.", Exit.NOTHING)


def task(door: Door, text: str) -> TaskKey:
    """The visible task whose id a text is, or has at least eight characters of. Raises Failure, as ``resolve``."""
    typed = text.strip().casefold()
    found = door.tasks_named(typed, _CLASHES_SHOWN + 1)
    exact = [key for key in found if key.id == typed]
    if not found:
        raise Failure(f"No task {visible(text)} is known to you.", Exit.NOTHING)
    if len(found) > 1 and not exact:
        raise _several("tasks", text, [key.id for key in found])
    return (exact or found)[0]


def record(ids: Iterable[str], text: str, what: str) -> str:
    """The one of some ids that a text is, or has at least eight characters of. Raises Failure, as ``resolve``."""
    typed = text.strip().casefold()
    known = list(ids)
    found = [id for id in known if id == typed] or [
        id for id in known if len(typed) >= _LEAST_ID and id.startswith(typed)
    ]
    if not found:
        raise Failure(f"No {what} {visible(text)} is known to you.", Exit.NOTHING)
    if len(found) > 1:
        raise _several(f"{what}s", text, found)
    return found[0]


def colleague(people: Iterable[Staff], text: str) -> Staff:
    """The one of some people whom a user name, a name or an id names. Raises Failure."""
    some, typed = list(people), text.strip()
    for same in (
        [staff for staff in some if typed in (staff.id, staff.user_name)],
        [staff for staff in some if user_key(typed) == user_key(staff.user_name)],
        [staff for staff in some if typed.casefold() == staff.name.casefold()],
    ):
        if len(same) == 1:
            return same[0]
        if same:
            raise Failure(f"Several people are called {visible(text)}: give a user name.", Exit.USAGE)
    names = ", ".join(visible(staff.user_name) for staff in some[:_CLASHES_SHOWN]) or "nobody"
    more = " and others" if len(some) > _CLASHES_SHOWN else ""
    raise Failure(f"This cannot be given to {visible(text)}. It can be given to {names}{more}.", Exit.NOTHING)


def _several(what: str, text: str, ids: Sequence[str]) -> Failure:
    more = "\n  and more" if len(ids) > _CLASHES_SHOWN else ""
    listed = "\n".join(f"  {id}" for id in ids[:_CLASHES_SHOWN])
    return Failure(f"Several {what} are meant by {visible(text)}; give one of these ids:\n{listed}{more}", Exit.USAGE)

"""Which customer is meant on a command line."""

from __future__ import annotations

from typing import Final

from sellmode_contract.text import visible
from sellmode_tui.commands.outcome import Exit, Failure
from sellmode_tui.visibility import Door

_CLASHES_SHOWN: Final = 10


def resolve(door: Door, text: str) -> str:
    """The id of the visible customer whom a text names. Raises Failure for none (or one not visible) and several."""
    typed = text.strip()
    found = door.named(typed, _CLASHES_SHOWN + 1) if typed else []
    if typed in found:  # a whole id names one
        return typed
    if not found:
        raise not_found(text)
    if len(found) > 1:
        more = "\n  and more" if len(found) > _CLASHES_SHOWN else ""
        ids = "\n".join(f"  {id}" for id in found[:_CLASHES_SHOWN])
        raise Failure(
            f"Several customers are meant by {visible(text)}; give one of these ids:\n{ids}{more}", Exit.USAGE
        )
    return found[0]


def not_found(text: str) -> Failure:
    """The same answer for an unknown customer and one who is not visible."""
    return Failure(f"No customer {visible(text)} is known to you.", Exit.NOTHING)

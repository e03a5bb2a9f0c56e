"""Why a mutation is not done, and what gave way where one was."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from sellmode_contract.translatable import marked

RejectionCode: TypeAlias = Literal[
    "invalid",
    "unsupported",
    "not_found",
    "not_allowed",
    "conflict",
    "already_claimed",
    "already_done",
    "expired",
    "dependency",
    "moved",
    "too_large",
    "poison",
]
"""``not_found`` stands for not existing and not visible alike; ``moved`` for a customer who has left the author's view:
the edit was handed over. ``dependency``: what it builds on was refused. ``poison``: the backend failed at it thrice.
"""

TITLES: dict[RejectionCode, str] = {
    "invalid": marked("This cannot be stored as it is."),
    "unsupported": marked("The server does not support this kind of change."),
    "not_found": marked("It does not exist, or you cannot see it."),
    "not_allowed": marked("Your role does not allow this."),
    "conflict": marked("Someone changed it in the meantime."),
    "already_claimed": marked("Someone else has taken it."),
    "already_done": marked("Someone else finished it first."),
    "expired": marked("It came too late."),
    "dependency": marked("What this builds on was refused."),
    "moved": marked("The customer is no longer yours; your change was sent to the owner."),
    "too_large": marked("It is too large to send."),
    "poison": marked("The server failed to apply this three times and set it aside for the administrator."),
}
"""Each code in words; a refusal's own text says more."""


class Rejected(Exception):
    """A mutation is not done. The text names the rule, and what of the record it is about; it repeats no value."""

    def __init__(self, code: RejectionCode, detail: str, *, field: str = "", winner: str | None = None) -> None:
        """``field`` is the one at fault, if it is one; ``winner`` the staff id of who was first."""
        super().__init__(detail)
        self.code: RejectionCode = code
        self.detail = detail
        self.field = field
        self.winner = winner


def named(heading: str, why: str, path: str = "") -> str:
    """What is wrong with a field, with its heading in front, instead of its `path` if the sentence begins with that."""
    if path and why.startswith(f"{path} "):
        return f"{heading or path}{why[len(path) :]}"
    if not heading or why.casefold().startswith(heading.casefold()):
        return why
    return f"{heading}: {why}"


class Conflict(msgspec.Struct, frozen=True):
    """A field that somebody else had changed: the last to arrive won."""

    yours: Any
    theirs: Any

"""What some kinds of record ask for besides when a terminal writes them, by kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy.engine import Connection

from sellmode_backend.rules.stored_rules import TooManyRules, check_room
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.mutations import (
    Claim,
    Create,
    Discard,
    Dismiss,
    Edit,
    MarkSeen,
    Merge,
    Operation,
    Rejected,
    Release,
    Remove,
    Renew,
    Revoke,
    SetConsent,
    Share,
    Transfer,
    Withdraw,
)


def _room_for_rules(connection: Connection, rules: Iterable[TaskRule], changed: Collection[str]) -> None:
    try:
        check_room(connection, rules, removed=changed)
    except TooManyRules as error:
        raise Rejected("not_allowed", str(error)) from None


ROOM: Final[Mapping[str, Callable[[Connection, Iterable[Any], Collection[str]], None]]] = {"task_rule": _room_for_rules}
"""Whether there is room for records of a kind, given with the ids of all that a batch changes. Raises Rejected."""

_FREE = {"note", "contact", "date"}
"""Kinds that no setting of the retailer's has a say in."""


def goes_by_settings(operation: Operation) -> bool:
    """Whether the retailer's settings decide what may be written; those of a large one take long to read."""
    match operation:
        case (
            MarkSeen()
            | Transfer()
            | SetConsent()
            | Withdraw()
            | Discard()
            | Dismiss()
            | Merge()
            | Share()
            | Renew()
            | Revoke()
        ):
            return False
        case Claim() | Release():
            return operation.kind != "request"
        case Create() | Edit() | Remove():
            return operation.kind not in _FREE
        case _:
            return True

"""What kinds do besides what they declare, when a record of theirs is made, edited or removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sellmode_contract.mutations.operations import Create, Edit, Remove
from sellmode_contract.mutations.reading import check_new
from sellmode_contract.mutations.world import Outcome, World


class Hooks(NamedTuple):
    """Functions of a kind; all may raise Rejected. Unless a kind has its own, all but ``check_new`` do nothing."""

    may_create: Callable[[Create, World], None] = lambda operation, world: None
    """Whether somebody may make one."""
    check_new: Callable[[Create, World], None] = check_new
    """Whether there is no such record yet. It is asked first, but where ids can be worked out (``Kind.id_of``) last: so
    that nobody learns what there is who may not."""
    may_change: Callable[[Any, Edit | Remove, World], None] = lambda record, operation, world: None
    """Whether somebody may edit or remove a record."""
    settle: Callable[[Any, Any, Create | Edit, World], Any] = lambda before, after, operation, world: after
    """The record as it will stand, from what it was (None: a new one) and what was written: rules between fields, and
    fields that follow from others."""
    brings: Callable[[Any, Any, World], Outcome] = lambda before, after, world: Outcome()
    """What comes with it besides cards, from the record before (None: it was made) and after (None: it was removed)."""

"""The three-way merge of an edit's fields: what its author saw, what there is, what they want."""

from __future__ import annotations

from typing import Any

from sellmode_contract.mutations.operations import Edit
from sellmode_contract.mutations.reading import check_known
from sellmode_contract.mutations.refusals import Rejected
from sellmode_contract.mutations.world import Conflict


def merged(operation: Edit, held: dict[str, Any], editable: set[str]) -> tuple[dict[str, Any], dict[str, Conflict]]:
    """A document with an edit's fields, and those that somebody else had changed. Raises Rejected, as a guard does."""
    check_known(operation.set, editable)
    if operation.add or operation.remove:
        raise Rejected("invalid", "It has no sets.")
    fields, conflicts = dict(held), dict[str, Conflict]()
    for name, value in sorted(operation.set.items()):
        current = held[name]
        if value == current:
            continue
        if (current or None) != (operation.was.get(name) or None):
            if operation.guard:
                raise Rejected("conflict", "Somebody has changed this field since.", field=name)
            conflicts[name] = Conflict(yours=value, theirs=current)
        fields[name] = value
    return fields, conflicts

"""Records of every kind, made from what its declaration says."""

from __future__ import annotations

from typing import Any

from sellmode_contract.kinds.fields import Elements, Field, Flag, Moment, Number, OneOf, Ref, Rows, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


def document(kind: Kind[Any], customer: str, store: str) -> dict[str, Any]:
    """What a new one needs, and no more."""
    needed = [field for field in kind.fields if field.required or field.name in kind.needed]
    doc = {field.name: field.sample for field in needed if field.name not in kind.stamps}
    if kind.of_customer:
        doc["customer"] = customer
    if kind.name == "task_rule":
        doc |= {"slug": "thanks", "store": store, "trigger": "purchase"}
    if kind.name == "target":
        doc["kpi"] = "outreach"  # a store has it
    if kind.name == "lookbook":
        doc["form"] = "my_look"  # the other form is for a customer
    if kind.name == "wish":
        doc["note"] = "?"  # all else of one is as it was made
    return doc


def other_value(field: Field, record: Record, *, person: str, at: str) -> Any:  # noqa: PLR0911 -- one for each type
    """A value that may stand in a field and does not; a moment is ``at``, who is named ``person``."""
    match field:
        case Text(name="repeat"):
            return "FREQ=WEEKLY"
        case Text():
            return "another"
        case Flag():
            return not getattr(record, field.name)
        case OneOf(name="state"):
            return "archived"
        case OneOf():
            return next(choice for choice in field.choices if choice not in ("", getattr(record, field.name)))
        case Number():
            return field.least + 1
        case Ref():
            return person
        case Moment():
            return at
        case Elements():
            return ["another"]
        case Rows():
            return [{part.name: part.sample for part in field.fields if part.required}]
        case _:
            return "2026-12-24"

"""Creating, editing and removing a record of any kind, as its declaration says (``kinds``) and its hooks add to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from sellmode_contract.documents import as_document
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.fields import says_something
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.mutations import (
    contacts,
    dates,
    disputes,
    looks,
    picks,
    requests,
    rules,
    storefronts,
    targets,
    tasks,
)
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.operations import Create, Edit, Remove
from sellmode_contract.mutations.reading import check_known, check_storable, customer_of, invalid, read
from sellmode_contract.mutations.world import Outcome, World, changed
from sellmode_contract.records import EditedRecord, FieldEdit, Record, parent_of
from sellmode_contract.refusals import Conflict, Rejected
from sellmode_contract.translatable import Translatable

HOOKS: dict[str, Hooks] = {
    "contact": contacts.HOOKS,
    "date": dates.HOOKS,
    "manual_task": tasks.HOOKS,
    "rule_task": tasks.HOOKS,
    "corporate_task": tasks.HOOKS,
    "task_rule": rules.RULE_HOOKS,
    "corporate_brief": rules.BRIEF_HOOKS,
    "lookbook": looks.HOOKS,
    "corporate_look": looks.CORPORATE_HOOKS,
    "pick_list": picks.HOOKS,
    "storefront": storefronts.HOOKS,
    "dispute": disputes.HOOKS,
    "request": requests.REQUEST_HOOKS,
    "chat_line": requests.LINE_HOOKS,
    "message_template": requests.TEMPLATE_HOOKS,
    "target": targets.HOOKS,
}
"""By kind; most kinds have none."""


def create(operation: Create, world: World) -> Outcome:
    """A new record."""
    kind, hooks = _of(operation)
    hooks.may_create(operation, world)
    if kind.id_of is None:
        hooks.check_new(operation, world)
    check_known(operation.doc, kind.created | {"customer"} if kind.of_customer else kind.created)
    if kind.of_customer:
        customer_of(operation, world)
    made = _record(kind, {**_stamps(kind, world), **operation.doc, "id": operation.id}, kind.created)
    settled = hooks.settle(None, made, operation, world)
    if kind.id_of is not None:
        _check_id(kind, settled)
        hooks.check_new(operation, world)
    return _outcome(None, settled, hooks, world, {})


def edit(operation: Edit, world: World) -> Outcome:
    """Changes of a record's fields, merged with what others have changed since its author saw it."""
    kind, hooks = _of(operation)
    before = _changeable(operation, kind, hooks, world)
    if operation.add or operation.remove:
        raise Rejected("invalid", Translatable("A {kind} has no sets.", kind=Translatable.said(kind.noun or kind.name)))
    held = as_document(before)
    check_known(operation.set, kind.edited | _coming_back(kind, operation, held))
    fields, conflicts = merged(operation, before, kind.blank)
    written = {name for name in operation.set if fields[name] != held[name]}
    if not written:
        return Outcome()
    after = signed(hooks.settle(before, _record(kind, fields, written), operation, world), written, world)
    return _outcome(before, after, hooks, world, conflicts)


def remove(operation: Remove, world: World) -> Outcome:
    """The end of a record, if it is still as its author saw it."""
    kind, hooks = _of(operation)
    before = _changeable(operation, kind, hooks, world)
    held = as_document(before)
    for name, was in operation.was.items():
        if name in held and differ(held[name], was):
            raise Rejected("conflict", "Someone has changed it since.", field=name, winner=writer_of(before, name))
    return _outcome(before, None, hooks, world, {})


# ------------------------------------------------------------------ the three-way merge


def merged(operation: Edit, before: Record, blank: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Conflict]]:
    """A record's document with an edit's fields, and those that somebody else had changed since.

    Raises Rejected for a guard. None takes a value away: what is ``blank`` stands in its place.
    """
    held, conflicts = as_document(before), dict[str, Conflict]()
    fields = dict(held)
    for name, given in sorted(operation.set.items()):
        value, current = blank.get(name) if given is None else given, held[name]
        if value == current:
            continue
        if differ(current, operation.was.get(name)):
            if operation.guard:
                raise Rejected(
                    "conflict", "Someone has changed this field since.", field=name, winner=writer_of(before, name)
                )
            conflicts[name] = Conflict(yours=value, theirs=current)
        fields[name] = value
    return fields, conflicts


def differ(current: Any, was: Any) -> bool:
    """Whether what stands there is not what somebody saw; blank is blank, however it is written."""
    return (current or None) != (was or None)


_Edited = TypeVar("_Edited", bound=Record)


def signed(record: _Edited, paths: Iterable[str], world: World) -> _Edited:
    """A record with who has written some of its fields."""
    if not isinstance(record, EditedRecord):
        return record
    edit = FieldEdit(by=world.account.id, at=world.now)
    return msgspec.structs.replace(record, edited={**record.edited, **dict.fromkeys(sorted(paths), edit)})


def writer_of(record: Record, path: str) -> str | None:
    """Staff id of who has written what stands in a field; None if nobody has since it was made."""
    edit = record.last_edit(path) if isinstance(record, EditedRecord) else None
    return edit.by if edit else None


def overwritten(before: Record, customer: str, field: str, conflict: Conflict, world: World) -> HistoryEntry:
    """What a customer's history remembers of the value that lost: whose it was, and who replaced it."""
    theirs = conflict.theirs
    value = theirs if isinstance(theirs, str) else "" if theirs is None else msgspec.json.encode(theirs).decode()
    return HistoryEntry(
        id=source_id("history", "sellmode", f"{world.mid}/{field}"),
        customer=customer,
        at=world.now,
        event="overwritten",
        actor=world.account.id,
        subject=writer_of(before, field),
        field=field,
        value=value,
    )


# ------------------------------------------------------------------ steps


def _of(operation: Create | Edit | Remove) -> tuple[Kind[Any], Hooks]:
    return KINDS[operation.kind], HOOKS.get(operation.kind, Hooks())


def _check_id(kind: Kind[Any], made: Record) -> None:
    """Whether a new record has the id of what it is about. Raises Rejected."""
    if kind.id_of is not None and made.id != kind.id_of(as_document(made)):
        why = Translatable("The id of a {kind} is made of what it is about.", kind=Translatable.said(kind.called))
        raise Rejected("invalid", why, field="id")


def _changeable(operation: Edit | Remove, kind: Kind[Any], hooks: Hooks, world: World) -> Record:
    """The record that an operation changes. Raises Rejected."""
    record: Record = read(world, kind.name, operation.id, kind.record)
    if kind.author and getattr(record, kind.author) != world.account.id:
        raise Rejected(
            "not_allowed",
            Translatable("Only its author can change a {kind}.", kind=Translatable.said(kind.noun or kind.name)),
        )
    hooks.may_change(record, operation, world)
    return record


def _coming_back(kind: Kind[Any], operation: Edit, held: Mapping[str, Any]) -> set[str]:
    """The fields that an edit may set because it takes back what has changed them."""
    changed = {name for name, value in operation.set.items() if operation.guard and value != held.get(name)}
    return {name for name, leader in kind.follows.items() if leader in changed}


def _stamps(kind: Kind[Any], world: World) -> dict[str, Any]:
    account = world.account
    stamps = {"author": account.id, "store": next(iter(account.stores), ""), "now": world.now}
    return {name: stamps[stamp] for name, stamp in kind.stamps.items()}


def _record(kind: Kind[Any], document: Mapping[str, Any], written: Collection[str]) -> Record:
    """A document as a record. Raises Rejected for what cannot stand in one of the fields that were written."""
    fields = [field for field in kind.fields if field.name in written]
    for field in fields:
        check_storable(document.get(field.name), field.name)
        if field.required and not says_something(document.get(field.name)):
            raise Rejected("invalid", field.required, field=field.name)
        if field.name in kind.needed and field.name not in document:
            raise Rejected(
                "invalid", Translatable("{title} is missing.", title=Translatable.said(field.title)), field=field.name
            )
    try:
        record: Record = msgspec.convert(document, kind.record)
    except msgspec.ValidationError as error:
        refusal = invalid(error)
        if wrong := kind.by_name.get(refusal.field):
            detail = Translatable(
                "{title} has to be {wants}.", title=Translatable.said(wrong.title), wants=Translatable.said(wrong.wants)
            )
            raise Rejected("invalid", detail, field=wrong.name) from None
        raise refusal from None
    for field in fields:
        if problem := field.problem(getattr(record, field.name)):
            raise Rejected("invalid", problem, field=field.name)
    return record


def _outcome(
    before: Record | None, after: Record | None, hooks: Hooks, world: World, conflicts: Mapping[str, Conflict]
) -> Outcome:
    """A change with all that comes with it: cards, what the kind's hook brings, and what is remembered."""
    there = after or before
    assert there is not None  # noqa: S101 -- for the type checker: something was made, changed or removed
    whole, brought = changed(before, after), hooks.brings(before, after, world)
    puts = [*whole.puts, *brought.puts]
    if KINDS[kind_of(there)].remembered and (customer := parent_of(there)) is not None:
        puts += [overwritten(before or there, customer, name, conflict, world) for name, conflict in conflicts.items()]
    return Outcome(tuple(puts), (*whole.removes, *brought.removes), conflicts)

"""Seeing to what needs attention: sending again, handing over, discarding; accepting, merging."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.mutations import (
    Accept,
    Assign,
    Create,
    Discard,
    Dismiss,
    Edit,
    Merge,
    Operation,
    Park,
    Rejected,
    Remove,
    SetConsent,
)
from sellmode_contract.mutations.operations import TaskKind, can_be_handed_over, plain
from sellmode_tui.cache.tables import TASK_KINDS
from sellmode_tui.journal.entries import Leaving, TrayItem
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.journal.tray import NotInTray
from sellmode_tui.language import marked
from sellmode_tui.records import of_kinds
from sellmode_tui.records import operations as editing
from sellmode_tui.records.changes.attention import Group, differences, groups, operation_of
from sellmode_tui.records.changes.sending import words_of
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.tasks import changes as task_changes
from sellmode_tui.records.tasks.lines import TaskKey
from sellmode_tui.records.values import values_of, with_values
from sellmode_tui.records.wording import customer_of
from sellmode_tui.records.writing import NotVisible, Writer, Written


def _group(outbox: Outbox, mid: str) -> Group:
    found = next((group for group in groups(outbox.tray.items()) if group.item.mid == mid), None)
    if found is None:
        raise NotInTray
    return found


def resend(writer: Writer, mid: str, values: Mapping[str, Any]) -> Written:
    """Write what was refused again, with other values or the same, judged by what stands there now.

    What was refused because it builds on it follows; should that be refused here, it stays. Raises NotInTray, Rejected.
    """
    group = _group(writer.outbox, mid)
    written = _resent(writer, group.item, values)
    for dependant in group.dependants:
        try:
            written = replace(written, shown=_resent(writer, dependant, {}).shown and written.shown)
        except (Rejected, NotInTray):
            continue
    return written


def _resent(writer: Writer, item: TrayItem, values: Mapping[str, Any]) -> Written:
    operation = with_values(item.operation, values)
    written = writer.write(lambda seen: _anew(operation, seen), leaves=Leaving(item.mid, "resent"))
    if written.nothing:  # it is like that already
        writer.leave_tray(item.mid, "resent")
    return written


def _anew(operation: Operation, seen: Seen) -> Operation:
    """The same change by somebody who sees what stands there now."""
    match operation:
        case Edit():
            return _edit_anew(operation, seen)
        case Create():
            return _made_anew(operation, seen)
        case Remove() if operation.was:
            return of_kinds.remove(seen, operation.kind, operation.id)
        case Assign():
            return editing.assign_customer(seen, operation.id, operation.to)
        case SetConsent():
            return editing.set_consent(seen, operation.customer, operation.channel, operation.state, operation.evidence)
        case _:
            return operation


def _made_anew(operation: Create, seen: Seen) -> Operation:
    if operation.kind == "customer":
        return editing.create_customer(seen, operation.id, operation.doc)
    if KINDS[operation.kind].id_of:  # another id, if it is about something else now
        return of_kinds.new(seen, operation.kind, operation.id, operation.doc)
    return operation


def _edit_anew(operation: Edit, seen: Seen) -> Operation:
    if operation.kind == "customer":
        return editing.edit_customer(seen, operation.id, operation.set, operation.add, operation.remove, {})
    if operation.kind == "task_rule":
        return task_changes.edit_rule(seen, operation.id, operation.set, {})
    if operation.kind in TASK_KINDS:
        return task_changes.edit(seen, TaskKey(cast("TaskKind", operation.kind), operation.id), operation.set, {})
    return of_kinds.edit(of_kinds.visible(seen, operation.kind, operation.id), operation.set)


def hand_over(writer: Writer, mid: str) -> Written:
    """Give what was refused to whoever looks after the customer. Raises NotInTray, Rejected."""
    item = _group(writer.outbox, mid).item
    operation = item.operation
    customer = customer_of(operation, item.before)
    if customer is None or not can_be_handed_over(operation):
        raise Rejected("invalid", "This kind of change cannot be sent to the owner.")
    park = Park(id=writer.new_id(), customer=customer, operation=dict(plain(operation)))
    return writer.write(lambda _: park, leaves=Leaving(item.mid, "handed_over"))


def discard(writer: Writer, mid: str) -> None:
    """Give up what was refused, and what builds on it; the journal keeps it. Raises NotInTray."""
    group = _group(writer.outbox, mid)
    for item in (group.item, *group.dependants):
        writer.leave_tray(item.mid, "discarded")
    writer.changed()


def copied(seen: Seen, outbox: Outbox, mid: str) -> str:
    """What was refused, as text to be used elsewhere: words, then a line for each value, as it came."""
    group = _group(outbox, mid)
    lines = []
    for item in (group.item, *group.dependants):
        lines.append(words_of(item, seen))
        operation = operation_of(item)
        values = values_of(operation, seen) if operation else ()
        lines += [f"{value.label}: {value.mine_text}" for value in values]
    return "\n".join(lines)


def accept(seen: Seen, id: str) -> Accept:
    """Making a change that was handed over one's own. Raises NotVisible."""
    if seen.get("parked_edit", id) is None:
        raise NotVisible(marked("change"))
    return Accept(id=id)


def discard_parked(seen: Seen, id: str) -> Discard:
    """Dropping a change that was handed over. Raises NotVisible."""
    if seen.get("parked_edit", id) is None:
        raise NotVisible(marked("change"))
    return Discard(id=id)


def merge(seen: Seen, id: str, keep: str, take: tuple[str, ...]) -> Merge:
    """Making one customer of a pair, with some fields of the other one's. Raises NotVisible, Rejected."""
    pair = _pair(seen, id)
    if keep not in pair.customers:
        raise Rejected("invalid", "Keep one of the two customers.", field="keep")
    if unknown := set(take) - (differences(pair, seen) or {}).keys():
        raise Rejected("invalid", "You cannot see a difference between the two in this field.", field=min(unknown))
    return Merge(id=id, keep=keep, take=take)


def dismiss(seen: Seen, id: str) -> Dismiss:
    """Judging a pair to be two people. Raises NotVisible."""
    return Dismiss(id=_pair(seen, id).id)


def _pair(seen: Seen, id: str) -> DuplicatePair:
    pair = seen.get("duplicate_pair", id)
    if not isinstance(pair, DuplicatePair) or pair.dismissed:
        raise NotVisible(marked("pair"))
    return pair

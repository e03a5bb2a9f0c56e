"""What needs somebody's attention: what was refused or handed over, who may be there twice, disputes to answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from sellmode_contract.documents import as_document
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.dispute import Dispute
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.sale import sale_id
from sellmode_contract.kinds.task import Task
from sellmode_contract.mutations import (
    MERGED_FIELDS,
    Create,
    Operation,
    Rejected,
    RejectionCode,
    decode,
    target,
)
from sellmode_contract.mutations.customers import current_value
from sellmode_contract.mutations.operations import can_be_handed_over
from sellmode_contract.records import Record
from sellmode_contract.refusals import TITLES
from sellmode_contract.wire import Result
from sellmode_tui.dates.moments import moment_words
from sellmode_tui.journal.entries import TrayItem
from sellmode_tui.journal.losses import Loss
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.language import tr, trd
from sellmode_tui.records.changes.sending import words_of
from sellmode_tui.records.sales.lists import is_to_answer
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.values import Value, values_of
from sellmode_tui.records.wording import UNREADABLE, customer_of, describe, label_of

Source: TypeAlias = Literal["lost", "refused", "handed_over", "duplicate", "dispute"]


@dataclass(frozen=True)
class Lost:
    """What damage to this terminal's files has taken. It stays until somebody has seen it."""

    id: int
    since: dt.datetime
    """When that was found, UTC."""
    words: str
    """What is gone, with its count."""
    kept_as: str
    """The name of the damaged file; empty if the file itself was gone."""
    source: Source = "lost"

    @property
    def key(self) -> str:
        """What methods call it by."""
        return f"lost{self.id:04}"


@dataclass(frozen=True)
class Refused:
    """A change of one's own that the backend did not do. It stays until somebody resolves it."""

    mid: str
    words: str
    code: RejectionCode
    title: str
    """The code in words."""
    reason: str
    """What the backend said of it, with who was faster; may be empty."""
    field: str
    """The field at fault, as in ``values``; empty if it is none."""
    since: dt.datetime
    """When it was made, UTC."""
    refused_at: dt.datetime
    customer: str | None
    """Id of the customer whom it is about, if visible."""
    op: str
    """The operation: ``create``, ``edit``, ``remove``, ``consent`` …; empty for what this version cannot read."""
    kind: str
    """The record's: ``customer``, ``note``, ``contact``, ``date``, ``consent`` …"""
    values: tuple[Value, ...]
    """Of a consent: ``state`` and ``evidence``. Of a new record: its fields."""
    dependants: tuple[str, ...] = ()
    """Words of the changes that built on it, were refused with it, and are resent or discarded with it."""
    can_resend: bool = True
    can_hand_over: bool = False
    handed_over: bool = False
    """The backend has handed it over already (the customer moved): it is here to be read, copied and discarded."""
    source: Source = "refused"

    @property
    def key(self) -> str:
        """What methods call it by: its ``mid``."""
        return self.mid


@dataclass(frozen=True)
class HandedOver:
    """A change that somebody handed over to whoever looks after the customer, who accepts or discards it."""

    id: str
    words: str
    author: str
    """A colleague's name."""
    since: dt.datetime
    """When it was made, UTC."""
    customer: str
    op: str
    kind: str
    values: tuple[Value, ...]
    """``mine`` is its author's."""
    source: Source = "handed_over"

    @property
    def key(self) -> str:
        """What methods call it by: the parked edit's id."""
        return self.id


@dataclass(frozen=True)
class Difference:
    """A field in which two customers differ."""

    field: str
    label: str
    values: tuple[Any, Any]
    """In the order of the pair, as JSON has them."""


@dataclass(frozen=True)
class Duplicate:
    """Two customers who may be one, for a manager to judge."""

    id: str
    """The pair's."""
    customers: tuple[str, str]
    """Their ids; neither need be visible."""
    names: tuple[str, str]
    owners: tuple[str, str]
    """Names; empty where nobody owns the customer."""
    matched: tuple[str, ...]
    """What both have: ``email``, ``phone``."""
    differences: tuple[Difference, ...]
    """Where each has a value of their own, if both are seen."""
    are_seen: bool = True
    """Whether both customers are visible; an associate's is not to a manager in Associate Mode."""
    source: Source = "duplicate"

    @property
    def key(self) -> str:
        """What methods call it by: the pair's id."""
        return self.id


@dataclass(frozen=True)
class Disputed:
    """A dispute about a sale's credit, for the store's manager to answer."""

    id: str
    """The dispute's."""
    sale: str
    """Id of the sale."""
    words: str
    author: str
    """A colleague's name."""
    since: dt.datetime | None
    reason: str
    source: Source = "dispute"

    @property
    def key(self) -> str:
        """What methods call it by: the dispute's id."""
        return self.id


Attention: TypeAlias = Lost | Refused | HandedOver | Duplicate | Disputed


# ------------------------------------------------------------------ what there is


def attention(seen: Seen, outbox: Outbox) -> list[Attention]:
    """All that needs attention: what is lost or refused, oldest first; what was handed over; duplicates; disputes."""
    return [
        *map(_lost, outbox.tray.losses()),
        *(_refused(group, seen) for group in groups(outbox.tray.items())),
        *(_handed_over(parked, seen) for parked in sorted(seen.each("parked_edit"), key=lambda each: each.at)),
        *(_duplicate(pair, seen) for pair in seen.each("duplicate_pair") if not pair.dismissed),
        *(_disputed(each, seen) for each in _to_answer(seen)),
    ]


def needing_attention(seen: Seen, outbox: Outbox) -> int:
    """How many there are."""
    pairs = sum(not pair.dismissed for pair in seen.each("duplicate_pair"))
    # Thousands are not read and decoded to be counted, unless some of them stand for others.
    refused = len(groups(outbox.tray.items())) if outbox.tray.has_dependants() else outbox.tray.open_count()
    return len(outbox.tray.losses()) + refused + len(seen.each("parked_edit")) + pairs + len(_to_answer(seen))


def _lost(loss: Loss) -> Lost:
    return Lost(loss.id, loss.at, loss.words, loss.kept_as)


def waiting_with_owners(seen: Seen) -> int:
    """How many changes wait to be judged by those who look after the customers, for a manager: never what they are."""
    (waiting,) = seen.reading.connection.execute(
        "SELECT ifnull(sum(t.doc ->> '$.waiting'), 0) FROM customer_card t WHERE " + seen.reading.only_visible("t")
    ).fetchone()
    return int(waiting)


class Group(NamedTuple):
    """Something that was refused, with what was refused because it builds on it."""

    item: TrayItem
    dependants: list[TrayItem]


def groups(tray: list[TrayItem]) -> list[Group]:
    """By when they were made. What depends on nothing that is still here stands for itself."""
    items = sorted(tray, key=lambda item: (item.made_at, item.mid))
    made = {
        operation.id: Group(item, [])
        for item in items
        if isinstance(operation := operation_of(item), Create) and item.result.code != "dependency"
    }
    groups = []
    for item in items:
        root = made.get(_builds_on(item)) if item.result.code == "dependency" else None
        if root is not None:
            root.dependants.append(item)
        else:
            operation = operation_of(item)
            own = made.get(operation.id) if isinstance(operation, Create) else None
            groups.append(own if own and own.item is item else Group(item, []))
    return groups


def _builds_on(item: TrayItem) -> str:
    """Id of the record without which it could not be done: the customer, or one that belongs to them."""
    operation = operation_of(item)
    if operation is None:
        return ""
    return customer_of(operation, item.before) or target(operation)[1]


def operation_of(item: TrayItem) -> Operation | None:
    """What was refused; None if this version of the app cannot read it."""
    try:
        return item.operation
    except Rejected:
        return None


def _refused(group: Group, seen: Seen) -> Refused:
    item, operation = group.item, operation_of(group.item)
    result = item.result
    customer = customer_of(operation, item.before) if operation else None
    visible = customer is not None and seen.get("customer", customer) is not None
    code: RejectionCode = result.code or ("moved" if result.st == "parked" else "invalid")
    handed_over = result.st == "parked"
    return Refused(
        mid=item.mid,
        words=words_of(item, seen),
        code=code,
        title=TITLES[code],
        reason=_reason(result, seen.get(*target(operation)) if operation else None, seen),
        field=result.field,
        since=item.made_at,
        refused_at=item.at,
        customer=customer if visible else None,
        op=_name(operation),
        kind=target(operation)[0] if operation else "",
        values=values_of(operation, seen) if operation else (),
        dependants=tuple(words_of(each, seen) for each in group.dependants),
        can_resend=operation is not None and not handed_over,
        can_hand_over=visible and not handed_over and operation is not None and can_be_handed_over(operation),
        handed_over=handed_over,
    )


def _reason(result: Result, record: Record | None, seen: Seen) -> str:
    """What the backend said, with who was first, and when they ended the task if it is one."""
    who = seen.around.name_of(result.winner)
    if not who:
        return trd(result.detail)
    if isinstance(record, Task) and record.done_at is not None and record.done_by == result.winner:
        who = f"{who}, {moment_words(record.done_at, seen.around.zone)}"
    return tr("{reason}: {person}.", reason=trd(result.detail).removesuffix("."), person=who)


def _handed_over(parked: ParkedEdit, seen: Seen) -> HandedOver:
    try:
        operation: Operation | None = decode(msgspec.json.encode(parked.operation))
    except Rejected:
        operation = None
    words = trd(UNREADABLE) if operation is None else _words(operation, seen)
    return HandedOver(
        id=parked.id,
        words=words,
        author=seen.around.name_of(parked.author),
        since=parked.at,
        customer=parked.customer,
        op=_name(operation),
        kind=target(operation)[0] if operation else "",
        values=values_of(operation, seen) if operation else (),
    )


def _words(operation: Operation, seen: Seen) -> str:
    """What a change that somebody else made is about, with the record that it changes as it is seen here."""
    kind, id = target(operation)
    return describe(operation, {f"{kind}/{id}": seen.document(kind, id)}, seen.name_of, seen.retailer)


def differences(pair: DuplicatePair, seen: Seen) -> dict[str, tuple[Any, Any]] | None:
    """The values of both customers of a pair, by field, where each has one of their own; None if one is not seen."""
    one, other = (seen.get("customer", id) for id in pair.customers)
    if not isinstance(one, Customer) or not isinstance(other, Customer):
        return None
    values = {name: (current_value(one, name), current_value(other, name)) for name in MERGED_FIELDS}
    return {name: both for name, both in values.items() if None not in both and both[0] != both[1]}


def _duplicate(pair: DuplicatePair, seen: Seen) -> Duplicate:
    one, other = pair.owners
    found = differences(pair, seen)
    return Duplicate(
        id=pair.id,
        customers=pair.customers,
        names=pair.names,
        owners=(seen.around.name_of(one), seen.around.name_of(other)),
        matched=pair.matched,
        differences=tuple(
            Difference(field, label_of(field, "customer", seen.retailer), values)
            for field, values in sorted((found or {}).items())
        ),
        are_seen=found is not None,
    )


def _to_answer(seen: Seen) -> list[Dispute]:
    return [each for each in seen.each("dispute") if is_to_answer(each, seen.around)]


def _disputed(dispute: Dispute, seen: Seen) -> Disputed:
    return Disputed(
        id=dispute.id,
        sale=sale_id(dispute.order_id, dispute.store),
        words=trd(KINDS["dispute"].described(as_document(dispute), "")),
        author=seen.around.name_of(dispute.author),
        since=dispute.opened_at,
        reason=dispute.reason,
    )


def _name(operation: Operation | None) -> str:
    return str(type(operation).__struct_config__.tag) if operation else ""

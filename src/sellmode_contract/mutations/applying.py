"""One pure function: what an operation makes of the records that there are."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from sellmode_contract import visibility
from sellmode_contract.mutations import consent as consents
from sellmode_contract.mutations import rules, tasks
from sellmode_contract.mutations.customers import (
    as_json,
    check_somebody,
    check_text,
    current_value,
    with_elements,
    with_value,
)
from sellmode_contract.mutations.operations import (
    Accept,
    Claim,
    Create,
    Discard,
    Dismiss,
    Edit,
    Finish,
    Merge,
    Operation,
    Park,
    Release,
    Remove,
    Reopen,
    SetConsent,
    Withdraw,
    can_be_handed_over,
    decode,
    encode,
    plain,
    target,
)
from sellmode_contract.mutations.reading import (
    check_known,
    check_new,
    customer_of,
    entries_of,
    flag_of,
    invalid,
    read,
    text_of,
    texts_of,
)
from sellmode_contract.mutations.refusals import Rejected
from sellmode_contract.mutations.world import Conflict, Outcome, Reader, Stage, World
from sellmode_contract.records import (
    Channel,
    Consent,
    Contact,
    Customer,
    DuplicatePair,
    HistoryEntry,
    ImportantDate,
    ManualTask,
    Note,
    ParkedEdit,
    Record,
    Request,
    RuleTask,
    Task,
    TaskRule,
    kind_of,
    parent_of,
    source_id,
)
from sellmode_contract.visibility import Account

REQUEST_CLAIM_LAPSES = dt.timedelta(minutes=15)
"""A claim of a request that was made longer ago takes nothing: its device was away."""
LONGEST_NOTE = 10_000
LONGEST_SUMMARY = 2_000
LONGEST_EVIDENCE = 500
LONGEST_LABEL = 60
FUTURE = dt.timedelta(minutes=5)
"""So far ahead a contact may lie: clocks differ."""
EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Of a contact. The first days of the calendar cannot be shown in every time zone."""


def apply(operation: Operation, world: World) -> Outcome:  # noqa: C901, PLR0911, PLR0912 -- a case for each operation
    """What an operation makes of the records. Raises Rejected; whoever asks has looked whether its author may."""
    match operation:
        case Create():
            return _CREATES[operation.kind](operation, world)
        case Edit(kind="customer"):
            return _edit_customer(operation, world)
        case Edit(kind="note") | Edit(kind="date"):
            return _edit_belonging(operation, world)
        case Edit(kind="task_rule"):
            return rules.edit(operation, world)
        case Edit():
            return tasks.edit(operation, world)
        case Remove(kind="manual_task"):
            return tasks.remove(operation, world)
        case Remove(kind="task_rule"):
            return rules.remove(operation, world)
        case Remove(kind="corporate_brief"):
            return rules.take_back(operation, world)
        case Remove():
            return _remove(operation, world)
        case Finish():
            return tasks.finish(operation, world)
        case Reopen():
            return tasks.reopen(operation, world)
        case Withdraw():
            return tasks.withdraw(operation, world)
        case SetConsent():
            return _set_consent(operation, world)
        case Claim() | Release():
            return _claim(operation, world)
        case Merge():
            # Its effects on the two customers, whom its author need not see, are the backend's.
            return Outcome(removes=(("duplicate_pair", _pair(operation.id, world).id),))
        case Dismiss():
            return Outcome(puts=(msgspec.structs.replace(_pair(operation.id, world), dismissed=True),))
        case Park():
            return _park(operation, world)
        case Accept() | Discard():
            return _judge_parked(operation, world)


def check_author_sees(operation: Operation, outcome: Outcome, records: Reader, mode: str, account: Account) -> None:
    """Whether an author sees what they write. Raises Rejected.

    A private note about a customer who is not one's own would be hidden from everybody in Associate Mode. Who hands a
    task over lets go of it: ``tasks.edit`` has looked to whom it may go.
    """
    if isinstance(operation, Edit) and operation.kind == "manual_task":
        return
    for record in outcome.puts:
        if (kind_of(record), record.id) != target(operation):
            continue
        parent = parent_of(record)
        customer = records.get("customer", parent) if parent is not None else None
        tags = visibility.tags(record, customer if isinstance(customer, Customer) else None)
        shown = [tags, *(visibility.tags(card) for card in visibility.cards(record) if isinstance(record, Task))]
        if not any(visibility.visible(mode, account, tags) for tags in shown):
            because = _HIDDEN.get(type(record), "the task has gone to a colleague with its customer")
            field = "private" if isinstance(record, Note) else ""
            raise Rejected("not_allowed", f"You would not see it yourself: {because}.", field=field)


_HIDDEN: dict[type[Record], str] = {
    Note: "a private note needs a customer of your own",
    TaskRule: "it is a store's rule, and you do not work there",
}


# ------------------------------------------------------------------ creating


def _create_customer(operation: Create, world: World) -> Outcome:
    account = world.account
    if len(account.stores) != 1:
        raise Rejected("not_allowed", "Only somebody who works in one store can add a customer to it.")
    check_new(operation, world)
    customer = Customer(id=operation.id, store=account.stores[0], owner=account.id, created_at=world.now)
    for name, value in sorted(operation.doc.items()):
        if name in ("tags", "preferences"):
            customer = with_elements(customer, name, texts_of(value, name), ())
        elif name in ("sizes", "custom"):
            for entry, held in entries_of(value, name):
                customer = with_value(customer, f"{name}.{entry}", held, world.retailer)
        else:
            customer = with_value(customer, name, value, world.retailer)
    created = HistoryEntry(
        id=source_id("history", "sellmode", f"{operation.id}/created"),
        customer=operation.id,
        at=world.now,
        event="created",
        actor=account.id,
    )
    return Outcome(puts=(check_somebody(customer), created))


def _create_note(operation: Create, world: World) -> Outcome:
    check_new(operation, world)
    note = Note(
        id=operation.id,
        customer=customer_of(operation, world).id,
        author=world.account.id,
        written_at=world.now,
        text=text_of(operation.doc, "text", LONGEST_NOTE, required=True),
        private=flag_of(operation.doc, "private"),
    )
    check_known(operation.doc, {"customer", "text", "private"})
    return Outcome(puts=(note,))


def _create_contact(operation: Create, world: World) -> Outcome:
    check_new(operation, world)
    customer = customer_of(operation, world)
    try:
        contact = msgspec.convert(
            {"at": world.now, **operation.doc, "id": operation.id, "author": world.account.id}, Contact
        )
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    check_known(operation.doc, {"customer", "channel", "inbound", "summary", "at"})
    check_text(contact.summary, "summary", LONGEST_SUMMARY)
    if contact.at > world.now + FUTURE:
        raise Rejected("invalid", "A contact that was made does not lie in the future.", field="at")
    if contact.at < EARLIEST:
        raise Rejected("invalid", f"A contact cannot have been made before {EARLIEST.year}.", field="at")
    contact = msgspec.structs.replace(contact, at=contact.at.astimezone(dt.UTC))
    figures = customer.figures
    if figures.last_contact is not None and figures.last_contact >= contact.at:
        return Outcome(puts=(contact,))
    figures = msgspec.structs.replace(figures, last_contact=contact.at)
    return Outcome(puts=(contact, msgspec.structs.replace(customer, figures=figures)))


def _create_date(operation: Create, world: World) -> Outcome:
    check_new(operation, world)
    customer = customer_of(operation, world)
    return Outcome(puts=(_date({**operation.doc, "id": operation.id, "customer": customer.id}),))


_CREATES = {
    "customer": _create_customer,
    "note": _create_note,
    "contact": _create_contact,
    "date": _create_date,
    "manual_task": tasks.create,
    "task_rule": rules.create,
    "corporate_brief": rules.announce,
}


def _date(fields: Mapping[str, Any]) -> ImportantDate:
    check_known(fields, {"id", "customer", "label", "month", "day", "year", "about"})
    try:
        date = msgspec.convert(fields, ImportantDate)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    if not check_text(date.label, "label", LONGEST_LABEL).strip():
        raise Rejected("invalid", "A date needs a label, such as birthday.", field="label")
    check_text(date.about, "about", LONGEST_LABEL)
    if date.year is not None and not 1800 <= date.year <= 2200:
        raise Rejected("invalid", "The year has to lie between 1800 and 2200.", field="year")
    if not 1 <= date.month <= 12:
        raise Rejected("invalid", "The month has to be from 1 to 12.", field="month")
    # Without a year it may be the 29th of February.
    if not 1 <= date.day <= calendar.monthrange(2000 if date.year is None else date.year, date.month)[1]:
        raise Rejected("invalid", "There is no such day in that month.", field="day")
    return date


# ------------------------------------------------------------------ editing


def _edit_customer(operation: Edit, world: World) -> Outcome:
    before = customer = read(world, "customer", operation.id, Customer)
    conflicts: dict[str, Conflict] = {}
    for path, value in sorted(operation.set.items()):
        changed = with_value(customer, path, value, world.retailer)
        new, current, was = (
            current_value(changed, path),
            current_value(customer, path),
            operation.was.get(path) or None,
        )
        if new == current:
            continue
        if current != was:
            if operation.guard:
                raise Rejected("conflict", "Somebody has changed this field since.", field=path)
            conflicts[path] = Conflict(yours=new, theirs=current)
        customer = changed
    for name in sorted(operation.add.keys() | operation.remove.keys()):
        customer = with_elements(customer, name, operation.add.get(name, ()), operation.remove.get(name, ()))
    check_somebody(customer)
    lost = tuple(_overwritten(operation.id, path, conflict, world) for path, conflict in conflicts.items())
    return Outcome(puts=(customer, *lost) if customer != before else (), conflicts=conflicts)


def _overwritten(customer: str, path: str, conflict: Conflict, world: World) -> HistoryEntry:
    """What the record remembers of the value that lost."""
    theirs = conflict.theirs
    value = theirs if isinstance(theirs, str) else "" if theirs is None else msgspec.json.encode(theirs).decode()
    return HistoryEntry(
        id=source_id("history", "sellmode", f"{world.mid}/{path}"),
        customer=customer,
        at=world.now,
        event="overwritten",
        actor=world.account.id,
        field=path,
        value=value,
    )


def _edit_belonging(operation: Edit, world: World) -> Outcome:
    record = read(world, operation.kind, operation.id, Note if operation.kind == "note" else ImportantDate)
    if operation.add or operation.remove:
        raise Rejected("invalid", f"A {operation.kind} has no sets.")
    held: dict[str, Any] = {**_BLANK[operation.kind], **as_json(record)}
    conflicts: dict[str, Conflict] = {}
    for name, value in operation.set.items():
        current = held.get(name)
        if value == current:
            continue
        if current != operation.was.get(name, _BLANK[operation.kind].get(name)):
            if operation.guard:
                raise Rejected("conflict", "Somebody has changed this field since.", field=name)
            conflicts[name] = Conflict(yours=value, theirs=current)
        held[name] = value
    if isinstance(record, Note):
        _check_own(record, world)
        check_known(operation.set, {"text", "private"})
        text, private = text_of(held, "text", LONGEST_NOTE, required=True), flag_of(held, "private")
        changed: Record = msgspec.structs.replace(record, text=text, private=private)
    else:
        check_known(operation.set, {"label", "month", "day", "year", "about"})
        changed = _date({name: value for name, value in held.items() if value is not None})
    lost = tuple(_overwritten(_parent(record), name, conflict, world) for name, conflict in conflicts.items())
    if isinstance(record, Note):
        lost = ()  # only its author can have written the other text
    return Outcome(puts=(changed, *lost) if changed != record else (), conflicts=conflicts)


_BLANK: dict[str, dict[str, Any]] = {"note": {"private": False}, "date": {"year": None, "about": ""}}
"""Fields that a document leaves out."""


def _parent(record: Record) -> str:
    return str(record.customer)  # type: ignore[attr-defined]  # notes and dates belong to a customer


# ------------------------------------------------------------------ removing


def _remove(operation: Remove, world: World) -> Outcome:
    types: dict[str, type[Record]] = {"customer": Customer, "note": Note, "contact": Contact, "date": ImportantDate}
    record = read(world, operation.kind, operation.id, types[operation.kind])
    held = as_json(record)
    blank = _BLANK.get(operation.kind, {})
    for name, value in operation.was.items():
        if held.get(name, blank.get(name)) != value:
            raise Rejected("conflict", "Somebody has changed it since.", field=name)
    if isinstance(record, Customer):
        return _remove_customer(record, world)
    removes = ((operation.kind, operation.id),)
    if isinstance(record, Note):
        _check_own(record, world)
    if not isinstance(record, Contact):
        return Outcome(removes=removes)
    _check_own(record, world)
    customer = world.records.get("customer", record.customer)
    if not isinstance(customer, Customer):
        return Outcome(removes=removes)
    others = [other.at for other in world.records.belongings(customer.id, "contact") if other.id != record.id]  # type: ignore[attr-defined]  # a contact's
    figures = msgspec.structs.replace(customer.figures, last_contact=max(others, default=None))
    changed = msgspec.structs.replace(customer, figures=figures)
    return Outcome(puts=(changed,) if changed != customer else (), removes=removes)


def _remove_customer(customer: Customer, world: World) -> Outcome:
    """Take back that one has added somebody: only while nothing else has become of it."""
    belongings = world.records.belongings(customer.id)
    added = [item for item in belongings if isinstance(item, HistoryEntry) and item.event == "created"]
    if not any(entry.actor == world.account.id for entry in added):
        raise Rejected("not_allowed", "Only who added a customer can take that back.")
    others = [item for item in belongings if kind_of(item) not in ("history", "customer_card")]
    merged = any(isinstance(item, HistoryEntry) and item.event == "merged" for item in belongings)
    if others or merged or customer.figures.orders:
        raise Rejected("conflict", "Something belongs to the customer by now.")
    return Outcome(removes=(("customer", customer.id), *((kind_of(item), item.id) for item in belongings)))


# ------------------------------------------------------------------ consent


def _set_consent(operation: SetConsent, world: World) -> Outcome:
    customer = read(world, "customer", operation.customer, Customer)
    known = world.records.consent(customer.id, operation.channel)
    state = known.state if known else consents.UNSAID
    check_text(operation.evidence, "evidence", LONGEST_EVIDENCE)
    consents.check_step(state, operation.was, operation.state, operation.evidence)
    if known is not None and known.state == operation.state:
        return Outcome()
    changed = Consent(
        id=known.id if known else operation.id,
        customer=customer.id,
        channel=operation.channel,
        state=operation.state,
        changed_at=world.now,
        actor=world.account.id,
        evidence=operation.evidence,
    )
    return Outcome(puts=(changed,))


# ------------------------------------------------------------------ claims


def _claim(operation: Claim | Release, world: World) -> Outcome:
    types: dict[str, type[Request | RuleTask | ManualTask]] = {
        "request": Request,
        "rule_task": RuleTask,
        "manual_task": ManualTask,
    }
    record = read(world, operation.kind, operation.id, types[operation.kind])
    if isinstance(record, Task):
        if record.state != "open":
            raise Rejected("already_done", "It was done, dismissed or expired already.", winner=record.done_by)
        tasks.check_free(record, world)
    else:
        tasks.check_unclaimed(record, world)
    if isinstance(operation, Claim) and operation.kind == "request" and world.age > REQUEST_CLAIM_LAPSES:
        raise Rejected("expired", "A request that was taken offline is given up after 15 minutes.")
    taken = world.account.id if isinstance(operation, Claim) else None
    return Outcome(puts=(msgspec.structs.replace(record, claimed_by=taken),) if record.claimed_by != taken else ())


# ------------------------------------------------------------------ handing over


def _park(operation: Park, world: World) -> Outcome:
    customer = read(world, "customer", operation.customer, Customer)
    if world.records.get("parked_edit", operation.id) is not None:
        raise Rejected("conflict", "There is a parked edit of this id already.", field="id")
    handed = _inner(operation.operation)
    _check_sense(handed, customer.id, world)
    parked = ParkedEdit(
        id=operation.id,
        customer=customer.id,
        author=world.account.id,
        at=world.now,
        operation=dict(plain(handed)),
    )
    return Outcome(puts=(parked, _waiting(customer, 1)))


def _judge_parked(operation: Accept | Discard, world: World) -> Outcome:
    parked = read(world, "parked_edit", operation.id, ParkedEdit)
    customer = read(world, "customer", parked.customer, Customer)
    removes = (("parked_edit", parked.id),)
    if isinstance(operation, Discard):
        return Outcome(puts=(_waiting(customer, -1),), removes=removes)
    stage = Stage(world.records)
    inner = apply(_inner(parked.operation), world)
    stage.take(inner)
    changed = stage.get("customer", customer.id)
    if isinstance(changed, Customer):
        stage.take(Outcome(puts=(_waiting(changed, -1),)))
    puts = tuple(record for record in stage.changed.values() if record is not None)
    gone = tuple(key for key, record in stage.changed.items() if record is None)
    return Outcome(puts=puts, removes=(*gone, *removes), conflicts=inner.conflicts)


def _inner(fields: Mapping[str, Any]) -> Operation:
    """A change that may be handed over."""
    operation = decode(msgspec.json.encode(fields))
    if not can_be_handed_over(operation):
        raise Rejected("invalid", "This kind of change cannot be handed over.")
    if len(encode(operation)) > 64 * 1024:
        raise Rejected("too_large", "A change that is handed over has at most 64 KB.")
    return operation


def _check_sense(operation: Operation, customer: str, world: World) -> None:
    """Refuse to hand over what nobody could accept: whoever gets it has to read it. Raises Rejected.

    It says nothing of the present values, which its author may not see any more: they are taken for blank.
    """
    kind, id = target(operation)
    blank: dict[str, Record] = {
        "note": Note(id=id, customer=customer, author=world.account.id, written_at=world.now, text="?"),
        "contact": Contact(id=id, customer=customer, author=world.account.id, at=world.now, channel="call"),
        "date": ImportantDate(id=id, customer=customer, label="?", month=1, day=1),
    }
    changed = [blank[kind]] if kind in blank and not isinstance(operation, Create) else []
    try:
        apply(operation, world._replace(records=_Held([Customer(id=customer, number="?"), *changed])))
    except Rejected as refusal:
        if refusal.code == "invalid":
            raise


class _Held:
    """A ``Reader`` of some records."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = {(kind_of(record), record.id): record for record in records}

    def get(self, kind: str, id: str) -> Record | None:
        return self._records.get((kind, id))

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        mine = (item for item in self.belongings(customer, "consent") if isinstance(item, Consent))
        return next((item for item in mine if item.channel == channel), None)

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        return [
            record for (of, _), record in self._records.items() if parent_of(record) == customer and kind in (None, of)
        ]


def _waiting(customer: Customer, by: int) -> Customer:
    figures = msgspec.structs.replace(customer.figures, waiting=max(customer.figures.waiting + by, 0))
    return msgspec.structs.replace(customer, figures=figures)


def _pair(id: str, world: World) -> DuplicatePair:
    pair: DuplicatePair = read(world, "duplicate_pair", id, DuplicatePair)
    return pair


def _check_own(record: Note | Contact, world: World) -> None:
    if record.author != world.account.id:
        raise Rejected("not_allowed", f"Only its author changes a {kind_of(record)}.")

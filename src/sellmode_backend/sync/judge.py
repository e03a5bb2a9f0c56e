"""Who may do what: whether an author sees what a mutation is about, or had it until lately.

The rules of visibility are the contract's table; what is decided here is what comes of a mutation about a record that
its author does not see. A fact counts, an edit is handed over to whoever looks after the customer now, a change of a
task that has gone to somebody else is refused with that reason, and anything else is answered as if there were no such
record.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.store import clients, lookup, records, settings
from sellmode_backend.store.records import Key
from sellmode_backend.sync.targets import Targets, handed_over
from sellmode_contract import audiences, visibility
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer, card_id
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.task import Task
from sellmode_contract.mutations import (
    Accept,
    Assign,
    Available,
    Claim,
    Create,
    Edit,
    Finish,
    Operation,
    Outcome,
    Park,
    Rejected,
    Remove,
    SetConsent,
    Share,
    Stage,
    capability,
    consent_id,
    customers_of,
    decode,
    is_fact,
    requests,
    target,
)
from sellmode_contract.mutations.operations import can_be_handed_over, name_of, plain
from sellmode_contract.records import parent_of
from sellmode_contract.visibility import Account


class Author(NamedTuple):
    """Whose mutations are judged, and in which mode of the retailer."""

    account: Account
    mode: str
    device: str
    had_since: dt.datetime
    """Facts still count about records that the account could see at this time or later."""
    leaving: bool = False
    """The account is disabled: all it sees any more are the customers that it has just added."""


class Judged(NamedTuple):
    """What is to be applied."""

    operation: Operation
    parks: str | None = None
    """Id of the parked edit that is made instead."""
    seen: bool = True
    """Whether its author sees the record, and so the result."""


class Judge:
    """Judges one author's mutations, one after the other, on the records as those before have left them."""

    def __init__(self, connection: Connection, author: Author, targets: Targets, stage: Stage) -> None:
        self._connection, self._author, self._targets, self._stage = connection, author, targets, stage
        self._refused: set[Key] = set()
        self._told: dict[str, clients.Told] | None = None

    def judge(self, operation: Operation, mid: str) -> Judged:
        """Returns the operation to apply instead. Raises Rejected."""
        account = self._author.account
        if not visibility.may(account, capability(operation)):
            raise Rejected("not_allowed", f"It needs the capability {capability(operation)!r}.")
        if isinstance(operation, Create) and operation.kind == "customer":
            return Judged(self._new_customer(operation))
        if self._author.leaving and _is_for_others(operation):
            raise Rejected("not_allowed", "An account that is disabled makes nothing for others.")
        operation = self._followed(operation)
        key = _subject(operation)
        if key is None:  # what is about nobody, or a belonging that names no customer, which nothing can come of
            return Judged(operation)
        if not self._sees(key) and not self._has_card(operation, key):
            return self._unseen(operation, key, mid)
        if isinstance(operation, Claim) and operation.kind == "request":
            self._check_room(operation)
        if isinstance(operation, Accept):
            self._prepare_handed_over(operation)
        if isinstance(operation, Share) and self._shares_unseen(operation):
            return Judged(operation, seen=False)
        return Judged(self._checked(operation) if isinstance(operation, Park) else operation)

    def note_refused(self, operation: Operation) -> None:
        """Remember what was refused: what builds on it is refused for that reason."""
        if isinstance(operation, Create):
            self._refused.add(target(operation))

    def _shares_unseen(self, operation: Share) -> bool:
        """Whether a lookbook was shared while its author still saw the customer, who has left their view since: the
        link has been given, and works. ``check_author_sees`` refuses what nobody could have shared.
        """
        customer = self._customer_of(operation)
        key = ("customer", customer or "")
        return customer is not None and not self._sees(key) and self._had(key)

    # -------------------------------------------------------------- what is seen

    def _sees(self, key: Key) -> bool:
        record = self._stage.get(*key)
        if record is None:
            return False
        if self._author.leaving:
            customer = record if isinstance(record, Customer) else self._stage.get("customer", parent_of(record) or "")
            return isinstance(customer, Customer) and self._added(customer)
        return visibility.visible(self._author.mode, self._author.account, self._tags(key))

    def _has_card(self, operation: Operation, key: Key) -> bool:
        """Whether it is about a customer of whom the author has a card, as an associate's manager has, and a card is
        enough: to give a task on them, or to assign them.
        """
        gives = isinstance(operation, Create) and operation.kind == "manual_task"
        if not (gives or isinstance(operation, Assign)) or self._author.leaving:
            return False
        return self._sees(("customer_card", card_id(key[1])))

    def _tags(self, key: Key) -> audiences.Tags:
        if key not in self._stage.changed:
            stored = self._targets.stored(key)
            return stored.tags if stored else audiences.Tags(None, None)
        record = self._stage.get(*key)
        if record is None:
            return audiences.Tags(None, None)
        parent = parent_of(record)
        customer = self._stage.get("customer", parent) if parent is not None else None
        return visibility.tags(record, customer if isinstance(customer, Customer) else None)

    def _added(self, customer: Customer) -> bool:
        """Whether the author added this customer, and nobody else has been assigned."""
        entry = self._stage.get("history", source_id("history", "sellmode", f"{customer.id}/created"))
        account = self._author.account.id
        return isinstance(entry, HistoryEntry) and entry.actor == account and customer.owner in (None, account)

    def _had(self, key: Key) -> bool:
        """Whether the author was sent a record and may not know yet that it is theirs no more.

        A record that a merge has made one with others was sent if any of these was. It takes the same statements
        whether there is such a record or not.
        """
        if self._told is None:
            told = clients.told(self._connection, self._author.account.id)
            self._told = {scope: what for scope, what in told.items() if what.last_at >= self._author.had_since}
        merged = [("customer", id) for id, kept in self._targets.kept.items() if ("customer", kept) == key]
        for scope, since, seq in clients.left(self._connection, [key, *merged], self._author.had_since):
            if scope in self._told and any(since <= sent < seq for sent in self._told[scope].sent):
                return True
        stored = self._targets.stored(key)
        if stored is None:
            return False
        in_scopes = zip(("team", "own"), stored.tags, stored.since, strict=True)
        return any(
            (told_of := self._told.get(f"{column}/{audience}")) is not None and since <= told_of.last
            for column, audience, since in in_scopes
        )

    # -------------------------------------------------------------- what is not

    def _unseen(self, operation: Operation, key: Key, mid: str) -> Judged:
        record = self._stage.get(*key)
        # Looked up whether or not there is such a record: an answer that takes longer gives as much away.
        had, builds_on_refused = self._had(key), self._builds_on_refused(key)
        if record is None and builds_on_refused:
            raise Rejected("dependency", "What this builds on was refused.")
        if record is None or not had:
            raise _no_such_record()
        if isinstance(record, Task):
            return self._unseen_task(operation, record)
        customer = key[1] if key[0] == "customer" else parent_of(record)
        if customer is None:
            raise _no_such_record()
        # Nobody else may change what somebody has written, or read what was for themselves: there is no one to hand it
        # to, and it is as true as when it was written.
        own = isinstance(operation, Edit | Remove) and isinstance(record, Note | Contact)
        if is_fact(operation) or (own and _author_of(record) == self._author.account.id):
            return Judged(operation, seen=False)
        if isinstance(operation, Park):
            return Judged(self._checked(operation), seen=False)
        if own or not can_be_handed_over(operation):
            raise _no_such_record()
        parked = source_id("parked_edit", "sellmode", mid)
        return Judged(Park(id=parked, customer=customer, operation=dict(plain(operation))), parked, seen=False)

    def _unseen_task(self, operation: Operation, task: Task) -> Judged:
        """A task that was reassigned, or whose customer was: only that it was done still counts."""
        free = task.state in ("open", "expired") and task.claimed_by in (None, self._author.account.id)
        if isinstance(operation, Finish) and is_fact(operation) and free:
            return Judged(operation, seen=False)
        raise Rejected("moved", "The task is no longer yours: it has gone with its customer, or to a colleague.")

    def _builds_on_refused(self, key: Key) -> bool:
        return key in self._refused or clients.was_refused(
            self._connection, self._author.account.id, name_of(Create), key
        )

    # -------------------------------------------------------------- each by its own rules

    def _check_room(self, operation: Claim) -> None:
        request = self._stage.get("request", operation.id)
        if not isinstance(request, Request) or request.way != "chat" or request.claimed_by:
            return
        ids = lookup.all_ids(self._connection, "request", request.store)
        there: dict[str, object] = {item.id: item for item in records.read_many(self._connection, "request", ids)}
        there |= {id: item for (kind, id), item in self._stage.changed.items() if kind == "request"}
        me = self._author.account.id
        mine = [item for item in there.values() if isinstance(item, Request) and item.claimed_by == me]
        held = sum(item.way == "chat" and item.state == "open" for item in mine)
        requests.check_room(request, held, settings.retailer(self._connection))

    def _new_customer(self, operation: Create) -> Create:
        account = self._author.account
        if operation.id in self._targets.kept:
            raise Rejected("conflict", "There is a customer with this id already.", field="id")
        if account.role not in ("associate", "manager"):
            raise Rejected("not_allowed", "Only someone who works in exactly one store can add customers.")
        return operation

    def _followed(self, operation: Operation) -> Operation:
        """The operation on the customer who was kept, if it names one who was merged away; its record's own id."""
        kept = self._targets.kept.get(customers_of(operation) or "")
        if kept is not None:
            if isinstance(operation, Create):
                operation = msgspec.structs.replace(operation, doc={**operation.doc, "customer": kept})
            elif isinstance(operation, SetConsent | Park):
                operation = msgspec.structs.replace(operation, customer=kept)
            elif isinstance(operation, Edit) and operation.kind != "customer":
                operation = msgspec.structs.replace(operation, set={**operation.set, "customer": kept})
            elif isinstance(operation, Edit | Assign):
                operation = msgspec.structs.replace(operation, id=kept)
        if isinstance(operation, SetConsent):
            # The first consent of a channel has one id for all; any other could be another customer's.
            id = consent_id(operation.customer, operation.channel)
            operation = msgspec.structs.replace(operation, id=id)
        return operation

    def _checked(self, operation: Park) -> Park:
        """Whoever accepts it does so with their own eyes: it has to be about the customer whom they see."""
        inner = self._followed(decode(msgspec.json.encode(operation.operation)))
        if self._customer_of(inner) != operation.customer:
            raise Rejected("invalid", "The change is not about this customer.", field="operation")
        return msgspec.structs.replace(operation, operation=dict(plain(inner)))

    def _prepare_handed_over(self, operation: Accept) -> None:
        """Bring a parked edit up to date. Raises Rejected if it concerns another customer by now, or is unreadable."""
        parked = self._stage.get("parked_edit", operation.id)
        if not isinstance(parked, ParkedEdit):
            return
        inner = handed_over(parked)
        inner = self._followed(inner) if inner else None
        if inner is None or self._customer_of(inner) not in (parked.customer, None):
            raise Rejected("conflict", "What was handed over is about somebody else by now, or cannot be read.")
        self._stage.take(Outcome(puts=(msgspec.structs.replace(parked, operation=dict(plain(inner))),)))

    def _customer_of(self, operation: Operation) -> str | None:
        """Id of the customer whom an operation is about; None if what it is about is not there."""
        named = customers_of(operation)
        if named is not None:
            return self._targets.kept.get(named, named)
        record = self._stage.get(*target(operation))
        return parent_of(record) if record is not None else None


_OF_AN_OFFICE = (
    *("task_rule", "corporate_brief", "corporate_look", "pick_list", "storefront", "dispute", "target"),
    *("chat_line", "message_template"),
)
"""Kinds that belong to nobody's customer: what counts is who makes them."""


def _is_for_others(operation: Operation) -> bool:
    """Whether it is about no record that its author has to see."""
    return isinstance(operation, Available) or (isinstance(operation, Create) and operation.kind in _OF_AN_OFFICE)


def _subject(operation: Operation) -> Key | None:
    """Kind and id of the record that the author must be able to see; None if there is none."""
    if _is_for_others(operation):
        return None
    if isinstance(operation, Create | SetConsent | Park):
        customer = customers_of(operation)
        return ("customer", customer) if customer is not None else None
    return target(operation)


def _author_of(record: object) -> str | None:
    return getattr(record, "author", None)


def _no_such_record() -> Rejected:
    """Not seeing and not existing answer alike."""
    return Rejected("not_found", "This record does not exist, or you cannot see it.")

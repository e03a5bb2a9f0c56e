"""One pure function: what an operation makes of the records that there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sellmode_contract import visibility
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.dispute import Dispute
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.kinds.task import Task
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.mutations import (
    assigning,
    claims,
    customer_operations,
    duplicates,
    generic,
    looks,
    parking,
    picks,
    presence,
    requests,
    rules,
    tasks,
)
from sellmode_contract.mutations.consent import set_consent
from sellmode_contract.mutations.operations import (
    Accept,
    Assign,
    Available,
    Claim,
    Create,
    Delegate,
    Discard,
    Dismiss,
    Edit,
    Finish,
    MarkSeen,
    Merge,
    Operation,
    Park,
    Release,
    Remove,
    Renew,
    Reopen,
    Revoke,
    SetConsent,
    Share,
    Transfer,
    Undelegate,
    Withdraw,
    target,
)
from sellmode_contract.mutations.world import Outcome, Reader, World
from sellmode_contract.records import Record, parent_of
from sellmode_contract.refusals import Rejected
from sellmode_contract.translatable import Translatable, marked
from sellmode_contract.visibility import Account

Handler = Callable[[Any, World], Outcome]


def apply(operation: Operation, world: World) -> Outcome:
    """What an operation makes of the records. Raises Rejected; whoever asks has looked whether its author may."""
    of, (kind, _) = type(operation), target(operation)
    return (_OF_KINDS.get((of, kind)) or _HANDLERS[of])(operation, world)


def _park(operation: Park, world: World) -> Outcome:
    return parking.park(operation, world, apply)


def _judge(operation: Accept | Discard, world: World) -> Outcome:
    return parking.judge(operation, world, apply)


_HANDLERS: dict[type[Operation], Handler] = {
    Create: generic.create,
    Edit: generic.edit,
    Remove: generic.remove,
    SetConsent: set_consent,
    Claim: claims.claim,
    Release: claims.claim,
    Transfer: requests.transfer,
    MarkSeen: requests.seen,
    Finish: tasks.finish,
    Reopen: tasks.reopen,
    Withdraw: tasks.withdraw,
    Assign: assigning.assign,
    Share: looks.share,
    Renew: looks.renew,
    Revoke: looks.revoke,
    Delegate: picks.delegate,
    Undelegate: picks.undelegate,
    Available: presence.set_available,
    Merge: duplicates.merge,
    Dismiss: duplicates.dismiss,
    Park: _park,
    Accept: _judge,
    Discard: _judge,
}
_OF_KINDS: dict[tuple[type[Operation], str], Handler] = {
    (Create, "customer"): customer_operations.create,
    (Edit, "customer"): customer_operations.edit,
    (Remove, "customer"): customer_operations.remove,
    (Remove, "corporate_brief"): rules.take_back,
}
"""In place of the general ones."""


def check_author_sees(operation: Operation, outcome: Outcome, records: Reader, mode: str, account: Account) -> None:
    """Whether an author sees what they write. Raises Rejected.

    A private note about a customer who is not one's own would be hidden from everybody in Associate Mode. Who assigns a
    customer or hands a task over lets go: ``assigning`` and ``tasks`` have looked to whom it may go.
    """
    if isinstance(operation, Assign) or (isinstance(operation, Edit) and operation.kind == "manual_task"):
        return
    for record in outcome.puts:
        is_sent = isinstance(operation, Share) and isinstance(record, SentLookbook)
        if (kind_of(record), record.id) != target(operation) and not is_sent:
            continue
        parent = parent_of(record)
        customer = records.get("customer", parent) if parent is not None else None
        tags = visibility.tags(record, customer if isinstance(customer, Customer) else None)
        cards = visibility.cards(record) if isinstance(record, Task | Dispute) else ()
        shown = [tags, *map(visibility.tags, cards)]
        if not any(visibility.visible(mode, account, tags) for tags in shown):
            if is_sent:
                raise Rejected("moved", looks.CUSTOMER_GONE)
            because = _HIDDEN.get(type(record), marked("the task went to a colleague along with its customer"))
            field = "private" if isinstance(record, Note) else ""
            raise Rejected(
                "not_allowed",
                Translatable(
                    "You would not be able to see it yourself: {because}.", because=Translatable.said(because)
                ),
                field=field,
            )


_HIDDEN: dict[type[Record], str] = {
    Note: marked("a private note needs a customer of your own"),
    TaskRule: marked("it is a rule of a store where you do not work"),
}

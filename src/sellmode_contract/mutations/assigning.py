"""Whose customers are: giving them to somebody of their store, or to nobody. Managers and the operator do it so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

import msgspec

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import tasks
from sellmode_contract.mutations.operations import Assign
from sellmode_contract.mutations.reading import customer_or_card
from sellmode_contract.mutations.world import Outcome, World, changed
from sellmode_contract.refusals import Rejected


def can_own(staff: Staff, store: str | None) -> bool:
    """Whether somebody works in a store, so that its customers, and requests to it, can be theirs."""
    return staff.active and staff.store == store and staff.role in ("associate", "manager")


def assign(operation: Assign, world: World) -> Outcome:
    """A customer with another owner, what the history remembers of it, and the open tasks of rules that go along.

    Whoever sees only the card changes the card: the rest is the backend's. Raises Rejected.
    """
    held = customer_or_card(operation.id, world)
    if held.owner == operation.to:
        return Outcome()
    if held.owner != operation.was:
        raise Rejected(
            "conflict", ("The customer has been reassigned in the meantime."), field="owner", winner=held.owner
        )
    # Who sees the card alone leads the customer's store, which it does not name; the backend has the customer.
    _check_owner(operation, (held.store,) if isinstance(held, Customer) else world.account.stores, world)
    after = msgspec.structs.replace(held, owner=operation.to)
    if not (isinstance(held, Customer) and isinstance(after, Customer)):
        return Outcome(puts=(after,))
    going = [
        followed
        for task in world.records.belongings(held.id, "rule_task")
        if isinstance(task, RuleTask) and (followed := tasks.follow(task, held, after)) != task
    ]
    return changed(held, after, *history(held, after, world.account.id, world.now, world.mid), *going)


def history(before: Customer, after: Customer, actor: str, at: dt.datetime, intent: str) -> list[HistoryEntry]:
    """What is to be remembered of a customer's change of store and owner. ``intent`` makes the entries' ids its own."""
    return [
        HistoryEntry(
            id=source_id("history", "sellmode", f"{after.id}/{event}/{intent}"),
            customer=after.id,
            at=at,
            event=event,
            actor=actor,
            subject=subject,
        )
        for event, subject in _changes(before, after)
    ]


def _changes(
    before: Customer, after: Customer
) -> Iterator[tuple[Literal["moved", "assigned", "unassigned"], str | None]]:
    if before.store != after.store and before.store is not None:
        yield "moved", after.store
    if before.owner != after.owner and after.owner:
        yield "assigned", after.owner
    elif before.owner != after.owner:
        yield "unassigned", before.owner


def _check_owner(operation: Assign, stores: tuple[str | None, ...], world: World) -> None:
    """Whether customers of these stores may be somebody's. Raises Rejected."""
    if operation.to is None:
        return
    staff = world.records.get("staff", operation.to)
    # Back to whom it was it goes as long as the directory has them here, though they may be disabled by now.
    present = msgspec.structs.replace(staff, active=True) if operation.back and isinstance(staff, Staff) else staff
    if not (isinstance(present, Staff) and any(can_own(present, store) for store in stores)):
        raise Rejected(
            "invalid", "A customer can only be assigned to someone who works in the customer's store.", field="owner"
        )

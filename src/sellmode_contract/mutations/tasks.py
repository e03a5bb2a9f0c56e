"""What operations make of tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec

from sellmode_contract import recurrence, store_time, visibility
from sellmode_contract.documents import as_document
from sellmode_contract.mutations.customers import check_text
from sellmode_contract.mutations.merging import merged
from sellmode_contract.mutations.operations import Create, Edit, Finish, Remove, Reopen, Withdraw
from sellmode_contract.mutations.reading import check_known, check_new, invalid, read
from sellmode_contract.mutations.refusals import Rejected
from sellmode_contract.mutations.world import Outcome, World
from sellmode_contract.records import (
    CorporateBrief,
    CorporateTask,
    Customer,
    CustomerCard,
    ManualTask,
    Record,
    Request,
    RuleTask,
    Staff,
    Task,
    TaskCard,
    kind_of,
    source_id,
)
from sellmode_contract.store_time import Due

LONGEST_TITLE = 200
LONGEST_DETAILS = 5_000
LONGEST_REASON = 200

_AnyTask = TypeVar("_AnyTask", bound=Task)

_TYPES: dict[str, type[Task]] = {"manual_task": ManualTask, "rule_task": RuleTask, "corporate_task": CorporateTask}
WRITTEN = {"title", "details", "action", "due", "repeat", "assignee"}
"""The fields of a task that its maker writes, besides its customer."""
_EDITABLE = {
    "manual_task": WRITTEN | {"snoozed_to"},
    "rule_task": {"snoozed_to", "meant_for"},
    "corporate_task": {"snoozed_to"},
}
CAME_WITH: dict[str, tuple[str, ...]] = {"claimed_by": ("assignee", "meant_for"), "repeat_from": ("repeat",)}
"""Fields that nobody writes but whoever takes back an edit of others, which has changed them too."""
REMADE_WITH = ("snoozed_to", "repeat_from", "series")
"""Fields of a task that nobody writes in a new one but whoever takes back its removal."""


def create(operation: Create, world: World) -> Outcome:
    """A task that its author makes, for themselves or for somebody else."""
    if len(world.account.stores) != 1:
        raise Rejected("not_allowed", "Only somebody who works in one store has tasks there.")
    check_new(operation, world)
    check_known(operation.doc, WRITTEN | {"customer", *REMADE_WITH})
    given = {**operation.doc, "id": operation.id, "store": world.account.stores[0], "creator": world.account.id}
    given |= {"created_at": world.now, "repeat_from": given.get("repeat_from", given.get("due", ""))}
    try:
        task = msgspec.convert(given, ManualTask)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    if not task.repeat:
        task = msgspec.structs.replace(task, repeat_from="")
    if task.customer is not None:
        _somebody(task.customer, world)
    _check_texts(task)
    if task.assignee not in (None, world.account.id):
        _check_given(task, world)
    return _outcome(None, _timed(task, world))


def edit(operation: Edit, world: World) -> Outcome:
    """Changes of an open task; a new assignee is a hand-over."""
    task = _open(operation.kind, operation.id, world)
    _check_person(task, world)
    held = as_document(task)
    fields, conflicts = merged(operation, held, _EDITABLE[operation.kind] | _coming_back(operation, held))
    if fields == held:
        return Outcome(conflicts=conflicts)
    try:
        changed = msgspec.convert(fields, type(task))
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    _check_texts(changed)
    if isinstance(changed, ManualTask) and isinstance(task, ManualTask):
        if changed.repeat != task.repeat or not task.repeat:
            start = changed.repeat_from if "repeat_from" in operation.set else changed.due
            changed = msgspec.structs.replace(changed, repeat_from=start if changed.repeat else "")
        if changed.assignee != task.assignee:
            if changed.assignee not in (None, changed.creator, world.account.id):
                _check_given(changed, world)
            elif world.account.id not in (changed.assignee, changed.creator):
                _colleague(changed.creator, changed.store, world, "assignee")  # back to who made it
            changed = _claimed(changed, operation, world)
    if isinstance(changed, RuleTask) and isinstance(task, RuleTask) and changed.meant_for != task.meant_for:
        if _mode(world) != "team":
            raise Rejected(
                "not_allowed",
                "In Associate Mode a rule's task goes with its customer: it is theirs who owns the customer.",
                field="meant_for",
            )
        if changed.meant_for is not None:
            _colleague(changed.meant_for, changed.store, world, "meant_for")
        changed = _claimed(changed, operation, world)
    changed = _timed(changed, world)
    back = operation.guard  # to what it was, be that past by now
    if changed.snoozed_to and changed.snoozed_to != task.snoozed_to and _has_come(changed, world) and not back:
        raise Rejected("invalid", "A task is put off to a time to come.", field="snoozed_to")
    return Outcome(**{**_fields(_outcome(task, changed)), "conflicts": conflicts})


def _coming_back(operation: Edit, held: Mapping[str, Any]) -> set[str]:
    """The fields that an edit may bring back, because it takes back what has changed them."""
    if not operation.guard:
        return set()
    changed = {name for name, value in operation.set.items() if name in held and value != held[name]}
    return {name for name, others in CAME_WITH.items() if name in held and changed & set(others)}


def _claimed(task: _AnyTask, operation: Edit, world: World) -> _AnyTask:
    """A task that was handed over is nobody's claim, unless the hand-over is taken back."""
    back = "claimed_by" in operation.set and world.records.get("staff", task.claimed_by or "") is not None
    return task if back else msgspec.structs.replace(task, claimed_by=None)


def remove(operation: Remove, world: World) -> Outcome:
    """Take back that one has made a task, while nothing has become of it."""
    task = _open(operation.kind, operation.id, world)
    assert isinstance(task, ManualTask)  # noqa: S101 -- for the type checker: only these can be removed
    if task.creator != world.account.id:
        raise Rejected("not_allowed", "Only who made a task takes it away; anybody who sees it can dismiss it.")
    held = as_document(task)
    for name, value in operation.was.items():
        if name in held and (held[name] or None) != (value or None):
            raise Rejected("conflict", "Somebody has changed it since.", field=name)
    check_free(task, world)
    return _outcome(task, None)


def finish(operation: Finish, world: World) -> Outcome:
    """The end of a task, and the next one if it repeats.

    A task whose time was up meanwhile is done all the same.
    """
    task = read(world, operation.kind, operation.id, _TYPES[operation.kind])
    assert isinstance(task, Task)  # noqa: S101 -- for the type checker
    me = world.account.id
    if task.state in ("done", "dismissed"):
        if (task.state, task.done_by) == (operation.how, me):
            return Outcome()
        raise Rejected("already_done", "It was done or dismissed already.", winner=task.done_by)
    if task.state == "expired" and operation.how == "dismissed":
        return Outcome()
    check_free(task, world)
    _check_person(task, world)
    reason = check_text(operation.reason, "reason", LONGEST_REASON).strip()
    if operation.how == "dismissed" and not reason:
        raise Rejected("invalid", "A task is dismissed for a reason.", field="reason")
    ended = msgspec.structs.replace(task, state=operation.how, done_by=me, done_at=world.now, reason=reason)
    if isinstance(ended, RuleTask) and len(world.account.stores) == 1:
        ended = msgspec.structs.replace(ended, store=world.account.stores[0])  # it counts where it was done
    following = _next(ended, world)
    return _outcome(task, ended, *([following] if following else []))


def reopen(operation: Reopen, world: World) -> Outcome:
    """An end taken back by who has made it."""
    task = read(world, operation.kind, operation.id, _TYPES[operation.kind])
    assert isinstance(task, Task)  # noqa: S101 -- for the type checker
    if task.state == "open":
        return Outcome()
    if task.state == "expired" or task.done_by != world.account.id:
        raise Rejected("not_allowed", "Only who has ended a task takes that back.")
    brief = world.records.get("corporate_brief", task.brief) if isinstance(task, CorporateTask) else None
    if isinstance(brief, CorporateBrief) and brief.withdrawn:
        raise Rejected("not_allowed", "The head office has taken it back: it is not to be done any more.")
    if isinstance(task, RuleTask) and _another_is_open(task, world):
        raise Rejected("conflict", "The rule has made another task for this customer since.")
    opened = msgspec.structs.replace(task, state="open", done_by=None, done_at=None, reason="")
    following = _next(task, world, made=True)
    if following is None:
        return _outcome(task, opened)
    found = world.records.get("manual_task", following.id)
    if found is not None and msgspec.structs.replace(following, created_at=getattr(found, "created_at", None)) != found:
        raise Rejected("conflict", "The next one of this task has been changed since.")
    gone = _outcome(found if isinstance(found, ManualTask) else None, None)
    back = _outcome(task, opened)
    return Outcome(puts=back.puts, removes=(*back.removes, *gone.removes))


def _another_is_open(task: RuleTask, world: World) -> bool:
    """Whether the customer has an open task of the same rule that the author sees.

    Of one that they do not see nothing is said: the customer is a colleague's, and so would this task be.
    """
    found = world.records.get("customer", task.customer)
    customer = found if isinstance(found, Customer) else None
    return any(
        isinstance(other, RuleTask)
        and (other.rule, other.state) == (task.rule, "open")
        and visibility.visible(_mode(world), world.account, visibility.tags(other, customer))
        for other in world.records.belongings(task.customer, "rule_task")
    )


def withdraw(operation: Withdraw, world: World) -> Outcome:
    """A manager takes back a task that was given. Its effect on the task, which they need not see, is the backend's."""
    card = read(world, "task_card", operation.id, TaskCard)
    assert isinstance(card, TaskCard)  # noqa: S101 -- for the type checker
    if card.state != "open":
        raise Rejected("already_done", "It was done or dismissed already.", winner=card.assignee)
    reason = check_text(operation.reason, "reason", LONGEST_REASON).strip()
    return Outcome(puts=(msgspec.structs.replace(card, state="dismissed", done_at=world.now, reason=reason),))


def withdrawn(task: ManualTask, card: TaskCard, manager: str) -> ManualTask:
    """The task of a card that a manager has withdrawn."""
    return msgspec.structs.replace(
        task, state="dismissed", done_by=manager, done_at=card.done_at, reason=card.reason, repeat="", repeat_from=""
    )


def follow(task: RuleTask, before: Customer, after: Customer) -> RuleTask:
    """A rule's task after its customer was given to somebody else: open and the old owner's, it is the new one's.

    In another store nobody has to do with it any more who had, or has taken it.
    """
    goes = before.store != after.store or (task.meant_for == before.owner and before.owner != after.owner)
    if task.state != "open" or not goes:
        return task
    return msgspec.structs.replace(task, meant_for=after.owner, claimed_by=None)


# ------------------------------------------------------------------ what comes after


def _next(ended: Task, world: World, *, made: bool = False) -> ManualTask | None:
    """The next task of a repeating one; None also if it is there, unless it is asked for as it was ``made``."""
    if not isinstance(ended, ManualTask) or not ended.repeat or not ended.due or ended.done_at is None:
        return None
    zone = store_time.zone_of(world.retailer, ended.store)
    try:
        start, last = store_time.read_due(ended.repeat_from or ended.due), store_time.read_due(ended.due)
        due = recurrence.next_due(ended.repeat, start, last, store_time.local_day(ended.done_at, zone))
    except ValueError:  # a newer version has written it; without the next one the series would end unnoticed
        raise Rejected(
            "unsupported",
            "Only a newer version of Sellmode knows when this task repeats: update, or edit how it repeats first.",
            field="repeat",
        ) from None
    if due is None:
        return None
    series = ended.series or ended.id
    id = source_id("manual_task", "sellmode", f"{series}/{due.text}")
    if not made and world.records.get("manual_task", id) is not None:
        return None
    following = msgspec.structs.replace(
        ended,
        id=id,
        series=series,
        due=due.text,
        snoozed_to="",
        state="open",
        done_by=None,
        done_at=None,
        reason="",
        claimed_by=None,
        created_at=ended.done_at,
    )
    timed = _timed(following, world)
    assert isinstance(timed, ManualTask)  # noqa: S101 -- for the type checker
    return timed


def _outcome(before: Record | None, after: Record | None, *others: Record) -> Outcome:
    """A change with the cards that it brings, and takes away."""
    there = [*([after] if after else []), *others]
    cards = [card for record in there for card in visibility.cards(record)]
    kept = {card.id for card in cards}
    gone = [(kind_of(card), card.id) for card in (visibility.cards(before) if before else []) if card.id not in kept]
    if before and not after:
        gone.append((kind_of(before), before.id))
    return Outcome(puts=(*there, *cards), removes=tuple(gone))


def _fields(outcome: Outcome) -> dict[str, Any]:
    return {"puts": outcome.puts, "removes": outcome.removes}


# ------------------------------------------------------------------ checks


def _open(kind: str, id: str, world: World) -> Task:
    task = read(world, kind, id, _TYPES[kind])
    assert isinstance(task, Task)  # noqa: S101 -- for the type checker
    if task.state != "open":
        raise Rejected("already_done", "It was done, dismissed or expired already.", winner=task.done_by)
    return task


def _check_texts(task: Task) -> None:
    if not check_text(task.title, "title", LONGEST_TITLE).strip():
        raise Rejected("invalid", "A task needs a title.", field="title")
    check_text(task.details, "details", LONGEST_DETAILS)
    if isinstance(task, ManualTask):
        check_text(task.series, "series", LONGEST_TITLE)


def _timed(task: Task, world: World) -> Task:
    """A task with the instant of its due time; raises Rejected for times and repetitions that cannot be."""
    zone = store_time.zone_of(world.retailer, task.store)
    found: dict[str, Due] = {}
    for name in ("due", "snoozed_to"):
        if text := getattr(task, name):
            try:
                found[name] = store_time.read_due(text)
            except ValueError as error:
                raise Rejected("invalid", f"This is no due time: {error}.", field=name) from None
    if isinstance(task, ManualTask) and task.repeat:
        if "due" not in found:
            raise Rejected("invalid", "A task that repeats has a due time to begin with.", field="due")
        try:
            recurrence.check(task.repeat, store_time.read_due(task.repeat_from or task.due))
        except ValueError as error:
            raise Rejected("invalid", f"It cannot repeat so: {error}.", field="repeat") from None
    counts = found.get("snoozed_to") or found.get("due")
    return msgspec.structs.replace(task, due_at=counts.instant(zone) if counts else None)


def _has_come(task: Task, world: World) -> bool:
    return task.due_at is not None and task.due_at <= world.now


def check_free(task: Task, world: World) -> None:
    """Whether a task is not a colleague's.

    What was taken in Team Mode binds nobody in Associate Mode, where each task has one person only.
    """
    if _mode(world) == "team":
        check_unclaimed(task, world)


def check_unclaimed(record: Task | Request, world: World) -> None:
    """Whether no colleague has taken it."""
    if record.claimed_by != world.account.id and is_taken(record, partial(world.records.get, "staff")):
        raise Rejected("already_claimed", "A colleague has taken it.", winner=record.claimed_by)


def is_taken(record: Task | Request, staff_of: Callable[[str], Record | None]) -> bool:
    """Whether somebody has taken it who can still do it: who is disabled or works elsewhere keeps nobody from it.

    ``staff_of`` gives the staff record of an id.
    """
    if record.claimed_by is None:
        return False
    staff = staff_of(record.claimed_by)
    return isinstance(staff, Staff) and staff.active and staff.store == record.store


def _check_person(task: Task, world: World) -> None:
    """Whether a corporate task is its author's own: the whole store may see it, but each does theirs."""
    if isinstance(task, CorporateTask) and task.person != world.account.id:
        raise Rejected("not_allowed", "A corporate task is for the person whom it names.")


def _mode(world: World) -> str:
    return world.retailer.mode if world.retailer else "associate"


def _somebody(id: str, world: World) -> Customer | CustomerCard:
    """A customer, or the card of one; whether its author sees them is asked elsewhere."""
    customer = world.records.get("customer", id)
    if isinstance(customer, Customer):
        return customer
    return read(world, "customer_card", source_id("customer_card", "sellmode", id), CustomerCard)


def _colleague(id: str, store: str, world: World, field: str) -> None:
    staff = world.records.get("staff", id)
    if not isinstance(staff, Staff) or not staff.active or staff.store != store:
        raise Rejected("invalid", "A task is given to somebody who works in the store.", field=field)


def _check_given(task: ManualTask, world: World) -> None:
    """Whether a task may go to somebody: only the manager gives tasks in Associate Mode, and a task on a customer goes
    only to who sees that customer.
    """
    assert task.assignee is not None  # noqa: S101 -- for the type checker: it is given
    _colleague(task.assignee, task.store, world, "assignee")
    alone = _mode(world) != "team"
    if alone and not visibility.may(world.account, "reassign"):
        raise Rejected("not_allowed", "In Associate Mode only the manager gives tasks to others.", field="assignee")
    if task.customer is None:
        return
    somebody = _somebody(task.customer, world)
    sees = somebody.owner == task.assignee if alone else getattr(somebody, "store", task.store) == task.store
    if not sees:
        raise Rejected("not_allowed", "A task on a customer goes to who sees that customer.", field="assignee")

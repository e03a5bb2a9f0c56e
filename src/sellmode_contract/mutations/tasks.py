"""What operations make of tasks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec

from sellmode_contract import recurrence, store_time, visibility
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import ManualTask, TaskCard
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.retailer import zone_of
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task import Task
from sellmode_contract.mutations.customers import check_text
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.operations import Create, Edit, Finish, Remove, Reopen, Withdraw
from sellmode_contract.mutations.reading import customer_or_card, read
from sellmode_contract.mutations.world import Outcome, World, changed
from sellmode_contract.records import Record
from sellmode_contract.refusals import Rejected
from sellmode_contract.store_time import Due
from sellmode_contract.translatable import Translatable

MAX_REASON = 200

_AnyTask = TypeVar("_AnyTask", bound=Task)

_TYPES: dict[str, type[Task]] = {"manual_task": ManualTask, "rule_task": RuleTask, "corporate_task": CorporateTask}

# ------------------------------------------------------------------ made, edited, removed


def _may_make(_: Create, world: World) -> None:
    if len(world.account.stores) != 1:
        raise Rejected("not_allowed", "Only someone who works in exactly one store can have tasks there.")


def _may_change(task: Task, operation: Edit | Remove, world: World) -> None:
    _check_open(task)
    _check_person(task, world)
    if isinstance(operation, Edit):
        return
    if isinstance(task, ManualTask) and task.creator != world.account.id:
        raise Rejected("not_allowed", "Only the creator can remove a task; anyone who sees it can dismiss it.")
    check_free(task, world)


def _settle(before: Task | None, task: Task, operation: Create | Edit, world: World) -> Task:
    """A task with what follows from its fields: whom it may be given to, and when it is due."""
    if isinstance(task, ManualTask):
        task = _settle_made(before, task, operation, world)
    if isinstance(task, RuleTask) and isinstance(before, RuleTask) and task.meant_for != before.meant_for:
        if _mode(world) != "team":
            raise Rejected(
                "not_allowed",
                "In Associate Mode, an automatic task belongs to its customer's owner.",
                field="meant_for",
            )
        if task.meant_for is not None:
            _colleague(task.meant_for, task.store, world, "meant_for")
        task = _claimed(task, operation, world)
    task = _timed(task, world)
    taken_back = isinstance(operation, Edit) and operation.guard  # to what it was, be that past by now
    put_off = before is not None and task.snoozed_to and task.snoozed_to != before.snoozed_to
    if put_off and _has_come(task, world) and not taken_back:
        raise Rejected("invalid", "A task can only be snoozed to a time in the future.", field="snoozed_to")
    return task


def _settle_made(before: Task | None, task: ManualTask, operation: Create | Edit, world: World) -> ManualTask:
    me = world.account.id
    if not isinstance(before, ManualTask) or task.repeat != before.repeat or not before.repeat:
        given = "repeat_from" in (operation.doc if isinstance(operation, Create) else operation.set)
        start = task.repeat_from if given else task.due
        task = msgspec.structs.replace(task, repeat_from=start if task.repeat else "")
    if not isinstance(before, ManualTask):
        if task.customer is not None:
            customer_or_card(task.customer, world)
        if task.assignee not in (None, me):
            _check_given(task, world)
        return task
    if task.assignee == before.assignee:
        return task
    if task.assignee not in (None, task.creator, me):
        _check_given(task, world)
    elif me not in (task.assignee, task.creator):
        _colleague(task.creator, task.store, world, "assignee")  # back to who made it
    return _claimed(task, operation, world)


def _claimed(task: _AnyTask, operation: Create | Edit, world: World) -> _AnyTask:
    """A task that was handed over is nobody's claim, unless the hand-over is undone and its claim still counts.

    Ids of people can be worked out: that there is somebody in another store must not show in what becomes of a claim.
    """
    back = isinstance(operation, Edit) and "claimed_by" in operation.set
    counts = back and is_taken(task, partial(world.records.get, "staff"))
    return task if counts else msgspec.structs.replace(task, claimed_by=None)


HOOKS = Hooks(may_create=_may_make, may_change=_may_change, settle=_settle)
"""Of all three kinds of tasks."""


# ------------------------------------------------------------------ ended, and open again


def finish(operation: Finish, world: World) -> Outcome:
    """The end of a task, and the next one if it repeats.

    A task whose time was up meanwhile is done all the same.
    """
    task = read(world, operation.kind, operation.id, _TYPES[operation.kind])
    me = world.account.id
    if task.state in ("done", "dismissed"):
        if (task.state, task.done_by) == (operation.how, me):
            return Outcome()
        raise Rejected("already_done", "It has already been completed or dismissed.", winner=task.done_by)
    if task.state == "expired" and operation.how == "dismissed":
        return Outcome()
    check_free(task, world)
    _check_person(task, world)
    reason = check_text(operation.reason, "reason", MAX_REASON).strip()
    if operation.how == "dismissed" and not reason:
        raise Rejected("invalid", "Dismissing a task needs a reason.", field="reason")
    ended = msgspec.structs.replace(task, state=operation.how, done_by=me, done_at=world.now, reason=reason)
    if isinstance(ended, RuleTask) and len(world.account.stores) == 1:
        ended = msgspec.structs.replace(ended, store=world.account.stores[0])  # it counts where it was done
    following = _next(ended, world)
    return changed(task, ended, *([following] if following else []))


def reopen(operation: Reopen, world: World) -> Outcome:
    """An end taken back by who has made it."""
    task = read(world, operation.kind, operation.id, _TYPES[operation.kind])
    if task.state == "open":
        return Outcome()
    if task.state == "expired" or task.done_by != world.account.id:
        raise Rejected("not_allowed", "Only the person who ended a task can reopen it.")
    brief = world.records.get("corporate_brief", task.brief) if isinstance(task, CorporateTask) else None
    if isinstance(brief, CorporateBrief) and brief.withdrawn:
        raise Rejected("not_allowed", "Head office has withdrawn it.")
    if isinstance(task, RuleTask) and _another_is_open(task, world):
        raise Rejected("conflict", "The rule has since created another task for this customer.")
    opened = msgspec.structs.replace(task, state="open", done_by=None, done_at=None, reason="")
    following = _next(task, world, made=True)
    if following is None:
        return changed(task, opened)
    found = world.records.get("manual_task", following.id)
    if found is not None and msgspec.structs.replace(following, created_at=getattr(found, "created_at", None)) != found:
        raise Rejected("conflict", "The next task of this series has been changed since.")
    gone = changed(found if isinstance(found, ManualTask) else None, None)
    back = changed(task, opened)
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
    if card.state != "open":
        raise Rejected("already_done", "It has already been completed or dismissed.", winner=card.assignee)
    reason = check_text(operation.reason, "reason", MAX_REASON).strip()
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
    zone = zone_of(world.retailer, ended.store)
    try:
        start, last = store_time.read_due(ended.repeat_from or ended.due), store_time.read_due(ended.due)
        due = recurrence.next_due(ended.repeat, start, last, store_time.local_day(ended.done_at, zone))
    except ValueError:  # a newer version has written it; without the next one the series would end unnoticed
        raise Rejected(
            "unsupported",
            "Only a newer version of Sellmode knows when this task repeats: update, or change the repetition first.",
            field="repeat",
        ) from None
    if due is None:
        return None
    series = ended.series or ended.id
    id = following_id(ended.creator, series, due.text)
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
        edited={},
    )
    timed = _timed(following, world)
    assert isinstance(timed, ManualTask)  # noqa: S101 -- for the type checker
    return timed


def following_id(creator: str, series: str, due: str) -> str:
    """The id of a series' task of a due time: two terminals that make it offline make the same record.

    Anybody can name a series when they make a task again, but nobody else as its creator.
    """
    return source_id("manual_task", "sellmode", f"{creator}/{series}/{due}")


# ------------------------------------------------------------------ checks


def _check_open(task: Task) -> None:
    if task.state != "open":
        raise Rejected("already_done", "It has already been completed, dismissed or expired.", winner=task.done_by)


def _timed(task: Task, world: World) -> Task:
    """A task with the instant of its due time; raises Rejected for times and repetitions that cannot be."""
    zone = zone_of(world.retailer, task.store)
    found: dict[str, Due] = {}
    for name in ("due", "snoozed_to"):
        if text := getattr(task, name):
            try:
                found[name] = store_time.read_due(text)
            except ValueError as error:
                raise Rejected(
                    "invalid", Translatable("Not a valid due date: {why}.", why=Translatable.said(error)), field=name
                ) from None
    if isinstance(task, ManualTask) and task.repeat:
        if "due" not in found:
            raise Rejected("invalid", "A repeating task needs a due date.", field="due")
        try:
            recurrence.check(task.repeat, store_time.read_due(task.repeat_from or task.due))
        except ValueError as error:
            raise Rejected(
                "invalid", Translatable("Not a valid repetition: {why}.", why=Translatable.said(error)), field="repeat"
            ) from None
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
        raise Rejected("not_allowed", "A corporate task can only be changed by the person it is for.")


def _mode(world: World) -> str:
    return world.retailer.mode if world.retailer else "associate"


def _colleague(id: str, store: str, world: World, field: str) -> None:
    staff = world.records.get("staff", id)
    if not isinstance(staff, Staff) or not staff.active or staff.store != store:
        raise Rejected("invalid", "A task can only be given to someone who works in the store.", field=field)


def _check_given(task: ManualTask, world: World) -> None:
    """Whether a task may go to somebody: only the manager gives tasks in Associate Mode, and a task on a customer goes
    only to who sees that customer.
    """
    assert task.assignee is not None  # noqa: S101 -- for the type checker: it is given
    _colleague(task.assignee, task.store, world, "assignee")
    alone = _mode(world) != "team"
    if alone and not visibility.may(world.account, "reassign"):
        raise Rejected("not_allowed", "In Associate Mode, only a manager can give tasks to others.", field="assignee")
    if task.customer is None:
        return
    somebody = customer_or_card(task.customer, world)
    sees = somebody.owner == task.assignee if alone else getattr(somebody, "store", task.store) == task.store
    if not sees:
        raise Rejected(
            "not_allowed", ("A customer's task can only go to someone who sees the customer."), field="assignee"
        )

"""The changes that people make of tasks, of the rules that make them and of a head office's briefs, as operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.manual_task import ManualTask, TaskCard
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.mutations import Claim, Create, Edit, Finish, Rejected, Release, Reopen, Withdraw
from sellmode_contract.store_time import Due
from sellmode_contract.visibility import may
from sellmode_tui.language import marked
from sellmode_tui.records import of_kinds
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.tasks.lines import TaskKey, given_cards
from sellmode_tui.records.writing import NotVisible

AnyTask = ManualTask | RuleTask | CorporateTask


def task(seen: Seen, key: TaskKey) -> AnyTask:
    """A visible task. Raises NotVisible."""
    found = seen.get(key.kind, key.id)
    if not isinstance(found, AnyTask):
        raise NotVisible(marked("task"))
    return found


# ------------------------------------------------------------------ tasks


def create(id: str, fields: Mapping[str, Any]) -> Create:
    """A task of one's own, or given to somebody; fields that say nothing are left out."""
    return of_kinds.create("manual_task", id, fields)


def create_again(id: str, record: ManualTask) -> Create:
    """A task that was removed, as it was: put off as it was, and where its series was."""
    made = of_kinds.make_again(record, id)
    if record.repeat_from != record.due:
        return made
    return msgspec.structs.replace(made, doc={name: value for name, value in made.doc.items() if name != "repeat_from"})


def came_with(operation: Edit, before: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What an edit of a task changed besides its fields: by name, what was there before it and what it made of that."""
    found: dict[str, tuple[Any, Any]] = {}
    if operation.set.keys() & {"assignee", "meant_for"} and (claimed := before.get("claimed_by")):
        found["claimed_by"] = (claimed, None)
    start, due = before.get("repeat_from", ""), before.get("due", "")
    if operation.kind == "manual_task" and "repeat" in operation.set and start not in ("", due):
        found["repeat_from"] = (start, operation.set.get("due", due) if operation.set["repeat"] else "")
    return found


def edit(seen: Seen, key: TaskKey, set: Mapping[str, Any], saw: Mapping[str, Any]) -> Edit:
    """Changes of a task's fields; what is so already is left out. Raises NotVisible.

    Whoever sets another due time means it to count: the task is not put off any more, even if its author has not seen
    that it was.
    """
    held, saw = task(seen, key), {name: value for name, value in saw.items() if name in set}
    wanted, known = (of_kinds.plain(KINDS[key.kind], fields) for fields in (set, {"due": held.due, **saw}))
    if wanted.get("due", held.due) not in (held.due, known["due"]) and held.snoozed_to:
        wanted.setdefault("snoozed_to", "")
    return of_kinds.edit(held, wanted, saw)


def snooze(seen: Seen, key: TaskKey, to: Due | None) -> Edit:
    """Putting a task off; to None: taking that back. Raises NotVisible."""
    return edit(seen, key, {"snoozed_to": to}, {})


def hand_over(seen: Seen, key: TaskKey, person: str) -> Edit:
    """Giving a task to somebody. Raises NotVisible and Rejected."""
    match held := task(seen, key):
        case ManualTask():
            return edit(seen, key, {"assignee": None if person == held.creator else person}, {})
        case RuleTask():
            return edit(seen, key, {"meant_for": person}, {})
        case CorporateTask():
            raise Rejected("not_allowed", "A corporate task cannot be handed over.")


def finish(seen: Seen, key: TaskKey, how: Literal["done", "dismissed"], reason: str) -> Finish:
    """The end of a task. Raises NotVisible."""
    task(seen, key)
    return Finish(kind=key.kind, id=key.id, how=how, reason=reason)


def reopen(seen: Seen, key: TaskKey) -> Reopen:
    """Taking back that one has ended a task. Raises NotVisible."""
    task(seen, key)
    return Reopen(kind=key.kind, id=key.id)


def claim(seen: Seen, key: TaskKey, *, take: bool) -> Claim | Release:
    """Taking a task, or giving it back. Raises NotVisible and Rejected."""
    task(seen, key)
    if key.kind == "corporate_task":
        raise Rejected("not_allowed", "A corporate task cannot be taken: everyone has their own.")
    return Claim(kind=key.kind, id=key.id) if take else Release(kind=key.kind, id=key.id)


def withdraw(seen: Seen, card: str, reason: str) -> Withdraw | Finish:
    """Taking a task back from whom it was given to; one that is seen itself is dismissed. Raises NotVisible."""
    if isinstance(seen.get("task_card", card), TaskCard):
        return Withdraw(id=card, reason=reason)
    task = next((each.task for each in given_cards(seen.reading) if each.id == card), None)
    if task is None:
        raise NotVisible(marked("task"))
    return Finish(kind="manual_task", id=task, how="dismissed", reason=reason)


# ------------------------------------------------------------------ to whom


def assignable(seen: Seen, customer: str | None) -> list[Staff]:
    """The colleagues, oneself too, who may be given a task by hand, on a customer if one is named: by name."""
    account = seen.account
    if account is None:
        return []
    here = [staff for staff in seen.around.colleagues if staff.active and staff.store in account.stores]
    if seen.mode == "team":
        return here
    if not may(account, "reassign"):
        return [staff for staff in here if staff.id == account.id]
    if customer is None:
        return here
    return [staff for staff in here if staff.id in (account.id, _owner(seen, customer))]


def takers(seen: Seen, key: TaskKey) -> list[Staff]:
    """The colleagues to whom a task may be handed over, by name. Raises NotVisible."""
    held = task(seen, key)
    match held:
        case ManualTask():
            some = {staff.id for staff in _able(seen, held.customer)}
            some |= {staff.id for staff in seen.around.colleagues if staff.id == held.creator and staff.active}
            some -= {held.assignee or held.creator}
        case RuleTask():
            some = {staff.id for staff in assignable(seen, None)} if seen.mode == "team" else set()
            some -= {held.meant_for or ""}
        case CorporateTask():
            some = set()
    return [staff for staff in seen.around.colleagues if staff.id in some]


def takers_of_all(seen: Seen, keys: list[TaskKey]) -> list[Staff]:
    """The colleagues to whom all of these may be handed over, by name. Raises NotVisible."""
    each = [{staff.id for staff in takers(seen, key)} for key in keys]
    return [staff for staff in seen.around.colleagues if each and all(staff.id in some for some in each)]


def _able(seen: Seen, customer: str | None) -> list[Staff]:
    """To whom oneself may give a task that is there."""
    if seen.mode != "team" and not (seen.account and may(seen.account, "reassign")):
        return []
    return assignable(seen, customer) if may_know(seen, customer) else []


def may_know(seen: Seen, customer: str | None) -> bool:
    """Whether a task's customer, if it has one, is visible or has a card that is."""
    return customer is None or seen.get("customer", customer) is not None or _card(seen, customer) is not None


def _owner(seen: Seen, customer: str) -> str | None:
    found = seen.get("customer", customer) or _card(seen, customer)
    return getattr(found, "owner", None)


def _card(seen: Seen, customer: str) -> Any:
    return next((card for card in seen.belongings(customer, "customer_card")), None)


# ------------------------------------------------------------------ rules and briefs


def create_rule(seen: Seen, fields: Mapping[str, Any]) -> Create:
    """A rule, of the account's store unless it says ``store`` (None: of the retailer)."""
    stores = seen.account.stores if seen.account else ()
    store = fields.get("store", stores[0] if len(stores) == 1 else None)
    made = of_kinds.create("task_rule", "", {**fields, "store": store})
    slug = made.doc.get("slug")
    return msgspec.structs.replace(made, id=task_rule_id(store, slug if isinstance(slug, str) else ""))


def edit_rule(seen: Seen, id: str, set: Mapping[str, Any], saw: Mapping[str, Any]) -> Create | Edit:
    """Changes of a rule; what is so already is left out. Raises NotVisible.

    A manager's change of a retailer's rule makes a rule of their store, which stands in its place there; if the store
    has one, that is to be changed.
    """
    rule = seen.get("task_rule", id)
    if not isinstance(rule, TaskRule):
        raise NotVisible(marked("rule"))
    account = seen.account
    if rule.store is None and account and len(account.stores) == 1 and not may(account, "announce"):
        own = task_rule_id(account.stores[0], rule.slug)
        if seen.get("task_rule", own) is None:
            return create_rule(seen, {**of_kinds.content(rule), **set, "store": account.stores[0]})
        raise Rejected("conflict", "Your store has its own version of this rule: change that one.")
    return of_kinds.edit(rule, set, saw)


def announce(id: str, fields: Mapping[str, Any]) -> Create:
    """A head office's brief; fields that say nothing are left out."""
    return of_kinds.create("corporate_brief", id, fields)

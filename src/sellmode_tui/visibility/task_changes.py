"""The changes that people make of tasks, of the rules that make them and of a head office's briefs, as operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from sellmode_contract.documents import as_document, as_json
from sellmode_contract.kinds.task import MANUAL_TASK
from sellmode_contract.mutations import Claim, Create, Edit, Finish, Rejected, Release, Remove, Reopen, Withdraw
from sellmode_contract.records import (
    CorporateBrief,
    CorporateTask,
    ManualTask,
    RuleTask,
    Staff,
    TaskCard,
    TaskRule,
    task_rule_id,
)
from sellmode_contract.store_time import Due
from sellmode_contract.visibility import may
from sellmode_tui.visibility.seen import Seen
from sellmode_tui.visibility.tasks import TaskKey
from sellmode_tui.visibility.writing import NotVisible

AnyTask = ManualTask | RuleTask | CorporateTask


def task(seen: Seen, key: TaskKey) -> AnyTask:
    """A visible task. Raises NotVisible."""
    found = seen.get(key.kind, key.id)
    if not isinstance(found, AnyTask):
        raise NotVisible("task")
    return found


# ------------------------------------------------------------------ tasks


def create(id: str, fields: Mapping[str, Any]) -> Create:
    """A task of one's own, or given to somebody; fields that say nothing are left out."""
    return Create(kind="manual_task", id=id, doc={name: value for name, value in _plain(fields).items() if value})


def create_again(id: str, record: ManualTask) -> Create:
    """A task that was removed, as it was: put off as it was, and where its series was."""
    held = as_document(record)
    again = {name: held[name] for name in MANUAL_TASK.created}
    if held["repeat_from"] == held["due"]:
        del again["repeat_from"]
    return create(id, again)


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

    Whoever sets another due time means it to count: the task is not put off any more.
    """
    held = as_document(task(seen, key))
    wanted = _plain(set)
    if wanted.get("due", held["due"]) != held["due"] and held["snoozed_to"]:
        wanted.setdefault("snoozed_to", "")
    changed, was = _changes(held, wanted, saw)
    return Edit(kind=key.kind, id=key.id, set=changed, was=was)


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
            raise Rejected("not_allowed", "A corporate task is for each person to do: it cannot be handed over.")


def finish(seen: Seen, key: TaskKey, how: Literal["done", "dismissed"], reason: str) -> Finish:
    """The end of a task. Raises NotVisible."""
    task(seen, key)
    return Finish(kind=key.kind, id=key.id, how=how, reason=reason)


def reopen(seen: Seen, key: TaskKey) -> Reopen:
    """Taking back that one has ended a task. Raises NotVisible."""
    task(seen, key)
    return Reopen(kind=key.kind, id=key.id)


def remove(seen: Seen, id: str) -> Remove:
    """Taking back that one has made a task, as it is seen; it stays if it has changed. Raises NotVisible."""
    held = seen.get("manual_task", id)
    if not isinstance(held, ManualTask):
        raise NotVisible("task")
    return Remove(kind="manual_task", id=id, was=content(held))


def claim(seen: Seen, key: TaskKey, *, take: bool) -> Claim | Release:
    """Taking a task, or giving it back. Raises NotVisible and Rejected."""
    task(seen, key)
    if key.kind == "corporate_task":
        raise Rejected("not_allowed", "A corporate task is for each person to do: nobody takes it from the others.")
    return Claim(kind=key.kind, id=key.id) if take else Release(kind=key.kind, id=key.id)


def withdraw(seen: Seen, card: str, reason: str) -> Withdraw:
    """Taking a task back from whom it was given to. Raises NotVisible."""
    if not isinstance(seen.get("task_card", card), TaskCard):
        raise NotVisible("task")
    return Withdraw(id=card, reason=reason)


def content(record: ManualTask) -> dict[str, Any]:
    """What somebody wrote of a task, as JSON has it."""
    held = as_document(record)
    return {name: held[name] for name in MANUAL_TASK.content}


def made(operation: Create) -> dict[str, Any]:
    """What stands in the fields of a task as it was made."""
    return {**dict.fromkeys(MANUAL_TASK.content), **operation.doc}


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
    doc = {name: value for name, value in _plain(fields).items() if value is not None or name == "store"}
    stores = seen.account.stores if seen.account else ()
    store = doc.setdefault("store", stores[0] if len(stores) == 1 else None)
    if store is None:
        del doc["store"]
    slug = doc.get("slug")
    return Create(kind="task_rule", id=task_rule_id(store, slug if isinstance(slug, str) else ""), doc=doc)


def edit_rule(seen: Seen, id: str, set: Mapping[str, Any], saw: Mapping[str, Any]) -> Create | Edit:
    """Changes of a rule; what is so already is left out. Raises NotVisible.

    A manager's change of a retailer's rule makes a rule of their store, which stands in its place there; if the store
    has one, that is to be changed.
    """
    rule = seen.get("task_rule", id)
    if not isinstance(rule, TaskRule):
        raise NotVisible("rule")
    account = seen.account
    if rule.store is None and account and len(account.stores) == 1 and not may(account, "announce"):
        own = task_rule_id(account.stores[0], rule.slug)
        if seen.get("task_rule", own) is None:
            return create_rule(seen, {**rule_content(rule), **_plain(set), "store": account.stores[0]})
        raise Rejected("conflict", "Your store has a rule in place of this one: change that.")
    changed, was = _changes(as_document(rule), _plain(set), saw)
    return Edit(kind="task_rule", id=id, set=changed, was=was)


def remove_rule(seen: Seen, id: str) -> Remove:
    """The end of a rule as it is seen; it stays if it has changed. Raises NotVisible."""
    rule = seen.get("task_rule", id)
    if not isinstance(rule, TaskRule):
        raise NotVisible("rule")
    return Remove(kind="task_rule", id=id, was=_without(as_document(rule), {"id"}))


def rule_content(rule: TaskRule) -> dict[str, Any]:
    """What a rule says, as JSON has it."""
    return {name: value for name, value in as_json(rule).items() if name != "id"}


def rule_made(operation: Create) -> dict[str, Any]:
    """What stands in the fields of a rule as it was made."""
    return _without(as_document(msgspec.convert({**operation.doc, "id": operation.id}, TaskRule)), {"id"})


def announce(id: str, fields: Mapping[str, Any]) -> Create:
    """A head office's brief; fields that say nothing are left out."""
    return Create(kind="corporate_brief", id=id, doc={name: value for name, value in _plain(fields).items() if value})


def take_back(seen: Seen, id: str) -> Remove:
    """Taking a brief back: its open tasks expire. Raises NotVisible."""
    if not isinstance(seen.get("corporate_brief", id), CorporateBrief):
        raise NotVisible("corporate task")
    return Remove(kind="corporate_brief", id=id)


# ------------------------------------------------------------------ fields


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as JSON has them: due times as records write them, texts of one line without spaces around."""
    return {name: _value(name, value) for name, value in fields.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Due):
        return value.text
    if name in _TEXTS and (value is None or isinstance(value, str)):
        return (value or "").strip()
    return msgspec.to_builtins(value) if not isinstance(value, tuple | set | frozenset) else list(value)


_TEXTS = {
    "title",
    "details",
    "due",
    "snoozed_to",
    "repeat",
    "name",
    "slug",
    "message",
    "subject",
    "expires",
    "audience",
    "due_time",
    "event",
    "consent",
}
"""Fields that are empty where they say nothing."""


def _changes(
    held: Mapping[str, Any], wanted: Mapping[str, Any], saw: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, and what their author saw of them."""
    changed = [name for name, value in wanted.items() if name not in held or value != held[name]]
    seen = {**held, **_plain(saw)}
    return {name: wanted[name] for name in changed}, {name: seen.get(name) for name in changed}


def _without(document: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}

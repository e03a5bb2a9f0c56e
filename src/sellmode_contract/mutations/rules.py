"""What operations make of the rules that make tasks, and of a head office's briefs."""

from __future__ import annotations

import datetime as dt

import msgspec

from sellmode_contract import store_time, visibility
from sellmode_contract.documents import as_document, as_json
from sellmode_contract.mutations.customers import check_text
from sellmode_contract.mutations.merging import merged
from sellmode_contract.mutations.operations import Create, Edit, Remove
from sellmode_contract.mutations.reading import check_known, check_new, invalid, read
from sellmode_contract.mutations.refusals import Rejected
from sellmode_contract.mutations.tasks import LONGEST_DETAILS, LONGEST_TITLE
from sellmode_contract.mutations.world import Outcome, World
from sellmode_contract.records import CorporateBrief, TaskRule, task_rule_id
from sellmode_contract.rules import checking

FIXED = {"id", "slug", "store", "trigger"}
"""Fields of a rule that stay as they were made: its tasks' keys depend on them."""
MOST_PRODUCTS = 10


def create(operation: Create, world: World) -> Outcome:
    """A new rule, of the retailer or of a store. Its id is ``records.task_rule_id`` of store and slug."""
    try:
        rule = msgspec.convert({**operation.doc, "id": operation.id}, TaskRule)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    check_known(operation.doc, set(TaskRule.__struct_fields__) - {"id"})
    _check_may(rule, world)
    _check(rule, world)
    if operation.id != task_rule_id(rule.store, rule.slug):
        raise Rejected("invalid", "The id of a rule is made of its store and slug.", field="id")
    if world.records.get("task_rule", operation.id) is not None:
        raise Rejected("conflict", "There is a rule of this slug already.", field="slug")
    return Outcome(puts=(rule,))


def edit(operation: Edit, world: World) -> Outcome:
    """Changes of a rule."""
    rule = _rule(operation.id, world)
    _check_may(rule, world)
    held = as_document(rule)
    fields, conflicts = merged(operation, held, set(held) - FIXED)
    if fields == held:
        return Outcome(conflicts=conflicts)
    try:
        changed = msgspec.convert(fields, TaskRule)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    _check(changed, world)
    return Outcome(puts=(changed,), conflicts=conflicts)


def remove(operation: Remove, world: World) -> Outcome:
    """The end of a rule. Its open tasks expire with the backend's next pass."""
    rule = _rule(operation.id, world)
    _check_may(rule, world)
    held = as_document(rule)
    for name, value in operation.was.items():
        if name in held and held[name] != as_json(value):
            raise Rejected("conflict", "Somebody has changed it since.", field=name)
    return Outcome(removes=(("task_rule", rule.id),))


def announce(operation: Create, world: World) -> Outcome:
    """A head office's brief. The tasks are made of it by the backend."""
    check_new(operation, world)
    given = {**operation.doc, "id": operation.id, "created_by": world.account.id, "created_at": world.now}
    try:
        brief = msgspec.convert(given, CorporateBrief)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    check_known(operation.doc, set(CorporateBrief.__struct_fields__) - {"id", "created_at", "created_by", "withdrawn"})
    if world.account.role != "head_office":
        raise Rejected("not_allowed", "Only the head office makes corporate tasks.")
    check_brief(brief, [entry.id for entry in world.retailer.stores] if world.retailer else [])
    return Outcome(puts=(brief,))


def take_back(operation: Remove, world: World) -> Outcome:
    """A brief taken back: it stays, marked so, for those who have done its task."""
    brief = read(world, "corporate_brief", operation.id, CorporateBrief)
    assert isinstance(brief, CorporateBrief)  # noqa: S101 -- for the type checker
    if world.account.role != "head_office":
        raise Rejected("not_allowed", "Only the head office takes back its tasks.")
    return Outcome(puts=(msgspec.structs.replace(brief, withdrawn=True),) if not brief.withdrawn else ())


def check_brief(brief: CorporateBrief, stores: list[str]) -> None:
    """Raises Rejected for a brief that cannot be: the first thing that is wrong with it."""
    if not check_text(brief.title, "title", LONGEST_TITLE).strip():
        raise Rejected("invalid", "A corporate task needs a title.", field="title")
    for name in ("details", "subject", "message"):
        check_text(getattr(brief, name), name, LONGEST_DETAILS)
    if unknown := set(brief.stores) - set(stores):
        raise Rejected("invalid", f"There is no store {min(unknown)[:40]}.", field="stores")
    if set(brief.works) - {"omnichannel", "ecommerce"}:
        raise Rejected("invalid", "Kinds of work are omnichannel and ecommerce.", field="works")
    if len(brief.products) > MOST_PRODUCTS or not all(product.strip() for product in brief.products):
        raise Rejected("invalid", f"It names {MOST_PRODUCTS} products at most, none of them empty.", field="products")
    for product in brief.products:
        check_text(product, "products", LONGEST_TITLE)
    times = {name: _due(name, text) for name in ("due", "expires") if (text := getattr(brief, name))}
    if len(times) == 2 and times["expires"].instant(dt.UTC) < times["due"].instant(dt.UTC):
        raise Rejected("invalid", "It would expire before it is due.", field="expires")


def _due(field: str, text: str) -> store_time.Due:
    try:
        return store_time.read_due(text)
    except ValueError as error:
        raise Rejected("invalid", f"This is no due time: {error}.", field=field) from None


def _rule(id: str, world: World) -> TaskRule:
    rule: TaskRule = read(world, "task_rule", id, TaskRule)
    return rule


def _check_may(rule: TaskRule, world: World) -> None:
    account = world.account
    if rule.store is None:
        if not visibility.may(account, "announce"):
            raise Rejected(
                "not_allowed",
                "A rule of the retailer is the head office's; a rule of your store with its slug stands in its place.",
                field="store",
            )
    elif rule.store not in account.stores:
        raise Rejected("not_allowed", "It is not a rule of your store.", field="store")


def _check(rule: TaskRule, world: World) -> None:
    for problem in checking.problems(rule, world.retailer.custom_fields if world.retailer else ()):
        raise Rejected("invalid", problem.detail, field=problem.field)

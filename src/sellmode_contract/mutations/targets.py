"""Who sets targets, and for whom and which months there can be some."""

from __future__ import annotations

import msgspec

from sellmode_contract.audiences import lead_audience, store_audience
from sellmode_contract.kinds.retailer import zone_of
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.target import Target
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.operations import Create, Edit, Remove
from sellmode_contract.mutations.world import World
from sellmode_contract.refusals import Rejected
from sellmode_contract.results.kpis import KPIS
from sellmode_contract.results.targets import misplaced
from sellmode_contract.store_time import local_day
from sellmode_contract.visibility import audiences


def _may_set(operation: Create, world: World) -> None:
    if len(world.account.stores) != 1 and not operation.doc.get("store"):
        raise Rejected("invalid", "Say which store it is for.", field="store")


def _may_change(target: Target, _: Edit | Remove, world: World) -> None:
    if lead_audience(target.store) not in audiences(world.account):
        raise Rejected("not_allowed", "Only the managers of a store set its targets.", field="store")
    today = local_day(world.now, zone_of(world.retailer, target.store))
    if target.month < f"{today:%Y-%m}":
        raise Rejected("not_allowed", "Targets of a month that is over stay as they are.", field="month")


def _settle(before: Target | None, target: Target, _: Create | Edit, world: World) -> Target:
    if before is not None:
        return target
    _may_change(target, Edit(kind="target", id=target.id), world)
    kpi = KPIS[target.kpi]
    if problem := misplaced(kpi, target.person):
        raise Rejected("invalid", problem, field="person")
    if target.person is not None:
        _check_person(target.store, target.person, world)
    currency = world.retailer.currency if world.retailer and kpi.unit == "money" else ""
    return msgspec.structs.replace(target, currency=currency)


def _check_person(store: str, person: str, world: World) -> None:
    if store_audience(store) not in audiences(world.account):
        raise Rejected("not_allowed", "Only a store's own manager sets targets for its people.", field="person")
    staff = world.records.get("staff", person)
    if not (isinstance(staff, Staff) and staff.active and staff.store == store):
        raise Rejected("invalid", "Targets can be set only for someone who works in the store.", field="person")


def _check_new(operation: Create, world: World) -> None:
    if world.records.get("target", operation.id) is not None:
        raise Rejected("conflict", "There is already such a target: edit it.", field="month")


HOOKS = Hooks(may_create=_may_set, check_new=_check_new, may_change=_may_change, settle=_settle)

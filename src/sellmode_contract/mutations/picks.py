"""Who changes the picks of a storefront page, and what comes of it.

In Associate Mode everybody has lists of their own, and nobody changes another's. In Team Mode the lists are the
store's: its manager changes them, and to whom the manager has delegated one, from a day to a day.
"""

from __future__ import annotations

from typing import Final

import msgspec

from sellmode_contract import store_time
from sellmode_contract.kinds.pick_list import Delegation, PickList
from sellmode_contract.kinds.retailer import zone_of
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.looks import LONGEST, check_items, read_items
from sellmode_contract.mutations.operations import Create, Delegate, Edit, Remove, Undelegate
from sellmode_contract.mutations.reading import read
from sellmode_contract.mutations.world import Outcome, World
from sellmode_contract.refusals import Rejected
from sellmode_contract.translatable import Translatable, marked

MOST_DELEGATIONS: Final = 100
"""Of one list, those that are over included."""


def refusal(picks: PickList, world: World) -> str:
    """Why somebody may not change a list, naming the rule; empty if they may."""
    account = world.account
    if not is_team(world):
        if picks.owner == account.id and picks.store in account.stores:
            return ""
        return marked("In Associate Mode, picks can be edited only by their owner.")
    if picks.owner is not None:
        return marked("In Team Mode, picks belong to the store: an associate's own cannot be edited.")
    if manages(picks, world) or delegated(picks, world) is not None:
        return ""
    return marked("In Team Mode, only the store's manager and those they delegated picks to can edit them.")


def delegated(picks: PickList, world: World) -> Delegation | None:
    """The delegation by which somebody may change a list of the store now: on its days, while they work there."""
    account = world.account
    if account.stores != (picks.store,):
        return None
    today = _today(picks, world)
    return next((each for each in picks.delegations if each.taker == account.id and each.counts_on(today)), None)


def manages(picks: PickList | Storefront, world: World) -> bool:
    """Whether somebody is the manager of the store that picks, or a page of them, belong to."""
    return world.account.role == "manager" and world.account.stores == (picks.store,)


def is_team(world: World) -> bool:
    """Whether the retailer is in Team Mode."""
    return world.retailer is not None and world.retailer.mode == "team"


def _today(picks: PickList, world: World) -> str:
    return store_time.local_day(world.now, zone_of(world.retailer, picks.store)).isoformat()


# ------------------------------------------------------------------ made, edited, removed


def _may_make(_: Create, world: World) -> None:
    if len(world.account.stores) != 1:
        raise Rejected("not_allowed", "Picks belong to people who work in one store.")
    if is_team(world) and world.account.role != "manager":
        raise Rejected("not_allowed", "In Team Mode, only the store's manager can create picks.")


def _may_change(picks: PickList, operation: Edit | Remove, world: World) -> None:
    if why := refusal(picks, world):
        raise Rejected("not_allowed", why)
    if isinstance(operation, Remove) and is_team(world) and not manages(picks, world):
        raise Rejected("not_allowed", "Only the store's manager can remove the store's picks.")


def _settle(before: PickList | None, picks: PickList, operation: Create | Edit, world: World) -> PickList:
    check_items(picks.items)
    me = world.account.id
    if before is None and not is_team(world):
        picks = msgspec.structs.replace(picks, owner=me)
    if before is not None and isinstance(operation, Edit):
        _check_unchanged(before, operation)
    return msgspec.structs.replace(picks, changed_by=me, changed_at=world.now)


def _check_unchanged(before: PickList, operation: Edit) -> None:
    """Of two who change a list's products the first to arrive counts: a page shows what somebody has looked at."""
    if "items" in operation.set and read_items(operation.was.get("items")) != before.items:
        raise Rejected(
            "conflict",
            "Someone has changed these picks since: check them first.",
            field="items",
            winner=before.changed_by or None,
        )


HOOKS = Hooks(may_create=_may_make, may_change=_may_change, settle=_settle)


# ------------------------------------------------------------------ delegated


def delegate(operation: Delegate, world: World) -> Outcome:
    """A list of the store that somebody else of the store may change, from a day to a day."""
    picks = _managed(operation.id, world)
    staff = world.records.get("staff", operation.taker)
    if not (isinstance(staff, Staff) and staff.active and staff.store == picks.store):
        raise Rejected("invalid", "Picks can be delegated only to someone who works in the store.", field="taker")
    try:
        first, last = store_time.read_day(operation.from_day), store_time.read_day(operation.to_day)
    except ValueError as error:
        raise Rejected(
            "invalid", Translatable("Not a valid date: {why}.", why=Translatable.said(error)), field="from_day"
        ) from None
    if not first <= last <= first + LONGEST or last.isoformat() < _today(picks, world):
        raise Rejected(
            "invalid",
            "The last day has to be the first day or later, within a year, and not in the past.",
            field="to_day",
        )
    if len(picks.delegations) >= MOST_DELEGATIONS:
        raise Rejected(
            "not_allowed",
            Translatable("It was delegated {number} times: create a new list.", number=MOST_DELEGATIONS),
        )
    given = Delegation(
        taker=staff.id,
        giver=world.account.id,
        from_day=first.isoformat(),
        to_day=last.isoformat(),
        given_at=world.now,
    )
    # A new delegation to somebody takes the place of what they had: there is one that counts.
    return Outcome(puts=(_with(picks, (*_revoked(picks, staff.id, world), given)),))


def undelegate(operation: Undelegate, world: World) -> Outcome:
    """A list that somebody may no longer change. That they could stays on record."""
    picks = _managed(operation.id, world)
    after = _with(picks, tuple(_revoked(picks, operation.taker, world)))
    return Outcome(puts=(after,) if after != picks else ())


def _managed(id: str, world: World) -> PickList:
    picks = read(world, "pick_list", id, PickList)
    if not is_team(world):
        raise Rejected("not_allowed", "In Associate Mode, picks are each associate's own and cannot be delegated.")
    if picks.owner is not None or not manages(picks, world):
        raise Rejected("not_allowed", "Only the store's manager can delegate its picks.")
    return picks


def _revoked(picks: PickList, taker: str, world: World) -> list[Delegation]:
    """Its delegations, with those of somebody that are not over revoked now."""
    today, me = _today(picks, world), world.account.id
    return [
        msgspec.structs.replace(each, revoked_at=world.now, revoked_by=me)
        if each.taker == taker and each.revoked_at is None and today <= each.to_day
        else each
        for each in picks.delegations
    ]


def _with(picks: PickList, delegations: tuple[Delegation, ...]) -> PickList:
    return msgspec.structs.replace(picks, delegations=delegations)

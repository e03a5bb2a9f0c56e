"""Who opens, changes and closes a storefront page: whoever the picks are that it shows."""

from __future__ import annotations

import msgspec

from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.looks import TOKEN
from sellmode_contract.mutations.operations import Create, Edit, Remove
from sellmode_contract.mutations.picks import is_team, manages
from sellmode_contract.mutations.world import World
from sellmode_contract.refusals import Rejected


def _may_make(_: Create, world: World) -> None:
    if len(world.account.stores) != 1:
        raise Rejected("not_allowed", "Storefront pages belong to people who work in one store.")
    if is_team(world) and world.account.role != "manager":
        raise Rejected("not_allowed", "In Team Mode, only the store's manager can open storefront pages.")


def _may_change(page: Storefront, operation: Edit | Remove, world: World) -> None:
    if is_closed_by_mode(page, team=is_team(world)) and isinstance(operation, Edit):
        raise Rejected("not_allowed", "Storefront pages of the other mode cannot be edited, only removed.")
    if page.owner is None and not manages(page, world):
        raise Rejected("not_allowed", "Only the store's manager can edit its storefront pages.")
    if page.owner is not None and page.owner != world.account.id and not manages(page, world):
        raise Rejected("not_allowed", "Only its owner can edit a storefront page.")


def is_closed_by_mode(page: Storefront, *, team: bool) -> bool:
    """Whether a page rests: an associate's in Team Mode, a store's in Associate Mode."""
    return team == (page.owner is not None)


def _settle(before: Storefront | None, page: Storefront, _: Create | Edit, world: World) -> Storefront:
    if before is not None:
        return page
    if page.token and not TOKEN.fullmatch(page.token):
        raise Rejected("invalid", "A link has to end in 26 letters and digits.", field="token")
    return page if is_team(world) else msgspec.structs.replace(page, owner=world.account.id)


HOOKS = Hooks(may_create=_may_make, may_change=_may_change, settle=_settle)

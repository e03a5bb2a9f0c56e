"""Saying that one is available for chat, or away."""

from __future__ import annotations

import msgspec

from sellmode_contract.kinds import presence
from sellmode_contract.kinds.presence import LONGEST_GOOD_AT, SAID_LAPSES, Presence, presence_id
from sellmode_contract.mutations.customers import check_text
from sellmode_contract.mutations.operations import Available
from sellmode_contract.mutations.world import Outcome, World
from sellmode_contract.refusals import Rejected


def set_available(operation: Available, world: World) -> Outcome:
    """One's own presence, from now on. What was said too long ago changes nothing: its terminal was away."""
    account, retailer, received = world.account, world.retailer, world.now + world.age
    if operation.id != presence_id(account.id):
        raise Rejected("not_allowed", "People can only say of themselves whether they are available.")
    if len(account.stores) != 1:
        raise Rejected("not_allowed", "Only people who work in one store can be available for chat.")
    if operation.available and not (retailer and retailer.service.has_chat):
        raise Rejected("not_allowed", "Your retailer does not offer chat.")
    if world.age > SAID_LAPSES:
        if operation.available:
            raise Rejected("expired", "You were offline for more than 15 minutes, so you are still away.")
        return Outcome()
    before = world.records.get("presence", operation.id)
    if not isinstance(before, Presence):
        before = Presence(id=operation.id, store=account.stores[0], person=account.id)
    good_at = before.good_at if operation.good_at is None else operation.good_at.strip()
    check_text(good_at, "good_at", LONGEST_GOOD_AT)
    said = msgspec.structs.replace(before, store=account.stores[0], said=operation.available, good_at=good_at)
    after = presence.begun(said, retailer, received)
    return Outcome(puts=(after,) if after != before else ())

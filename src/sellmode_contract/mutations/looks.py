"""What operations make of lookbooks: what may stand in one, its link, and what of it stays with the customer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from sellmode_contract.documents import as_json
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.look import MAX_ITEMS, LookItem
from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook, LookbookResult, result_id
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.operations import Create, Edit, Remove, Renew, Revoke, Share
from sellmode_contract.mutations.reading import read
from sellmode_contract.mutations.world import Outcome, World
from sellmode_contract.refusals import Rejected
from sellmode_contract.translatable import Translatable, marked

OPEN_FOR: Final = dt.timedelta(days=90)
"""So long a link works unless somebody says otherwise."""
LONGEST: Final = dt.timedelta(days=366)
TOKEN: Final = re.compile(r"[A-Z2-7]{26}")
"""What a link ends in."""
_CURRENCY = re.compile(r"[A-Z]{3}")
CUSTOMER_GONE: Final = marked("You can no longer see its customer: nothing new can be shared with them.")

# ------------------------------------------------------------------ made, edited, removed


def _may_make(_: Create, world: World) -> None:
    if len(world.account.stores) != 1:
        raise Rejected("not_allowed", "Lookbooks belong to people who work in one store.")


def _may_change(look: Lookbook, operation: Edit | Remove, world: World) -> None:
    if isinstance(operation, Edit):
        return
    if look.author != world.account.id:
        raise Rejected("not_allowed", "Only its author can remove a lookbook; anyone who can see it can archive it.")
    if look.shared_at is not None:
        raise Rejected("not_allowed", "It was shared: revoke its link or archive it instead.")


def _settle(before: Lookbook | None, look: Lookbook, operation: Create | Edit, world: World) -> Lookbook:
    check_items(look.items)
    if isinstance(operation, Edit) and before is not None and "items" in operation.set:
        seen = read_items(operation.was.get("items")) or ()
        look = msgspec.structs.replace(look, items=merged_items(before.items, look.items, seen))
    if before is None:
        _check_customer(look, world)
    elif look.state not in (before.state, "archived", "shared" if look.shared_at else "draft"):
        raise Rejected("invalid", "A lookbook cannot be shared by changing its state: share its link.", field="state")
    return look


def _check_customer(look: Lookbook, world: World) -> None:
    if look.form == "my_look":
        if look.customer is not None:
            raise Rejected("invalid", "A My Look has no customer: copy it for one.", field="customer")
    elif look.customer is None:
        raise Rejected("invalid", "A lookbook needs a customer: without one it is a My Look.", field="customer")
    else:
        read(world, "customer", look.customer, Customer)


def check_items(items: Iterable[LookItem]) -> None:
    """Whether each product stands there once, and its price says in what it is. Raises Rejected."""
    seen = set[str]()
    for item in items:
        if item.sku in seen:
            raise Rejected("invalid", "A product is in it twice.", field="items")
        seen.add(item.sku)
        if (item.price is not None or item.currency) and not _CURRENCY.fullmatch(item.currency):
            raise Rejected("invalid", "A price needs a currency of three capitals, such as EUR.", field="items")


def read_items(value: Any) -> tuple[LookItem, ...] | None:
    """Products as somebody has seen them; None for what are none."""
    try:
        return msgspec.convert(value or [], tuple[LookItem, ...])
    except msgspec.ValidationError:
        return None


def merged_items(
    held: tuple[LookItem, ...], given: tuple[LookItem, ...], saw: tuple[LookItem, ...]
) -> tuple[LookItem, ...]:
    """Products after two people have changed them: what either added is there, what either took away is not unless the
    other has changed it, and what both changed, and the order, are the last one's to arrive.
    """
    seen, now, wanted = ({item.sku: item for item in items} for items in (saw, held, given))
    kept = [now[sku] if sku in now and seen.get(sku) == item else item for sku, item in wanted.items()]
    kept = [item for item in kept if item.sku in now or seen.get(item.sku) != item]
    kept += [item for item in held if item.sku not in wanted and seen.get(item.sku) != item]
    if len(kept) > MAX_ITEMS:
        raise Rejected(
            "conflict",
            Translatable("With the products a colleague added, it has more than {most} products.", most=MAX_ITEMS),
            field="items",
        )
    return tuple(kept)


HOOKS = Hooks(may_create=_may_make, may_change=_may_change, settle=_settle)


def _may_make_corporate(_: Create, world: World) -> None:
    if world.account.role != "head_office":
        raise Rejected("not_allowed", "Only head office can create corporate looks.")


def _may_change_corporate(_: CorporateLook, __: Edit | Remove, world: World) -> None:
    if world.account.role != "head_office":
        raise Rejected("not_allowed", "Only head office can edit corporate looks: make your own copy.")


def _settle_corporate(_: CorporateLook | None, look: CorporateLook, __: Create | Edit, ___: World) -> CorporateLook:
    check_items(look.items)
    return look


CORPORATE_HOOKS = Hooks(may_create=_may_make_corporate, may_change=_may_change_corporate, settle=_settle_corporate)


# ------------------------------------------------------------------ shared


def share(operation: Share, world: World) -> Outcome:
    """A lookbook with its link, and what is shared as the customer has it from then on."""
    look = read(world, "lookbook", operation.id, Lookbook)
    if look.revoked_at is not None:
        raise Rejected("conflict", "Its link was revoked: renew it, or share a copy.", field="token")
    _check_kept(look, world)
    if not look.items:
        raise Rejected("invalid", "It has no products.", field="items")
    if not TOKEN.fullmatch(operation.token):
        raise Rejected("invalid", "A link has to end in 26 letters and digits.", field="token")
    if look.token not in ("", operation.token):
        raise Rejected("conflict", "A colleague already shared it with another link: use that one.", field="token")
    shared = msgspec.structs.replace(
        look,
        state="shared",
        token=operation.token,
        shared_at=look.shared_at or world.now,
        expires_at=_end(operation.expires_at, world),
    )
    if look.customer is None:
        return Outcome(puts=(shared,))
    if not isinstance(world.records.get("customer", look.customer), Customer):
        raise Rejected("moved", CUSTOMER_GONE)
    sent = SentLookbook(
        id=source_id("sent_lookbook", "sellmode", f"{look.id}/{world.mid}"),
        customer=look.customer,
        author=world.account.id,
        store=look.store,
        lookbook=look.id,
        at=world.now,
        how=operation.how,
        title=look.title,
        message=look.message,
        items=look.items,
    )
    return Outcome(puts=(shared, sent))


def renew(operation: Renew, world: World) -> Outcome:
    """A lookbook whose link works until another time; one that was revoked works again."""
    look = _shared(operation.id, world)
    _check_kept(look, world)
    return _if_changed(look, expires_at=_end(operation.expires_at, world), revoked_at=None)


def revoke(operation: Revoke, world: World) -> Outcome:
    """A lookbook whose link works no more. What stands on the timeline stays: it was shared."""
    look = _shared(operation.id, world)
    return _if_changed(look, revoked_at=look.revoked_at or world.now)


def _shared(id: str, world: World) -> Lookbook:
    look = read(world, "lookbook", id, Lookbook)
    if look.shared_at is None:
        raise Rejected("invalid", "It is not shared and has no link.", field="state")
    return look


def _check_kept(look: Lookbook, world: World) -> None:
    """Whether the customer has left the page there: nothing opens one that they deleted. Raises Rejected."""
    result = world.records.get("lookbook_result", result_id(look.id))
    if isinstance(result, LookbookResult) and result.deleted_at is not None:
        raise Rejected("conflict", "The customer deleted the page: start another one from it.", field="token")


def _if_changed(look: Lookbook, **fields: Any) -> Outcome:
    after = msgspec.structs.replace(look, **fields)
    return Outcome(puts=(after,) if after != look else ())


def _end(wanted: dt.datetime | None, world: World) -> dt.datetime:
    end = (wanted or world.now + OPEN_FOR).astimezone(dt.UTC)
    if not world.now < end <= world.now + LONGEST:
        raise Rejected("invalid", "A link has to expire in the future, within a year.", field="expires_at")
    return end


def items_of(look: Lookbook | CorporateLook) -> list[dict[str, Any]]:
    """A look's products as JSON has them: for a copy."""
    found: list[dict[str, Any]] = as_json(look.items)
    return found

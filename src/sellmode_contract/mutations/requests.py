"""Who answers requests of customers, and what comes of it.

Any associate of the store may take one; whoever has taken it answers, closes it or passes it on, and a manager may hand
out what others have. What was closed is open again when somebody opens it, or the customer writes again.
"""

from __future__ import annotations

import msgspec

from sellmode_contract import store_hours, visibility
from sellmode_contract.kinds.chat_line import CUSTOMER, MOST, ChatLine
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.message_template import MessageTemplate
from sellmode_contract.kinds.request import PREVIEW, Request, Talk
from sellmode_contract.kinds.retailer import Retailer, hours_of, zone_of
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations.assigning import can_own
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.operations import Create, Edit, MarkSeen, Remove, Transfer
from sellmode_contract.mutations.reading import read
from sellmode_contract.mutations.world import Outcome, World
from sellmode_contract.records import Record
from sellmode_contract.refusals import Rejected
from sellmode_contract.rules.templates import unknown_places
from sellmode_contract.translatable import Translatable

# ------------------------------------------------------------------ requests


def transfer(operation: Transfer, world: World) -> Outcome:
    """A request passed on to a colleague of the store, by who has it or by a manager."""
    request = read(world, "request", operation.id, Request)
    if request.state == "closed":
        raise Rejected("already_done", "It has been closed.", winner=request.closed_by or None)
    if request.claimed_by == operation.to:
        return Outcome()
    if request.claimed_by != operation.was:
        raise Rejected("conflict", "Someone else has it by now.", winner=request.claimed_by)
    if request.claimed_by != world.account.id and not visibility.may(world.account, "reassign"):
        raise Rejected("not_allowed", "Only who has taken a request, or a manager, can pass it on.")
    staff = world.records.get("staff", operation.to)
    if not (isinstance(staff, Staff) and can_own(staff, request.store)):
        raise Rejected("invalid", "A request can be passed on only to someone who works in the store.", field="to")
    return Outcome(puts=(taken(request, operation.to, world),))


def check_room(request: Request, held: int, retailer: Retailer | None) -> None:
    """Whether somebody who has so many other open chats may take a request. Raises Rejected."""
    if request.way == "chat" and retailer and held >= retailer.service.most_chats:
        why = Translatable("You have {number} open chats: close one or pass one on first.", number=held)
        raise Rejected("not_allowed", why)


def taken(request: Request, by: str | None, world: World) -> Request:
    """A request that somebody has taken, or (None) given back; it is reserved no more."""
    at = world.now if by else None
    return msgspec.structs.replace(request, claimed_by=by, claimed_at=at, reserved=False, snoozed_to=None)


def _may_change(request: Request, _: Edit | Remove, world: World) -> None:
    if request.claimed_by != world.account.id and not visibility.may(world.account, "reassign"):
        raise Rejected("not_allowed", "Only who has taken a request, or a manager, can change it.")


def _settle(before: Request | None, request: Request, operation: Create | Edit, world: World) -> Request:
    assert before is not None  # noqa: S101 -- for the type checker: nobody makes one by an operation
    if request.customer != before.customer and request.customer is not None:
        _check_customer(request.customer, world)
    put_off = request.snoozed_to if request.snoozed_to != before.snoozed_to else None
    taken_back = isinstance(operation, Edit) and operation.guard  # to what it was, be that past by now
    if put_off and put_off <= world.now and not taken_back:
        raise Rejected("invalid", "A request can only be snoozed to a time in the future.", field="snoozed_to")
    if request.state == "closed":
        return _closed(before, request, world)
    if before.state == "open" and request.outcome:
        raise Rejected("invalid", "Only a closed request has an outcome.", field="outcome")
    return msgspec.structs.replace(request, outcome="", closed_at=None, closed_by="")


def _closed(before: Request, request: Request, world: World) -> Request:
    if not request.outcome:
        raise Rejected("invalid", "Say what came of it: a closed request has an outcome.", field="outcome")
    if before.state == "closed":
        return request
    return msgspec.structs.replace(
        request, closed_at=world.now, closed_by=world.account.id, snoozed_to=None, waiting_since=None
    )


def _check_customer(id: str, world: World) -> None:
    """Whether its author sees the customer. Not seeing and not existing answer alike."""
    customer = world.records.get("customer", id)
    if not isinstance(customer, Customer) or not _sees(customer, world):
        raise Rejected("not_found", "There is no such customer.", field="customer")


def _sees(record: Record, world: World) -> bool:
    mode = world.retailer.mode if world.retailer else "associate"
    return visibility.visible(mode, world.account, visibility.tags(record))


REQUEST_HOOKS = Hooks(may_change=_may_change, settle=_settle)

# ------------------------------------------------------------------ talks


def seen(operation: MarkSeen, world: World) -> Outcome:
    """A talk of which whoever answers has seen some more lines."""
    talk = read(world, "talk", operation.id, Talk)
    if talk.holder != world.account.id:
        raise Rejected("not_allowed", "Only who has taken a request says what of it they have seen.")
    request = read(world, "request", talk.request, Request)
    after = msgspec.structs.replace(talk, seen=max(talk.seen, min(operation.n, request.lines)))
    return Outcome(puts=(after,) if after != talk else ())


# ------------------------------------------------------------------ lines


def _may_write(operation: Create, world: World) -> None:
    request = world.records.get("request", str(operation.doc.get("request")))
    if not isinstance(request, Request) or request.store not in world.account.stores or not _sees(request, world):
        raise Rejected("not_found", "There is no such request.", field="request")
    if request.claimed_by != world.account.id:
        raise Rejected("not_allowed", "Only who has taken a request answers it.", winner=request.claimed_by)
    if request.state == "closed":
        raise Rejected("already_done", "It has been closed: open it again first.", winner=request.closed_by or None)


def _settle_line(_: ChatLine | None, line: ChatLine, __: Create | Edit, world: World) -> ChatLine:
    request = read(world, "request", line.request, Request)
    if not (line.text.strip() or line.sku or line.lookbook):
        raise Rejected("invalid", "A line has to say or show something.", field="text")
    if request.lines >= MOST:
        raise Rejected("not_allowed", "This talk is as long as a talk can be: close it, and let the customer ask anew.")
    if line.lookbook:
        look = world.records.get("lookbook", line.lookbook)
        if not isinstance(look, Lookbook) or not _sees(look, world):
            raise Rejected("not_found", "There is no such lookbook.", field="lookbook")
        if not look.token:
            raise Rejected("invalid", "Only a shared lookbook can be shown: share it first.", field="lookbook")
    return msgspec.structs.replace(
        line, store=request.store, holder=request.claimed_by, customer=request.customer, n=request.lines + 1
    )


def _answered(before: ChatLine | None, line: ChatLine | None, world: World) -> Outcome:
    if before is not None or line is None:
        return Outcome()
    request = read(world, "request", line.request, Request)
    after = with_line(request, line)
    if request.answered_at is None and request.asked_at is not None:
        hours, zone = hours_of(world.retailer, request.store), zone_of(world.retailer, request.store)
        minutes = store_hours.service_minutes(hours, zone, request.asked_at, line.at)
        after = msgspec.structs.replace(after, answered_by=line.by, answered_after=minutes)
    return Outcome(puts=(after,))


def with_line(request: Request, line: ChatLine) -> Request:
    """A request that has a further line: an answer to all that waited, or something of the customer's that waits.

    What a customer writes opens it again.
    """
    request = msgspec.structs.replace(request, lines=line.n)
    if line.by != CUSTOMER:
        return msgspec.structs.replace(request, answered_at=request.answered_at or line.at, waiting_since=None)
    return msgspec.structs.replace(
        request,
        preview=request.preview or " ".join(line.text.split())[:PREVIEW],
        waiting_since=request.waiting_since or line.at,
        snoozed_to=None,
        state="open",
        outcome="",
        closed_at=None,
        closed_by="",
    )


LINE_HOOKS = Hooks(may_create=_may_write, settle=_settle_line, brings=_answered)

# ------------------------------------------------------------------ texts to answer with


def _may_make_template(operation: Create, world: World) -> None:
    _check_reach(str(operation.doc.get("reach") or "own"), world)
    if operation.doc.get("reach") != "retailer" and len(world.account.stores) != 1:
        raise Rejected("not_allowed", "Only someone who works in one store can have texts there.", field="reach")


def _may_change_template(template: MessageTemplate, _: Edit | Remove, world: World) -> None:
    _check_reach(template.reach, world)


def _check_reach(reach: str, world: World) -> None:
    if reach == "store" and not visibility.may(world.account, "reassign"):
        raise Rejected("not_allowed", "Only a manager can write texts for the store.", field="reach")
    if reach == "retailer" and not visibility.may(world.account, "announce"):
        raise Rejected("not_allowed", "Only head office can write texts for all stores.", field="reach")


def _settle_template(
    _: MessageTemplate | None, template: MessageTemplate, __: Create | Edit, ___: World
) -> MessageTemplate:
    for place in unknown_places(template.text):
        raise Rejected("invalid", Translatable("Unknown placeholder {{{place}}}.", place=place), field="text")
    return msgspec.structs.replace(template, store="") if template.reach == "retailer" else template


TEMPLATE_HOOKS = Hooks(may_create=_may_make_template, may_change=_may_change_template, settle=_settle_template)

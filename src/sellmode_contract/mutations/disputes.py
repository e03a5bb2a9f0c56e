"""What operations make of disputes: who may open one, who answers it, and what an answer has to say."""

from __future__ import annotations

import msgspec

from sellmode_contract.audiences import lead_audience
from sellmode_contract.kinds.dispute import Dispute
from sellmode_contract.kinds.sale import CreditedSale, sale_id
from sellmode_contract.kinds.sale_notice import SaleNotice, notice_id
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.operations import Create, Edit, Remove
from sellmode_contract.mutations.world import World
from sellmode_contract.refusals import Rejected
from sellmode_contract.visibility import audiences


def _may_open(_: Create, world: World) -> None:
    if len(world.account.stores) != 1:
        raise Rejected("not_allowed", "Only someone who works in one store can dispute a sale's credit.")
    if world.retailer is not None and world.retailer.mode == "team":
        raise Rejected("not_allowed", "In Team Mode, sales are credited to the store.")


def _may_answer(dispute: Dispute, _: Edit | Remove, world: World) -> None:
    if lead_audience(dispute.store) not in audiences(world.account):
        raise Rejected("not_allowed", "Only the store's manager can answer a dispute.")
    if dispute.author == world.account.id:
        raise Rejected("not_allowed", "Nobody answers their own dispute.")


def _settle(before: Dispute | None, dispute: Dispute, operation: Create | Edit, world: World) -> Dispute:
    if before is None:
        return _opened(dispute, world)
    assert isinstance(operation, Edit)  # noqa: S101 -- for the type checker: there was one before
    if (operation.was.get("outcome") or "") != before.outcome:
        raise Rejected(
            "conflict",
            "Someone has answered it since: look at that first.",
            field="outcome",
            winner=before.answered_by or None,
        )
    if not dispute.outcome:  # its answer was taken back
        return msgspec.structs.replace(dispute, answer="", answered_by="", answered_at=None)
    if not dispute.answer.strip():
        raise Rejected("invalid", "An answer needs a reason in words.", field="answer")
    if dispute.outcome == "upheld":
        _check_can_be_corrected(dispute, world)
    return msgspec.structs.replace(dispute, answered_by=world.account.id, answered_at=world.now)


def _opened(dispute: Dispute, world: World) -> Dispute:
    notice = world.records.get("sale_notice", notice_id(dispute.order_id, dispute.store, dispute.author))
    if not isinstance(notice, SaleNotice):
        raise Rejected("not_allowed", "Only someone who had a part in a sale can dispute its credit.")
    return msgspec.structs.replace(dispute, number=notice.number)


def _check_can_be_corrected(dispute: Dispute, world: World) -> None:
    sale = world.records.get("sale", sale_id(dispute.order_id, dispute.store))
    if not isinstance(sale, CreditedSale) or not any(part.person != "" for part in sale.parts):
        raise Rejected(
            "not_allowed",
            "Nothing of this sale is credited in this store: only that can be corrected.",
            field="outcome",
        )
    if sale.judgement is not None and sale.judgement.mode == "team":
        raise Rejected("not_allowed", "It was credited to the store, in Team Mode.", field="outcome")


HOOKS = Hooks(may_create=_may_open, may_change=_may_answer, settle=_settle)

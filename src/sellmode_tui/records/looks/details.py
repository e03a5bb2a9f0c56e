"""One lookbook with its products as they are now, and what has become of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from sellmode_contract import visibility
from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook, LookbookResult, ProductResult, result_id
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_tui.records.changes.pending import Pending
from sellmode_tui.records.looks import lines, products
from sellmode_tui.records.looks.lines import LookLine
from sellmode_tui.records.looks.products import LookProduct
from sellmode_tui.records.seen import Seen

_WRITTEN: Final[tuple[Literal["email", "sms"], ...]] = ("email", "sms")


@dataclass(frozen=True)
class LookDetails:
    """All that is to be known of a look."""

    line: LookLine
    products: tuple[LookProduct, ...]
    sent: tuple[SentLookbook, ...]
    """Each time that it was shared with its customer, newest first."""
    bought: dict[str, dt.datetime]
    """What of it its customer has bought since it was first shared, by SKU with when that was last."""
    given_name: str
    """The customer's, as the page addresses them; empty for nobody."""
    email: str
    phone: str
    """The customer's, in E.164 where that is known."""
    language: str
    """The customer's; empty if it is not known."""
    unwanted: frozenset[str]
    """The channels on which the customer wants nothing: ``email``, ``sms``."""
    sender: str
    """Who sends it: in Associate Mode its author, in Team Mode the store."""
    rule: str
    """The rule by which it is seen, in words."""
    unsent: bool
    """Whether the server does not have it as it is shown."""
    refused: bool
    """Whether the server has refused a change of it."""

    @property
    def look(self) -> Lookbook | CorporateLook:
        """The record."""
        return self.line.look

    @property
    def changed(self) -> tuple[LookProduct, ...]:
        """The products of which something is to be known before it is shared."""
        return tuple(each for each in self.products if each.changed)

    def result_of(self, sku: str) -> ProductResult:
        """What the customer did with one of its products."""
        results = self.line.result.products if self.line.result else ()
        return next((each for each in results if each.sku == sku), ProductResult(sku=sku))


def read(
    seen: Seen, kind: str, id: str, pending: Pending, unsent: Collection[str], now: dt.datetime
) -> LookDetails | None:
    """A visible look; None for one that is not visible or unknown, alike."""
    look, account = seen.get(kind, id), seen.account
    if account is None or not isinstance(look, Lookbook | CorporateLook):
        return None
    store = look.store if isinstance(look, Lookbook) else next(iter(account.stores), "")
    result = seen.get("lookbook_result", result_id(id))
    whom = (look.customer if isinstance(look, Lookbook) else None) or ""
    customer = seen.get("customer", whom) if whom else None
    sent = [each for each in seen.belongings(whom, "sent_lookbook") if isinstance(each, SentLookbook)] if whom else []
    mode: Mode = "team" if seen.mode == "team" else "associate"
    shared_at = look.shared_at if isinstance(look, Lookbook) else None
    author = look.author if isinstance(look, Lookbook) else look.created_by
    return LookDetails(
        line=lines.line(seen, look, result if isinstance(result, LookbookResult) else None, look.id in unsent, now),
        products=products.of_items(seen, look.items, store),
        sent=tuple(
            sorted((each for each in sent if each.lookbook == id), key=lambda each: (each.at, each.id), reverse=True)
        ),
        bought=products.bought(seen, whom or None, {item.sku for item in look.items}, shared_at),
        given_name=getattr(customer, "given_name", ""),
        email=getattr(customer, "email", ""),
        phone=getattr(customer, "phone_e164", "") or getattr(customer, "phone", ""),
        language=getattr(customer, "language", ""),
        unwanted=frozenset(channel for channel in _WRITTEN if _is_refused(seen, whom, channel)),
        sender=seen.around.store_name(store) if mode == "team" else seen.around.name_of(author),
        rule=visibility.why(mode, account, look, None).rule,
        unsent=id in pending.unsent_of(whom).records,
        refused=id in pending.refused_of(whom).records,
    )


def _is_refused(seen: Seen, customer: str, channel: Literal["email", "sms"]) -> bool:
    consent = seen.consent(customer, channel) if customer else None
    return consent is not None and consent.state == "unsubscribed"

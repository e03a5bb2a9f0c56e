"""What an order's line stands for, which exports say by what it is called only, and lists of products by a mark."""

from __future__ import annotations

import re
from collections.abc import Collection

from sellmode_contract.kinds.order import LineKind, OrderLine
from sellmode_contract.kinds.product import Product

_GIFT_CARD = re.compile(
    r"(?:(?:e-?|e-mail |digital |physical |virtual |electronic )?gift[ -]?(?:card|voucher|certificate)s?"
    r"|geschenkgutschein|geschenkkarte|carte[- ]cadeau|cadeaubon|tarjeta (?:de )?regalo|buono regalo)"
    r"(?:\s*(?:[-\u2013\u2014:/(]|[$\u20ac\u00a3\u00a5]|\d).*)?",
    re.IGNORECASE | re.DOTALL,
)
"""All of a name, but for an amount or a design after it: a gift card box is no gift card."""
_TIP = re.compile(r"tips?|gratuity|trinkgeld|pourboire|fooi", re.IGNORECASE)


def kind(line: OrderLine, product: Product | None, gift_cards: Collection[str]) -> LineKind:
    """What a line stands for, whose product is known or not; ``gift_cards`` are the names of those without a SKU."""
    if line.kind in ("gift_card", "tip"):
        return line.kind
    name = line.title.strip()
    if (product and product.gift_card) or (not line.sku and name in gift_cards) or _GIFT_CARD.fullmatch(name):
        return "gift_card"
    return "tip" if not line.sku and is_tip(name) else line.kind


def is_tip(name: str) -> bool:
    """Whether what is called so is a tip."""
    return _TIP.fullmatch(name.strip()) is not None

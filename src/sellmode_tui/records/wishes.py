"""Wish lists, with their products as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sellmode_contract.kinds.wish import Wish
from sellmode_contract.refusals import Rejected
from sellmode_tui.cache.store import Reading
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.tasks import products
from sellmode_tui.records.tasks.products import ProductLine


class WishLine(NamedTuple):
    """A product on a wish list."""

    wish: Wish
    product: ProductLine
    by: str
    """Who put it there; empty if nobody is named."""

    @property
    def name(self) -> str:
        """Title and variant as they are now, else as they were then, else the SKU."""
        return self.product.name or self.wish.title or self.wish.sku


def lines(reading: Reading, wishes: Iterable[Wish], names: Mapping[str, str]) -> tuple[WishLine, ...]:
    """Wishes as lines, in their order; ``names`` are those of colleagues."""
    wishes = tuple(wishes)
    known = {line.sku: line for line in products.by_sku(reading, [wish.sku for wish in wishes])}
    return tuple(WishLine(wish, known[wish.sku], names.get(wish.author or "", "")) for wish in wishes)


def filled(seen: Seen, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a new wish, with its product's SKU and title. Raises Rejected."""
    wanted = str(fields.get("sku") or "").strip()
    found = [each for each in products.named(seen.reading, wanted, 2) if each.sku.casefold() == wanted.casefold()]
    if not found:
        raise Rejected("invalid", "No product has this SKU.", field="sku")
    sku = found[0].sku
    if sku in listed(seen, str(fields.get("customer") or "")):
        raise Rejected("invalid", "It is already on the wish list.", field="sku")
    return {"title": found[0].name, **fields, "sku": sku}


def listed(seen: Seen, customer: str) -> frozenset[str]:
    """The SKUs on a customer's wish list."""
    return frozenset(each.sku for each in seen.belongings(customer, "wish") if isinstance(each, Wish))

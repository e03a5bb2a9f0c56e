"""Stock: how many of a product each store has to sell. Since when, the retailer says (``Retailer.stock_at``)."""

from __future__ import annotations

import msgspec

from sellmode_contract.audiences import ALL, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


class Stock(Record, frozen=True, kw_only=True):
    """The stock of one product in all stores."""

    product: str
    available: dict[str, int] = msgspec.field(default_factory=dict)
    """Pieces by store; below zero where more was promised than there is. A store that does not stock it has none."""


STOCK = Kind(name="stock", record=Stock, row=Row("stock of a product", ALL, ALL), columns=("product",))

"""What the record store has on online sales."""

from __future__ import annotations

from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_tui.cache.tables import decode
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.readings import clean
from sellmode_tui.records.sales import lists
from sellmode_tui.records.sales.lists import SaleLine, SaleList


class Sales(Facet):
    """What an account may know of online sales and their credit. What it may not see is not there."""

    def find(self, text: str = "") -> SaleList:
        """The list of those that have some words."""
        return SaleList(self._readings, clean(text))

    def named(self, text: str, limit: int) -> list[SaleLine]:
        """Those, no more than ``limit``, that a text names by number, or by id or its beginning."""
        return self._read(lambda reading, around: lists.named(reading, around, clean(text), limit))

    def get(self, id: str) -> SaleLine | None:
        """One by its id, the sale's or the notice's; None for one that is not visible or unknown, alike."""
        return next((each for each in self.named(id, 2) if each.sale.id == id), None)

    def of_order(self, order: str) -> SaleLine | None:
        """What there is to know of an order's credit; None if there is nothing."""
        return self._read(lambda reading, around: lists.of_order(reading, around, order))

    def notices(self, limit: int) -> list[SaleNotice]:
        """The last notices that this person has got, no more than ``limit``."""
        with self._readings.open() as reading:
            rows = reading.connection.execute(
                f"SELECT s.doc FROM sale_notice s WHERE {reading.only_visible('s')}"
                " ORDER BY s.placed_at DESC, s.id LIMIT ?",
                (limit,),
            )
            return [decode("sale_notice", doc) for (doc,) in rows]

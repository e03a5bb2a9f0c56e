"""What the record store has on online sales."""

from __future__ import annotations

from sellmode_contract.kinds.dispute import Outcome
from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_tui.cache.tables import decode
from sellmode_tui.records import of_kinds
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.readings import clean
from sellmode_tui.records.sales import lists
from sellmode_tui.records.sales.lists import SaleLine, SaleList
from sellmode_tui.records.writing import Written


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
        return self._read(lambda reading, around: lists.one(reading, around, "id", id))

    def of_order(self, order: str) -> SaleLine | None:
        """What there is to know of an order's credit; None if there is nothing."""
        return self._read(lambda reading, around: lists.one(reading, around, "order_id", order))

    def dispute(self, line: SaleLine, reason: str) -> Written:
        """Ask the store's manager to look at a sale's credit again."""
        fields = {"order_id": line.sale.order_id, "number": line.sale.number, "reason": reason}
        return of_kinds.make(self._writer, "dispute", fields)

    def answer(self, dispute: str, outcome: Outcome, words: str) -> Written:
        """Answer an open dispute by its id, until that is undone. Raises NotVisible, and Rejected if it is answered."""
        answer, saw = {"outcome": outcome, "answer": words}, {"outcome": "", "answer": ""}
        return of_kinds.change(self._writer, "dispute", dispute, answer, saw)

    def notices(self, limit: int) -> list[SaleNotice]:
        """The last notices that this person has got, no more than ``limit``."""
        with self._readings.open() as reading:
            rows = reading.connection.execute(
                f"SELECT s.doc FROM sale_notice s WHERE {reading.only_visible('s')}"
                " ORDER BY s.placed_at DESC, s.id LIMIT ?",
                (limit,),
            )
            return [decode("sale_notice", doc) for (doc,) in rows]

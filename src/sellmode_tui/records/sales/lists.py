"""The list of online sales, the last one first: what an account is told of each.

A store's people see the sale; in Associate Mode a person sees the notice that they get of it.
"""

from __future__ import annotations

from array import array
from typing import Literal, NamedTuple

from sellmode_contract import visibility
from sellmode_contract.audiences import lead_audience
from sellmode_contract.kinds.dispute import Dispute, DisputeCard
from sellmode_contract.kinds.sale import CreditedSale
from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.records.context import Context
from sellmode_tui.records.found_rows import FoundRows
from sellmode_tui.records.readings import Readings


class SaleLine(NamedTuple):
    """A sale, and who or what the ids in it are."""

    sale: CreditedSale | SaleNotice
    customer_name: str
    """Empty for a customer who is not visible."""
    around: Context
    disputes: tuple[Dispute | DisputeCard, ...] = ()
    """Those that are visible, the first one first."""

    @property
    def kind(self) -> str:
        """``sale`` or ``sale_notice``."""
        return "sale_notice" if isinstance(self.sale, SaleNotice) else "sale"

    @property
    def can_be_disputed(self) -> bool:
        """Whether this person, of one store, had a part in it, not all of it, and has not disputed it yet."""
        sale, account = self.sale, self.around.account
        if (
            not isinstance(sale, SaleNotice)
            or account is None
            or len(account.stores) != 1
            or self.around.mode == "team"
        ):
            return False
        parts = len(sale.judgement.credits) if sale.judgement else 0
        return not (sale.credited and parts == 1) and not any(each.author == account.id for each in self.disputes)

    @property
    def to_answer(self) -> Dispute | None:
        """The first dispute that this person has to answer."""
        found = (each for each in self.disputes if is_to_answer(each, self.around))
        return next((each for each in found if isinstance(each, Dispute)), None)


class SaleList(FoundRows):
    """The sales that have the beginnings of some words in their number or their customer's name, now.

    Any thread may ask. Everything but ``cancel`` reads, and raises Interrupted if cancelled meanwhile.
    """

    def __init__(self, readings: Readings, text: str = "") -> None:
        super().__init__(readings)
        self._text = text.strip()

    def rows(self, start: int, stop: int) -> list[SaleLine]:
        """The sales from one position to before another."""
        with self._reading() as reading:
            around = self._readings.context(reading)
            return [_line(reading, around, pk) for pk in self._between(start, stop)]

    def find(self, id: str) -> int | None:
        """The position of a sale; None if the list has no such one."""
        with self._reading() as reading:
            row = reading.connection.execute(
                "SELECT pk FROM sale WHERE id = ?1 UNION ALL SELECT -pk FROM sale_notice WHERE id = ?1", (id,)
            ).fetchone()
            return self._found.index(row[0]) if row and row[0] in self._found else None

    def _find(self, reading: Reading) -> array[int]:
        """Row numbers of sales; negative ones are those of notices."""
        number, name = "replace(ifnull(s.doc ->> '$.number', ''), '#', '')", _name(reading, "s.doc ->> '$.customer'")
        said = f"{number} || ' ' || ifnull({name}, '')"
        has_words = f"AND (:text = '' OR sellmode_begins({said}, :text))"
        rows = reading.connection.execute(
            f"SELECT s.pk AS pk, s.placed_at AS at, s.id AS id FROM sale s WHERE {reading.only_visible('s')}"
            f" {has_words} UNION ALL SELECT -s.pk, s.placed_at, s.id FROM sale_notice s"
            f" WHERE {reading.only_visible('s')} {has_words} AND NOT EXISTS (SELECT 1 FROM sale o"
            f" WHERE o.order_id = s.order_id AND {reading.only_visible('o')}) ORDER BY at DESC NULLS LAST, id",
            {"text": self._text.replace("#", "")},
        )
        return array("q", [pk for pk, _, _ in rows])


def named(reading: Reading, around: Context, text: str, limit: int) -> list[SaleLine]:
    """The sales, no more than ``limit``, that a text names by number, or by id or its beginning.

    Of a sale that a person has earned, or had a part in, they are told more by their notice.
    """
    found = [each for kind in ("sale", "sale_notice") for each in _named(reading, kind, text.strip(), limit)]
    own = {each.order_id for each in found if isinstance(each, SaleNotice)}
    kept = [each for each in found if isinstance(each, SaleNotice) or each.order_id not in own]
    return [told(reading, around, each) for each in kept[:limit]]


def one(reading: Reading, around: Context, column: Literal["id", "order_id"], value: str) -> SaleLine | None:
    """What there is to know of a sale's credit; None if it is not visible, or no touch had a part in it."""
    for kind in ("sale", "sale_notice"):
        row = reading.connection.execute(
            f"SELECT s.doc FROM {kind} s WHERE s.{column} = ? AND {reading.only_visible('s')} ORDER BY s.id LIMIT 1",
            (value,),
        ).fetchone()
        if row:
            return told(reading, around, decode(kind, row[0]))
    return None


def told(reading: Reading, around: Context, sale: CreditedSale | SaleNotice) -> SaleLine:
    """A sale with its customer's name."""
    (name,) = reading.connection.execute(f"SELECT {_name(reading, '?1')}", (sale.customer,)).fetchone()
    return SaleLine(sale, name or "", around, _disputes(reading, sale.order_id, sale.store))


def is_to_answer(dispute: Dispute | DisputeCard, around: Context) -> bool:
    """Whether a dispute is open, and this person's to answer."""
    account = around.account
    if account is None or not isinstance(dispute, Dispute) or dispute.outcome or dispute.author == account.id:
        return False
    return lead_audience(dispute.store) in visibility.audiences(account) and visibility.may(account, "sell")


def _disputes(reading: Reading, order: str, store: str) -> tuple[Dispute | DisputeCard, ...]:
    found: dict[str, Dispute | DisputeCard] = {}
    for kind in ("dispute_card", "dispute"):  # whoever leads the store may have both
        rows = reading.connection.execute(
            f"SELECT d.doc FROM {kind} d WHERE d.order_id = ? AND {reading.only_visible('d')}", (order,)
        )
        found |= {each.author: each for (doc,) in rows if (each := decode(kind, doc)).store == store}
    return tuple(sorted(found.values(), key=lambda each: (each.opened_at is None, each.opened_at, each.author)))


def _name(reading: Reading, customer: str) -> str:
    """SQL for the name of a customer, or of one of whom only the card is seen."""
    return (
        f"ifnull((SELECT c.name FROM customer c WHERE c.id = {customer} AND {reading.only_visible('c')}),"
        f" (SELECT d.name FROM customer_card d WHERE d.customer = {customer} AND {reading.only_visible('d')}))"
    )


def _line(reading: Reading, around: Context, pk: int) -> SaleLine:
    kind = "sale" if pk > 0 else "sale_notice"
    (doc,) = reading.connection.execute(f"SELECT doc FROM {kind} WHERE pk = ?", (abs(pk),)).fetchone()
    return told(reading, around, decode(kind, doc))


def _named(reading: Reading, kind: str, typed: str, limit: int) -> list[CreditedSale | SaleNotice]:
    begun = f"{typed.casefold()}%" if len(typed) >= 8 and typed.replace("-", "").isalnum() else typed
    rows = reading.connection.execute(
        f"SELECT s.doc FROM {kind} s WHERE {reading.only_visible('s')}"
        " AND (s.doc ->> '$.number' IN (?1, '#' || ?1) OR s.order_id LIKE ?2 OR s.id LIKE ?2)"
        " ORDER BY s.placed_at DESC, s.id LIMIT ?3",
        (typed, begun, limit),
    )
    return [decode(kind, doc) for (doc,) in rows]

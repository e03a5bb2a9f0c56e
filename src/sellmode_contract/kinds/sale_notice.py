"""Sale notices: an associate is told of an online sale that they earned, or had a part in and did not earn."""

from __future__ import annotations

from sellmode_contract.audiences import NOBODY, PERSON, Row, Rule
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Instant, Record
from sellmode_contract.results.attribution import Judgement
from sellmode_contract.translatable import Translatable, marked


class SaleNotice(Record, frozen=True, kw_only=True):
    """Tells a person of an online sale, once however often it arrives; Associate Mode only.

    Of a sale that others earned it says why, and neither who they are nor what it came to.
    """

    store: str
    person: str
    order_id: str = ""
    number: str = ""
    customer: str | None = None
    placed_at: Instant | None = None
    currency: str = ""
    credited: bool = False
    amount: int = 0
    """What is credited now."""
    was: int = 0
    """What was credited at first; returns have taken back the rest."""
    judgement: Judgement | None = None
    """As far as it is this person's: of touches of others the person is empty text."""


def notice_id(order: str, store: str, person: str) -> str:
    """The id of what a person is told of a sale."""
    return source_id("sale_notice", "sellmode", f"{order}\x1f{store}\x1f{person}")


SALE_NOTICE = Kind(
    name="sale_notice",
    record=SaleNotice,
    row=Row("sale notice", NOBODY, Rule("the person who had a part in the sale", PERSON.audience)),
    columns=("order_id", "placed_at"),
    words=lambda notice, _: (
        Translatable("notice of sale {number}", number=notice["number"])
        if notice.get("number")
        else Translatable.said(marked("notice of sale"))
    ),
)

"""Sale notices, which come later."""

from __future__ import annotations

from sellmode_contract.audiences import NOBODY, PERSON, Row, Rule
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


class SaleNotice(Record, frozen=True, kw_only=True):
    """Tells the credited associate of a sale."""

    store: str
    person: str


SALE_NOTICE = Kind(
    name="sale_notice", record=SaleNotice, row=Row("sale notice", NOBODY, Rule("the person credited", PERSON.audience))
)

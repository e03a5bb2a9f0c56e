"""Facts: figures of a store or of one associate, which come later."""

from __future__ import annotations

from sellmode_contract.audiences import LEAD, PERSON, STORE, Row, Rule
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


class Fact(Record, frozen=True, kw_only=True):
    """A figure's fact, of the store or of one associate."""

    store: str
    person: str | None = None


FACT = Kind(
    name="fact",
    record=Fact,
    row=Row(
        "facts of the store; of one associate",
        Rule(
            "everyone in the store; facts of one associate, the store's managers",
            lambda fact, customer: (LEAD if fact.person else STORE).audience(fact, customer),
        ),
        Rule(
            "the store's managers; facts of one associate, that person",
            lambda fact, customer: (PERSON if fact.person else LEAD).audience(fact, customer),
        ),
    ),
)

"""The records that an account sees in one reading, as the contract's pure function reads them."""

from __future__ import annotations

import re
from typing import Any

from sellmode_contract.mutations.consent import STRICTNESS
from sellmode_contract.records import KINDS, Channel, Consent, Customer, Record, Retailer
from sellmode_contract.visibility import Account
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import CHILDREN, OTHER, TABLES, decode, table_of
from sellmode_tui.visibility.surroundings import Surroundings

_BELONGING = tuple(kind for kind, struct in KINDS.items() if "customer" in struct.__struct_fields__)
"""The kinds that may belong to a customer."""


_SURROGATES = re.compile("[\ud800-\udfff]")


class Seen:
    """What is visible, with pending changes: whatever is not visible is not there. A ``mutations.Reader``."""

    def __init__(self, reading: Reading, around: Surroundings) -> None:
        self.reading = reading
        self.around = around

    @property
    def account(self) -> Account | None:
        """Whose view this is; None before the first contact."""
        return self.around.account

    @property
    def retailer(self) -> Retailer | None:
        """The retailer's settings; None before they have arrived."""
        return self.around.retailer

    def document(self, kind: str, id: str) -> str | None:
        """A visible record's document."""
        if _SURROGATES.search(id):  # no database holds such an id, or takes the question
            return None
        of_kind = " AND t.kind = ?" if table_of(kind) == OTHER else ""
        row = self.reading.connection.execute(
            f'SELECT t.doc FROM "{table_of(kind)}" t WHERE t.id = ?{of_kind} AND {self.reading.only_visible("t")}',
            (id, kind) if of_kind else (id,),
        ).fetchone()
        return row and str(row[0])

    def get(self, kind: str, id: str) -> Record | None:
        """A visible record."""
        document = self.document(kind, id)
        return None if document is None else _record(kind, document)

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        """What a customer allows on a channel; the strictest, should several sources have said."""
        found = [
            consent
            for consent in self.belongings(customer, "consent")
            if isinstance(consent, Consent) and consent.channel == channel
        ]
        return max(found, key=lambda consent: (STRICTNESS[consent.state], consent.id), default=None)

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        """What belongs to a customer and is visible, of one kind or of all."""
        found: list[Record] = []
        for of in (kind,) if kind else _BELONGING:
            if of in CHILDREN:
                where, parameters = "t.customer = ?", [customer]
            else:
                where, parameters = "t.doc ->> '$.customer' = ?", [customer]
                if of not in TABLES:
                    where, parameters = f"t.kind = ? AND {where}", [of, customer]
            rows = self.reading.connection.execute(
                f'SELECT t.doc FROM "{table_of(of)}" t'
                f" WHERE {where} AND {self.reading.only_visible('t')} ORDER BY t.id",
                parameters,
            )
            found += [_record(of, doc) for (doc,) in rows]
        return found

    def each(self, kind: str) -> list[Any]:
        """All visible records of a kind, by id; for kinds of which there are few."""
        of_kind = " AND t.kind = ?" if table_of(kind) == OTHER else ""
        rows = self.reading.connection.execute(
            f'SELECT t.doc FROM "{table_of(kind)}" t WHERE {self.reading.only_visible("t")}{of_kind} ORDER BY t.id',
            (kind,) if of_kind else (),
        )
        return [_record(kind, doc) for (doc,) in rows]

    def name_of(self, customer: str) -> str | None:
        """A visible customer's name."""
        found = self.get("customer", customer)
        return found.name if isinstance(found, Customer) else None


def _record(kind: str, document: str) -> Record:
    record: Record = decode(kind, document)
    return record

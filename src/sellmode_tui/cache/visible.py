"""The records that may be shown, with what was written here folded in: what the contract's pure function reads."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.mutations.consent import STRICTNESS
from sellmode_contract.records import Record
from sellmode_tui.cache.tables import CHILDREN, OTHER, decode, table_of, where
from sellmode_tui.sealed import Connection

_SURROGATES = re.compile("[\ud800-\udfff]")


class VisibleRows:
    """The effective rows of some scopes as the contract's ``Reader``: a record of any other scope is not there."""

    def __init__(self, connection: Connection, scopes: Collection[int]) -> None:
        self._connection = connection
        self._visible = f"+scope IN ({','.join(map(str, scopes))})"

    def document(self, kind: str, id: str) -> str | None:
        """A record's document."""
        if _SURROGATES.search(id):  # no database holds such an id, or takes the question
            return None
        of_kind, parameters = where(kind, id)
        return next(iter(self._documents(kind, of_kind, parameters)), None)

    def get(self, kind: str, id: str) -> Record | None:
        """A record of a known kind."""
        document = self.document(kind, id) if kind in KINDS else None
        record: Record | None = None if document is None else decode(kind, document)
        return record

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        """What a customer allows on a channel; the strictest, should several sources have said."""
        found: list[Consent] = self._records("consent", "customer = ? AND channel = ?", (customer, channel))
        return max(found, key=lambda consent: (STRICTNESS[consent.state], consent.id), default=None)

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        """What belongs to a customer, of one kind or of all."""
        found: list[Record] = []
        for child in CHILDREN:
            if kind in (None, child):
                found += self._records(child, "customer = ?", (customer,))
        if kind is None or kind not in CHILDREN:
            others = self._connection.execute(
                f"SELECT kind, doc FROM {OTHER} WHERE customer = ? AND ifnull(?, kind) = kind AND {self._visible}"
                " ORDER BY kind, id",
                (customer, kind),
            )
            found += [decode(of, doc) for of, doc in others]
        return found

    def each(self, kind: str) -> list[Any]:
        """All records of a kind, by id; for kinds of which there are few."""
        if table_of(kind) == OTHER:
            return self._records(kind, "kind = ?", (kind,))
        return self._records(kind, "true", ())

    def _records(self, kind: str, condition: str, parameters: tuple[Any, ...]) -> list[Any]:
        return [decode(kind, document) for document in self._documents(kind, condition, parameters)]

    def _documents(self, kind: str, condition: str, parameters: tuple[Any, ...]) -> list[str]:
        rows = self._connection.execute(
            f'SELECT doc FROM "{table_of(kind)}" WHERE {condition} AND {self._visible} ORDER BY id', parameters
        )
        return [document for (document,) in rows]

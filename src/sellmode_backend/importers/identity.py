"""Which customer a row is about: by Customer ID, else by e-mail, else by phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.importers.rows import CustomerRow
from sellmode_backend.store import bulk, keys, merging, records, schema
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.keys import KeyKind
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer

_STRENGTH: tuple[KeyKind, ...] = ("number", "email", "phone")


class Known(NamedTuple):
    """By what somebody is known, as `keys.normal_key` makes it; empty where nothing is."""

    number: str
    email: str
    phone: str
    person: str = ""
    """Of a row that has none of these: tells it from others, and finds nobody."""

    @property
    def by(self) -> str:
        """The strongest key there is."""
        return next((kind for kind in _STRENGTH if getattr(self, kind)), "person")

    def same(self, other: Known, kind: KeyKind) -> bool:
        """Whether two who share a key are one: unless a stronger key says otherwise."""
        stronger = _STRENGTH[: _STRENGTH.index(kind)]
        return all(
            not getattr(self, name) or not getattr(other, name) or getattr(self, name) == getattr(other, name)
            for name in stronger
        )


def known_by(row: CustomerRow) -> Known:
    """By what a row names its customer."""
    number, email, phone = (keys.normal_key(kind, getattr(row, kind)) for kind in _STRENGTH)
    return Known(number, email, phone, row.person)


class CustomerFinder:
    """Finds the customer that each row of a batch is about; one who is new is known to the next row."""

    def __init__(self, connection: Connection, source: str, rows: Sequence[CustomerRow]) -> None:
        self._source = source
        self._known = {id(row): known_by(row) for row in rows}
        self._there = _imported(connection, map(self._new_id, self._known.values()))
        strangers = [known for known in self._known.values() if self._new_id(known) not in self._there]
        self._having: dict[tuple[KeyKind, str], list[str]] = {}
        merged: set[str] = set()
        for kind in _STRENGTH:
            wanted = {getattr(known, kind) for known in strangers} - {""}
            for having in (keys.customers_with, keys.merged_with):
                for key, ids in having(connection, kind, wanted).items():
                    self._having.setdefault((kind, key), []).extend(ids)
                    merged.update(ids if having is keys.merged_with else ())
        self._kept = merging.kept(connection, merged)
        candidates = {id for ids in self._having.values() for id in ids} - merged
        self._others = {id: _known_of(those) for id, those in keys.keys_of_merged(connection, merged).items()} | {
            item.id: self._of_customer(item)
            for item in records.read_many(connection, "customer", sorted(candidates))
            if isinstance(item, Customer)
        }

    def customer(self, row: CustomerRow) -> str:
        """Id of the customer of one of the batch's rows; an id of their own if nobody is known so.

        Who was merged into another customer is still known by their own id: it is the one under which the last imported
        values are kept.
        """
        known = self._known[id(row)]
        own = self._new_id(known)
        if own in self._there:
            return own
        for kind in _STRENGTH:
            if kind == "phone" and known.email:
                break  # a household shares its phone
            having = self._having.get((kind, getattr(known, kind)), ())
            found = [
                other
                for other in having
                if getattr(self._others[other], kind) and known.same(self._others[other], kind)
            ]
            # Of several, the one who is known by nothing stronger.
            for some in (found, [other for other in found if self._others[other].by == kind]):
                if one := self._only(some):
                    return self._now_known(one, known)
        self._there.add(own)
        return self._now_known(own, known)

    def _of_customer(self, customer: Customer) -> Known:
        """By what a customer is known here: the number of another shop says nothing."""
        known = _known_of(keys.keys_of(customer))
        return known if customer.sources.get("number", self._source) == self._source else known._replace(number="")

    def _new_id(self, known: Known) -> str:
        return source_id("customer", self._source, f"{known.by}:{getattr(known, known.by)}")

    def _only(self, ids: Sequence[str]) -> str | None:
        """The one of several who is still there; failing that, of those merged into one and the same, the first."""
        there = [id for id in ids if id not in self._kept]
        if there:
            return there[0] if len(there) == 1 else None
        return ids[0] if len({self._kept[id] for id in ids}) == 1 else None

    def _now_known(self, customer: str, known: Known) -> str:
        """Take what a row says into account for the next one."""
        before = self._others.get(customer, Known("", "", ""))
        self._others[customer] = Known(*(new or old for new, old in zip(known[:3], before[:3], strict=True)))
        for kind in _STRENGTH:
            ids = self._having.setdefault((kind, getattr(known, kind)), [])
            if getattr(known, kind) and customer not in ids:
                ids.append(customer)
        return customer


def _known_of(those: keys.Keys) -> Known:
    return Known(*(next((key for its, key in those if its == kind), "") for kind in _STRENGTH))


def _imported(connection: Connection, ids: Iterable[str]) -> set[str]:
    table = schema.imported.c
    return {
        id
        for some in in_parts(ids)
        for id in connection.scalars(
            sa.select(table.id).where(table.kind == "customer", bulk.one_of(connection, table.id, some))
        )
    }

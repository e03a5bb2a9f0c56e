"""Customers as whoever assigns them knows them: by name, owner, tier and last contact.

A manager in Associate Mode has no more of them than a card. What is found is remembered as row numbers (eight bytes a
customer); what is shown of it is read anew each time.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from sellmode_contract import visibility
from sellmode_contract.audiences import is_lead
from sellmode_contract.filters import FilterError, Node, Words, parse
from sellmode_contract.filters.fields import CUSTOMER_FIELDS
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import moment
from sellmode_tui.records.context import Context
from sellmode_tui.records.customers.filters import SQL, Compiler, Parameter
from sellmode_tui.records.found_rows import FoundRows
from sellmode_tui.records.ids import ids_named
from sellmode_tui.records.readings import Readings
from sellmode_tui.records.tasks.lines import column_of

NOBODY: Final = ""
"""In place of a staff id: what is nobody's."""
OwnedSort: TypeAlias = Literal["name", "owner", "tier", "last_contact"]


class OwnedQuery(NamedTuple):
    """Which customers, in which order; ties go by name."""

    text: str = ""
    """A filter, as in ``sellmode_contract.filters``; where only cards are seen, of what stands on these."""
    owner: str | None = None
    """Staff id of their owner; ``NOBODY`` for those without one, None for all."""
    sort: OwnedSort = "name"
    descending: bool = False


class OwnedCustomer(NamedTuple):
    """A customer, by what it takes to assign them."""

    id: str
    name: str
    owner: str | None
    owner_name: str
    """With the word that they have left, if they have; empty if nobody owns the customer."""
    tier: str
    last_contact: dt.datetime | None
    """UTC."""


class OwnedList(FoundRows):
    """The customers whom a query finds, now: after a change in the cache, those whom it finds then.

    Any thread may ask. Everything but ``cancel`` reads, and raises Interrupted if cancelled meanwhile.
    """

    def __init__(self, readings: Readings, query: OwnedQuery) -> None:
        """Raises FilterError if the query's text cannot be read as a filter."""
        super().__init__(readings)
        self.query = query
        with readings.open() as reading:
            self._tree = _parsed(reading, readings.context(reading), query.text)

    def rows(self, start: int, stop: int) -> list[OwnedCustomer]:
        """The customers from one position to before another."""
        with self._reading() as reading:
            wanted = self._between(start, stop)
            return _read(reading, self._readings.context(reading), wanted)

    def ids(self, limit: int) -> list[str]:
        """The first customers' ids, no more than ``limit``."""
        return [row.id for row in self.rows(0, limit)]

    def find(self, id: str) -> int | None:
        """The position of a customer; None if the list has no such one."""
        with self._reading() as reading:
            table, of = _source(reading)
            row = reading.connection.execute(f"SELECT k.pk FROM {table} k WHERE k.{of} = ?", (id,)).fetchone()
            return self._found.index(row[0]) if row and row[0] in self._found else None

    def _find(self, reading: Reading) -> array[int]:
        compiler = self._readings.compiler(reading, _CardCompiler if by_card(reading) else Compiler)
        return _find(reading, compiler, self.query, self._tree)


def known(reading: Reading, around: Context, ids: Sequence[str]) -> list[OwnedCustomer]:
    """Those of some customers who are known, in the order of their ids as given."""
    table, id = _source(reading)
    marks = ",".join("?" * len(ids))
    rows = reading.connection.execute(
        f"SELECT k.pk, k.{id} FROM {table} k WHERE k.{id} IN ({marks}) AND {reading.only_visible('k')}", tuple(ids)
    )
    places = {id: place for place, id in enumerate(ids)}
    return _read(reading, around, [pk for pk, _ in sorted(rows, key=lambda row: places[row[1]])])


def carded(reading: Reading, text: str, limit: int) -> list[str]:
    """The ids of the customers, no more than ``limit``, of whom a card is seen, that a text is or begins."""
    return ids_named(reading, "customer_card", text, limit, of="customer")


def by_card(reading: Reading) -> bool:
    """Whether the asker knows the store's customers by their cards, as its managers do in Associate Mode."""
    account = reading.head.view.account if reading.head else None
    leads = account is not None and any(map(is_lead, visibility.audiences(account)))
    return leads and column_of(reading) == "own"


def _source(reading: Reading) -> tuple[str, str]:
    """The table in which customers are seen, and its column with their ids."""
    return ("customer_card", "customer") if by_card(reading) else ("customer", "id")


# ------------------------------------------------------------------ finding

_ON_CARDS: Final = tuple(field for field in CUSTOMER_FIELDS if field.name in ("owner", "tier", "last_contact"))
"""What a filter may name where only cards are seen."""


class _CardCompiler(Compiler):
    """Makes conditions on cards; ``l`` is the card."""

    def condition(self, tree: Node) -> SQL:
        """Words are looked for in the name."""
        if isinstance(tree, Words):
            return SQL("sellmode_begins(l.name, ?)", (tree.text,))
        return super().condition(tree)


def _parsed(reading: Reading, around: Context, text: str) -> Node:
    if not by_card(reading):
        return parse(text, around.fields)
    try:
        return parse(text, _ON_CARDS)
    except FilterError as error:
        parse(text, around.fields)  # what nobody could read is told as it is
        raise FilterError(
            "of colleagues' customers, only name, owner, tier and last contact can be searched", error.start, error.end
        ) from None


def _find(reading: Reading, compiler: Compiler, query: OwnedQuery, tree: Node) -> array[int]:
    table, _ = _source(reading)
    condition = compiler.condition(tree)
    conditions, parameters = [reading.only_visible("l"), f"({condition.text})"], list[Parameter](condition.parameters)
    if query.owner is not None:
        conditions.append("l.owner IS ?")
        parameters.append(query.owner or None)
    direction = "DESC" if query.descending else "ASC"
    key = _KEYS[query.sort].format(only=reading.only_visible("s"))
    rows = reading.connection.execute(
        f"SELECT l.pk FROM {table} l{' JOIN customer c ON c.pk = l.pk' if table == 'customer' else ''}"
        f" WHERE {' AND '.join(conditions)} ORDER BY {key} {direction} NULLS LAST, l.name_key, l.id",
        parameters,
    )
    return array("q", [pk for (pk,) in rows])


_KEYS: Final[dict[OwnedSort, str]] = {
    "name": "l.name_key",
    "owner": "(SELECT s.name_key FROM staff s WHERE s.id = l.owner AND {only})",
    "tier": "nullif(l.tier_key, '')",
    "last_contact": "l.last_contact",
}


def _read(reading: Reading, around: Context, wanted: Sequence[int]) -> list[OwnedCustomer]:
    """What a list shows of customers, in their order."""
    table, id = _source(reading)
    rows = {
        pk: OwnedCustomer(
            id, name, owner, around.owner_name(owner), tier, None if last_contact is None else moment(last_contact)
        )
        for pk, id, name, owner, tier, last_contact in reading.connection.execute(
            f"SELECT k.pk, k.{id}, k.name, k.owner, k.tier, k.last_contact FROM {table} k"
            f" WHERE k.pk IN ({','.join('?' * len(wanted))}) AND {reading.only_visible('k')}",
            tuple(wanted),
        )
    }
    return [rows[pk] for pk in wanted if pk in rows]

"""Lists of customers: found by words and filters, sorted, and read page by page.

A list of everybody is read along the listing's indexes, wherever in it one looks. A list of some is found once, as far
as somebody looks, and remembered as row numbers (eight bytes a customer); what it shows of them is read anew each time.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from array import array
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from sellmode_contract.filters import And, Node, Words, parse
from sellmode_contract.search import parse_query, words
from sellmode_tui.cache import listing, search
from sellmode_tui.cache.listing import LAST, SORTS, UNKNOWN, sort_key
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import moment
from sellmode_tui.records.along import Along, Stretch
from sellmode_tui.records.context import Context
from sellmode_tui.records.customers.filters import SQL, Compiler, Parameter, joined
from sellmode_tui.records.ids import ids_named
from sellmode_tui.records.readings import Readings

Sort = Literal["name", "last_purchase", "spend", "last_contact", "owner"]

COUNTED = 10_000
"""A match of more customers is counted and sorted only when asked for."""
_STEPS = (50, 200, COUNTED + 1)
"""How many matches are found when somebody looks at the first few, at some more, or counts."""


class CustomerQuery(NamedTuple):
    """Which customers, in which order. Who has no value to sort by comes last; ties go by name."""

    text: str = ""
    """Words and filters, as in ``sellmode_contract.filters``."""
    sort: Sort = "name"
    descending: bool = False


class CustomerRow(NamedTuple):
    """A customer in a list. Instants are UTC; money is in minor units of ``currency``."""

    id: str
    name: str
    tier: str
    tags: tuple[str, ...]
    last_purchase: dt.datetime | None
    spend: int
    currency: str
    last_contact: dt.datetime | None
    owner: str | None
    owner_name: str
    """Empty if nobody owns the customer."""
    store: str | None


class Count(NamedTuple):
    """How many customers a list has; if not ``exact``, more than ``n``."""

    n: int
    exact: bool


class CustomerList:
    """The customers whom a query finds, now: after a change in the cache, those whom it finds then.

    Any thread may ask. Everything but ``cancel`` reads, and raises Interrupted if cancelled meanwhile.
    """

    def __init__(self, readings: Readings, query: CustomerQuery, tree: Node) -> None:
        self.query = query
        self._readings = readings
        self._tree = tree
        self._lock = threading.Lock()
        """Held while the list reads."""
        self._found: _Everybody | _Some | None = None

    @property
    def stale(self) -> bool:
        """Whether the cache has changed since this list was last read, so that its rows may have moved."""
        with self._readings.open(self) as reading:
            return self._found is not None and self._found.version != reading.version

    @property
    def sorted(self) -> bool:
        """Whether ``rows`` come in the order asked for. More than 10,000 matches come by name until ``exact_count``."""
        with self._reading() as (_, found):
            return found.sorted

    def rows(self, start: int, stop: int) -> list[CustomerRow]:
        """The customers from one position to before another."""
        with self._reading() as (reading, found):
            return _read(reading, self._readings.context(reading), found.slice(reading, max(start, 0), stop))

    def count(self) -> Count:
        """How many there are, as far as that can be said at once."""
        with self._reading() as (reading, found):
            return found.count(reading)

    def exact_count(self) -> int:
        """How many there are, however long it takes; then ``rows`` are sorted for good, too."""
        with self._reading() as (reading, found):
            return found.exact_count(reading)

    def find(self, id: str) -> int | None:
        """The position of a customer, None if the list has no such one."""
        with self._reading() as (reading, found):
            row = reading.connection.execute(
                f"SELECT c.pk FROM customer c WHERE c.id = ? AND {reading.only_visible('c')}", (id,)
            ).fetchone()
            return found.place(reading, row[0]) if row else None

    def cancel(self) -> None:
        """Interrupt what another thread is reading from this list."""
        self._readings.cancel(self)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[tuple[Reading, _Everybody | _Some]]:
        with self._lock, self._readings.open(self) as reading:
            if self._found is None or self._found.version != reading.version:
                if self._tree == And() and reading.built:
                    self._found = _Everybody(reading, self.query)
                else:
                    self._found = _Some(reading, self._readings.compiler(reading), self.query, self._tree)
            yield reading, self._found


def _read(reading: Reading, around: Context, customers: Sequence[int]) -> list[CustomerRow]:
    """What a list shows of customers, in their order."""
    if not customers:
        return []
    columns = "c.pk, c.id, c.name, c.tier, c.tags, c.last_purchase, c.spend, c.last_contact, c.owner, c.store"
    rows = {
        pk: CustomerRow(
            id=id,
            name=name,
            tier=tier,
            tags=_tags.decode(tags),
            last_purchase=_moment(last_purchase),
            spend=spend,
            currency=around.currency,
            last_contact=_moment(last_contact),
            owner=owner,
            owner_name=around.owner_name(owner),
            store=store,
        )
        for pk, id, name, tier, tags, last_purchase, spend, last_contact, owner, store in reading.connection.execute(
            f"SELECT {columns} FROM customer c WHERE c.pk IN ({','.join('?' * len(customers))})"
            f" AND {reading.only_visible('c')}",
            tuple(customers),
        )
    }
    return [rows[pk] for pk in customers]


_tags = msgspec.json.Decoder(tuple[str, ...])


def _moment(stored: int | None) -> dt.datetime | None:
    return None if stored is None else moment(stored)


def _number(reading: Reading, sql: str, parameters: tuple[Parameter, ...]) -> int:
    (number,) = reading.connection.execute(sql, parameters).fetchone()
    return int(number)


# ------------------------------------------------------------------ everybody


class _Everybody(Along[int]):
    """All visible customers, along an index of the listing."""

    source = "listing l"
    sorted = True

    def __init__(self, reading: Reading, query: CustomerQuery) -> None:
        super().__init__(reading)
        self._backwards = query.sort == "name" and query.descending
        self._key = None if query.sort == "name" else sort_key(query.sort, descending=query.descending, of="l.")
        self.columns = "l.customer", self._key or "0", "l.place"

    def size(self, reading: Reading) -> int:
        return sum(n for scope, n in listing.sizes(reading.connection).items() if scope in reading.scopes)

    def count(self, reading: Reading) -> Count:
        return Count(self.total(reading), exact=True)

    exact_count = Along.total

    def place(self, reading: Reading, customer: int) -> int:
        anchor = reading.connection.execute(
            f"SELECT {self._key or 0}, l.place FROM listing l WHERE l.customer = ?", (customer,)
        ).fetchone()
        return self.position(reading, *anchor)

    @property
    def whole(self) -> Sequence[Stretch]:
        return [Stretch("true", (), self._order, self._backwards)]

    def beside(self, key: int, tie: int, *, after: bool) -> Sequence[Stretch]:
        sign = ">" if after != self._backwards else "<"
        if self._key is None:
            return [Stretch(f"l.place {sign} ?", (tie,), self._order, self._backwards)]
        return [
            # By place alone: SQLite does not see that the key is the same for all, and would sort the whole stretch.
            Stretch(f"{self._key} = ? AND l.place {sign} ?", (key, tie), ("l.place",)),
            Stretch(f"{self._key} {sign} ?", (key,), self._order),
        ]

    @property
    def _order(self) -> tuple[str, ...]:
        return (self._key, "l.place") if self._key else ("l.place",)


# ------------------------------------------------------------------ some


class _Plan(NamedTuple):
    """How to find the customers of a query."""

    customer: str
    """Their row number."""
    source: SQL
    """From FROM on, up to ORDER BY."""
    by_name: str
    by_key: str | None
    """What else the query sorts by; None for the name alone."""
    by_words: bool
    """Whether matches come from the search index, by name, so that another order takes a lookup of each."""
    all_of: SQL | None = None
    """A search of the index alone that finds all of them and nobody else: counting there is much quicker."""


class _Some:
    """The customers for whom a filter holds, found as far as somebody looks. Without indexes: everybody, too."""

    def __init__(self, reading: Reading, compiler: Compiler, query: CustomerQuery, tree: Node) -> None:
        self.version = reading.version
        self.sorted = True
        self._plan = (_indexed if reading.built else _bare)(reading, compiler, query, tree)
        self._customers = array("q")
        self._complete = False

    def slice(self, reading: Reading, start: int, stop: int) -> Sequence[int]:
        self._look(reading, stop)
        return self._customers[start : max(start, stop)]

    def count(self, reading: Reading) -> Count:
        if self._plan.all_of and not self._complete:
            sql, parameters = self._plan.all_of
            return Count(_number(reading, f"SELECT count(*) FROM ({sql})", parameters), exact=True)
        self._look(reading, COUNTED + 1)
        found = len(self._customers)
        return Count(found, exact=True) if self._complete else Count(COUNTED, exact=False)

    def exact_count(self, reading: Reading) -> int:
        self._look(reading, None)
        return len(self._customers)

    def place(self, reading: Reading, customer: int) -> int | None:
        self._look(reading, None)
        try:
            return self._customers.index(customer)
        except ValueError:
            return None

    def _look(self, reading: Reading, wanted: int | None) -> None:
        """Find so many or more, in steps; all for None."""
        if self._complete or (wanted is not None and wanted <= len(self._customers)):
            return
        limit = next((step for step in _STEPS if wanted is not None and wanted <= step), -1)
        plan = self._plan
        order = f"{plan.by_key}, {plan.by_name}" if plan.by_key else plan.by_name
        self.sorted = True
        if plan.by_key and plan.by_words and limit > 0:
            matches = f"SELECT count(*) FROM (SELECT 1 {plan.source.text} LIMIT {COUNTED + 1})"
            if _number(reading, matches, plan.source.parameters) > COUNTED:
                self.sorted, order = False, plan.by_name
            else:
                limit = -1
        rows = reading.connection.execute(
            f"SELECT {plan.customer} {plan.source.text} ORDER BY {order} LIMIT ?", (*plan.source.parameters, limit)
        )
        self._customers = array("q", [customer for (customer,) in rows])
        self._complete = limit < 0 or len(self._customers) < limit


def _indexed(reading: Reading, compiler: Compiler, query: CustomerQuery, tree: Node) -> _Plan:
    """By way of the search index, if words are to be found in any case, else along the listing."""
    lead, rest = _leading_words(tree)
    found, by_name, all_of = "listing l", "l.place", None
    parameters: tuple[Parameter, ...] = ()
    conditions = [SQL(reading.only_visible("l")), compiler.condition(rest)]
    if lead:
        candidates = search.candidates(parse_query(lead.text))
        found, parameters = f"({candidates.sql}) m CROSS JOIN listing l ON l.place = m.place", candidates.parameters
        by_name = "m.place"
        if not candidates.exact:
            conditions.append(compiler.condition(lead))
        elif rest == And() and query.sort == "name" and listing.sizes(reading.connection).keys() <= set(reading.scopes):
            all_of = SQL(candidates.sql, candidates.parameters)
    condition = joined(" AND ", conditions)
    customer = "JOIN customer c ON c.pk = l.customer" if condition.asks_customer else ""
    return _Plan(
        "l.customer",
        SQL(f"FROM {found} {customer} WHERE {condition.text}", (*parameters, *condition.parameters)),
        f"{by_name} DESC" if query.sort == "name" and query.descending else by_name,
        # The + makes SQLite read the listing as it lies: going by the sort's index, it would jump to and fro in it.
        None if query.sort == "name" else f"+{sort_key(query.sort, descending=query.descending, of='l.')}",
        by_words=lead is not None,
        all_of=all_of,
    )


def _leading_words(tree: Node) -> tuple[Words | None, Node]:
    """Words that every match must have, for the search index to look up, and the rest of the filter."""
    items = tree.items if isinstance(tree, And) else (tree,)
    for number, item in enumerate(items):
        if isinstance(item, Words):
            return item, And((*items[:number], *items[number + 1 :]))
    return None, tree


def _bare(reading: Reading, compiler: Compiler, query: CustomerQuery, tree: Node) -> _Plan:
    """Straight from the table, while a first sync is still filling it."""
    condition = compiler.condition(tree)
    ranks = "LEFT JOIN (SELECT id, row_number() OVER (ORDER BY name_key, id) AS rank FROM staff) s ON s.id = c.owner"
    direction = "DESC" if query.sort == "name" and query.descending else "ASC"
    key = None
    if query.sort != "name":
        ranked = f"CASE WHEN c.owner IS NOT NULL THEN ifnull(s.rank, {UNKNOWN}) END"
        column = ranked if query.sort == "owner" else f"c.{SORTS[query.sort]}"
        key = f"ifnull({'-' if query.descending else ''}({column}), {LAST})"
    return _Plan(
        "c.pk",
        SQL(
            f"FROM customer c JOIN customer l ON l.pk = c.pk {ranks if query.sort == 'owner' else ''}"
            f" WHERE {reading.only_visible('c')} AND ({condition.text})",
            condition.parameters,
        ),
        f"c.name_key {direction}, c.id {direction}",
        key,
        by_words=False,
    )


def find(readings: Readings, query: CustomerQuery) -> CustomerList:
    """The list of a query. Raises FilterError if its text cannot be read as a filter."""
    with readings.open() as reading:
        return CustomerList(readings, query, parse(query.text, readings.context(reading).fields))


def named(reading: Reading, text: str, limit: int) -> list[str]:
    """The ids of the visible customers whom a text names."""
    if not text:
        return []
    found, parameters = _who_may_be_named(reading, text)
    by_name = reading.connection.execute(
        f"SELECT c.id {found} WHERE {reading.only_visible('c')}"
        " AND (c.doc ->> '$.number' = ? COLLATE NOCASE OR c.doc ->> '$.email' = ? COLLATE NOCASE)"
        " ORDER BY c.id LIMIT ?",
        (*parameters, text, text, limit),
    )
    return sorted({*ids_named(reading, "customer", text, limit), *(id for (id,) in by_name)})[:limit]


def _who_may_be_named(reading: Reading, text: str) -> SQL:
    """Where everybody is whose number or e-mail a text is: in the search index, if it has words for it."""
    local, at, _ = text.rpartition("@")
    if not reading.built or not words(local if at else text):
        return SQL("FROM customer c")
    candidates = search.candidates(parse_query(text))
    return SQL(
        f"FROM ({candidates.sql}) m CROSS JOIN listing l ON l.place = m.place JOIN customer c ON c.pk = l.customer",
        candidates.parameters,
    )

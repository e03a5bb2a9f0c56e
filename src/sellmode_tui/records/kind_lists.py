"""Lists of the records of a kind: found by words, sorted by a field, and read page by page.

A list of all is read along the index of its order, wherever in it one looks. What words find is remembered as row
numbers (eight bytes a record); what is shown of it is read anew each time.
"""

from __future__ import annotations

import contextlib
import threading
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from sellmode_contract.kinds.fields import Elements, Field, OneOf, Ref, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record
from sellmode_tui.cache import sorting
from sellmode_tui.cache.sorting import NOTHING
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode, of_kind, table_of
from sellmode_tui.records.along import Along, Stretch
from sellmode_tui.records.context import Context
from sellmode_tui.records.customers.names import visible_names
from sellmode_tui.records.readings import Readings


class KindQuery(NamedTuple):
    """Which records of a kind, in which order. What has no value to sort by comes last; ties go by id."""

    text: str = ""
    """Words that its listed fields have to have the beginnings of."""
    sort: str = ""
    """A field; empty: the first that is listed."""
    descending: bool = False


class ListedRecord(NamedTuple):
    """A record in a list, and what the ids in it are called by people."""

    record: Record
    names: Mapping[str, str]


class KindList:
    """The visible records of a kind that a query finds, now: after a change in the cache, those whom it finds then.

    Any thread may ask. Everything but ``cancel`` reads, and raises Interrupted if cancelled meanwhile.
    """

    def __init__(self, readings: Readings, kind: Kind[Any], query: KindQuery) -> None:
        self.query = query
        self._kind = kind
        self._readings = readings
        self._lock = threading.Lock()
        """Held while the list reads."""
        self._found: _All | _Some | None = None

    @property
    def stale(self) -> bool:
        """Whether the cache has changed since this list was last read, so that its rows may have moved."""
        with self._readings.open(self) as reading:
            return self._found is not None and self._found.version != reading.version

    def count(self) -> int:
        """How many there are."""
        with self._reading() as (reading, found):
            return found.total(reading)

    def rows(self, start: int, stop: int) -> list[ListedRecord]:
        """The records from one position to before another."""
        with self._reading() as (reading, found):
            wanted = found.slice(reading, max(start, 0), max(start, stop, 0))
            documents = dict(
                reading.connection.execute(
                    f'SELECT k.id, k.doc FROM "{table_of(self._kind.name)}" k WHERE {of_kind(self._kind.name, "k")}'
                    f" AND k.id IN ({','.join('?' * len(wanted))}) AND {reading.only_visible('k')}",
                    tuple(wanted),
                )
            )
            return self._listed(reading, [decode(self._kind.name, documents[id]) for id in wanted])

    def find(self, id: str) -> int | None:
        """The position of a record; None if the list has no such one."""
        with self._reading() as (reading, found):
            return found.place(reading, id)

    def cancel(self) -> None:
        """Interrupt what another thread is reading from this list."""
        self._readings.cancel(self)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[tuple[Reading, _All | _Some]]:
        with self._lock, self._readings.open(self) as reading:
            if self._found is None or self._found.version != reading.version:
                order = _All(reading, self._kind, self.query)
                words = self.query.text.strip()
                self._found = _Some(reading, self._readings.context(reading), order, words) if words else order
            yield reading, self._found

    def _listed(self, reading: Reading, records: Sequence[Record]) -> list[ListedRecord]:
        around = self._readings.context(reading)
        fields = [name for name in self._kind.listed if _names_customer(self._kind.by_name[name])]
        named = (getattr(record, name) for record in records for name in fields)
        customers = visible_names(reading, filter(None, named)) if fields else {}
        return [ListedRecord(record, dict(self._names(record, customers, around))) for record in records]

    def _names(self, record: Record, customers: Mapping[str, str], around: Context) -> Iterator[tuple[str, str]]:
        for name in self._kind.listed:
            field, id = self._kind.by_name[name], getattr(record, name)
            match field:
                case Ref(to="customer") if id:
                    yield id, customers.get(id, "")
                case Ref(to="staff") if id:
                    yield id, around.name_of(id)
                case Ref(to="store") if id:
                    yield id, around.store_name(id)
                case Elements(of="store"):
                    yield from ((each, around.store_name(each)) for each in id)


class _All(Along[str]):
    """The ids of all, in the order of a field."""

    source = "sorted o"
    columns = "o.id", "o.key", "o.id"

    def __init__(self, reading: Reading, kind: Kind[Any], query: KindQuery) -> None:
        super().__init__(reading)
        self.kind = kind
        self._by = query.sort if query.sort in kind.listed else kind.listed[0]
        self._backwards = query.descending
        self.of_field = f"o.kind = '{kind.name}' AND o.field = '{self._by}'"
        self.order = "o.key = x'', o.key DESC, o.id DESC" if query.descending else "o.key, o.id"

    def size(self, reading: Reading) -> int:
        return sorting.size(reading.connection, self.kind.name, self._by, reading.scopes)

    def place(self, reading: Reading, id: str) -> int | None:
        at = reading.connection.execute(
            f"SELECT o.key, o.id FROM sorted o WHERE {self.of_field} AND o.id = ? AND {self._visible}", (id,)
        ).fetchone()
        return self.position(reading, *at) if at else None

    @property
    def whole(self) -> Sequence[Stretch]:
        if not self._backwards:
            return [self._stretch("true")]
        return [self._stretch("o.key < ?", NOTHING), self._stretch("o.key = ?", NOTHING)]

    def beside(self, key: Any, tie: Any, *, after: bool) -> Sequence[Stretch]:
        if not self._backwards:
            return [self._stretch(f"(o.key, o.id) {'>' if after else '<'} (?, ?)", key, tie)]
        valued, blank = self.whole
        there = self._stretch(f"o.key = ? AND o.id {'<' if after else '>'} ?", key, tie)
        if key == NOTHING:
            return [there] if after else [valued, there]
        if after:
            return [there, self._stretch("o.key < ?", key), blank]
        return [self._stretch("o.key > ? AND o.key < ?", key, NOTHING), there]

    def _stretch(self, condition: str, *parameters: Any) -> Stretch:
        return Stretch(f"{self.of_field} AND {condition}", parameters, ("o.key", "o.id"), self._backwards)


class _Some:
    """The ids of those that have the beginnings of some words, found once for one version of the cache."""

    def __init__(self, reading: Reading, around: Context, everything: _All, words: str) -> None:
        self.version = reading.version
        kind = everything.kind
        self._of_kind = of_kind(kind.name, "k")
        self._table = f'"{table_of(kind.name)}" k'
        fields = [kind.by_name[name] for name in kind.listed]
        names = {f"names_of_{field.name}": _names_in(field, kind.blank[field.name], around) for field in fields}
        said = " || ' ' || ".join(_words(field, reading) for field in fields)
        rows = reading.connection.execute(
            f"SELECT k.pk FROM {everything.source} CROSS JOIN {self._table} ON k.id = o.id AND {self._of_kind}"
            f" WHERE {everything.of_field} AND {reading.only_visible('k')} AND sellmode_begins({said}, :text)"
            f" ORDER BY {everything.order}",
            {**names, "text": words},
        )
        self._found = array("q", [pk for (pk,) in rows])

    def total(self, reading: Reading) -> int:  # noqa: ARG002  # those that were found
        return len(self._found)

    def slice(self, reading: Reading, start: int, stop: int) -> list[str]:
        wanted = self._found[start:stop]
        marks = ",".join("?" * len(wanted))
        ids = dict(reading.connection.execute(f"SELECT k.pk, k.id FROM {self._table} WHERE k.pk IN ({marks})", wanted))
        return [ids[pk] for pk in wanted]

    def place(self, reading: Reading, id: str) -> int | None:
        row = reading.connection.execute(
            f"SELECT k.pk FROM {self._table} WHERE k.id = ? AND {self._of_kind}", (id,)
        ).fetchone()
        return self._found.index(row[0]) if row and row[0] in self._found else None


def _names_customer(field: Field) -> bool:
    return isinstance(field, Ref) and field.to == "customer"


def _value(field: Field) -> str:
    """SQL for what stands in a field."""
    return f"k.doc ->> '$.{field.name}'"


def _names_in(field: Field, blank: Any, around: Context) -> str:
    """What values of a field are called by people, as a JSON object: choices, stores.

    Documents leave out a value that is ``blank``: its name is that of empty text.
    """
    named: Mapping[str, str] = {}
    match field:
        case OneOf():
            named = {("" if value == blank else value): name for value, name in field.choices.items() if value}
        case Ref(to="store") | Elements(of="store"):
            named = {store.id: store.name for store in around.retailer.stores} if around.retailer else {}
    return msgspec.json.encode(named).decode()


def _called(field: Field, value: str) -> str:
    """SQL for what a value is called, by what is bound as its field's ``names_of_``; else the value."""
    names = f"json_each(:names_of_{field.name})"
    return f"ifnull((SELECT n.value FROM {names} n WHERE n.key = ifnull({value}, '')), {value})"


def _words(field: Field, reading: Reading) -> str:
    """SQL for the words in a field, to search in."""
    if isinstance(field, Ref) and field.to in ("customer", "staff"):
        table = field.to
        return (
            f"ifnull((SELECT r.name FROM {table} r WHERE r.id = {_value(field)} AND {reading.only_visible('r')}), '')"
        )
    match field:
        case Text():
            return f"ifnull({_value(field)}, '')"
        case OneOf() | Ref(to="store"):
            return f"ifnull({_called(field, _value(field))}, '')"
        case Elements():
            each = f"json_each(k.doc, '$.{field.name}')"
            return f"ifnull((SELECT group_concat({_called(field, 'e.value')}, ' ') FROM {each} e), '')"
        case _:
            return "''"

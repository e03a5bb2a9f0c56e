"""Lists of the records of a kind: found by words, sorted by a field, and read page by page.

What is found is remembered as row numbers (eight bytes a record); what is shown of it is read anew each time.
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
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import OTHER, decode, table_of
from sellmode_tui.records.context import Context
from sellmode_tui.records.readings import Readings


class KindQuery(NamedTuple):
    """Which records of a kind, in which order; ties go by id."""

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
        self._version: int | None = None
        self._found = array("q")

    @property
    def stale(self) -> bool:
        """Whether the cache has changed since this list was last read, so that its rows may have moved."""
        with self._readings.open(self) as reading:
            return self._version not in (None, reading.version)

    def count(self) -> int:
        """How many there are."""
        with self._reading():
            return len(self._found)

    def rows(self, start: int, stop: int) -> list[ListedRecord]:
        """The records from one position to before another."""
        with self._reading() as reading:
            wanted = self._found[max(start, 0) : max(start, stop, 0)]
            marks = ",".join("?" * len(wanted))
            documents = dict(
                reading.connection.execute(
                    f'SELECT k.pk, k.doc FROM "{self._table}" k WHERE k.pk IN ({marks})'
                    f" AND {reading.only_visible('k')}",
                    tuple(wanted),
                )
            )
            return self._listed(reading, [decode(self._kind.name, documents[pk]) for pk in wanted])

    def find(self, id: str) -> int | None:
        """The position of a record; None if the list has no such one."""
        with self._reading() as reading:
            row = reading.connection.execute(
                f'SELECT k.pk FROM "{self._table}" k WHERE k.id = ? AND {self._of_kind}', (id,)
            ).fetchone()
            return self._found.index(row[0]) if row and row[0] in self._found else None

    def cancel(self) -> None:
        """Interrupt what another thread is reading from this list."""
        self._readings.cancel(self)

    @property
    def _table(self) -> str:
        return table_of(self._kind.name)

    @property
    def _of_kind(self) -> str:
        return f"k.kind = '{self._kind.name}'" if self._table == OTHER else "true"

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Reading]:
        with self._lock, self._readings.open(self) as reading:
            if self._version != reading.version:
                self._found = self._find(reading)
                self._version = reading.version
            yield reading

    def _find(self, reading: Reading) -> array[int]:
        fields = [self._kind.by_name[name] for name in self._kind.listed]
        by = self._kind.by_name.get(self.query.sort, fields[0])
        conditions, parameters = [self._of_kind, reading.only_visible("k")], dict[str, str]()
        if self.query.text.strip():
            said = " || ' ' || ".join(_words(field, reading) for field in fields)
            conditions.append(f"sellmode_begins({said}, :text)")
            parameters["text"] = self.query.text
        direction = "DESC" if self.query.descending else "ASC"
        around = self._readings.context(reading)
        parameters |= {
            f"names_of_{field.name}": _names_in(field, self._kind.blank[field.name], around) for field in fields
        }
        rows = reading.connection.execute(
            f'SELECT k.pk FROM "{self._table}" k WHERE {" AND ".join(conditions)}'
            f" ORDER BY {_key(by, reading)} {direction} NULLS LAST, k.id",
            parameters,
        )
        return array("q", [pk for (pk,) in rows])

    def _listed(self, reading: Reading, records: Sequence[Record]) -> list[ListedRecord]:
        around = self._readings.context(reading)
        return [ListedRecord(record, dict(self._names(record, reading, around))) for record in records]

    def _names(self, record: Record, reading: Reading, around: Context) -> Iterator[tuple[str, str]]:
        for name in self._kind.listed:
            field, id = self._kind.by_name[name], getattr(record, name)
            match field:
                case Ref(to="customer") if id:
                    row = reading.connection.execute(
                        f"SELECT c.name FROM customer c WHERE c.id = ? AND {reading.only_visible('c')}", (id,)
                    ).fetchone()
                    yield id, row[0] if row else ""
                case Ref(to="staff") if id:
                    yield id, around.name_of(id)
                case Ref(to="store") if id:
                    yield id, around.store_name(id)
                case Elements(of="store"):
                    yield from ((each, around.store_name(each)) for each in id)


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


def _key(field: Field, reading: Reading) -> str:
    """SQL for what records are sorted by: of people their names, of texts without regard of capitals and accents."""
    if isinstance(field, Ref) and field.to == "customer":
        return f"(SELECT c.name_key FROM customer c WHERE c.id = {_value(field)} AND {reading.only_visible('c')})"
    if isinstance(field, Ref) and field.to == "staff":
        return f"(SELECT s.name_key FROM staff s WHERE s.id = {_value(field)} AND {reading.only_visible('s')})"
    if isinstance(field, Text):
        return f"sellmode_name_key(ifnull({_value(field)}, ''), '')"
    if isinstance(field, OneOf) or (isinstance(field, Ref) and field.to == "store"):
        return f"{_called(field, _value(field))} COLLATE NOCASE"
    return _value(field)


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

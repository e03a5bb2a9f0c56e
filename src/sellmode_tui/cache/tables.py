"""Which columns a kind's table has beside the document, and how they are read from it.

Instants are stored as whole microseconds since 1970 UTC, so that they compare as the instants do.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeAlias, Union, get_args, get_origin

import msgspec
from msgspec import structs

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.task import Task
from sellmode_contract.records import Record, parent_of
from sellmode_contract.search import exact, name_key

Value: TypeAlias = str | int | float | None

VERSION = 13
"""Rises when a document gives other columns, lists (``Kind.listed``) or search words than before, or the file's own
notes change their meaning: the cache is then fetched anew. A new kind changes none of them (``learning``)."""

SEPARATOR = "\x1f"
"""Stands around each of several values in one column; ``exact`` leaves none in a value."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def instant(moment: dt.datetime) -> int:
    """A moment as it is stored."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(instant: int) -> dt.datetime:
    """A stored instant as a moment, in UTC."""
    return _EPOCH + dt.timedelta(microseconds=instant)


def _optional(moment: dt.datetime | None) -> int | None:
    return None if moment is None else instant(moment)


def customer_name_key(customer: Customer) -> str:
    """What customers are sorted by. A nameless one stands where the name shown for them does."""
    if customer.family_name or customer.given_name:
        return name_key(customer.family_name, customer.given_name)
    return name_key(customer.name, "")


class Table(NamedTuple):
    """A kind's own columns: their names with types, and their values of a record."""

    columns: dict[str, str]
    values: Callable[[Any], tuple[Value, ...]]


def _customer(customer: Customer) -> tuple[Value, ...]:
    figures = customer.figures
    return (
        customer.name,
        customer_name_key(customer),
        customer.store,
        customer.owner,
        customer.tier,
        exact(customer.tier),
        msgspec.json.encode(customer.tags).decode(),
        "".join(f"{SEPARATOR}{exact(tag)}" for tag in customer.tags) + SEPARATOR,
        customer.address.city if customer.address else "",
        _optional(figures.first_purchase),
        _optional(figures.last_purchase),
        figures.orders,
        figures.units,
        figures.spend,
        figures.spend_orders,
        _optional(figures.last_contact),
    )


TASK_COLUMNS = {
    "title": "TEXT NOT NULL",
    "state": "TEXT NOT NULL",
    "due_at": "INTEGER",
    "expires_at": "INTEGER",
    "ended_at": "INTEGER",
    "whose": "TEXT",
    "done_by": "TEXT",
}
"""Of tasks of every kind. ``whose`` is who has taken it, or else whom it falls to; empty for what is anybody's."""


def _task(task: Task, falls_to: str | None, expires_at: dt.datetime | None = None) -> tuple[Value, ...]:
    return (
        task.title,
        task.state,
        _optional(task.due_at),
        _optional(expires_at),
        _optional(task.done_at),
        task.claimed_by or falls_to,
        task.done_by,
    )


_WORKED_OUT: dict[str, Table] = {
    "customer": Table(
        {
            "name": "TEXT NOT NULL",
            "name_key": "TEXT NOT NULL",
            "store": "TEXT",
            "owner": "TEXT",
            "tier": "TEXT NOT NULL",
            "tier_key": "TEXT NOT NULL",
            "tags": "TEXT NOT NULL",
            "tag_keys": "TEXT NOT NULL",
            "city": "TEXT NOT NULL",
            "first_purchase": "INTEGER",
            "last_purchase": "INTEGER",
            "orders": "INTEGER NOT NULL",
            "units": "INTEGER NOT NULL",
            "spend": "INTEGER NOT NULL",
            "spend_orders": "INTEGER NOT NULL",
            "last_contact": "INTEGER",
        },
        _customer,
    ),
    "staff": Table(
        {"store": "TEXT NOT NULL", "name": "TEXT NOT NULL", "name_key": "TEXT NOT NULL"},
        lambda staff: (staff.store, staff.name, name_key(staff.name, "")),
    ),
    "customer_card": Table(
        {
            "customer": "TEXT NOT NULL",
            "name": "TEXT NOT NULL",
            "name_key": "TEXT NOT NULL",
            "owner": "TEXT",
            "tier": "TEXT NOT NULL",
            "tier_key": "TEXT NOT NULL",
            "last_contact": "INTEGER",
        },
        lambda card: (
            card.customer,
            card.name,
            name_key(card.name, ""),
            card.owner,
            card.tier,
            exact(card.tier),
            _optional(card.last_contact),
        ),
    ),
    "manual_task": Table(
        {"customer": "TEXT", **TASK_COLUMNS},
        lambda task: (task.customer, *_task(task, task.assignee or task.creator)),
    ),
    "rule_task": Table(
        {"customer": "TEXT NOT NULL", **TASK_COLUMNS},
        lambda task: (task.customer, *_task(task, task.meant_for, task.expires_at)),
    ),
    "corporate_task": Table(TASK_COLUMNS, lambda task: _task(task, task.person, task.expires_at)),
}
"""Of the kinds whose columns are worked out, and not only fields of the record."""


def _declared(kind: Kind[Any]) -> Table:
    """The table of a kind whose columns are fields of its record."""
    types = {field.name: field.type for field in structs.fields(kind.record)}
    return Table({name: _sql_type(types[name]) for name in kind.columns}, partial(_fields, kind.columns))


def _sql_type(type: Any) -> str:
    """The type of a column for values of a field's type, which may be None if that says so."""
    parts = get_args(type) if get_origin(type) in (Union, UnionType) else (type,)
    of = {get_args(part)[0] if get_origin(part) is Annotated else part for part in parts}
    return f"{'INTEGER' if of & {int, bool, dt.datetime} else 'TEXT'}{'' if NoneType in of else ' NOT NULL'}"


def _fields(names: tuple[str, ...], record: Record) -> tuple[Value, ...]:
    return tuple(_stored(getattr(record, name)) for name in names)


def _stored(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return instant(value)
    return int(value) if isinstance(value, bool) else value


TABLES: dict[str, Table] = {
    **_WORKED_OUT,
    **{name: _declared(kind) for name, kind in KINDS.items() if kind.columns},
}
"""The kinds with a table of their own; all others, known or not, go into ``OTHER``."""

TASK_KINDS = ("manual_task", "rule_task", "corporate_task")
"""The kinds that the view ``task`` shows as one."""

MAX_DEPTH = 100
"""No document is nested deeper: readers would fail at one that is, SQLite's own at 1000 levels."""
_BRACKETS_AND_STRINGS = re.compile(rb'[][{}]|"[^"\\]*(?:\\.[^"\\]*)*"')

OTHER = "other"
"""The table of kinds without columns of their own, and of those that only a later version knows."""

COMMON = {
    "id": "TEXT NOT NULL",
    "scope": "INTEGER NOT NULL",
    "rev": "INTEGER NOT NULL",
    "gen": "INTEGER NOT NULL",
    "doc": "TEXT NOT NULL",
}
"""The columns of every kind, after ``pk``: ``scope`` delivers the record, ``gen`` is the reset that did (0: none)."""

OTHERS_OWN = {"kind": "TEXT NOT NULL", "customer": "TEXT"}
"""The columns that ``OTHER`` has besides; ``customer`` is empty for what belongs to nobody, and for unknown kinds."""

CHILDREN = tuple(kind for kind, table in TABLES.items() if "customer" in table.columns)
"""The kinds with a table of their own that belong to a customer."""


def table_of(kind: str) -> str:
    """The table that holds a kind."""
    return kind if kind in TABLES else OTHER


def of_kind(kind: str, alias: str) -> str:
    """The condition for the rows of a known kind in its table."""
    return f"{alias}.kind = '{kind}'" if table_of(kind) == OTHER else "true"


def where(kind: str, id: str) -> tuple[str, tuple[str, ...]]:
    """The condition for a record's row in its table, and its parameters."""
    return ("id = ? AND kind = ?", (id, kind)) if table_of(kind) == OTHER else ("id = ?", (id,))


def columns_of(table: str) -> list[str]:
    """The columns of a table that the backend's line fills, in order."""
    return [*COMMON, *(OTHERS_OWN if table == OTHER else TABLES[table].columns)]


class Malformed(ValueError):
    """A document is not one of its kind, or none that can be kept. The text holds nothing of it."""


@cache
def _decoder(kind: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(KINDS[kind].record)


def decode(kind: str, doc: bytes | str | msgspec.Raw) -> Any:
    """The record in a document of a known kind. Raises Malformed."""
    try:
        return _decoder(kind).decode(doc)
    except msgspec.MsgspecError as error:
        _, _, where = str(error).rpartition(" - at ")  # what stands before may repeat a value
        raise Malformed(f"a document of kind {kind} cannot be read, at {where}") from None


def stored_text(doc: msgspec.Raw) -> str:
    """A line's document as it is stored. Raises Malformed."""
    content = bytes(doc)
    # Counting is quick and finds hardly any document suspicious.
    if content.count(b"[") + content.count(b"{") > MAX_DEPTH and _depth(content) > MAX_DEPTH:
        raise Malformed(f"a document is nested more than {MAX_DEPTH} levels deep")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Malformed("a document is not UTF-8") from None


def _depth(content: bytes) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS_AND_STRINGS.findall(content):
        if bracket in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif bracket in b"]}":
            depth -= 1
    return deepest


def own_values(kind: str, id: str, doc: msgspec.Raw | str) -> tuple[Value, ...]:
    """A line's values for its kind's own columns. Raises Malformed."""
    record = record_of(kind, id, doc)
    return (kind, None) if record is None else values_of(kind, record)


def record_of(kind: str, id: str, doc: msgspec.Raw | str) -> Record | None:
    """A line's record; None of a kind that this version does not know. Raises Malformed."""
    if kind not in KINDS:
        return None
    record: Record = decode(kind, doc)
    if record.id != id:
        raise Malformed(f"a document of kind {kind} has another id than its line")
    return record


def values_of(kind: str, record: Record) -> tuple[Value, ...]:
    """A record's values for its kind's own columns."""
    return TABLES[kind].values(record) if kind in TABLES else (kind, parent_of(record))

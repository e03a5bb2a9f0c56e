"""What an export holds: a table for each kind of record, and those of the backend's own that are not made of others.

A kind's columns are the fields of its struct, so that a new kind or field is exported, and imported again, by itself.
Instants are text in ISO 8601, amounts whole minor units, and what has parts is JSON.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec
import sqlalchemy as sa
from msgspec import inspect
from sqlalchemy.engine import Connection

from sellmode_backend.store import columns, records, schema
from sellmode_backend.store.setting_values import OF_RETAILER
from sellmode_contract.kinds import BY_RECORD, KINDS
from sellmode_contract.kinds.corporate_brief import BriefCard
from sellmode_contract.kinds.kind import Kind

Form: TypeAlias = Literal["text", "instant", "integer", "number", "boolean", "json"]
Value: TypeAlias = str | int | float | bool | None
"""Of a column: instants as text, parts as the text of their JSON."""
Row: TypeAlias = tuple[Value, ...]


class Column(NamedTuple):
    """A column of an exported table."""

    name: str
    form: Form
    optional: bool
    """Whether it may hold nothing at all."""


class ExportTable(NamedTuple):
    """A table of an export."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[Connection], Iterator[Row]]
    """Streamed, in the order of the key. Nothing may be written on the connection meanwhile."""
    stored: sa.Table | None = None
    """The backend's table; None for a kind of record."""


# ------------------------------------------------------------------ kinds of records

_MADE: frozenset[str] = frozenset(
    {BY_RECORD[kind.card.kind].name for kind in KINDS.values() if kind.card}
    | {BY_RECORD[BriefCard].name, "order", "fact", "sale", "sale_notice"}
)
"""Kinds whose records are written along with others: cards, what a customer's people are sent of an order, and what
comes of orders and of what people do."""


def _column(field: inspect.Field) -> Column:
    kind, optional = field.type, False
    if isinstance(kind, inspect.UnionType):
        some = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        optional = len(some) < len(kind.types)
        kind = some[0] if len(some) == 1 else inspect.AnyType()
    if isinstance(kind, inspect.Metadata):
        kind = kind.type
    return Column(field.name, _form(kind), optional)


def _form(kind: inspect.Type) -> Form:
    if isinstance(kind, inspect.LiteralType):
        return "text" if all(isinstance(value, str) for value in kind.values) else "json"
    forms: dict[type[inspect.Type], Form] = {
        inspect.StrType: "text", inspect.DateTimeType: "instant", inspect.IntType: "integer",
        inspect.FloatType: "number", inspect.BoolType: "boolean",
    }  # fmt: skip
    return forms.get(type(kind), "json")


def _of_kind(kind: Kind[Any]) -> ExportTable:
    struct = inspect.type_info(kind.record)
    assert isinstance(struct, inspect.StructType)  # noqa: S101 -- a record is one
    columns = tuple(_column(field) for field in struct.fields)
    ordered = tuple(sorted(columns, key=lambda column: column.name != "id"))

    def rows(connection: Connection) -> Iterator[Row]:
        for record in records.each(connection, kind.name):
            yield tuple(_plain(column, getattr(record, column.name)) for column in ordered)

    return ExportTable(kind.name, ordered, ("id",), rows)


# ------------------------------------------------------------------ the backend's own tables

_OWN_KEYS = ("email", "phone", "number")
"""Keys of customers that are made of their records."""

_EXPORTED: Mapping[str, sa.ColumnElement[bool] | None] = {
    "setting": schema.setting.c.key.in_(OF_RETAILER),
    "store": None,
    "account": None,
    "account_store": None,
    "disabled_account": None,
    "order_": None,
    "order_line": None,
    "unmatched_order": None,
    "order_refund": None,
    "webhook_version": None,
    "webhook_name": None,
    "judgement": None,
    "told_measure": None,
    "presence_interval": None,
    "imported": None,
    "customer_key": schema.customer_key.c.kind.not_in(_OWN_KEYS),
    "merged_customer": None,
    "changed_customer": None,
    "rule_occurrence": None,
    "rule_event": None,
    "touch": None,
    "tracking_refusal": None,
}
"""The rows that are exported of each."""

NOT_EXPORTED: Mapping[str, str] = {
    "feed": "what terminals have seen of one database",
    "record": "exported by kind",
    "record_key": "made of the records",
    "gone": "what terminals have seen of one database",
    "presence_lease": "who is connected to one backend",
    "webhook_event": "what was sent to one database, worked off by now",
    "picture": "fetched anew from the shop",
    "activation_code": "secrets",
    "session": "secrets",
    "device": "secrets",
    "talk_session": "secrets",
    "talk_typing": "of some seconds",
    "attempt": "limits on guessing, of the last minutes",
    "client": "what terminals have sent to one database",
    "mutation": "what terminals have sent to one database",
    "account_scope": "what terminals have seen of one database",
    "account_sent": "what terminals have seen of one database",
    "rule_pass": "how far rules have come in one database",
    "rule_waiting": "how far rules have come in one database",
}
"""The other tables, and why they are not."""

SECRET = frozenset({"password_hash"})
"""Columns that are left out."""


def _of_table(table: sa.Table, where: sa.ColumnElement[bool] | None) -> ExportTable:
    stored = [column for column in table.columns if column.name not in SECRET]
    columns = tuple(Column(column.name, _form_of(column), bool(column.nullable)) for column in stored)
    query = sa.select(*stored).order_by(*table.primary_key.columns)
    if where is not None:
        query = query.where(where)

    def rows(connection: Connection) -> Iterator[Row]:
        for row in connection.execute(query.execution_options(yield_per=1000)):
            yield tuple(map(_plain, columns, row))

    key = tuple(column.name for column in table.primary_key.columns)
    return ExportTable(table.name.rstrip("_"), columns, key, rows, table)


def _form_of(column: sa.Column[Any]) -> Form:
    if isinstance(column.type, columns.Instant):
        return "instant"
    forms: tuple[tuple[type[Any], Form], ...] = (
        (sa.Boolean, "boolean"), (sa.Integer, "integer"), (sa.JSON, "json"), (sa.Text, "text"),
    )  # fmt: skip
    return next(form for kind, form in forms if isinstance(column.type, kind))


# ------------------------------------------------------------------ values


_encode = msgspec.json.Encoder(order="deterministic").encode


def _plain(column: Column, value: Any) -> Value:
    if value is None:
        return None
    if column.form == "json":
        return _encode(value).decode()
    if column.form == "instant":
        assert isinstance(value, dt.datetime)  # noqa: S101 -- so it is declared
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    assert isinstance(value, str | int | float)  # noqa: S101 -- so it is declared
    return value


def as_stored(column: Column, value: Value) -> Any:
    """A value as the backend has it. Raises ValueError for one that is none."""
    if value is None:
        if not column.optional:
            raise ValueError("is empty")
        return None
    if column.form == "json":
        return msgspec.json.decode(str(value))
    if column.form == "instant":
        return dt.datetime.fromisoformat(str(value))
    return value


# ------------------------------------------------------------------ all of them


def _all() -> dict[str, ExportTable]:
    by_kind = {kind.name: _of_kind(kind) for kind in KINDS.values() if kind.name not in _MADE}
    stored = [_of_table(columns.metadata.tables[name], where) for name, where in _EXPORTED.items()]
    own = {table.name: table for table in stored}
    first = ("retailer", "store", "account", "account_store", "disabled_account", "staff", "product", "customer",
             "corporate_brief")  # fmt: skip
    names = dict.fromkeys((*first, "order", "order_line", *by_kind, *own))
    return {name: by_kind.get(name) or own[name] for name in names}


TABLES: Mapping[str, ExportTable] = _all()
"""By name; what others refer to comes first."""

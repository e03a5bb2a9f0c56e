"""Records of the kinds that are listed, in the order of each of their columns.

``sorted`` has a narrow row for each listed field of a record, with what the record is sorted by there: of people and
stores their names, of texts without regard of capitals and accents. It is kept up to date by whatever writes rows, and
``sorted_size`` counts them, so that no list has to read all of its records to be sorted or counted.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Literal

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.fields import Elements, Field, Flag, Moment, Number, OneOf, Ref, Rows
from sellmode_contract.search import name_key
from sellmode_tui.cache.tables import Value, decode, instant, of_kind, table_of
from sellmode_tui.sealed import Connection

Key = Value | bytes
Referred = Literal["customer", "staff", "store"]

NOTHING = b""
"""The key where nothing stands: as a blob, it comes after all numbers and texts."""
_LONGEST = 100
"""Characters of a text that count."""
REFERRED: tuple[Referred, ...] = ("customer", "staff", "store")


def create(connection: Connection) -> None:
    """Make the tables."""
    connection.execute(
        "CREATE TABLE sorted (kind TEXT NOT NULL, field TEXT NOT NULL, id TEXT NOT NULL, key NOT NULL,"
        " scope INTEGER NOT NULL, ref TEXT, PRIMARY KEY (kind, field, id)) WITHOUT ROWID"
    )
    connection.execute("CREATE INDEX sorted_key ON sorted (kind, field, key, id, scope)")
    connection.execute("CREATE INDEX sorted_ref ON sorted (kind, field, ref) WHERE ref IS NOT NULL")
    connection.execute(
        "CREATE TABLE sorted_size (kind TEXT NOT NULL, field TEXT NOT NULL, scope INTEGER NOT NULL,"
        " records INTEGER NOT NULL, PRIMARY KEY (kind, field, scope)) WITHOUT ROWID"
    )
    one_more = (
        "INSERT INTO sorted_size VALUES (new.kind, new.field, new.scope, 1)"
        " ON CONFLICT (kind, field, scope) DO UPDATE SET records = records + 1;"
    )
    one_less = (
        "UPDATE sorted_size SET records = records - 1"
        " WHERE kind = old.kind AND field = old.field AND scope = old.scope;"
    )
    for event, statements in (
        ("INSERT ON sorted", one_more),
        ("DELETE ON sorted", one_less),
        ("UPDATE OF scope ON sorted WHEN new.scope <> old.scope", one_less + one_more),
    ):
        name = f"sorted_size_{event.partition(' ')[0].lower()}"
        connection.execute(f"CREATE TRIGGER {name} AFTER {event} BEGIN {statements} END")


def size(connection: Connection, kind: str, field: str, scopes: Collection[int]) -> int:
    """How many records of a kind there are in some scopes."""
    (records,) = connection.execute(
        "SELECT ifnull(sum(records), 0) FROM sorted_size WHERE kind = ? AND field = ?"
        f" AND scope IN ({','.join(map(str, scopes))})",
        (kind, field),
    ).fetchone()
    return int(records)


# ------------------------------------------------------------------ keeping it


def follow(connection: Connection, kind: str, ids: Collection[str]) -> None:
    """Sort records of a kind as they now are, and what is sorted by their names."""
    fields = _listed(kind)
    if fields and ids:
        written = connection.execute(
            f'SELECT k.id, k.scope, k.doc FROM "{table_of(kind)}" k WHERE k.id IN (SELECT value FROM json_each(?))'
            f" AND {of_kind(kind, 'k')}",
            (json.dumps(list(ids)),),
        )
        records = [(id, scope, decode(kind, doc)) for id, scope, doc in written]
        for field in fields:
            values = [getattr(record, field.name) for _, _, record in records]
            keys = _keys(connection, field, values)
            connection.executemany(
                "INSERT INTO sorted VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind, field, id) DO UPDATE"
                " SET key = excluded.key, scope = excluded.scope, ref = excluded.ref"
                " WHERE (key, scope, ref) IS NOT (excluded.key, excluded.scope, excluded.ref)",
                (
                    (kind, field.name, id, key, scope, (value or None) if isinstance(field, Ref) else None)
                    for (id, scope, _), value, key in zip(records, values, keys, strict=True)
                ),
            )
    _names_may_change(connection, kind, ids)


def forget(connection: Connection, kind: str, ids: Collection[str]) -> None:
    """Take records that were deleted out."""
    connection.executemany(
        "DELETE FROM sorted WHERE kind = ? AND field = ? AND id = ?",
        ((kind, field.name, id) for field in _listed(kind) for id in ids),
    )
    _names_may_change(connection, kind, ids)


def names_changed(connection: Connection, to: Referred, ids: Collection[str] | None = None) -> None:
    """Sort again what refers to records that may be called otherwise now, or be visible no more; None for all."""
    referring = ", ".join(f"('{kind}', '{field}')" for kind, field in _referring(to))
    if not referring:
        return
    theirs = f"(kind, field) IN (VALUES {referring})"
    if ids is None:
        found = connection.execute(f"SELECT DISTINCT ref FROM sorted WHERE {theirs} AND ref IS NOT NULL")
        ids = [ref for (ref,) in found]
    names = _names(connection, to, ids)
    # By itself SQLite would go through all that there is of a kind.
    connection.executemany(
        f"UPDATE sorted INDEXED BY sorted_ref SET key = ?1 WHERE {theirs} AND ref = ?2 AND key IS NOT ?1",
        ((names.get(ref, NOTHING), ref) for ref in ids),
    )


def scopes_changed(connection: Connection) -> None:
    """Sort again by the names of whom one sees now."""
    for to in REFERRED:
        names_changed(connection, to)


def _names_may_change(connection: Connection, kind: str, ids: Collection[str]) -> None:
    if kind == "retailer":
        names_changed(connection, "store")
    for to in REFERRED:
        if to == kind:
            names_changed(connection, to, ids)


def _listed(kind: str) -> list[Field]:
    known = KINDS.get(kind)
    return [known.by_name[name] for name in known.listed] if known else []


def _referring(to: Referred) -> Iterator[tuple[str, str]]:
    """The kinds and their listed fields that refer to a sort of record."""
    for kind in KINDS:
        for field in _listed(kind):
            if isinstance(field, Ref) and field.to == to:
                yield kind, field.name


# ------------------------------------------------------------------ keys


def _keys(connection: Connection, field: Field, values: Iterable[Any]) -> list[Key]:
    """What values of a field are sorted by."""
    if isinstance(field, Ref):
        names = _names(connection, field.to, {value for value in values if value})
        return [names.get(value, NOTHING) for value in values]
    return [_key(field, value) if value or isinstance(field, Number) else NOTHING for value in values]


def _key(field: Field, value: Any) -> Key:
    match field:
        case Flag() | Number():
            return NOTHING if value is None else float(value)
        case Moment():
            return instant(value)
        case Rows():
            return len(value)
        case _:
            return _text(_words(field, value))


def _words(field: Field, value: Any) -> str:
    if isinstance(field, OneOf):
        return field.choices.get(value, value)
    return " ".join(value) if isinstance(field, Elements) else value


def _text(text: str) -> str:
    return name_key(text[:_LONGEST], "")


def _names(connection: Connection, to: Referred, ids: Collection[str]) -> dict[str, Key]:
    """What visible records are sorted by where others refer to them; stores that the retailer does not list, by id."""
    if not ids:
        return {}
    if to == "store":
        settings = connection.execute("SELECT r.doc FROM retailer r JOIN scope s ON s.pk = r.scope AND s.current")
        stores = {store.id: store.name for (doc,) in settings for store in decode("retailer", doc).stores}
        return {id: _text(stores.get(id, id)) for id in ids}
    return dict(
        connection.execute(
            f"SELECT t.id, t.name_key FROM {to} t JOIN scope s ON s.pk = t.scope AND s.current"
            " WHERE t.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
    )

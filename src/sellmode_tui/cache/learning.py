"""Kinds of records that a cache file does not know yet: their rows are worked out from the documents that it has."""

from __future__ import annotations

from collections.abc import Iterator

from sellmode_contract.kinds import KINDS
from sellmode_tui.cache import meta, rows, schema
from sellmode_tui.cache.tables import OTHER, own_values, table_of
from sellmode_tui.sealed import Connection


def is_ahead(connection: Connection) -> bool:
    """Whether a version of the app that knows more kinds than this one has filled the file."""
    return not _known(connection) <= KINDS.keys()


def is_behind(connection: Connection) -> bool:
    """Whether this version knows more kinds than the file."""
    return not KINDS.keys() <= _known(connection)


def learn(connection: Connection) -> None:
    """Bring the records of kinds that are new to a file to where they belong, in its write transaction.

    Raises Malformed for a document that this version cannot read.
    """
    for kind in sorted(KINDS.keys() - _known(connection)):
        if table_of(kind) != OTHER:
            schema.create_table(connection, kind)
        for held in _parts(connection, kind):
            rows.replace(connection, kind, held)
        if table_of(kind) != OTHER:
            connection.execute(f"DELETE FROM {OTHER} WHERE kind = ?", (kind,))
    if meta.get(connection, "built"):
        schema.create_indexes(connection)
    meta.put(connection, "kinds", schema.KNOWN)
    meta.content_changed(connection)


def _known(connection: Connection) -> set[str]:
    return set(str(meta.get(connection, "kinds")).split())


def _parts(connection: Connection, kind: str) -> Iterator[dict[str, rows.Row]]:
    """Rows of a kind as they are to be, some at a time."""
    last = 0
    while found := connection.execute(
        f"SELECT pk, id, scope, rev, gen, doc FROM {OTHER} WHERE kind = ? AND pk > ? ORDER BY pk LIMIT {rows.CHUNK}",
        (kind, last),
    ).fetchall():
        yield {id: (id, *common, doc, *own_values(kind, id, doc)) for _, id, *common, doc in found}
        last = found[-1][0]

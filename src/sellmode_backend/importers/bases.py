"""The last imported value of each field: what the next import is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.schema import imported


def read(connection: Connection, kind: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The bases that exist, by id."""
    query = sa.select(imported.c.id, imported.c.fields).where(imported.c.kind == kind)
    return {
        id: fields
        for some in in_parts(ids)
        for id, fields in connection.execute(query.where(bulk.one_of(connection, imported.c.id, some)))
    }


def write(connection: Connection, kind: str, bases: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep new bases, in the transaction that writes what they say."""
    bulk.upsert(connection, imported, [{"kind": kind, "id": id, "fields": fields} for id, fields in bases.items()])

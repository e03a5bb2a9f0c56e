"""The statements that a backend gives its database: work that can be counted where a clock would only guess."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from sellmode_backend.store.database import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Those given meanwhile, without their values."""
    told: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        told.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)

"""Statements that are asked so often that SQLAlchemy's work on each call would take most of their time.

Their text is made once for each engine and given to the driver itself, in whatever transaction the connection is in.
What their parameters and columns hold is converted as everywhere, and errors are SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

_Convert: TypeAlias = Callable[[Any], Any]


class Prepared:
    """A query that is asked as text. Each of its parameters is one value: lists are not spread out."""

    def __init__(self, query: sa.Select[Any]) -> None:
        self._query = query
        self._texts: dict[str, _Text] = {}
        """By engine."""

    def rows(self, connection: Connection, /, **values: object) -> list[tuple[Any, ...]]:
        """What it finds, with values for its parameters."""
        dialect = connection.dialect
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = _text(self._query, dialect)
        rows = run(connection, text.sql, text.parameters(values))
        return [text.converted(row) for row in rows]


def run(connection: Connection, sql: str, parameters: object = ()) -> list[tuple[Any, ...]]:
    """Give the driver a statement as it wants it, and fetch what it finds. Raises sqlalchemy.exc.DBAPIError.

    Who listens to the engine's statements hears of it as of others.
    """
    dialect, driver = connection.dialect, connection.connection
    errors: type[Exception] = dialect.loaded_dbapi.Error
    cursor = driver.cursor()
    for hear in connection.dispatch.before_cursor_execute:
        hear(connection, cursor, sql, parameters, None, False)
    try:
        cursor.execute(sql, cast("Any", parameters))
        return list(cursor.fetchall()) if cursor.description else []
    except errors as error:
        is_gone = dialect.is_disconnect(cast("Any", error), driver, cursor)
        if is_gone:
            connection.invalidate(error)
        # Without the parameters, which are personal data.
        raise sa.exc.DBAPIError.instance(
            sql, None, error, errors, hide_parameters=True, connection_invalidated=is_gone, dialect=dialect
        ) from error
    finally:
        cursor.close()


class _Text(NamedTuple):
    """A query as an engine's driver wants it."""

    sql: str
    fixed: Mapping[str, object]
    """Values of parameters that stand in the query."""
    order: tuple[str, ...] | None
    """Of the parameters, for a driver that counts them."""
    columns: tuple[tuple[int, _Convert], ...]
    """Those whose values are converted."""

    def parameters(self, values: Mapping[str, object]) -> object:
        """All parameters, as the driver takes them."""
        named = {**self.fixed, **values}
        return named if self.order is None else [named[name] for name in self.order]

    def converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row as its columns' types have it."""
        cells = list(row)
        for column, convert in self.columns:
            cells[column] = convert(cells[column])
        return tuple(cells)


def _text(query: sa.Select[Any], dialect: Dialect) -> _Text:
    compiled = query.compile(dialect=dialect)
    types = [column.type.dialect_impl(dialect) for column in query.selected_columns]
    read = [(number, type.result_processor(dialect, None)) for number, type in enumerate(types)]
    return _Text(
        compiled.string,
        {name: value for name, value in compiled.params.items() if value is not None},
        None if compiled.positiontup is None else tuple(compiled.positiontup),
        tuple((number, convert) for number, convert in read if convert),
    )

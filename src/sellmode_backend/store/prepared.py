"""Statements that are given so often that SQLAlchemy's work on each call would take most of their time.

Their text is made once for each engine and given to the driver itself, in whatever transaction the connection is in.
What their parameters and columns hold is converted as everywhere, and errors are SQLAlchemy's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, TypeAlias, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection, Dialect

Engine: TypeAlias = Literal["sqlite", "postgresql"]
Statement: TypeAlias = sa.Select[Any] | sa.UpdateBase
_Convert: TypeAlias = Callable[[Any], Any]


class Prepared:
    """A statement that is given as text. Each of its parameters is one value: lists are not spread out (``one_of``).

    ``columns`` are those that an INSERT or UPDATE gets values for, if it does not say so itself.
    """

    def __init__(
        self, statement: Statement | Callable[[Engine], Statement], columns: Collection[str] | None = None
    ) -> None:
        self._statement, self._columns = statement, columns
        self._texts: dict[str, _Text] = {}
        """By engine."""

    def rows(self, connection: Connection, /, **values: object) -> list[tuple[Any, ...]]:
        """What it finds or returns, with values for its parameters."""
        text = self._text(connection.dialect)
        return [text.converted(row) for row in run(connection, text.sql, text.parameters(values))]

    def stream(self, connection: Connection, /, **values: object) -> Generator[tuple[Any, ...], None, None]:
        """As ``rows``, one after the other, for whoever may have had enough; to be closed."""
        text = self._text(connection.dialect)
        with _given(connection, text.sql, text.parameters(values)) as cursor:
            for row in cursor:
                yield text.converted(row)

    def each(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Give it once for each of some rows of values."""
        text = self._text(connection.dialect)
        with _given(connection, text.sql, [text.parameters(row) for row in rows], many=True):
            pass

    def _text(self, dialect: Dialect) -> _Text:
        text = self._texts.get(dialect.name)
        if text is None:
            made = self._statement
            statement = made(cast("Engine", dialect.name)) if callable(made) else made
            text = self._texts[dialect.name] = _text(statement, self._columns, dialect)
        return text


class _Texts(sa.TypeDecorator[Sequence[str]]):
    """Any number of texts as one parameter: an array where there are some, else JSON."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """How the driver takes it."""
        array = dialect.name == "postgresql"
        return dialect.type_descriptor(postgresql.ARRAY(sa.Text) if array else sa.Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        """The texts as they are given."""
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


def one_of(engine: Engine, column: sa.Column[str], name: str) -> sa.ColumnElement[bool]:
    """Whether a column is one of the texts of a parameter."""
    texts = sa.bindparam(name, type_=_Texts)
    if engine == "postgresql":
        return column == sa.any_(texts)
    return column.in_(sa.select(sa.func.json_each(texts).table_valued("value").c.value))


def run(connection: Connection, sql: str, parameters: object = ()) -> list[tuple[Any, ...]]:
    """Give the driver a statement as it wants it, and fetch what it finds. Raises sqlalchemy.exc.DBAPIError.

    Who listens to the engine's statements hears of it as of others.
    """
    with _given(connection, sql, parameters) as cursor:
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def _given(connection: Connection, sql: str, parameters: object, *, many: bool = False) -> Iterator[Any]:
    """The driver's cursor with a statement's rows."""
    dialect, driver = connection.dialect, connection.connection
    errors: type[Exception] = dialect.loaded_dbapi.Error
    cursor = driver.cursor()
    for hear in connection.dispatch.before_cursor_execute:
        hear(connection, cursor, sql, parameters, None, many)
    try:
        (cursor.executemany if many else cursor.execute)(sql, cast("Any", parameters))
        yield cursor
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
    """A statement as an engine's driver wants it."""

    sql: str
    fixed: Mapping[str, object]
    """Values of parameters that stand in the statement."""
    order: tuple[str, ...] | None
    """Of the parameters, for a driver that counts them."""
    converts: Mapping[str, _Convert]
    """What is done to the values of some parameters."""
    columns: tuple[tuple[int, _Convert], ...]
    """Those whose values are converted."""

    def parameters(self, values: Mapping[str, object]) -> object:
        """All parameters, as the driver takes them."""
        named = {**self.fixed, **values}
        for name, convert in self.converts.items():
            named[name] = convert(named[name])
        return named if self.order is None else tuple(named[name] for name in self.order)

    def converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row as its columns' types have it."""
        if not self.columns:
            return row
        cells = list(row)
        for column, convert in self.columns:
            cells[column] = convert(cells[column])
        return tuple(cells)


def _text(statement: Statement, columns: Collection[str] | None, dialect: Dialect) -> _Text:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns) if columns else None)
    found = statement.selected_columns if isinstance(statement, sa.Select) else statement.returning_column_descriptions
    types = [(column["type"] if isinstance(column, dict) else column.type).dialect_impl(dialect) for column in found]
    read = [(number, type.result_processor(dialect, None)) for number, type in enumerate(types)]
    written = {name: each.type.dialect_impl(dialect).bind_processor(dialect) for name, each in compiled.binds.items()}
    return _Text(
        compiled.string,
        {name: value for name, value in compiled.params.items() if value is not None},
        None if compiled.positiontup is None else tuple(compiled.positiontup),
        {name: convert for name, convert in written.items() if convert},
        tuple((number, convert) for number, convert in read if convert),
    )

"""The rows of a subquery as one value of JSON, on both engines, so that one statement brings what belongs together."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class _Array(GenericFunction[Any]):
    type = sa.JSON()
    name = "json_agg"
    identifier = "sellmode_array"
    inherit_cache = True


class _Object(GenericFunction[Any]):
    type = sa.JSON()
    name = "json_object_agg"
    identifier = "sellmode_object"
    inherit_cache = True


@compiles(_Array, "sqlite")
def _array_of_sqlite(element: _Array, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array{compiler.process(element.clause_expr, **options)}"


@compiles(_Object, "sqlite")
def _object_of_sqlite(element: _Object, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_object{compiler.process(element.clause_expr, **options)}"


def array(column: sa.Column[Any], where: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """The values of a column, in no particular order; nothing or an empty array where there are none."""
    return sa.select(_Array(column)).where(where).scalar_subquery()


def mapping(key: sa.Column[str], value: sa.Column[Any], where: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """The values of a column by those of another; nothing or an empty object where there are none.

    They are as the database keeps them: instants are numbers.
    """
    return sa.select(_Object(key, sa.type_coerce(value, sa.BigInteger))).where(where).scalar_subquery()

"""What all tables are made with: one naming of constraints, and instants that are the same on both engines."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

metadata = sa.MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def microseconds(instant: dt.datetime | None) -> int | None:
    """An aware time as an ``Instant`` is kept; raises ValueError for a naive one."""
    if instant is None:
        return None
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {instant.isoformat()}")
    return (instant - _EPOCH) // _MICROSECOND


def instant(microseconds: int) -> dt.datetime:
    """The time that an ``Instant`` keeps so, in UTC."""
    return _EPOCH + microseconds * _MICROSECOND


class Instant(sa.TypeDecorator[dt.datetime]):
    """A UTC instant, kept as whole microseconds since 1970: exact, ordered, and the same on both engines."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """What is kept; raises ValueError for a naive time."""
        return microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """The instant in UTC."""
        return None if value is None else instant(value)

"""Whether it is noted what a customer opens and looks at."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk
from sellmode_backend.store.schema import tracking_refusal


def is_refused(connection: Connection, customer: str) -> bool:
    """Whether a customer has said that it is not to be noted."""
    query = sa.select(tracking_refusal.c.customer).where(tracking_refusal.c.customer == customer)
    return connection.scalar(query) is not None


def choose(connection: Connection, customer: str, now: dt.datetime, *, agreed: bool) -> None:
    """What a customer says of it."""
    if agreed:
        connection.execute(sa.delete(tracking_refusal).where(tracking_refusal.c.customer == customer))
    else:
        bulk.insert_new(connection, tracking_refusal, [{"customer": customer, "at": now}])

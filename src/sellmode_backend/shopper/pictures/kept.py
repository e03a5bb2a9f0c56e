"""Pictures that are kept: what was fetched is asked for once a month, what could not be had once an hour."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.shopper.pictures import fetching, making_anew
from sellmode_backend.store.database import Database, upsert
from sellmode_backend.store.schema import picture

KEPT: Final = dt.timedelta(days=30)
TRIED_AGAIN: Final = dt.timedelta(hours=1)


def picture_of(database: Database, url: str, hosts: tuple[str, ...], now: dt.datetime) -> bytes | None:
    """A picture as pages show it, fetched if it is not kept; None if it cannot be had."""
    return _kept(database, url, now, lambda: making_anew.made_anew(fetching.fetch(url, hosts)))


def small_one_of(database: Database, url: str, hosts: tuple[str, ...], now: dt.datetime) -> bytes | None:
    """The same as terminals show it, made of the one for pages."""

    def make() -> bytes:
        if (picture := picture_of(database, url, hosts, now)) is None:
            raise making_anew.NoPicture("there is none for pages")
        return making_anew.made_anew(picture, "terminal")

    return _kept(database, f"terminal {url}", now, make)


def _kept(database: Database, what: str, now: dt.datetime, make: Callable[[], bytes]) -> bytes | None:
    id = hashlib.sha256(what.encode()).hexdigest()
    with database.snapshot() as connection:
        row = connection.execute(sa.select(picture).where(picture.c.id == id)).one_or_none()
    if row and now - row.at < (TRIED_AGAIN if row.data is None else KEPT):
        return None if row.data is None else bytes(row.data)
    data, problem = None, ""
    try:
        data = make()
    except (fetching.NotFetched, making_anew.NoPicture) as error:
        problem = str(error)
    with database.transaction() as connection:
        statement = upsert(connection, picture).values(id=id, at=now, data=data, problem=problem)
        new = statement.excluded
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[picture.c.id], set_={"at": new.at, "data": new.data, "problem": new.problem}
            )
        )
    return data


def forget_old(connection: Connection, now: dt.datetime) -> int:
    """Delete pictures that are too old to be shown; how many."""
    return connection.execute(sa.delete(picture).where(picture.c.at <= now - KEPT)).rowcount

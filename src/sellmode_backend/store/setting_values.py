"""Settings that are no records: one text each in the table ``setting``."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk
from sellmode_backend.store.schema import setting


class Key(StrEnum):
    """What there is; everything that is stored has its name here."""

    EPOCH = "epoch"
    """Of one life of the database: see ``settings.renew_epoch``."""
    SHOPPER = "shopper"
    """How the customers' pages look, as JSON: see ``shopper.brand``."""
    WEBHOOKS_TAKEN = "webhooks_taken"
    """When events of other systems were last taken to be worked off: whoever takes some locks it."""
    ATTRIBUTION = "attribution"
    """All versions of the rules of credit for online sales, as JSON: see ``sale_credit.all_rules``."""
    CONNECTOR = "connector"
    """Which web shops customers may ask from, as JSON: see ``shopper.requests.rules``."""
    SHOPPER_SECRET = "shopper_secret"  # noqa: S105  # the name of one
    """What forms on customers' pages are signed with."""


OF_RETAILER: Final = (Key.ATTRIBUTION, Key.CONNECTOR, Key.SHOPPER)
"""Those that an export takes along; the others are the life of one database, and secrets."""


def read(connection: Connection, key: Key) -> str | None:
    """What is stored; None if nothing is."""
    return connection.scalar(sa.select(setting.c.value).where(setting.c.key == key))


def write(connection: Connection, key: Key, value: str) -> None:
    """Store it, over what is stored."""
    bulk.upsert(connection, setting, [{"key": key, "value": value}])


def write_first(connection: Connection, key: Key, value: str) -> None:
    """Store it unless something is stored."""
    bulk.insert_new(connection, setting, [{"key": key, "value": value}])

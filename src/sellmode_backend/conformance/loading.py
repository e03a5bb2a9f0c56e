"""Gives a world to this backend: an empty database becomes its retailer's."""

from __future__ import annotations

import datetime as dt

import msgspec

from sellmode_backend.accounts import directory, signing_in
from sellmode_backend.accounts.passwords import Passwords
from sellmode_backend.conformance.world import World
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database


def load(database: Database, world: World, now: dt.datetime, passwords: Passwords) -> None:
    """Write a world into a migrated database without a retailer. Raises SettingError, AccountError."""
    retailer = world.retailer
    with database.transaction() as connection:
        settings.initialise(connection, retailer.name, retailer.mode, retailer.time_zone, retailer.currency)
        settings.change(connection, custom_fields=retailer.custom_fields)
        settings.write_stores(connection, retailer.stores)
        hashes = {person.password: passwords.hash(person.password) for person in world.people}
        for person in world.people:
            account = msgspec.structs.replace(person.account, active=True)
            directory.add(connection, account, now)
            signing_in.set_password(connection, account.id, hashes[person.password])
            if not person.account.active:
                directory.disable(connection, account, now=now)
        records.write(connection, world.given, now=now)

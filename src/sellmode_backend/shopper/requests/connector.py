"""From which web shops customers may ask, and for how long they may go on: settings."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.shopper.brand import is_origin
from sellmode_backend.store import setting_values
from sellmode_backend.store.setting_values import Key
from sellmode_backend.store.settings import SettingError

LONGEST_DAYS: Final = 365


class Connector(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The settings of how customers ask."""

    origins: tuple[str, ...] = ()
    """Of the web shops whose pages may have the connector: ``https://shop.example.com``."""
    days: int = 30
    """For so long after they last wrote customers can go on with a talk."""


def read(connection: Connection) -> Connector:
    """The settings as they stand."""
    value = setting_values.read(connection, Key.CONNECTOR)
    return msgspec.json.decode(value, type=Connector) if value else Connector()


def write(connection: Connection, connector: Connector) -> None:
    """Change the settings. Raises SettingError for a value that makes no sense."""
    for origin in connector.origins:
        if not is_origin(origin):
            raise SettingError(
                "an origin is https:// and a host, with a port where it is not the usual one, and nothing behind:"
                f" not {origin!r}"
            )
    if not 1 <= connector.days <= LONGEST_DAYS:
        raise SettingError(f"talks are open for 1 to {LONGEST_DAYS} days, not {connector.days}")
    setting_values.write(connection, Key.CONNECTOR, msgspec.json.encode(connector).decode())

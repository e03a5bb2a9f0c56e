"""The retailer: its settings that its terminals need."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from sellmode_contract.audiences import ALL, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Instant, Record
from sellmode_contract.service_rules import ServiceRules
from sellmode_contract.store_hours import OpeningHours
from sellmode_contract.store_time import zone_named

Mode = Literal["associate", "team"]
"""How a retailer lets its people see: one's own customers, or the store's."""


class CustomField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field of customers that the retailer defines; a ``group`` repeats (pets) and has fields of its own."""

    name: str
    """As in the filter grammar: ``pet``. A field of a group may be defined as ``species`` or ``pet.species``."""
    label: str
    type: Literal["text", "number", "date", "choice", "group"]
    choices: tuple[str, ...] = ()
    fields: tuple[CustomField, ...] = ()
    metafield: str = ""
    """What the shop's export calls it besides: ``facts.skin_type``."""

    @property
    def parts(self) -> dict[str, CustomField]:
        """The fields of a group by the names that its values have for them: ``species``."""
        return {self.key_of(field.name): field for field in self.fields}

    def key_of(self, name: str) -> str:
        """What the values of a group call a field of it, of which this is the name: ``species``."""
        return name.removeprefix(f"{self.name}.")


class StoreEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A store as everybody of the retailer knows it."""

    id: str
    name: str
    time_zone: str
    """IANA name; the store's days and due times belong to it."""
    hours: OpeningHours | None = None
    """When it is open; None: always."""


class Retailer(Record, frozen=True, kw_only=True):
    """The retailer's settings that its terminals need. One record."""

    name: str
    mode: Mode
    currency: str
    time_zone: str
    stores: tuple[StoreEntry, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    stock_at: dict[str, Instant] = msgspec.field(default_factory=dict)
    """By store, when an import last changed what it has of any product: so old is all of its stock at most."""
    first_import: Instant | None = None
    """When the first list of customers was imported: since then those are known who have no ``created_at``."""
    idle_lock_minutes: int = 5
    keyring_allowed: bool = False
    """Whether a terminal may offer "stay signed in on this machine"."""
    pages_at: str = ""
    """Where customers reach their pages, such as ``https://look.example.com``; empty: where terminals sign in."""
    leaderboard: bool = False
    """Whether managers have a leaderboard of their people in Associate Mode; in Team Mode they do."""
    service: ServiceRules = ServiceRules()
    """How customers reach its stores."""


def hours_of(retailer: Retailer | None, store: str | None) -> OpeningHours | None:
    """A store's opening hours; None, which is always open, for one that has none or is not known."""
    stores = retailer.stores if retailer else ()
    return next((entry.hours for entry in stores if entry.id == store), None)


def zone_of(retailer: Retailer | None, store: str | None) -> ZoneInfo:
    """A store's time zone, else the retailer's, else UTC.

    A zone may be unknown here although it was checked where it was set: machines have different editions of the zones.
    """
    if retailer is not None:
        own = (entry.time_zone for entry in retailer.stores if entry.id == store)
        for name in (*own, retailer.time_zone):
            if zone := zone_named(name):
                return zone
    return ZoneInfo("UTC")


RETAILER = Kind(name="retailer", record=Retailer, row=Row("retailer", ALL, ALL), columns=("name",))

"""What every reading needs besides records of customers: the retailer's settings, colleagues, days and places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from sellmode_contract.filters import fields_of
from sellmode_contract.kinds.retailer import Retailer, zone_of
from sellmode_contract.kinds.staff import Staff
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.language import marked, tr, trd

HAS_LEFT: Final = marked("has left")
WORKS_ELSEWHERE: Final = marked("works elsewhere")


def retailer(reading: Reading) -> Retailer | None:
    """The retailer's settings, once they have arrived."""
    row = reading.connection.execute(
        f"SELECT r.doc FROM retailer r WHERE {reading.only_visible('r')} ORDER BY r.id LIMIT 1"
    ).fetchone()
    return decode("retailer", row[0]) if row else None


def colleagues(reading: Reading) -> list[Staff]:
    """Everybody in the store's directory, by name; those who have left, too."""
    rows = reading.connection.execute(
        f"SELECT s.doc FROM staff s WHERE {reading.only_visible('s')} ORDER BY s.name_key, s.id"
    )
    return [decode("staff", doc) for (doc,) in rows]


class Context:
    """The retailer and the account's place in it, for one version of the cache."""

    def __init__(self, reading: Reading) -> None:
        self.version = reading.version
        self.retailer = retailer(reading)
        view = reading.head.view if reading.head else None
        self.account = view.account if view else None
        self.mode = view.mode if view else None
        stores = self.account.stores if self.account else ()
        self.zone = self.zone_of(stores[0] if len(stores) == 1 else None)
        self.fields = fields_of(self.retailer.custom_fields if self.retailer else ())
        self.colleagues = colleagues(reading)
        self._staff = {staff.id: staff for staff in self.colleagues}
        self._values: dict[str, list[str]] = {}

    def name_of(self, staff: str | None) -> str:
        """The name of a colleague, ``a colleague`` for one whom this cache does not know; empty for nobody."""
        me = self.account
        if me is not None and staff == me.id:
            return me.name  # also where one is in no store's list of people
        found = self._staff.get(staff or "")
        return found.name if found else tr("a colleague") if staff else ""

    def owner_name(self, staff: str | None) -> str:
        """The name of whom customers are assigned to, and that they have left if they have; empty for nobody."""
        gone = self.standing_of(staff) if staff else ""
        return f"{self.name_of(staff)} ({trd(gone)})" if gone else self.name_of(staff)

    def standing_of(self, staff: str) -> str:
        """``HAS_LEFT`` or ``WORKS_ELSEWHERE`` of somebody who owns something and works here no more; else empty.

        Who has moved to another store is not in the directory any more.
        """
        found = self._staff.get(staff)
        return HAS_LEFT if found and not found.active else "" if found or not self._staff else WORKS_ELSEWHERE

    def knows(self, staff: str) -> bool:
        """Whether the directory has somebody of this id."""
        return staff in self._staff

    def store_name(self, store: str) -> str:
        """A store's name; of one that the retailer does not list, its id."""
        stores = self.retailer.stores if self.retailer else ()
        return next((entry.name for entry in stores if entry.id == store), store)

    def zone_of(self, store: str | None) -> dt.tzinfo:
        """Whose days count for what belongs to a store; not the account's, which may have several."""
        return zone_of(self.retailer, store)

    def values(self, field: str, read: Callable[[], list[str]]) -> list[str]:
        """The values of a field that are in use, read once."""
        if field not in self._values:
            self._values[field] = read()
        return self._values[field]

    @property
    def currency(self) -> str:
        """The retailer's currency; empty before its settings have arrived."""
        return self.retailer.currency if self.retailer else ""

"""Who and where the texts of an export mean: stores by their names, staff by Employee ID or by name within a store."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.engine import Connection

from sellmode_backend.accounts import directory
from sellmode_contract.ids import source_id, user_key
from sellmode_contract.kinds.retailer import Retailer, StoreEntry
from sellmode_contract.visibility import Account


class Stores:
    """The retailer's stores by name."""

    def __init__(self, retailer: Retailer, source: str) -> None:
        """``source`` is whose exports name them."""
        self._source = source
        self._time_zone = retailer.time_zone
        self._ids: dict[str, str] = {}
        for entry in retailer.stores:
            self.know(entry)

    def know(self, entry: StoreEntry) -> None:
        """Take a store that was made into account."""
        self._ids.setdefault(entry.name.casefold(), entry.id)

    def id(self, name: str) -> str | None:
        """A store by its name."""
        return self._ids.get(name.casefold())

    def meant(self, text: str) -> str | None:
        """The only store whose name, or the last word of it (``356`` of ``Store 356``), a tag gives; None in doubt."""
        if known := self.id(text):
            return known
        wanted = text.casefold()
        fitting = [id for name, id in self._ids.items() if name.rpartition(" ")[2] == wanted]
        return fitting[0] if len(fitting) == 1 else None

    def new(self, names: Iterable[str]) -> list[StoreEntry]:
        """Stores to be made for the names that are not known, in the retailer's time zone."""
        made: dict[str, StoreEntry] = {}
        for name in names:
            if name and not self.id(name):
                id = source_id("store", self._source, name.casefold())
                made.setdefault(id, StoreEntry(id=id, name=name, time_zone=self._time_zone))
        return list(made.values())


class People:
    """The retailer's accounts, by Employee ID (which is the user name) and by name."""

    def __init__(self, connection: Connection) -> None:
        self._by_number: dict[str, Account] = {}
        self._by_id: dict[str, Account] = {}
        self._by_name: dict[tuple[str | None, str], set[str]] = {}
        for account in directory.everybody(connection):
            self._by_number[user_key(account.user_name)] = account
            self._by_id[account.id] = account
            for store in (None, *account.stores):
                self._by_name.setdefault((store, account.name.casefold()), set()).add(account.id)

    def numbered(self, number: str) -> Account | None:
        """Somebody by Employee ID."""
        return self._by_number.get(user_key(number))

    def with_id(self, id: str) -> Account | None:
        """Somebody by the id of their account."""
        return self._by_id.get(id)

    def seller(self, employee: str, store: str | None) -> str | None:
        """Staff id of who an order names; None in doubt.

        By name within its store, else by Employee ID, else by a name that is only one person's of other stores.
        """
        name = employee.casefold()
        here = self._by_name.get((store, name), ())
        if len(here) == 1:
            return next(iter(here))
        if account := self.numbered(employee):
            return account.id
        anywhere = self._by_name.get((None, name), ())
        return next(iter(anywhere)) if len(anywhere) == 1 else None

    def works_in(self, id: str, store: str | None) -> bool:
        """Whether somebody works in a store."""
        return store in self._by_id[id].stores

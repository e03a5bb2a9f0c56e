"""The door itself."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from sellmode_contract.filters import Completion
from sellmode_contract.records import Retailer, Staff
from sellmode_contract.visibility import Account
from sellmode_tui.cache.store import Cache, Reading
from sellmode_tui.cache.tables import OTHER, TABLES
from sellmode_tui.visibility import completion, customers, profile, why
from sellmode_tui.visibility.customers import CustomerList, CustomerQuery
from sellmode_tui.visibility.profile import Profile
from sellmode_tui.visibility.readings import Readings
from sellmode_tui.visibility.why import WhySeen

_EVERYBODY = CustomerQuery()
_SURROGATES = re.compile("[\ud800-\udfff]")


def utc_now() -> dt.datetime:
    """The moment by this machine's clock."""
    return dt.datetime.now(dt.UTC)


class Door:
    """What an account may read of its cache. Any thread may ask; a list may be cancelled from another.

    Readings raise SealedError if the file cannot be read, and Interrupted once the cache was stopped.
    """

    def __init__(self, cache: Cache, clock: Callable[[], dt.datetime] = utc_now) -> None:
        """``clock`` gives the moment that filters such as ``last_purchase>90d`` count from."""
        self._clock = clock
        self._readings = Readings(cache, clock)

    def find(self, query: CustomerQuery = _EVERYBODY) -> CustomerList:
        """The list of a query. Raises FilterError if its text cannot be read as a filter."""
        return customers.find(self._readings, query._replace(text=_plain(query.text)))

    def profile(self, id: str) -> Profile | None:
        """Everything about a customer; None for one who is not visible or unknown, alike."""
        with self._readings.open() as reading:
            return profile.read(reading, self._readings.surroundings(reading), _plain(id), self._clock())

    def named(self, text: str, limit: int) -> list[str]:
        """The ids of the visible customers, in order and no more than ``limit``, whom a text names.

        By id or at least eight of its first characters, by customer number, or by e-mail.
        """
        with self._readings.open() as reading:
            return customers.named(reading, _plain(text), limit)

    def why(self, id: str) -> WhySeen | None:
        """Who sees a customer and by which rule; None for one who is not visible or unknown, alike."""
        with self._readings.open() as reading:
            return why.read(reading, self._readings.surroundings(reading), _plain(id))

    def complete(self, text: str, cursor: int) -> list[Completion]:
        """What may be typed next in a query, from what is visible."""
        with self._readings.open() as reading:
            return completion.complete(reading, self._readings.surroundings(reading), _plain(text), cursor)

    def retailer(self) -> Retailer | None:
        """The retailer's settings; None before they have arrived."""
        with self._readings.open() as reading:
            return self._readings.surroundings(reading).retailer

    def colleagues(self) -> list[Staff]:
        """The store's directory, by name."""
        with self._readings.open() as reading:
            return self._readings.surroundings(reading).colleagues

    def account(self) -> Account | None:
        """Whose view this is, as the backend last told."""
        with self._readings.open() as reading:
            return self._readings.surroundings(reading).account

    def mode(self) -> str | None:
        """The retailer's mode, as the backend last told."""
        with self._readings.open() as reading:
            return reading.head.view.mode if reading.head else None

    def zone(self) -> dt.tzinfo:
        """Whose days and times of day are shown: the store's."""
        with self._readings.open() as reading:
            return self._readings.surroundings(reading).zone

    def totals(self) -> dict[str, int]:
        """How many records of each kind are visible, by the kind's name."""
        with self._readings.open() as reading:
            return _totals(reading)


def _plain(text: str) -> str:
    """Typed text as a database takes it: bytes that are no text, which a shell passes on, become a mark each."""
    return _SURROGATES.sub("\ufffd", text)


def _totals(reading: Reading) -> dict[str, int]:
    totals = {}
    for kind in TABLES:
        (totals[kind],) = reading.connection.execute(
            f'SELECT count(*) FROM "{kind}" t WHERE {reading.only_visible("t")}'
        ).fetchone()
    rows = reading.connection.execute(
        f"SELECT t.kind, count(*) FROM {OTHER} t WHERE {reading.only_visible('t')} GROUP BY t.kind"
    )
    return {kind: number for kind, number in (*totals.items(), *rows) if number}

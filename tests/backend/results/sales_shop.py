"""A retailer that sells: orders, touches and what people log, and the facts that come of them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sellmode_backend.results import rebuilding
from sellmode_backend.shopper import touches
from sellmode_backend.shopper.touches import Shared
from sellmode_backend.store import orders, records, sale_credit
from sellmode_backend.store.orders import OrderEntry
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.fact import Fact
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_contract.results.attribution import Judgement
from sellmode_contract.visibility import Account
from tests.backend.people import MovedClock, add_person
from tests.backend.sync.pushing import Shop
from tests.support.backend import retailer_database

_NUMBERS = itertools.count(1)


class SalesShop(Shop):
    """As ``Shop``, with what is sold."""

    url: str

    def order(self, customer: Customer | None, total: int = 10_000, **fields: Any) -> OrderEntry:
        """An online order of one thing, placed now unless said otherwise; not stored."""
        number = next(_NUMBERS)
        given: dict[str, Any] = {
            "id": f"o{number}", "number": f"#{number}", "customer": customer.id if customer else None, "total": total,
            "placed_at": self.clock(), "currency": "EUR", "channel": "online", "store": "Alpha",
            "lines": (OrderLine(title="Coat", amount=total, quantity=1),),
        }  # fmt: skip
        return OrderEntry(**{**given, **fields})

    def sell(self, *entries: OrderEntry) -> None:
        """Store orders."""
        with self.database.transaction() as connection:
            orders.write_orders(connection, entries, self.clock())

    def click(self, customer: Customer, account: Account, store: str = "Alpha", **ago: float) -> str:
        """The customer follows a link of a lookbook that somebody shared; gives what goes on to the shop."""
        shared = Shared("lookbook", f"look-{next(_NUMBERS)}", store, account.id, customer.id)
        with self.database.transaction() as connection:
            return touches.note(connection, shared, "click", self.clock() - dt.timedelta(**ago), sku="1")

    def facts(self) -> list[Fact]:
        """All that there are."""
        with self.database.snapshot() as connection:
            return [item for item in records.each(connection, "fact") if isinstance(item, Fact)]

    def sums(self, measure: str, *, people: bool = False) -> dict[tuple[str, str | None, str], int]:
        """What a measure comes to of each store, or each person, on each day."""
        found: Counter[tuple[str, str | None, str]] = Counter()
        for fact in self.facts():
            for day, channels in fact.days.items():
                for measures in channels.values():
                    if (fact.person is not None) == people and measure in measures:
                        found[fact.store, fact.person, f"{fact.month}-{day}"] += measures[measure]
        return dict(found)

    def notices(self) -> list[SaleNotice]:
        """All that there are, by whose they are."""
        with self.database.snapshot() as connection:
            found = [item for item in records.each(connection, "sale_notice") if isinstance(item, SaleNotice)]
        return sorted(found, key=lambda notice: (notice.placed_at, notice.person))

    def entries(self, *ids: str) -> list[OrderEntry]:
        """Orders as they are stored."""
        with self.database.snapshot() as connection:
            return orders.read_orders(connection, ids)

    def judgement(self, order: str) -> Judgement | None:
        """Who was found to have earned an order."""
        with self.database.snapshot() as connection:
            return sale_credit.read_judgements(connection, [order]).get(order)

    def check(self) -> None:
        """Facts are what they come to when everything is added up anew."""
        with self.database.snapshot() as connection:
            found = rebuilding.compare(connection)
        assert found == ([], [])


@contextmanager
def sales_shop(url: str, mode: str = "associate") -> Iterator[SalesShop]:
    """Ada and Ben work in Alpha, which Mia manages; Cleo works in Beta."""
    with retailer_database(url, mode) as database:
        stores = {"ada": "Alpha", "ben": "Alpha", "mia": "Alpha", "cleo": "Beta"}
        people = [
            add_person(database, name, store, role="manager" if name == "mia" else "associate")
            for name, store in stores.items()
        ]
        shop = SalesShop(database, MovedClock(), *people)
        shop.url = url
        yield shop

"""Two who write about one sale at the same moment: PostgreSQL lets them, and facts are right all the same."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import late_touches, orders, records
from sellmode_backend.store.orders import OrderEntry
from sellmode_contract.kinds.contact import Contact
from tests.backend.results.sales_shop import SalesShop, sales_shop

_DEADLINE = 20.0
replace = msgspec.structs.replace


@pytest.fixture
def shop(postgresql_url: str) -> Iterator[SalesShop]:
    with sales_shop(postgresql_url) as made:
        yield made


def at_once(shop: SalesShop, first: Callable[[Connection], object], second: Callable[[Connection], object]) -> None:
    """The second one is begun when the first has written, and has to wait until that is committed."""
    failed = list[BaseException]()

    def write() -> None:
        try:
            shop.database.write(second)
        except BaseException as error:
            failed.append(error)
            raise

    other = threading.Thread(target=write)
    with shop.database.transaction() as connection:
        first(connection)
        other.start()
        ends = time.monotonic() + _DEADLINE
        while not connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            assert time.monotonic() < ends, "nobody waits"
    other.join(_DEADLINE)
    assert not failed


def selling(shop: SalesShop, entry: OrderEntry) -> Callable[[Connection], object]:
    return lambda connection: orders.write_orders(connection, [entry], shop.clock())


def test_an_order_that_two_change_counts_as_the_last_one_has_it(shop: SalesShop) -> None:
    anna = shop.add(shop.ada)
    shop.click(anna, shop.ada, days=1)
    order = shop.order(anna, 10_000)
    shop.sell(order)
    at_once(shop, selling(shop, replace(order, total=20_000)), selling(shop, replace(order, total=40_000)))
    assert set(shop.sums("net_sales").values()) == set(shop.sums("credited_sales").values()) == {40_000}
    shop.check()


def test_a_new_order_that_comes_twice_counts_once(shop: SalesShop) -> None:
    order = shop.order(None, 10_000, lines=())
    at_once(shop, selling(shop, order), selling(shop, order))
    assert set(shop.sums("net_sales").values()) == {10_000}
    shop.check()


@pytest.mark.parametrize("is_first", [True, False])
def test_a_touch_and_the_order_that_it_earned_see_each_other(shop: SalesShop, *, is_first: bool) -> None:
    anna = shop.add(shop.ada)
    order = shop.order(anna, 10_000)
    visit = Contact(
        id="visit", customer=anna.id, author=shop.ada.id, store="Alpha", channel="visit",
        at=shop.clock() - dt.timedelta(hours=2),
    )  # fmt: skip

    def touch(connection: Connection) -> None:
        """As a terminal's changes are written: their customers are held first."""
        records.hold(connection, "customer", [anna.id])
        late = late_touches.judge(connection, {("contact", visit.id): visit}, (), shop.clock())
        records.write(connection, [visit, *late.effects.records], adds=late.adds)

    both = (touch, selling(shop, order))
    at_once(shop, *(both if is_first else reversed(both)))
    assert set(shop.sums("credited_sales", people=True).values()) == {10_000}
    shop.check()

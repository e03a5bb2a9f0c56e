"""Orders, and the figures of customers worked out from them and from contacts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.store import figures, orders, records
from sellmode_backend.store.database import Database
from sellmode_backend.store.orders import OrderEntry, read_orders, write_orders
from sellmode_backend.store.schema import order, order_line
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.kinds.order import Order, OrderLine

DAY = dt.datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=dt.UTC)
ANA = Customer(id="c-1", store="S1", owner="A1", given_name="Ana")
BEN = Customer(id="c-2", store="S2", given_name="Ben")


def sale(amount: int, quantity: int = 1, type: str = "", **fields: Any) -> OrderLine:
    return OrderLine(title="Dress", amount=amount, quantity=quantity, type=type, **fields)


def entry(number: int, *lines: OrderLine, customer: str | None = "c-1", **fields: Any) -> OrderEntry:
    given: dict[str, Any] = {
        "id": f"o-{number}",
        "customer": customer,
        "number": f"#{number}",
        "placed_at": DAY + dt.timedelta(days=number),
        "currency": "USD",
        "total": sum(line.amount for line in lines),
        "channel": "store",
        "lines": lines,
    }
    return OrderEntry(**{**given, **fields})


@pytest.fixture
def shop(database: Database) -> Database:
    """Give a database with two customers, Ana and Ben."""
    with database.transaction() as connection:
        records.write(connection, [ANA, BEN])
    return database


def write(database: Database, *entries: OrderEntry) -> orders.OrdersWritten:
    with database.transaction() as connection:
        return write_orders(connection, entries)


def count(database: Database, table: sa.Table) -> int:
    with database.snapshot() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


# ------------------------------------------------------------------ orders


def test_an_order_is_stored_both_ways(shop: Database) -> None:
    given = entry(1, sale(1250, 2, "Shoes", sku="7", product="p-7", price=700), sold_by="A1", store="S2", refunded=250)
    assert write(shop, given) == (1, frozenset({"c-1"}))
    with shop.snapshot() as connection:
        assert read_orders(connection, ["o-1", "o-2"]) == [given]
        assert records.read(connection, "order", "o-1") == given.record()
        assert records.children(connection, "c-1", "order") == [
            Order(
                id="o-1",
                customer="c-1",
                number="#1",
                placed_at=DAY + dt.timedelta(days=1),
                currency="USD",
                total=1250,
                refunded=250,
                channel="store",
                store="S2",
                sold_by="A1",
                lines=given.lines,
            )
        ]


def test_an_order_without_a_customer_is_for_the_backend_only(shop: Database) -> None:
    given = entry(1, sale(100), customer=None)
    assert write(shop, given) == (1, frozenset())
    with shop.snapshot() as connection:
        assert read_orders(connection, ["o-1"]) == [given]
        assert records.read(connection, "order", "o-1") is None


def test_an_equal_order_is_left_alone(shop: Database) -> None:
    given = [entry(number, sale(100), sale(200, 2, "Hats")) for number in range(3)]
    write(shop, *given)
    changed = msgspec.structs.replace(given[1], refunded=50)
    assert write(shop, given[0], changed, given[2]) == (1, frozenset({"c-1"}))


def test_an_orders_lines_are_replaced(shop: Database) -> None:
    write(shop, entry(1, sale(100), sale(200), sale(300)))
    fewer = entry(1, sale(150), sale(50, kind="rounding"))
    write(shop, fewer)
    assert count(shop, order_line) == 2
    with shop.snapshot() as connection:
        assert read_orders(connection, ["o-1"]) == [fewer]


def test_an_order_that_changes_hands_touches_both_customers(shop: Database) -> None:
    write(shop, entry(1, sale(100)))
    assert write(shop, entry(1, sale(100), customer="c-2")) == (1, frozenset({"c-1", "c-2"}))
    with shop.snapshot() as connection:
        assert records.children(connection, "c-1", "order") == []
        assert len(records.children(connection, "c-2", "order")) == 1
    assert write(shop, entry(1, sale(100), customer=None)) == (1, frozenset({"c-2"}))
    with shop.snapshot() as connection:
        assert records.read(connection, "order", "o-1") is None
    assert count(shop, order) == 1


def test_an_order_of_an_unknown_customer_is_refused(shop: Database) -> None:
    with pytest.raises(records.UnknownCustomer):
        write(shop, entry(1, sale(100), customer="c-9"))
    assert count(shop, order) == 0


def test_more_orders_than_a_batch_are_stored(shop: Database) -> None:
    given = [entry(number, sale(number)) for number in range(records.BATCH + 10)]
    assert write(shop, *given).changed == records.BATCH + 10
    assert write(shop, *given).changed == 0


# ------------------------------------------------------------------ figures


def refreshed(database: Database, *entries: OrderEntry, contacts: list[Contact] | None = None) -> Figures:
    with database.transaction() as connection:
        write_orders(connection, entries)
        records.write(connection, contacts or [])
        figures.refresh(connection, ["c-1", "unknown"])
        customer = records.read(connection, "customer", "c-1")
        assert isinstance(customer, Customer)
        return customer.figures


def day(number: int) -> dt.datetime:
    return DAY + dt.timedelta(days=number)


def test_somebody_without_orders_has_no_figures(shop: Database) -> None:
    assert refreshed(shop, entry(1, sale(100), customer="c-2"), entry(2, sale(1), customer=None)) == Figures()


def test_purchases_are_counted_and_summed(shop: Database) -> None:
    got = refreshed(shop, entry(3, sale(500, 1, "Shoes")), entry(1, sale(1000, 2, "Hats"), sale(300, 3)))
    assert got == Figures(
        orders=2,
        units=6,
        spend=1800,
        first_purchase=day(1),
        last_purchase=day(3),
        categories=(("Hats", 1000), ("Shoes", 500)),
    )


def test_the_total_counts_with_its_rounding(shop: Database) -> None:
    got = refreshed(shop, entry(1, sale(1000), sale(-3, 0, kind="rounding")))
    assert (got.spend, got.units, got.orders) == (997, 1, 1)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_return_takes_units_and_spend_back(shop: Database, sign: int) -> None:
    got = refreshed(
        shop,
        entry(1, sale(1000, 2, "Hats"), sale(400, 1, "Shoes")),
        entry(2, sale(-500, sign, "Hats", kind="return")),
    )
    assert got == Figures(
        orders=1,
        units=2,
        spend=900,
        first_purchase=day(1),
        last_purchase=day(1),
        categories=(("Hats", 500), ("Shoes", 400)),
    )


def test_a_refund_takes_spend_back(shop: Database) -> None:
    got = refreshed(shop, entry(1, sale(1000, 2), refunded=300), entry(2, sale(400), refunded=400))
    assert (got.orders, got.units, got.spend) == (2, 3, 700)


def test_a_cancelled_order_counts_for_nothing(shop: Database) -> None:
    cancelled = entry(2, sale(400, 1, "Hats"), cancelled_at=day(3), refunded=400)
    got = refreshed(shop, entry(1, sale(1000)), cancelled, entry(3, sale(9), currency="EUR", cancelled_at=day(4)))
    assert got == Figures(orders=1, units=1, spend=1000, first_purchase=day(1), last_purchase=day(1))


def test_other_currencies_stand_apart(shop: Database) -> None:
    got = refreshed(
        shop,
        entry(1, sale(1000, 1, "Hats")),
        entry(2, sale(700, 2, "Shoes"), currency="EUR", refunded=100),
        entry(3, sale(9000, 1, "Hats"), currency="JPY"),
        entry(4, sale(50), currency="GBP", refunded=50),
    )
    assert (got.orders, got.units, got.spend) == (4, 5, 1000)
    assert (got.other_orders, got.spend_orders) == (3, 1), "an average is of one currency's orders"
    assert got.other_spend == {"EUR": 600, "JPY": 9000}
    assert got.categories == (("Hats", 1000),)


def test_the_three_types_with_most_spend_are_named(shop: Database) -> None:
    lines = [sale(amount, 1, type) for type, amount in (("b", 10), ("a", 10), ("c", 30), ("d", 20), ("", 99), ("e", 5))]
    got = refreshed(shop, entry(1, *lines), entry(2, sale(-25, 1, "c", kind="return")))
    assert got.categories == (("d", 20), ("a", 10), ("b", 10))


def test_large_sums_are_exact(shop: Database) -> None:
    got = refreshed(shop, *(entry(number, sale(2**52 + number)) for number in range(1, 4)))
    assert got.spend == 3 * 2**52 + 6


def test_the_last_contact_is_the_latest_of_any_kind(shop: Database) -> None:
    def contact(number: int, at: dt.datetime, **fields: Any) -> Contact:
        return Contact(id=f"k-{number}", customer="c-1", at=at, channel="call", **fields)

    half_past = DAY.replace(microsecond=500_000)
    got = refreshed(
        shop, contacts=[contact(1, DAY.replace(microsecond=0)), contact(2, half_past, inbound=True), contact(3, DAY)]
    )
    assert got.last_contact == half_past
    with shop.snapshot() as connection:
        (card,) = records.children(connection, "c-1", "customer_card")
    assert getattr(card, "last_contact") == half_past  # noqa: B009 -- a card has it, a record need not


def test_refreshing_again_changes_nothing(shop: Database) -> None:
    refreshed(shop, entry(1, sale(1000, 1, "Hats")), entry(2, sale(5), currency="EUR"))
    with shop.transaction() as connection:
        assert figures.refresh(connection, ["c-1", "c-1", "c-2"]) == 0


def test_figures_shrink_when_orders_leave(shop: Database) -> None:
    refreshed(shop, entry(1, sale(1000, 1, "Hats")))
    assert refreshed(shop, entry(1, sale(1000, 1, "Hats"), customer="c-2")) == Figures()

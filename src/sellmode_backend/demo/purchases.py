"""The demo's orders."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

from sellmode_backend.demo import pools
from sellmode_backend.demo.retailer import CURRENCY, DAYS, SOURCE, STORES
from sellmode_backend.demo.shoppers import Shopper
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.product import Product
from sellmode_contract.visibility import Account

_GOODS = {goods.type: goods for goods in pools.GOODS}


def orders_of(
    chance: random.Random, shopper: Shopper, products: list[Product], accounts: tuple[Account, ...], today: dt.date
) -> list[Order]:
    orders = []
    for number in range(shopper.orders):
        day = today - dt.timedelta(days=1 + int(chance.random() ** 1.15 * DAYS))
        order = _order(chance, shopper, _basket(chance, shopper, products), accounts, day=day, number=number)
        orders.append(order)
        if order.channel == "store" and chance.random() < 0.05 and day + dt.timedelta(days=8) < today:
            orders.append(_return(order, chance.randrange(2, 8)))
    return orders


def _basket(chance: random.Random, shopper: Shopper, products: list[Product]) -> list[tuple[Product, int]]:
    """What is bought at once: products of the departments that the customer goes to, mostly one of each."""
    wanted = [product for product in products if product.tags[0] in shopper.departments]
    weights = [_GOODS[product.type].weight for product in wanted]
    chosen = chance.choices(wanted, weights, k=chance.choice((1, 1, 2, 2, 3, 4)))
    return [(product, chance.choice((1, 1, 1, 1, 2))) for product in dict.fromkeys(chosen)]


def _order(
    chance: random.Random,
    shopper: Shopper,
    basket: list[tuple[Product, int]],
    accounts: tuple[Account, ...],
    *,
    day: dt.date,
    number: int,
) -> Order:
    online = chance.random() < shopper.online
    store = STORES[shopper.store if chance.random() < 0.96 else 1 - shopper.store]
    local = dt.datetime.combine(day, dt.time(chance.randrange(10, 20), chance.randrange(60)), ZoneInfo(store.time_zone))
    lines = []
    for product, quantity in basket:
        price = product.price or 0
        discount = price * quantity // 5 if chance.random() < 0.12 else 0
        lines.append(
            OrderLine(
                title=f"{product.title} {product.variant}",
                amount=price * quantity - discount,
                quantity=quantity,
                sku=product.sku,
                product=product.id,
                type=product.type,
                price=price,
            )
        )
    shipping = 595 if online and sum(line.amount for line in lines) < 7500 else 0
    if shipping:
        lines.append(OrderLine(title="Shipping", amount=shipping, kind="rounding"))
    sellers = [account.id for account in accounts if account.stores == (store.id,)]
    key = f"{shopper.customer.number}/{number}"
    cancelled = online and chance.random() < 0.02
    refunded = lines[0].amount if online and not cancelled and chance.random() < 0.07 else 0
    return Order(
        id=source_id("order", SOURCE, key),
        customer=shopper.customer.id,
        number=f"{'W' if online else 'T'}{abs(_number(key)):06d}",
        placed_at=local.astimezone(dt.UTC),
        currency=CURRENCY,
        total=sum(line.amount for line in lines),
        refunded=refunded,
        channel="online" if online else "store",
        store=store.id,
        sold_by=None if online else shopper.customer.owner if chance.random() < 0.6 else chance.choice(sellers),
        cancelled_at=local.astimezone(dt.UTC) + dt.timedelta(hours=3) if cancelled else None,
        lines=tuple(lines),
    )


def _number(key: str) -> int:
    """A six-digit number that depends on the key alone."""
    return random.Random(key).randrange(1_000_000)  # not a secret


def _return(order: Order, days: int) -> Order:
    """The first line of an order brought back to the till."""
    line = order.lines[0]
    back = OrderLine(
        title=line.title,
        amount=-line.amount,
        quantity=-line.quantity,
        sku=line.sku,
        product=line.product,
        type=line.type,
        price=line.price,
        kind="return",
    )
    return Order(
        id=source_id("order", SOURCE, f"{order.id}/return"),
        customer=order.customer,
        number=f"R{order.number[1:]}",
        placed_at=order.placed_at + dt.timedelta(days=days),
        currency=order.currency,
        total=back.amount,
        channel="store",
        store=order.store,
        sold_by=order.sold_by,
        lines=(back,),
    )

"""The demo's retailer as a pure function of a seed and a day, so that it is as fresh on any day and the same twice."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from sellmode_backend.demo import looks, work
from sellmode_backend.demo.belongings import belongings_of
from sellmode_backend.demo.goods import products, stock
from sellmode_backend.demo.purchases import orders_of
from sellmode_backend.demo.retailer import CUSTOM_FIELDS, CUSTOMERS, STORES, head_office, retailer, staff
from sellmode_backend.demo.shoppers import shopper
from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.retailer import Mode, Retailer
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account


@dataclass(frozen=True)
class World:
    """Everything of the demo retailer."""

    retailer: Retailer
    accounts: tuple[Account, ...]
    """Those who work in a store."""
    office: tuple[Account, ...]
    """The head office's."""
    records: tuple[Record, ...]
    """Products with their stock, then customers, then what belongs to them; not the orders."""
    orders: tuple[Order, ...]
    work: tuple[Record, ...]
    """Rules that make tasks, corporate tasks, and tasks that people made. They follow the customers."""
    looks: tuple[Record, ...]
    """Lookbooks, picks with the pages that show them, and wish lists."""


def world(seed: int, today: dt.date, mode: Mode) -> World:
    """The retailer as it stands on a day. Nothing in it has happened later than the start of that day."""
    chance = random.Random(f"{seed}")  # not a secret
    accounts, office = staff(), head_office()
    sold = products(chance)
    shoppers = [shopper(chance, number, accounts, today) for number in range(1, CUSTOMERS + 1)]
    orders = [order for each in shoppers for order in orders_of(chance, each, sold, accounts, today)]
    belongings = [record for each in shoppers for record in belongings_of(chance, each, accounts, today)]
    customers = [each.customer for each in shoppers]
    orders.sort(key=lambda order: order.placed_at)
    todo = (
        *work.rules(CUSTOM_FIELDS),
        *work.briefs(office[0], sold, today),
        *work.manual_tasks(random.Random(f"{seed} work"), accounts, customers, STORES, today),
    )
    shown = looks.looks(random.Random(f"{seed} looks"), accounts, customers, sold, today)
    everything = (*sold, *stock(sold), *customers, *belongings)
    return World(retailer(mode, today), accounts, office, everything, tuple(orders), todo, tuple(shown))

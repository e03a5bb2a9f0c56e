"""Fills an empty backend with the demo's retailer, in the same ways as everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import directory, signing_in
from sellmode_backend.accounts.passwords import Passwords
from sellmode_backend.demo import asked, looks, targets, work
from sellmode_backend.demo.retailer import CUSTOM_FIELDS, SERVICE, STORES
from sellmode_backend.demo.world import World
from sellmode_backend.rules import passes
from sellmode_backend.store import figures, records, settings
from sellmode_backend.store.database import Database
from sellmode_backend.store.migrations import migrate
from sellmode_backend.store.orders import OrderEntry, write_orders
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.fact import Fact
from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.store_time import local_day

DAYS_OF_TASKS = (20, 4, 3, 2, 1, 0)
"""So many days ago the rules have made tasks; they are on since the first of these."""
_PART = 200
"""Customers whose figures are worked out at once."""
PASSWORD = "marzipan otter veranda"  # noqa: S105 # of people who do not exist, on a server that nobody else reaches
"""Everybody's password in the demo."""


Tell = Callable[[str, int, int], None]
"""Hears what is being written, how many of it are, and of how many."""
_Item = TypeVar("_Item")


def fill(database: Database, world: World, now: dt.datetime, tell: Tell) -> None:
    """Write a demo's world into a database that has none."""
    migrate(database)
    retailer = world.retailer
    with database.transaction() as connection:
        settings.initialise(connection, retailer.name, retailer.mode, retailer.time_zone, retailer.currency)
        settings.change(connection, custom_fields=CUSTOM_FIELDS, stock_at=retailer.stock_at, service=SERVICE)
        settings.write_stores(connection, retailer.stores)
        people = (*world.accounts, *world.office)
        hashed = Passwords().hash(PASSWORD)
        for account in _told(people, "people", tell):
            directory.add(connection, account, now)
            signing_in.set_password(connection, account.id, hashed)
        customers = [record.id for record in world.records if isinstance(record, Customer)]
        records.write(connection, _told(world.records, "customers, their notes and products", tell))
        # Before the orders, so that these are judged with them.
        records.write(connection, _told(world.looks, "lookbooks, picks and wish lists", tell))
        looks.look_at(connection, world.looks)
        write_orders(connection, map(_entry, _told(world.orders, "orders", tell)))
        for place in range(0, len(customers), _PART):
            tell("customers' figures", place, len(customers))
            figures.refresh(connection, customers[place : place + _PART])
        tell("customers' figures", len(customers), len(customers))
        records.write(connection, _told(world.work, "rules and tasks", tell))
    for back in _told(DAYS_OF_TASKS, "days of tasks that rules make", tell):
        moment = now - dt.timedelta(days=back)
        passes.run(database, lambda at=moment: at)  # type: ignore[misc]  # a clock, bound at once
        if back:
            _work_off(database, world, moment)
    products = [record for record in world.records if isinstance(record, Product)]
    with database.transaction() as connection:
        asked.write(connection, STORES[0].id, world.accounts, products, now)
        _set_targets(connection, world, now)


def _set_targets(connection: Connection, world: World, now: dt.datetime) -> None:
    """Let the managers set targets for the month, from what the one before came to."""
    retailer = world.retailer
    today = local_day(now, ZoneInfo(retailer.time_zone))
    month = f"{today.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
    facts = [fact for fact in records.each(connection, "fact") if isinstance(fact, Fact)]
    managers = work.managers_of(world.accounts)
    records.write(connection, list(targets.targets(facts, month, today, managers, retailer.currency, now)))


def _told(items: Sequence[_Item], what: str, tell: Tell) -> Iterator[_Item]:
    """Say how far it is while they are gone through."""
    for place, item in enumerate(items):
        tell(what, place, len(items))
        yield item
    tell(what, len(items), len(items))


def _work_off(database: Database, world: World, moment: dt.datetime) -> None:
    """Let people do most of what the rules gave them on a day, and some of what the head office asks."""
    managers = work.managers_of(world.accounts)
    owners = {
        record.id: record.owner or managers[record.store]
        for record in world.records
        if isinstance(record, Customer) and record.store
    }
    zones = {entry.id: ZoneInfo(entry.time_zone) for entry in world.retailer.stores}
    with database.transaction() as connection:
        tasks = [task for task in records.each(connection, "rule_task") if isinstance(task, RuleTask)]
        for store, zone in zones.items():
            mine = [task for task in tasks if task.store == store]
            records.write(connection, work.ended(mine, owners, local_day(moment, zone), zone), now=moment)
        asked = [task for task in records.each(connection, "corporate_task") if isinstance(task, CorporateTask)]
        records.write(connection, work.answered(asked, moment), now=moment)


def _entry(order: Order) -> OrderEntry:
    fields = msgspec.structs.asdict(order)
    return OrderEntry(source="pos" if order.channel == "store" else "web", **fields)

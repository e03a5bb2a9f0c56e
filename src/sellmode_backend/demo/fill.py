"""Fills an empty backend with the demo's retailer, in the same ways as everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import msgspec

from sellmode_backend.accounts import directory, signing_in
from sellmode_backend.accounts.passwords import Passwords
from sellmode_backend.demo import work
from sellmode_backend.demo.retailer import CUSTOM_FIELDS
from sellmode_backend.demo.world import World
from sellmode_backend.rules import passes
from sellmode_backend.store import figures, records, settings
from sellmode_backend.store.database import Database
from sellmode_backend.store.migrations import migrate
from sellmode_backend.store.orders import OrderEntry, write_orders
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.store_time import local_day

DAYS_OF_TASKS = 5
"""On so many days, the last of them today, the rules have made tasks."""
PASSWORD = "marzipan otter veranda"  # noqa: S105 # of people who do not exist, on a server that nobody else reaches
"""Everybody's password in the demo."""


def fill(database: Database, world: World, now: dt.datetime, tell: Callable[[str], None]) -> None:
    """Write a demo's world into a database that has none; ``tell`` hears what is being written."""
    migrate(database)
    retailer = world.retailer
    with database.transaction() as connection:
        settings.initialise(connection, retailer.name, retailer.mode, retailer.time_zone, retailer.currency)
        settings.change(connection, custom_fields=CUSTOM_FIELDS)
        settings.write_stores(connection, retailer.stores)
        people = (*world.accounts, *world.office)
        tell(f"{len(people)} people")
        hashed = Passwords().hash(PASSWORD)
        for account in people:
            directory.add(connection, account, now)
            signing_in.set_password(connection, account.id, hashed)
        customers = [record.id for record in world.records if isinstance(record, Customer)]
        tell(f"{len(customers):,} customers, their dates and notes, and products")
        records.write(connection, world.records)
        tell(f"{len(world.orders):,} orders")
        write_orders(connection, map(_entry, world.orders))
        tell("figures")
        figures.refresh(connection, customers)
        tell(f"{len(world.work)} rules and tasks")
        records.write(connection, world.work)
    tell("what the rules make of it")
    for back in reversed(range(DAYS_OF_TASKS)):
        moment = now - dt.timedelta(days=back)
        passes.run(database, lambda at=moment: at)  # type: ignore[misc]  # a clock, bound at once
        if back:
            _work_off(database, world, moment)


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

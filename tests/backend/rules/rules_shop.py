"""A retailer whose rules make tasks: what tests do to it, and what is right."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from sellmode_backend.accounts import directory
from sellmode_backend.rules import passes
from sellmode_backend.rules.passes import PassReport
from sellmode_backend.store import figures, orders, records, settings
from sellmode_backend.store.orders import OrderEntry
from sellmode_backend.store.schema import record, rule_event, rule_occurrence, rule_pass, rule_waiting
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from tests.backend.people import MovedClock, add_person
from tests.backend.sync.pushing import Shop, uuid7
from tests.support.backend import retailer_database

_NUMBERS = itertools.count(1)


class RulesShop(Shop):
    """As ``Shop``, with rules."""

    # -------------------------------------------------------------- what others do

    def rule(self, slug: str, store: str | None = None, **fields: Any) -> TaskRule:
        """Write a rule, new or in place of what it was. By default one that makes a task at once of each purchase."""
        given: dict[str, Any] = {"id": task_rule_id(store, slug), "name": slug, "title": f"Do {slug}"}
        made = TaskRule(slug=slug, store=store, **{**given, "trigger": "purchase", **fields})
        self.write(made)
        return made

    def stored_count(self, kind: str) -> int:
        with self.database.snapshot() as connection:
            return sum(1 for _ in records.each(connection, kind))

    def without(self, rule: TaskRule) -> None:
        """Remove a rule."""
        with self.database.transaction() as connection:
            records.write(connection, [], removed=[("task_rule", rule.id)], now=self.clock())

    def buys(self, customer: Customer, days_ago: float = 0, **fields: Any) -> OrderEntry:
        """An order, with the customer's figures."""
        number = next(_NUMBERS)
        line = OrderLine(title="Soap", amount=100, quantity=1, type="Soap", sku="S-1")
        given: dict[str, Any] = {
            "id": uuid7(), "customer": customer.id, "number": f"O-{number}", "currency": "EUR", "total": 100,
            "placed_at": self.clock() - dt.timedelta(days=days_ago), "channel": "store", "store": "Alpha",
            "lines": (line,),
        }  # fmt: skip
        order = OrderEntry(**{**given, **fields})
        with self.database.transaction() as connection:
            orders.write_orders(connection, [order])
            figures.refresh(connection, [customer.id])
        return order

    def contacted(self, customer: Customer) -> None:
        """A call, now."""
        self.write(Contact(id=uuid7(), customer=customer.id, at=self.clock(), channel="call"))
        with self.database.transaction() as connection:
            figures.refresh(connection, [customer.id])

    def birthday(self, customer: Customer, month: int, day: int) -> ImportantDate:
        date = ImportantDate(id=uuid7(), customer=customer.id, label="birthday", month=month, day=day)
        self.write(date)
        return date

    def zone(self, name: str, store: str = "Alpha") -> None:
        """Put a store into a time zone."""
        with self.database.transaction() as connection:
            settings.write_stores(connection, [StoreEntry(id=store, name=store, time_zone=name)])

    def stood_still(self) -> None:
        """The rules that are there have been on for two months; no pass was done since the first."""
        self.clock.forward(days=-60)
        self.run()
        self.clock.forward(days=60)

    def empty(self) -> None:
        """As it was in the beginning, but for the staff."""
        self.clock.now = MovedClock().now
        with self.database.transaction() as connection:
            for table in (rule_occurrence, rule_pass, rule_waiting, rule_event):
                connection.execute(sa.delete(table))
            keys = connection.execute(
                sa.select(record.c.kind, record.c.id).where(record.c.kind.in_(["customer", "task_rule"]))
            ).all()
            records.write(connection, [], removed=[(kind, id) for kind, id in keys])
        self.set_mode("associate")
        for store in ("Alpha", "Beta"):
            self.zone("UTC", store)

    def many(self, count: int, **fields: Any) -> list[Customer]:
        """New customers who bought now by their figures, ever more the later they come."""
        people = [
            Customer(
                id=uuid7(), store="Alpha", created_at=self.clock(), given_name=f"Given{number}",
                figures=Figures(spend=number), **fields,
            )
            for number in range(count)
        ]  # fmt: skip
        self.write(*people)
        return people

    def disable(self, account: Any) -> None:
        with self.database.transaction() as connection:
            directory.disable(connection, account, now=self.clock())

    # -------------------------------------------------------------- passes, and what came of them

    def run(self, store: str | None = None) -> PassReport:
        return passes.run(self.database, self.clock, store=store)

    def tasks(self, customer: Customer | None = None, state: str | None = None) -> list[RuleTask]:
        """Rule tasks, by rule and occurrence."""
        with self.database.snapshot() as connection:
            found = [task for task in records.each(connection, "rule_task") if isinstance(task, RuleTask)]
        wanted = (
            task for task in found if (customer is None or task.customer == customer.id) and state in (None, task.state)
        )
        return sorted(wanted, key=lambda task: (task.rule, task.occurrence))

    def task(self, customer: Customer | None = None) -> RuleTask:
        """The only one."""
        (task,) = self.tasks(customer)
        return task

    def finish(self, task: RuleTask, by: str) -> RuleTask:
        done = msgspec.structs.replace(task, state="done", done_by=by, done_at=self.clock())
        self.write(done)
        return done


@contextmanager
def rules_shop(url: str, mode: str = "associate") -> Iterator[RulesShop]:
    """Ada and Ben work in Alpha, which Mia manages; Cleo works in Beta."""
    with retailer_database(url, mode) as database:
        stores = {"ada": "Alpha", "ben": "Alpha", "mia": "Alpha", "cleo": "Beta"}
        people = [
            add_person(database, name, store, role="manager" if name == "mia" else "associate")
            for name, store in stores.items()
        ]
        yield RulesShop(database, MovedClock(), *people)

"""The demo's tasks are as in the morning: most of the last days' are done, some are left, new ones due."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

from sellmode_backend.demo.fill import fill
from sellmode_backend.demo.world import world
from sellmode_backend.store import records
from sellmode_backend.store.database import open_database
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.target import Target
from sellmode_contract.service_rules import WAYS
from sellmode_contract.visibility import tags

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)


def test_everybody_has_an_agenda(sqlite_url: str) -> None:
    demo = world(1, NOW.date(), "associate")
    database = open_database(sqlite_url)
    try:
        fill(database, demo, NOW, lambda *_: None)
        with database.snapshot() as connection:
            found = [
                task
                for kind in ("manual_task", "rule_task", "corporate_task")
                for task in records.each(connection, kind)
            ]
            customers = {one.id: one for one in records.each(connection, "customer") if isinstance(one, Customer)}
            requests = [each for each in records.each(connection, "request") if isinstance(each, Request)]
            targets = [each for each in records.each(connection, "target") if isinstance(each, Target)]
    finally:
        database.close()
    assert {(each.store, each.month) for each in targets if each.kpi == "store_sales"} == {
        (store.id, "2026-11") for store in demo.retailer.stores
    }
    assert any(each.person for each in targets)
    assert {each.way for each in requests} == set(WAYS)
    assert {(each.state, each.claimed_by is not None) for each in requests} == {
        ("open", False), ("open", True), ("closed", True),
    }  # fmt: skip
    assert any(each.reserved for each in requests)
    agendas: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    made: set[str] = set()
    for task in found:
        assert isinstance(task, ManualTask | RuleTask | CorporateTask)
        assert task.created_at is not None
        assert task.created_at <= NOW
        made.update({task.rule} if isinstance(task, RuleTask) else ())
        agenda = agendas[tags(task, customers.get(getattr(task, "customer", None) or "")).own]
        if task.state == "open" and task.due_at:
            agenda[
                "overdue" if task.due_at <= NOW else "today" if task.due_at < NOW + dt.timedelta(days=1) else "later"
            ] += 1
        agenda[task.state] += 1
    assert made >= {"thank-you", "birthday", "pet-birthday", "lapsing", "lapsed", "new-customer"}
    for account in demo.accounts:
        agenda = agendas[f"person:{account.stores[0]}:{account.id}"]
        assert 1 <= agenda["overdue"] <= 15, account.user_name
        assert 2 <= agenda["today"] <= 25, account.user_name
        assert agenda["later"] >= 1, account.user_name
        assert agenda["done"] >= 10, account.user_name

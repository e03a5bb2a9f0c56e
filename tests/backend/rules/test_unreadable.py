"""A document that cannot be read keeps nobody else from their tasks, and does no harm to whom it is about."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.metrics import Metrics
from sellmode_backend.rules import events, facts, passes
from sellmode_backend.rules.background import keep
from sellmode_backend.rules.events import CustomerEvent
from sellmode_backend.store.schema import record
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.customer import Customer
from tests.backend.rules.rules_shop import RulesShop


def damage(shop: RulesShop, kind: str, id: str, doc: str = '{"id":7,"given_name":"Zoë"}') -> None:
    with shop.database.transaction() as connection:
        here = (record.c.kind == kind, record.c.id == id)
        assert connection.execute(sa.update(record).where(*here).values(doc=doc)).rowcount == 1


@pytest.mark.parametrize("doc", ['{"id":7,"given_name":"Zoë"}', "no JSON", '{"a":' * 3000])
def test_a_customer_who_cannot_be_read_is_told_of_and_left_out(
    shop: RulesShop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, doc: str
) -> None:
    monkeypatch.setattr(passes, "BATCH", 2)
    people = [shop.add(shop.ada) for _ in range(5)]
    for person in people:
        shop.buys(person)
    with shop.database.transaction() as connection:
        events.add(
            connection, [CustomerEvent(person.id, "back_in_stock", person.id, shop.clock()) for person in people]
        )
    shop.rule("thank")
    shop.rule("stock", trigger="event", event="back_in_stock")
    last = max(person.id for person in people)
    for odd in (people[1].id, last):  # one of them ends a batch
        damage(shop, "customer", odd, doc)
    with caplog.at_level(logging.ERROR):
        report = shop.run("Alpha")
    odd_ones = {people[1].id, last}
    assert report.failed == odd_ones
    assert report.made == 2 * (5 - len(odd_ones))
    assert all(id in caplog.text for id in odd_ones)
    assert "Zo" not in caplog.text
    report = shop.run("Alpha")
    assert (report.made, report.customers) == (0, 0), "it is looked at once, not without end"


@pytest.mark.parametrize("kind", ["consent", "date", "rule_task"])
def test_whose_belongings_cannot_be_read_gets_nothing_until_they_can(shop: RulesShop, kind: str) -> None:
    """Who has unsubscribed, or has such a task already, is perhaps what it says."""
    anna, ben = shop.add(shop.ada), shop.add(shop.ada)
    shop.rule("thank")
    shop.rule("birthday", trigger="date", dates=("birthday",), consent="email")
    shop.buys(anna)
    date = shop.birthday(anna, 11, 24)
    shop.birthday(ben, 11, 24)
    shop.write(Consent(id="consent-1", customer=anna.id, channel="email"))
    shop.run()
    target = {"consent": "consent-1", "date": date.id, "rule_task": shop.task(anna).id}[kind]
    with shop.database.snapshot() as connection:
        doc = connection.scalar(sa.select(record.c.doc).where(record.c.kind == kind, record.c.id == target))
    damage(shop, kind, target)
    shop.clock.forward(days=2)
    report = shop.run("Alpha")
    assert (report.failed, report.made) == ({anna.id}, 1)
    damage(shop, kind, target, str(doc))
    shop.clock.forward(days=1)
    report = shop.run("Alpha")
    assert (report.failed, report.made) == (set(), 1)


def test_a_rule_that_cannot_be_read_is_told_of_and_its_tasks_stay(shop: RulesShop) -> None:
    anna = shop.add(shop.ada)
    odd, good = shop.rule("odd"), shop.rule("good")
    shop.buys(anna)
    assert shop.run("Alpha").made == 2
    damage(shop, "task_rule", odd.id)
    shop.buys(shop.add(shop.ada))
    report = shop.run("Alpha")
    assert (report.made, report.expired) == (1, 0)
    assert report.unfit == {odd.id: f"rule {odd.id}: its document cannot be read"}
    assert {task.rule: task.state for task in shop.tasks(anna)} == {"odd": "open", "good": "open"}
    shop.without(good)
    shop.without(odd)
    assert shop.run("Alpha").expired == 3


def test_somebody_of_the_staff_who_cannot_be_read_is_nobody(shop: RulesShop) -> None:
    damage(shop, "staff", shop.ben.id)
    shop.rule("thank", goes_to="seller", audience="owner:ada or owner:ben")
    shop.buys(shop.add(shop.ada), sold_by=shop.ben.id)
    assert shop.run("Alpha").made == 1


def test_what_is_wrong_with_a_store_is_no_matter_of_the_others(
    shop: RulesShop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.rule("thank")
    shop.buys(shop.add(shop.ada))
    shop.buys(shop.add(shop.cleo, store="Beta"))
    after = facts.customers_after

    def odd(connection: Connection, store: str, *more: Any) -> dict[str, Customer | None]:
        if store == "Alpha":
            raise LookupError("of Zoë")
        return after(connection, store, *more)

    monkeypatch.setattr(facts, "customers_after", odd)
    report = shop.run()
    assert (report.made, report.broken) == (1, {"Alpha"})
    assert "LookupError" in caplog.text
    assert "Zoë" not in caplog.text
    monkeypatch.undo()
    assert shop.run().made == 1


def test_a_server_counts_what_was_left_out_and_goes_on(shop: RulesShop) -> None:
    odd = shop.rule("odd")
    shop.rule("thank")
    anna, ben = shop.add(shop.ada), shop.add(shop.ada)
    for person in (anna, ben):
        shop.buys(person)
    damage(shop, "customer", anna.id)
    damage(shop, "task_rule", odd.id)
    metrics = Metrics()

    async def one_pass() -> None:
        over = asyncio.Event()

        def tell(report: passes.PassReport) -> None:
            metrics.passed(len(report.failed), len(report.unfit), len(report.broken))
            over.set()

        keeping = asyncio.create_task(keep(shop.database, shop.clock, 3600, tell))
        await asyncio.wait_for(over.wait(), 30)
        keeping.cancel()

    asyncio.run(one_pass())
    assert len(shop.tasks(ben)) == 1
    text = metrics.text().decode()
    for what, count in (("customers", 1), ("rules", 1), ("stores", 0)):
        assert f'sellmode_rules_left_out_total{{what="{what}"}} {count}.0' in text

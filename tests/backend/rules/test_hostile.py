"""What somebody may do to hold up the rules, or to see through them: odd names, large stores, many questions."""

from __future__ import annotations

import random
import re
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.briefs import corporate_tasks
from sellmode_backend.rules import events
from sellmode_backend.rules.events import CustomerEvent
from sellmode_backend.store import records
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.retailer import CustomField, Retailer
from sellmode_contract.mutations import Claim, Create, Edit, Finish, Reopen
from tests.backend.rules.rules_shop import RulesShop, rules_shop
from tests.backend.sync.pushing import stored, uuid7

PETS = CustomField(
    name="pets",
    label="Pets",
    type="group",
    fields=(
        CustomField(name="pets.name", label="Name", type="text"),
        CustomField(name="pets.birthday", label="Birthday", type="date"),
    ),
)


def keep_pets(shop: RulesShop) -> None:
    with shop.database.snapshot() as connection:
        (retailer,) = records.each(connection, "retailer")
    assert isinstance(retailer, Retailer)
    shop.write(msgspec.structs.replace(retailer, custom_fields=(PETS,)))


def test_a_name_longer_than_an_index_takes_stops_no_pass(shop: RulesShop) -> None:
    """A key has the name, and a custom field has up to 2000 characters; two names that begin alike are two."""
    keep_pets(shop)
    chance = random.Random(1)
    long = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(1999))
    pets = [{"name": f"{long}{end}", "birthday": "2020-11-22"} for end in "ab"]
    odd, anna = shop.add(shop.ada, custom={"pets": pets}), shop.add(shop.ada)
    shop.rule("pet", trigger="date", dates=("pets.birthday",))
    shop.rule("thank")
    shop.buys(anna)
    assert shop.run("Alpha").made == 2
    assert shop.task(anna).rule == "thank"
    shop.finish(shop.task(odd), shop.ada.id)
    shop.clock.forward(days=1)
    shop.rule("pet", trigger="date", dates=("pets.birthday",), expires_days=7)
    assert shop.run("Alpha").made == 1
    assert len({task.occurrence for task in shop.tasks(odd)}) == 2


@pytest.mark.parametrize("name", ["Skin Type", "has", "", "tier"])
def test_an_oddly_named_field_stops_no_pass(shop: RulesShop, name: str) -> None:
    """Settings refuse such a name, but older ones may have it."""
    odd = CustomField(name=name, label="Odd", type="text")
    with shop.database.snapshot() as connection:
        (retailer,) = records.each(connection, "retailer")
    assert isinstance(retailer, Retailer)
    shop.write(msgspec.structs.replace(retailer, custom_fields=(odd, PETS)))
    anna = shop.add(shop.ada, custom={name: "x"})
    shop.rule("thank", audience="-has:pets")
    shop.buys(anna)
    assert shop.run("Alpha").made == 1
    assert shop.task(anna).rule == "thank"


@pytest.mark.parametrize("events_there", [False, True])
def test_no_question_of_a_pass_goes_through_all_records(sqlite_url: str, *, events_there: bool) -> None:
    """SQLite goes by its indexes alone, so that its plans are those of a store with a million customers."""
    with rules_shop(sqlite_url) as shop:
        _look_at_plans(shop, events_there=events_there)


def _look_at_plans(shop: RulesShop, *, events_there: bool) -> None:
    shop.rule("thank", consent="email", daily_cap=3)
    shop.rule("birthday", trigger="date", dates=("birthday",))
    shop.rule("stock", trigger="event", event="back_in_stock")
    anna, ben = shop.many(2, owner=shop.ada.id)
    asked: dict[str, Any] = {}

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")) and not many:
            asked.setdefault(statement, parameters)

    sa.event.listen(shop.database.engine, "before_cursor_execute", note)
    shop.run("Alpha")
    shop.buys(ben)
    if events_there:
        with shop.database.transaction() as connection:
            events.add(connection, [CustomerEvent("e-1", "back_in_stock", anna.id, shop.clock())])
    assert shop.run("Alpha").made == 1 + events_there
    about_some = {text: given for text, given in asked.items() if "record.parent" in text or "rule_event" in text}
    assert len(about_some) > 3
    with shop.database.snapshot() as connection:
        for statement, parameters in about_some.items():
            plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert not [step for step in plan if _WIDE.search(step)], (statement[:300], plan)


_WIDE = re.compile(r"SCAN (record|rule_event)$|SEARCH record .*\((team|kind)=\?\)$")
"""A step that takes all events, or all records of a store or kind."""


def test_a_claim_from_the_store_that_a_customer_has_left_keeps_nobody_from_the_task(shop: RulesShop) -> None:
    shop.set_mode("team")
    anna = shop.add(None)
    shop.rule("thank")
    shop.buys(anna)
    shop.run()
    shop.writer(shop.ben).done(Claim(kind="rule_task", id=shop.task().id))
    with shop.database.transaction() as connection:
        (now,) = records.read_many(connection, "customer", [anna.id], lock=True)
        records.write(connection, [msgspec.structs.replace(now, store="Beta")], now=shop.clock())
    shop.run()
    cleo = shop.writer(shop.cleo)
    cleo.done(Finish(kind="rule_task", id=shop.task().id))
    assert shop.task().done_by == shop.cleo.id


def test_a_task_is_not_given_back_to_who_has_gone(shop: RulesShop) -> None:
    """Nobody would see it in Associate Mode."""
    task = Create(kind="manual_task", id=uuid7(), doc={"title": "Call back", "assignee": shop.ada.id})
    shop.writer(shop.mia).done(task)
    ada = shop.writer(shop.ada)
    ada.pull()
    shop.disable(shop.mia)
    back = Edit(kind="manual_task", id=task.id, set={"assignee": None}, was={"assignee": shop.ada.id})
    named = msgspec.structs.replace(back, set={"assignee": shop.mia.id})
    assert [(result.code, result.field) for result in ada.do(back, named)] == [("invalid", "assignee")] * 2
    ada.pull()
    assert ada.holds("manual_task", task.id)


def test_a_corporate_task_that_was_taken_back_does_not_come_back_with_its_end(shop: RulesShop) -> None:
    brief = CorporateBrief(id="b-1", title="Learn about the new range")
    shop.write(brief)
    shop.run()
    id = corporate_tasks.task_id("b-1", shop.ada.id)
    ada = shop.writer(shop.ada)
    shop.write(msgspec.structs.replace(brief, withdrawn=True))
    shop.run()
    done, again = ada.do(Finish(kind="corporate_task", id=id), Reopen(kind="corporate_task", id=id))
    assert (done.st, again.code) == ("applied", "not_allowed")
    assert stored(shop.database, "corporate_task", id).state == "done"

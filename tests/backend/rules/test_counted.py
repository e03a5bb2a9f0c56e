"""What a batch costs is bounded, however many customers it has and whatever comes of it; clocks are held briefly."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.rules import facts, passes
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.rules.facts import Needs
from tests.backend.rules.rules_shop import RulesShop, rules_shop
from tests.backend.sync.pushing import uuid7
from tests.support.statements import statements


def furnish(shop: RulesShop) -> None:
    """Rules of every trigger, so that a batch needs everything."""
    shop.rule("thank", consent="email")
    shop.rule("soap", trigger="replenishment", after_days=1, products=("Soap",))
    shop.rule("lapsed", trigger="lapsed", after_days=1, daily_cap=5)
    shop.rule("birthday", trigger="date", dates=("birthday",))
    shop.rule("welcome", trigger="new_customer", daily_cap=1000)
    shop.rule("touch", trigger="stay_in_touch", after_days=1)
    shop.rule("stock", trigger="event", event="back_in_stock")


def test_a_batch_takes_the_same_statements_however_many_it_has(
    shop: RulesShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(shop)
    most: dict[int, int] = {}
    for count in (4, 400):
        for person in shop.many(count, owner=shop.ada.id)[:4]:
            shop.buys(person)
            shop.birthday(person, 11, 22)
        shop.rule("thank", consent="email", title=f"With {count}")  # all are to be looked at anew
        most[count] = 0
        steps = passes.steps(shop.database, shop.clock, passes.PassReport())
        while True:
            with statements(shop.database) as told:
                ended = next(steps, "ended")
            most[count] = max(most[count], len(told))
            if ended:
                break
    assert most[400] <= most[4] + 6, "a few more where several statements were left out for want of rows"
    assert most[400] < 60


def test_the_clock_is_taken_last_and_a_judged_batch_holds_nothing(shop: RulesShop) -> None:
    furnish(shop)
    for person in shop.many(3, owner=shop.ada.id):
        shop.buys(person)
    with statements(shop.database) as told:
        shop.run("Alpha")
    ticks = [number for number, statement in enumerate(told) if "INTO feed" in statement]
    assert ticks
    for tick in ticks:
        after = [statement.split()[0] for statement in told[tick + 1 : tick + 3]]
        assert "SELECT" not in after[:1], "between the clock and the commit there is nothing but the rows' writing"


def test_others_write_while_a_batch_is_judged(shop: RulesShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on SQLite, whose only writer a pass must not be for long. What they changed is looked at again."""
    furnish(shop)
    anna, ben = shop.many(2, owner=shop.ada.id)
    load = facts.load

    def while_judging(*given: Any) -> Any:
        found = load(*given)
        monkeypatch.setattr(facts, "load", load)
        shop.give(anna, shop.ben)
        return found

    monkeypatch.setattr(facts, "load", while_judging)
    shop.run()
    assert {task.customer: task.meant_for for task in shop.tasks() if task.rule == "welcome"} == {
        anna.id: shop.ben.id,
        ben.id: shop.ada.id,
    }


def test_sqlite_finds_what_belongs_to_customers_by_them(
    sqlite_url: str,
) -> None:
    """Not by going through all there is of a kind: a store of a million would take two seconds for each batch."""
    with rules_shop(sqlite_url) as shop:
        furnish(shop)
        for person in shop.many(3, owner=shop.ada.id):
            shop.buys(person)
            shop.birthday(person, 11, 22)
        asked: list[tuple[str, Any]] = []

        def note(_: Any, __: Any, statement: str, given: Any, *___: Any) -> None:
            if statement.startswith("SELECT") and "parent" in statement:
                asked.append((statement, given))

        sa.event.listen(shop.database.engine, "before_cursor_execute", note)
        shop.run()
        sa.event.remove(shop.database.engine, "before_cursor_execute", note)
        assert any("record.parent IN" in statement for statement, _ in asked)
        with shop.database.snapshot() as connection:
            for statement, given in asked:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
                assert not [row for row in plan if row.detail.endswith("sqlite_autoindex_record_1 (kind=?)")], statement


def test_what_was_done_long_ago_is_not_read_again(shop: RulesShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer of ten years has hundreds of tasks that are done, and one or two to do."""
    anna = shop.add(shop.ada)
    shop.rule("thank")
    shop.buys(anna)
    shop.run()
    done = [
        msgspec.structs.replace(shop.task(anna), id=uuid7(), occurrence=f"o-{number}", state=state, done_by=shop.ada.id)
        for number in range(30)
        for state in ("done", "dismissed", "expired")
    ]
    quoting = msgspec.structs.replace(shop.task(anna), id=uuid7(), occurrence="q", title='Say "state":"done"')
    shop.write(*done, quoting)
    decoded: list[RuleTask] = []
    decode = facts._decode_task

    def note(doc: str) -> RuleTask:
        decoded.append(decode(doc))
        return decoded[-1]

    monkeypatch.setattr(facts, "_decode_task", note)
    shop.rule("thank", title="All are looked at anew")
    shop.run()
    assert decoded
    assert {task.occurrence for task in decoded} == {shop.tasks(anna, "open")[0].occurrence, "q"}


def test_postgresql_finds_open_tasks_by_their_index(postgresql_url: str) -> None:
    with rules_shop(postgresql_url) as shop:
        person = shop.add(shop.ada)
        asked: list[tuple[str, Any]] = []

        def note(_: Any, __: Any, statement: str, given: Any, *___: Any) -> None:
            if "strpos" in statement:
                asked.append((statement, given))

        sa.event.listen(shop.database.engine, "before_cursor_execute", note)
        with shop.database.snapshot() as connection:
            facts.load(connection, [person], Needs())
            facts.any_tasks(connection)
        sa.event.remove(shop.database.engine, "before_cursor_execute", note)
        assert len(asked) == 2
        with shop.database.transaction() as connection:
            # So small a table it would read at once.
            connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
            for statement, given in asked:
                plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", given).scalars())
                assert "record_open_tasks" in plan, plan

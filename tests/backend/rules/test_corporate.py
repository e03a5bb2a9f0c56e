"""Corporate tasks: one for each of those they are for, who join later too; ended for who leaves, or taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.accounts import directory
from sellmode_backend.briefs import corporate_tasks
from sellmode_backend.store import records
from sellmode_backend.store.schema import record
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.corporate_task import CorporateTask
from tests.backend.people import add_person
from tests.backend.rules.rules_shop import RulesShop
from tests.backend.sync.pushing import at_once, uuid7


def announce(shop: RulesShop, **fields: Any) -> CorporateBrief:
    given: dict[str, Any] = {"id": uuid7(), "title": "Count the stock", "created_at": shop.clock()}
    brief = CorporateBrief(**{**given, **fields})
    shop.write(brief)
    return brief


def tasks(shop: RulesShop) -> dict[str, CorporateTask]:
    """By user name."""
    people = {one.id: one.user_name for one in everybody(shop)}
    with shop.database.snapshot() as connection:
        found = [task for task in records.each(connection, "corporate_task") if isinstance(task, CorporateTask)]
    return {people[task.person]: task for task in found}


def everybody(shop: RulesShop) -> list[Any]:
    with shop.database.snapshot() as connection:
        return directory.everybody(connection)


def states(shop: RulesShop) -> dict[str, str]:
    return {name: task.state for name, task in tasks(shop).items()}


def test_each_of_those_it_is_for_gets_one(shop: RulesShop) -> None:
    shop.zone("America/New_York", "Beta")
    add_person(shop.database, "rita", "Alpha", "Beta", role="regional")
    add_person(shop.database, "hugo", "Alpha", role="head_office")
    brief = announce(
        shop,
        due="2026-11-24T12:00",
        expires="2026-11-25",
        message="Dear",
        subject="S",
        products=("S-1",),
        action="call",
    )
    assert shop.run().corporate == 4
    made = tasks(shop)
    assert sorted(made) == ["ada", "ben", "cleo", "mia"]
    assert made["ada"].id == corporate_tasks.task_id(brief.id, shop.ada.id)
    assert made["ada"].due_at == dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    assert made["cleo"].due_at == dt.datetime(2026, 11, 24, 17, tzinfo=dt.UTC)
    assert made["cleo"].expires_at == dt.datetime(2026, 11, 26, 5, tzinfo=dt.UTC)
    assert (made["ada"].message, made["ada"].subject, made["ada"].products, made["ada"].action) == (
        "Dear", "S", ("S-1",), "call"
    )  # fmt: skip
    assert shop.run().corporate == 0


def test_stores_and_kinds_of_work_choose(shop: RulesShop) -> None:
    eve = directory.new_account(user_name="eve", role="associate", stores=["Alpha"], work="ecommerce")
    with shop.database.transaction() as connection:
        directory.add(connection, eve, shop.clock())
    announce(shop, stores=("Beta",))
    announce(shop, works=("ecommerce",))
    assert shop.run().corporate == 2
    assert sorted(tasks(shop)) == ["cleo", "eve"]


def test_who_joins_gets_what_is_still_on_and_a_day_for_it(shop: RulesShop) -> None:
    announce(shop, due="2026-11-23", expires="2026-11-30")
    announce(shop, title="Over", expires="2026-11-24")
    shop.run()
    shop.clock.forward(days=4)
    add_person(shop.database, "nora", "Alpha")
    shop.run()
    with shop.database.snapshot() as connection:
        all_tasks = [task for task in records.each(connection, "corporate_task") if isinstance(task, CorporateTask)]
    nora = next(one.id for one in everybody(shop) if one.user_name == "nora")
    assert [(task.title, task.due) for task in all_tasks if task.person == nora] == [("Count the stock", "2026-11-26")]


def test_who_leaves_has_none_and_who_comes_back_has_it_again(shop: RulesShop) -> None:
    announce(shop)
    shop.run()
    done = msgspec.structs.replace(tasks(shop)["ben"], state="done", done_by=shop.ben.id, done_at=shop.clock())
    shop.write(done)
    for account in (shop.ada, shop.ben):
        shop.disable(account)
    assert shop.run().corporate == 1
    assert states(shop) == {"ada": "expired", "ben": "done", "cleo": "open", "mia": "open"}
    assert tasks(shop)["ada"].reason == "it is not this person's any more"
    with shop.database.transaction() as connection:
        directory.enable(connection, shop.ada)
    shop.run()
    assert states(shop)["ada"] == "open"


def test_who_moves_takes_it_along_if_it_is_for_the_other_store_too(shop: RulesShop) -> None:
    shop.zone("America/New_York", "Beta")
    announce(shop, due="2026-11-24")
    announce(shop, title="Here only", stores=("Alpha",))
    shop.run()
    with shop.database.transaction() as connection:
        directory.move(connection, shop.ada, "Beta")
    shop.run()
    with shop.database.snapshot() as connection:
        mine = {
            task.title: task
            for task in records.each(connection, "corporate_task")
            if isinstance(task, CorporateTask) and task.person == shop.ada.id
        }
    assert (mine["Count the stock"].store, mine["Here only"].state) == ("Beta", "expired")
    assert mine["Count the stock"].due_at == dt.datetime(2026, 11, 25, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize("how", ["withdrawn", "removed"])
def test_what_is_taken_back_ends(shop: RulesShop, how: str) -> None:
    brief = announce(shop)
    shop.run()
    with shop.database.transaction() as connection:
        if how == "withdrawn":
            records.write(connection, [msgspec.structs.replace(brief, withdrawn=True)])
        else:
            records.write(connection, [], removed=[("corporate_brief", brief.id)])
    assert shop.run().corporate == 4
    assert {task.reason for task in tasks(shop).values()} == {"the head office took it back"}
    assert shop.run().corporate == 0


def test_it_expires_in_each_stores_time(shop: RulesShop) -> None:
    shop.zone("America/New_York", "Beta")
    announce(shop, expires="2026-11-23")
    shop.run()
    shop.clock.now = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    shop.run()
    assert states(shop) == {"ada": "expired", "ben": "expired", "cleo": "open", "mia": "expired"}
    shop.clock.forward(hours=5)
    shop.run()
    assert states(shop)["cleo"] == "expired"


def test_many_are_made_in_parts_by_several_workers(shop: RulesShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corporate_tasks, "BATCH", 3)
    for number in range(5):
        announce(shop, title=f"T{number}")
    at_once(*[shop.run] * 4)
    shop.run()
    assert shop.stored_count("corporate_task") == 20


@pytest.mark.parametrize("times", [{"due": "soon"}, {"expires": "2026-02-30"}, {"due": "2026-11-24T99:00"}])
def test_a_brief_whose_times_cannot_be_read_stops_no_other_and_keeps_its_tasks(
    shop: RulesShop, times: dict[str, str]
) -> None:
    bad = announce(shop, title="Bad", stores=("Alpha",))
    made = shop.run().corporate
    shop.write(msgspec.structs.replace(bad, **times))
    announce(shop, title="Good", stores=("Beta",))
    report = shop.run()
    assert (made, report.corporate) == (3, 1)
    assert list(report.unfit) == [bad.id]
    assert next(iter(times)) in report.unfit[bad.id]
    assert states(shop) == {"ada": "open", "ben": "open", "mia": "open", "cleo": "open"}
    shop.write(msgspec.structs.replace(bad, withdrawn=True))
    shop.run()
    assert states(shop) == {"ada": "expired", "ben": "expired", "mia": "expired", "cleo": "open"}


@pytest.mark.parametrize("kind", ["corporate_brief", "corporate_task"])
def test_what_cannot_be_read_stops_no_other_brief_and_is_made_once(shop: RulesShop, kind: str) -> None:
    bad = announce(shop, stores=("Beta",))
    assert shop.run().corporate == 1
    cleo = next(one.id for one in everybody(shop) if one.user_name == "cleo")
    damaged = {"corporate_brief": bad.id, "corporate_task": corporate_tasks.task_id(bad.id, cleo)}[kind]
    with shop.database.transaction() as connection:
        here = (record.c.kind == kind, record.c.id == damaged)
        connection.execute(sa.update(record).where(*here).values(doc="no JSON"))
    announce(shop, stores=("Alpha",))
    report = shop.run()
    assert report.corporate == 3
    assert list(report.unfit) == ([bad.id] if kind == "corporate_brief" else [])
    assert shop.run().corporate == 0

"""Figures, what they are made of and what is behind them show nothing that the account may not see, in either mode."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given

from sellmode_contract import visibility
from sellmode_contract.audiences import lead_audience
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.fact import Fact, FactCard, fact_id
from sellmode_contract.kinds.target import Target, TargetCard, target_id
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account, column, scope_name, scopes, tags
from sellmode_contract.wire import Put
from sellmode_tui.records import RecordStore, Subject
from sellmode_tui.records.results import export
from tests.support.worlds import NOON, World, sees, worlds
from tests.tui.cache.lines import NOW, head, open_cache

DAY = NOON.date()


def with_facts(world: World) -> World:
    """Each store and each person in it has done another number of tasks on one day, which no sum of others comes to,
    and has that as its target.
    """
    people = [None, *(account.id for account in world.accounts)]
    facts: list[Record] = []
    for place, (store, person) in enumerate((store, person) for store in world.stores for person in people):
        days = {f"{DAY:%d}": {"manual": {"tasks_done": 2**place}}}
        month = f"{DAY:%Y-%m}"
        facts.append(Fact(id=fact_id(store, person, month), store=store, person=person, month=month, days=days))
        of: dict[str, Any] = {"store": store, "person": person, "kpi": "tasks_completed", "month": month}
        facts.append(Target(id=target_id(**of), value=2**place, **of))
    others = (record for record in world.records if not isinstance(record, Fact | FactCard | Target | TargetCard))
    return dataclasses.replace(world, records=(*others, *facts))


def sent(world: World, account: Account) -> Iterator[Put]:
    """What a backend sends to an account."""
    chosen, names = column(world.mode, account), scopes(world.mode, account)
    for record in world.with_cards:
        tag = tags(record, world.customer_of(record)).in_column(chosen) if chosen else None
        if chosen and tag and (scope := scope_name(chosen, tag)) in names:
            yield Put(k=kind_of(record), id=record.id, v=1, s=scope, d=msgspec.Raw(msgspec.json.encode(record)))


def done(records: RecordStore, subject: Subject) -> int:
    """The tasks that its figures count."""
    shown = records.results.figures(subject, str(DAY))
    counted = next(each.now.numerator for each in shown.figures if each.now.kpi.id == "tasks_completed")
    made_of = records.results.detail(subject, str(DAY), "tasks_completed")
    assert made_of.figure.now.numerator == counted == sum(part.value for part in made_of.parts)
    return counted


def check(records: RecordStore, world: World, account: Account) -> None:
    seen: dict[tuple[str, str | None], int] = {}
    for record in world.with_cards:
        if isinstance(record, Fact | FactCard) and sees(world, account, record):
            seen[record.store, record.person] = record.days[f"{DAY:%d}"]["manual"]["tasks_done"]
    subjects = records.results.subjects()
    for subject in subjects:
        assert done(records, subject) == sum(seen.get((store, subject.person), 0) for store in subject.stores)
        if subject.person not in (None, account.id):
            assert all(lead_audience(store) in visibility.audiences(account) for store in subject.stores)
    for one in records.results.each(str(DAY), "tasks_completed"):
        whose, stores = one.subject.person, one.subject.stores
        assert one.subject in subjects
        assert one.figure.now.numerator == sum(seen.get((store, whose), 0) for store in stores)
    board = records.results.leaderboard(str(DAY), "activity")
    assert {one.subject for one in board} <= set(subjects)
    assert not board or world.mode == "team"  # unless the retailer wants one, which no world's does
    figures = [records.results.figures(each, str(DAY)) for each in subjects]
    exported = [row for all_of in figures for row in export.rows(all_of, all_of.figures)]
    counted = {(row["store"], row["person"]): row["numerator"] for row in exported if row["kpi"] == "tasks_completed"}
    assert all(counted[",".join(each.stores), each.person] == done(records, each) for each in subjects)
    for store in world.stores:
        for person in (None, *(each.id for each in world.accounts)):
            assert done(records, Subject((store,), person)) == seen.get((store, person), 0)
            goal = records.results.figures(Subject((store,), person), f"{DAY:%Y-%m}").goals.get("tasks_completed")
            assert (goal.numerator if goal else None) == seen.get((store, person))  # who sees the figure sees it
            behind = records.results.behind(Subject((store,), person), "task_completion", DAY)
            behind += records.results.behind(Subject((store,), person), "capture_rate", DAY)
            visible = {(kind_of(record), record.id) for record in world.records if sees(world, account, record)}
            assert {(each.kind, each.id) for each in behind} <= visible


@given(worlds())
def test_no_figure_counts_what_the_account_may_not_see(world: World) -> None:
    world = with_facts(world)
    for account in world.accounts[:2]:
        with tempfile.TemporaryDirectory() as folder:
            cache = open_cache(Path(folder))
            cache.accept(head(world.mode, person=account, names=sorted(scopes(world.mode, account))), at=NOW)
            cache.apply(list(sent(world, account)), "cursor")
            cache.finish(at=NOW)
            check(RecordStore(cache, lambda: NOON), world, account)
            cache.close()

"""What is read on every path is what the account may see, whatever happened, in whatever pages it came."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, cast, get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract import visibility
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.customer import Customer, CustomerCard
from sellmode_contract.kinds.manual_task import ManualTask, TaskCard
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task import Task
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.mutations.operations import TaskKind
from sellmode_contract.records import Record, parent_of
from sellmode_contract.visibility import Account, column, scope_name, scopes, tags
from sellmode_contract.wire import Drop, Head, Put, Remove, Sweep
from sellmode_tui.cache.page import Change
from sellmode_tui.cache.store import Cache
from sellmode_tui.records import AgendaQuery, CustomerQuery, RecordStore, TaskCounts, TaskKey
from sellmode_tui.records.tasks.agenda import Order
from sellmode_tui.records.tasks.lines import A_COLLEAGUES_CUSTOMER, KINDS, SECTIONS
from tests.support.worlds import NOON, Move, World, moves, sees, worlds
from tests.tui.cache.lines import NOW, head, open_cache


class _Delivered(NamedTuple):
    scope: str
    revision: int
    record: Record


class _Feeds:
    """Says what a backend would send to one account; keeps what it has sent, as the cursor does."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._sent: dict[tuple[str, str], _Delivered] = {}
        self._scopes: frozenset[str] = frozenset()
        self._generation = 0
        self._revision = 0

    def head(self, world: World, account: Account) -> Head:
        return head(world.mode, person=account, names=sorted(scopes(world.mode, account)))

    def changes(self, world: World, account: Account) -> list[list[Change]]:
        """The pages that lead from what was sent to what is now, cut anywhere."""
        now = scopes(world.mode, account)
        chosen = column(world.mode, account)
        visible = {
            (kind_of(record), record.id): (scope, record)
            for record in world.with_cards
            if chosen and (tag := tags(record, world.customer_of(record)).in_column(chosen))
            if (scope := scope_name(chosen, tag)) in now
        }
        new, gone = now - self._scopes, self._scopes - now
        self._sent = {key: sent for key, sent in self._sent.items() if sent.scope in now}
        lines: list[Change] = []
        for key, sent in self._sent.items():
            if key not in visible or visible[key][0] != sent.scope:
                lines.append(Remove(k=key[0], id=key[1], s=sent.scope))
        self._generation += 1
        for key, (scope, record) in visible.items():
            was = self._sent.get(key)
            if scope in new or was is None or was.scope != scope or was.record != record:
                self._revision += 1
                document = msgspec.Raw(msgspec.json.encode(record))
                generation = self._generation if scope in new else 0
                lines.append(Put(k=key[0], id=key[1], v=self._revision, s=scope, g=generation, d=document))
        self._chance.shuffle(lines)
        lines += [Sweep(s=scope, g=self._generation) for scope in sorted(new)]
        lines += [Drop(s=scope) for scope in sorted(gone) if self._chance.random() < 0.5]
        self._scopes = now
        self._sent = {key: _Delivered(scope, 0, record) for key, (scope, record) in visible.items()}
        cuts = sorted(self._chance.randrange(len(lines) + 1) for _ in range(self._chance.randrange(3)))
        return [lines[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(lines)], strict=True)]


def _check(records: RecordStore, world: World, account: Account) -> None:
    visible = [record for record in world.with_cards if sees(world, account, record)]
    mine = {record.id: record for record in visible if isinstance(record, Customer)}
    totals: dict[str, int] = {}
    for record in visible:
        totals[kind_of(record)] = totals.get(kind_of(record), 0) + 1
    assert records.totals() == totals
    names = sorted(customer.name for customer in mine.values())
    assert _shown(records, "") == names
    assert _shown(records, "has:name") == names
    assert _shown(records, "customer or renamed") == names
    for sort in ("name", "last_purchase", "spend", "last_contact", "owner"):
        for descending in (False, True):
            found = records.customers.find(CustomerQuery("", sort, descending))
            assert {row.id for row in found.rows(0, 50)} == set(mine)
    for customer in (*world.customers, Customer(id="unknown")):
        assert (records.customers.find().find(customer.id) is not None) == (customer.id in mine)
        assert (records.why("customer", customer.id) is not None) == (customer.id in mine)
        for name in (customer.id, customer.id[:20], customer.email):
            assert records.customers.named(name, 9) == ([customer.id] if customer.id in mine and name else [])
        assert _shown(records, customer.email or "no such address") == (
            [customer.name] if customer.id in mine and customer.email else []
        )
        profile = records.customers.profile(customer.id)
        assert (profile is not None) == (customer.id in mine)
        if profile:
            children = [
                *(*profile.consents, *profile.dates, *profile.orders),
                *(*profile.notes, *profile.contacts, *profile.history),
            ]
            kinds = ("consent", "date", "order", "note", "contact", "history")
            assert {record.id for record in children} == {
                record.id for record in visible if parent_of(record) == customer.id and kind_of(record) in kinds
            }
            profiled = {line.key for line in profile.tasks}
            assert profiled == {
                _key(task) for task in _tasks(visible) if parent_of(task) == customer.id and _open(task)
            }
    assert {one.id for one in records.colleagues()} == {record.id for record in visible if isinstance(record, Staff)}
    owners = {one.text.strip('"') for one in records.customers.complete("owner:", 6)}
    assert owners >= {one.name for one in visible if isinstance(one, Staff) and one.active}
    assert not owners & {one.name for one in world.records if isinstance(one, Staff) and one not in visible}


def _check_tasks(records: RecordStore, world: World, account: Account) -> None:
    """Lists, counts and everything about one; whom one does not see has no name anywhere."""
    visible = [record for record in world.with_cards if sees(world, account, record)]
    mine = {_key(task) for task in _tasks(visible) if _falls_to(world, account, task)}
    open_ones = {_key(task) for task in _tasks(visible) if _open(task)}
    all_of = {_key(task): task for task in _tasks(visible)}
    names = {record.id: record.name for record in visible if isinstance(record, Customer)}
    names.update({card.customer: card.name for card in visible if isinstance(card, CustomerCard)})
    hidden = [customer.name for customer in world.customers if customer.id not in names]
    for order in get_args(Order):
        found = records.tasks.agenda(AgendaQuery(sections=SECTIONS, order=order))
        lines = found.rows(0, 50)
        assert {line.key for line in lines} == set(found.keys()) == all_of.keys()
        assert found.count() == len(lines) == sum(found.lengths().values())
        assert [found.find(line.key) for line in lines] == list(range(len(lines)))
        for line in lines:
            customer = parent_of(all_of[line.key])
            assert line.customer == (customer if any(one.id == customer for one in visible) else None)
            assert line.customer_name == ("" if customer is None else names.get(customer, A_COLLEAGUES_CUSTOMER))
        assert not any(name in repr(lines) for name in hidden)
        assert {line.key for line in records.tasks.agenda(AgendaQuery(order=order)).rows(0, 50)} == open_ones
        assert set(records.tasks.agenda(AgendaQuery(SECTIONS, mine=True, order=order)).keys()) == mine
    assert records.tasks.counts().open == len(open_ones)
    assert records.tasks.counts(mine=True).open == len(open_ones & mine)
    for kind in KINDS:
        assert set(records.tasks.agenda(AgendaQuery(SECTIONS, kinds=(kind,))).keys()) == {
            key for key in all_of if key[0] == kind
        }
    for somebody in (*world.customers, Customer(id="unknown")):
        assert set(records.tasks.agenda(AgendaQuery(SECTIONS, customer=somebody.id)).keys()) == {
            key for key, task in all_of.items() if parent_of(task) == somebody.id and somebody.id in names
        }
        if somebody.id not in names:
            assert records.tasks.agenda(AgendaQuery(SECTIONS, text=somebody.given_name or "unknown")).count() == 0
    for task in _tasks(world.records):
        key = _key(task)
        details, why = records.tasks.get(*key), records.why(*key)
        assert (details is not None) == (why is not None) == (key in all_of)
        assert records.tasks.named(key.id[:20], 9) == ([key] if key in all_of else [])
        assert not any(name in repr((details, why)) for name in hidden)
        if details:
            takers = {staff.id for staff in records.tasks.takers([key])}
            assert takers <= {one.id for one in visible if isinstance(one, Staff) and one.active}
    given = records.tasks.given()
    if visibility.column(world.mode, account) == "team":  # the tasks themselves are seen, and no cards
        cards = {card.id for task in visible if isinstance(task, ManualTask) for card in visibility.cards(task)}
    else:
        cards = {record.id for record in visible if isinstance(record, TaskCard)}
    assert {one.card for one in given} == cards
    assert not any(name in repr(given) for name in hidden)
    assert {line.rule.id for line in records.rules.lines()} == {
        record.id for record in visible if isinstance(record, TaskRule)
    }
    assert {line.brief.id for line in records.briefs.lines()} == {
        one.id for one in visible if isinstance(one, CorporateBrief)
    }


def _tasks(records: Iterable[Record]) -> list[Task]:
    return [record for record in records if isinstance(record, Task)]


def _key(task: Task) -> TaskKey:
    return TaskKey(cast("TaskKind", kind_of(task)), task.id)


def _open(task: Task) -> bool:
    expires_at: dt.datetime | None = getattr(task, "expires_at", None)
    return task.state == "open" and (expires_at is None or expires_at > NOON)


def _falls_to(world: World, account: Account, task: Task) -> bool:
    """Whether a task that an account sees is its own to do."""
    if world.mode != "team" and "read_profiles" not in account.capabilities:
        return True
    match task:
        case Task(claimed_by=str()):
            return task.claimed_by == account.id
        case ManualTask():
            return (task.assignee or task.creator) == account.id
        case RuleTask():
            return task.meant_for == account.id
        case _:
            return getattr(task, "person", None) == account.id


def _shown(records: RecordStore, text: str) -> list[str]:
    found = records.customers.find(CustomerQuery(text))
    rows = found.rows(0, 50)
    assert found.count() == (len(rows), True)
    assert found.exact_count() == len(rows)
    return sorted(row.name for row in rows)


def _ids(records: RecordStore) -> set[str]:
    return {row.id for row in records.customers.find().rows(0, 50)}


@given(worlds(), st.lists(st.lists(moves(), max_size=3), max_size=4), st.integers(0, 2**32))
def test_every_read_path_shows_what_the_account_may_see(world: World, story: list[list[Move]], seed: int) -> None:
    chance = random.Random(seed)
    which = chance.randrange(len(world.accounts))
    feeds = _Feeds(chance)
    with tempfile.TemporaryDirectory() as folder:
        cache = open_cache(Path(folder))
        for happening in [[], *story]:
            for move in happening:
                world = move(world)
            account = world.accounts[which]
            cache = _sync(cache, Path(folder), feeds, world, account, chance)
            records = RecordStore(cache, lambda: NOON)
            _check(records, world, account)
            _check_tasks(records, world, account)
        cache.close()


def _sync(cache: Cache, folder: Path, feeds: _Feeds, world: World, account: Account, chance: random.Random) -> Cache:
    before = _ids(RecordStore(cache))
    cache.accept(feeds.head(world, account), at=NOW)
    assert _ids(RecordStore(cache)) <= before, "a new view shows nothing that was not shown before"
    pages = feeds.changes(world, account)
    for page in pages:
        if chance.random() < 0.2:  # another process goes on from here
            cache.close()
            cache = open_cache(folder)
        cache.apply(page, "cursor")
    if chance.random() < 0.7:
        cache.finish(at=NOW)
    return cache


def test_without_a_view_there_is_nothing(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    records = RecordStore(cache)
    assert (_shown(records, ""), records.totals(), records.retailer(), records.account(), records.mode()) == (
        [],
        {},
        None,
        None,
        None,
    )
    assert records.customers.profile("anybody") is None
    assert records.why("customer", "anybody") is None
    assert (records.tasks.counts(), records.tasks.agenda().rows(0, 9), records.tasks.get("rule_task", "any")) == (
        TaskCounts(),
        [],
        None,
    )
    assert (records.tasks.given(), records.rules.lines(), records.briefs.lines(), records.tasks.assignable()) == (
        [],
        [],
        [],
        [],
    )
    cache.close()

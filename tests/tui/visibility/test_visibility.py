"""What the door shows on every read path is what the account may see, whatever happened, in whatever pages it came."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import NamedTuple

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.records import Customer, Record, Staff, kind_of, parent_of
from sellmode_contract.visibility import Account, column, scope_name, scopes, tags
from sellmode_contract.wire import Drop, Head, Put, Remove, Sweep
from sellmode_tui.cache.page import Change
from sellmode_tui.cache.store import Cache
from sellmode_tui.visibility import CustomerQuery, Door
from tests.support.worlds import Move, World, moves, sees, worlds
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


def _check(door: Door, world: World, account: Account) -> None:
    visible = [record for record in world.with_cards if sees(world, account, record)]
    mine = {record.id: record for record in visible if isinstance(record, Customer)}
    totals: dict[str, int] = {}
    for record in visible:
        totals[kind_of(record)] = totals.get(kind_of(record), 0) + 1
    assert door.totals() == totals
    names = sorted(customer.name for customer in mine.values())
    assert _shown(door, "") == names
    assert _shown(door, "has:name") == names
    assert _shown(door, "customer or renamed") == names
    for sort in ("name", "last_purchase", "spend", "last_contact", "owner"):
        for descending in (False, True):
            found = door.find(CustomerQuery("", sort, descending))
            assert {row.id for row in found.rows(0, 50)} == set(mine)
    for customer in (*world.customers, Customer(id="unknown")):
        assert (door.find().find(customer.id) is not None) == (customer.id in mine)
        assert (door.why(customer.id) is not None) == (customer.id in mine)
        for name in (customer.id, customer.id[:20], customer.email):
            assert door.named(name, 9) == ([customer.id] if customer.id in mine and name else [])
        assert _shown(door, customer.email or "no such address") == (
            [customer.name] if customer.id in mine and customer.email else []
        )
        profile = door.profile(customer.id)
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
    assert {one.id for one in door.colleagues()} == {record.id for record in visible if isinstance(record, Staff)}
    owners = {one.text.strip('"') for one in door.complete("owner:", 6)}
    assert owners >= {one.name for one in visible if isinstance(one, Staff) and one.active}
    assert not owners & {one.name for one in world.records if isinstance(one, Staff) and one not in visible}


def _shown(door: Door, text: str) -> list[str]:
    found = door.find(CustomerQuery(text))
    rows = found.rows(0, 50)
    assert found.count() == (len(rows), True)
    assert found.exact_count() == len(rows)
    return sorted(row.name for row in rows)


def _ids(door: Door) -> set[str]:
    return {row.id for row in door.find().rows(0, 50)}


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
            _check(Door(cache), world, account)
        cache.close()


def _sync(cache: Cache, folder: Path, feeds: _Feeds, world: World, account: Account, chance: random.Random) -> Cache:
    before = _ids(Door(cache))
    cache.accept(feeds.head(world, account), at=NOW)
    assert _ids(Door(cache)) <= before, "a new view shows nothing that was not shown before"
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
    door = Door(cache)
    assert (_shown(door, ""), door.totals(), door.retailer(), door.account(), door.mode()) == ([], {}, None, None, None)
    assert door.profile("anybody") is None
    assert door.why("anybody") is None
    cache.close()

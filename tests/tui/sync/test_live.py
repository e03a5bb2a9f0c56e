"""Passes against a real backend over real sockets and files: what changes at the retailer changes in the cache."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from sellmode_backend.store import settings, typing
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.request import Request, Talk, talk_id
from sellmode_contract.visibility import Account
from sellmode_tui import sealed
from sellmode_tui.account.session import sign_in, unlock
from sellmode_tui.cache.store import Cache, Overtaken
from sellmode_tui.errors import ClockChanged
from sellmode_tui.journal.clock import ClockReading, read_clock
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.leader import Leader
from sellmode_tui.sync.status import Line
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import Broken, Refused
from tests.support.proxy import DEADLINE, FaultProxy, Plan, after_head, cut, mute
from tests.support.quick import QUICKLY
from tests.support.shop import NOON, PASSWORD, Shop, another_cache, assert_right, held, open_shop, shown, sync, terminal
from tests.tui.cache.pages import decrypted
from tests.tui.sync.passes import one_pass
from tests.tui.sync.watched import Watched


@pytest.fixture
def shop(sqlite_url: str) -> Iterator[Shop]:
    with open_shop(sqlite_url) as opened:
        yield opened


@pytest.fixture
def ada(shop: Shop) -> Account:
    return shop.person("ada")


@pytest.fixture
def mine(shop: Shop, ada: Account, tmp_path: Path) -> Iterator[Terminal]:
    with terminal(shop.url, ada, tmp_path / "data") as opened:
        yield opened


def test_a_first_sync_and_what_changes_after(shop: Shop, ada: Account, mine: Terminal) -> None:
    people = shop.customers(60, ada)
    shop.customers(30, shop.person("ben"), begin=100)
    assert sync(mine) >= 60 * 4
    assert_right(mine.cache, shop.seen_by(ada))
    assert sync(mine) == 0
    shop.customers(3, ada, begin=200)
    shop.write(msgspec.structs.replace(people[1], family_name="Renamed"), removed=[("customer", people[0].id)])
    assert 0 < sync(mine) < 30
    assert_right(mine.cache, shop.seen_by(ada))
    assert mine.session.folder.synced_at() == mine.cache.state().finished_at


def test_modes_switch_and_customers_change_hands(shop: Shop, ada: Account, mine: Terminal) -> None:
    ben = shop.person("ben")
    people = shop.customers(40, ada) + shop.customers(40, ben, begin=100) + shop.customers(10, None, begin=200)
    changes: list[Callable[[], None]] = [
        lambda: shop.set_mode("team"),
        lambda: shop.reassign(people[:20], ben),
        lambda: shop.set_mode("associate"),
        lambda: shop.reassign(people[40:60], ada),
        lambda: shop.reassign(people[20:30], None),
        lambda: shop.move(ada, "Beta"),
        lambda: shop.set_mode("team"),
        lambda: shop.move(ada, "Alpha"),
        lambda: shop.write(*(msgspec.structs.replace(person, store="Beta") for person in people[:50])),
        lambda: shop.write(removed=[("customer", person.id) for person in people[50:]]),
    ]
    sync(mine)
    assert_right(mine.cache, shop.seen_by(ada))
    seen: list[int] = []
    for change in changes:
        change()
        sync(mine)
        wanted = shop.seen_by(ada)
        assert_right(mine.cache, wanted)
        seen.append(sum(kind == "customer" for kind, _ in wanted))
    assert seen == [90, 90, 20, 40, 30, 0, 0, 90, 40, 0]


def test_what_left_the_view_is_in_no_page_of_the_files(shop: Shop, ada: Account, mine: Terminal) -> None:
    ben = shop.person("ben")
    canary = Customer(
        id=source_id("customer", "shop", "canary"),
        store="Alpha",
        owner=ben.id,
        given_name="Zqcanary",
        family_name="Xwvbird",
        email="zqcanary@example.com",
        tags=("zqtag",),
    )
    note = Note(id=source_id("note", "shop", "canary"), customer=canary.id, written_at=NOON, text="zqwhisper")
    shop.set_mode("team")
    shop.customers(60, ada)
    shop.write(canary)
    shop.write(note)
    sync(mine)
    words = (b"zqcanary", b"xwvbird", b"zqtag", b"zqwhisper")
    assert all(any(word in page.lower() for page in _pages(mine)) for word in words)
    shop.set_mode("associate")
    sync(mine)
    assert_right(mine.cache, shop.seen_by(ada))
    for page in _pages(mine):
        assert not any(word in page.lower() for word in words)


def _pages(mine: Terminal) -> Iterator[bytes]:
    return decrypted(mine.cache.path, bytes(mine.session.key))


def test_an_interrupted_mode_switch_hides_at_once_and_resumes(shop: Shop, ada: Account, mine: Terminal) -> None:
    shop.customers(80, ada)
    shop.customers(120, shop.person("ben"), begin=100)
    shop.set_mode("team")
    sync(mine)
    shop.set_mode("associate")
    with FaultProxy(_port(shop)) as proxy, Transport(proxy.url) as transport:
        proxy.script = [Plan(down=[after_head(cut(2500))])]
        with pytest.raises(Broken):
            sync(Terminal(transport, mine.cache, mine.session))
        wanted = shop.seen_by(ada)
        assert shown(mine.cache).keys() < wanted.keys()
        assert held(mine.cache) > wanted.keys()
        sync(Terminal(transport, mine.cache, mine.session))
    assert_right(mine.cache, wanted)


def test_what_left_is_deleted_in_time_although_no_pass_comes_to_its_end(
    shop: Shop, ada: Account, mine: Terminal
) -> None:
    shop.customers(80, ada)
    shop.customers(120, shop.person("ben"), begin=100)
    shop.set_mode("team")
    passed = [dt.timedelta()]

    def clock() -> ClockReading:
        return ClockReading(NOON + passed[-1], "", 0.0)

    sync(replace(mine, clock=clock))
    shop.set_mode("associate")
    wanted = shop.seen_by(ada)
    with FaultProxy(_port(shop)) as proxy, Transport(proxy.url) as transport:
        proxy.otherwise = Plan(down=[after_head(cut(2500))])
        far = Terminal(transport, mine.cache, mine.session, clock)
        for minutes, left in ((5, False), (16, True)):
            passed.append(dt.timedelta(minutes=minutes))
            assert one_pass(far).told.line is Line.OFFLINE
            assert (held(mine.cache) <= wanted.keys()) == left
    sync(mine)
    assert_right(mine.cache, wanted)


def test_a_restored_backend_makes_the_cache_start_anew(shop: Shop, ada: Account, mine: Terminal) -> None:
    people = shop.customers(50, ada)
    sync(mine)
    with shop.database.transaction() as connection:
        settings.renew_epoch(connection)
    shop.write(removed=[("customer", people[0].id)])
    sync(mine)
    assert_right(mine.cache, shop.seen_by(ada))


def test_a_disabled_account_is_told_so_and_its_cache_is_unchanged(shop: Shop, ada: Account, mine: Terminal) -> None:
    shop.customers(10, ada)
    sync(mine)
    before = shown(mine.cache)
    shop.disable(ada)
    with pytest.raises(Refused) as refused:
        sync(mine)
    assert refused.value.problem.code == "account_disabled"
    assert shown(mine.cache) == before


# ------------------------------------------------------------------ files


def test_a_full_disk_keeps_what_was_stored_and_goes_on_later(shop: Shop, ada: Account, mine: Terminal) -> None:
    shop.customers(200, ada)
    writer = mine.cache._writer
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count = {pages + 40}")
    with pytest.raises(sealed.DiskFull, match="disk is full"):
        sync(mine)
    wanted = shop.seen_by(ada)
    some = shown(mine.cache)
    assert 0 < len(some) < len(wanted)
    assert all(wanted[key] == doc for key, doc in some.items())
    writer.execute("PRAGMA max_page_count = 1073741823")
    sync(mine)
    assert_right(mine.cache, wanted)


def test_a_page_that_two_processes_fetch_is_applied_once(shop: Shop, ada: Account, mine: Terminal) -> None:
    """Without the lock that makes one lead, the second is told that it was overtaken, and nothing is lost."""
    shop.customers(100, ada)
    other = Cache.open(mine.cache.path, mine.session.key)
    try:
        other.state()
        sync(mine)
        head = mine.cache.state().head
        assert head is not None
        with pytest.raises(Overtaken):
            other.accept(head, at=NOON)
        assert_right(other, shop.seen_by(ada))
    finally:
        other.close()


def test_a_clock_set_back_locks_until_there_is_contact(shop: Shop, ada: Account, mine: Terminal) -> None:
    shop.customers(10, ada)
    sync(mine)

    def yesterday() -> ClockReading:
        now = read_clock()
        return now._replace(wall=now.wall - dt.timedelta(days=1))

    folder = mine.session.folder
    with pytest.raises(ClockChanged):
        unlock(folder, PASSWORD, clock=yesterday)
    again = sign_in(mine.transport, "ada", PASSWORD, data=folder.path.parents[1], clock=yesterday)
    again.close()
    opened = unlock(folder, PASSWORD, clock=yesterday)
    shop.customers(5, ada, begin=50)
    sync(Terminal(mine.transport, mine.cache, opened, clock=yesterday))
    assert_right(mine.cache, shop.seen_by(ada))
    opened.close()


# ------------------------------------------------------------------ staying up to date


def test_a_line_that_goes_down_and_comes_back(shop: Shop, ada: Account, mine: Terminal, tmp_path: Path) -> None:
    shop.customers(10, ada)
    with FaultProxy(_port(shop)) as proxy:
        far = another_cache(mine, Transport(proxy.url), tmp_path / "far.db")
        with Watched(far) as watched:
            watched.until(line=Line.ONLINE, received=0)
            proxy.refuse()
            proxy.drop_all()
            watched.live.pull_now()
            offline = watched.until(line=Line.OFFLINE)
            assert "Nothing answers" in offline.problem
            assert offline.since is not None
            proxy.accept()
            shop.customers(5, ada, begin=50)
            watched.live.pull_now()
            assert watched.until(line=Line.ONLINE, received=0).problem == ""
        assert_right(far.cache, shop.seen_by(ada))
        far.cache.close()


@pytest.mark.parametrize("how", ["disabled", "signed out"])
def test_an_account_that_is_shut_out_stops_and_lets_others_lead(
    shop: Shop, ada: Account, mine: Terminal, how: str
) -> None:
    with Watched(mine) as watched:
        watched.until(line=Line.ONLINE, received=0)
        if how == "disabled":
            shop.disable(ada)
        else:
            mine.transport.post("/v1/sign-out", token=mine.session.token)
        watched.live.pull_now()
        assert watched.until(line=Line.DISABLED if how == "disabled" else Line.SIGNED_OUT).problem
        watched.live._threads[0].join(DEADLINE)
        other = Leader(mine.session.folder.lock_path)
        assert other.lead()
        other.close()


def test_stopping_ends_an_answer_under_way(shop: Shop, ada: Account, mine: Terminal, tmp_path: Path) -> None:
    shop.customers(100, ada)
    with FaultProxy(_port(shop)) as proxy:
        proxy.otherwise = Plan(down=[after_head(mute(1000))])
        far = another_cache(mine, Transport(proxy.url), tmp_path / "far.db")
        with Watched(far):
            proxy.wait_until(lambda each: each.bytes_down > 500)
        assert far.cache.state().finished_at is None
        far.cache.close()


def test_a_follower_hears_of_changes_and_leads_when_the_leader_goes(shop: Shop, ada: Account, mine: Terminal) -> None:
    second = another_cache(mine, Transport(shop.url), mine.cache.path)
    with Watched(mine) as leader:
        leader.until(line=Line.ONLINE, received=0)
        with Watched(second) as follower:
            follower.until(leading=False)
            assert follower.live.status.synced_at == mine.cache.state().finished_at
            while not follower.changes.empty():
                follower.changes.get()
            shop.customers(10, ada)
            leader.live.pull_now()
            follower.changes.get(timeout=DEADLINE)
            leader.live.stop()
            follower.until(leading=True)
            follower.until(line=Line.ONLINE, received=0)
    assert_right(second.cache, shop.seen_by(ada))
    second.cache.close()


def test_who_writes_to_whom_is_told_either_way_and_written_down_nowhere(
    shop: Shop, ada: Account, mine: Terminal
) -> None:
    request = Request(id=source_id("request", "test", "kim"), store="Alpha", claimed_by=ada.id)
    shop.write(request, Talk(id=talk_id(request.id), store="Alpha", request=request.id, holder=ada.id))

    def writes_to_customer() -> bool:
        with shop.database.snapshot() as connection:
            return [each.request for each in typing.fresh(connection, "store", dt.datetime.now(dt.UTC))] == [request.id]

    with Watched(mine) as watched:
        watched.until_shown(lambda: watched.hearing and watched.live.status.line is Line.ONLINE)
        watched.live.typed(request.id)
        watched.until_shown(writes_to_customer)
        assert not mine.outbox.waiting()
        now = dt.datetime.now(dt.UTC)
        shop.database.write(lambda connection: typing.note(connection, request.id, "Alpha", "customer", now))
        assert watched.writing.get(timeout=DEADLINE) == request.id


FOLLOW = """
import sys
from pathlib import Path
from sellmode_tui.account.folders import known_accounts
from sellmode_tui.account.session import unlock
from sellmode_tui.account.settings import Settings
from sellmode_tui.workspace import Workspace

(folder,) = known_accounts(Path(sys.argv[1]))
workspace = Workspace(unlock(folder, sys.argv[2]), Settings())
def tell(*said):
    print(*said, flush=True)
workspace.go_live(
    lambda status: tell("leads" if status.leading else "follows", status.line.value),
    lambda: tell("customers", workspace.records.totals().get("customer", 0)),
    lambda request: None,
)
sys.stdin.read()
workspace.close()
"""


def test_a_process_sees_what_another_fetches_and_takes_over_when_it_is_gone(
    shop: Shop, ada: Account, mine: Terminal
) -> None:
    data = mine.session.folder.path.parents[1]
    with Watched(mine) as leader:
        leader.until(line=Line.ONLINE, received=0)
        with subprocess.Popen(
            [sys.executable, "-c", QUICKLY + FOLLOW, str(data), PASSWORD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as follower:
            assert follower.stdout is not None
            heard = iter(follower.stdout.readline, "")
            assert "follows connecting\n" in heard
            shop.customers(10, ada)
            leader.live.pull_now()
            assert "customers 10\n" in heard
            leader.live.stop()
            shop.customers(10, ada, begin=50)
            assert "leads online\n" in heard
            assert "customers 20\n" in heard
            follower.communicate(timeout=DEADLINE)
            assert follower.returncode == 0


def _port(shop: Shop) -> int:
    return int(shop.url.rpartition(":")[2])

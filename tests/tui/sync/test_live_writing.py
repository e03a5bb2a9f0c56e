"""What people write on terminals reaches the backend once, and other terminals soon: over real sockets and files."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sellmode_backend.store import records as stored
from sellmode_backend.store import schema, settings
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations import Create
from sellmode_contract.visibility import Account
from sellmode_tui import sealed
from sellmode_tui.journal.clock import ClockReading, read_clock
from sellmode_tui.records.store import RecordStore
from sellmode_tui.records.writing import made_id
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.leader import Leader
from sellmode_tui.sync.single_pass import Passed, run_pass
from sellmode_tui.sync.status import Line
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import Refused, TransportError
from tests.support.proxy import FaultProxy, Plan, after_head, cut, mute
from tests.support.shop import Shop, another_cache, assert_right, sync
from tests.tui.sync.watched import Watched

SOON = 10.0
"""Seconds: more than a busy machine takes for anything, less than the line's silence or the next poll do."""


def door_of(terminal: Terminal) -> RecordStore:
    return RecordStore(terminal.cache, outbox=terminal.outbox)


def passed(terminal: Terminal) -> Passed:
    return run_pass(terminal, lambda received, left: None)


def at_backend(shop: Shop, kind: str) -> list[Any]:
    with shop.database.snapshot() as connection:
        return list(stored.each(connection, kind))


def notes(shop: Shop) -> list[str]:
    """The texts of all notes that people wrote."""
    return sorted(note.text for note in at_backend(shop, "note") if not note.text.startswith("note about"))


def name(shop: Shop, of: Customer) -> str:
    (found,) = (each for each in at_backend(shop, "customer") if each.id == of.id)
    return str(found.family_name)


def port(shop: Shop) -> int:
    return int(shop.url.rpartition(":")[2])


@contextlib.contextmanager
def following(first: Terminal, second: Terminal) -> Iterator[tuple[Watched, Watched]]:
    """Two panes of a host; the first leads."""
    with Watched(first) as leader:
        leader.until(line=Line.ONLINE, received=0)
        with Watched(second) as follower:
            follower.until(leading=False)
            yield leader, follower


# ------------------------------------------------------------------ one pass


def test_a_pass_sends_then_fetches(shop: Shop, ada: Account, mine: Terminal, someone: Customer) -> None:
    records = door_of(mine)
    records.customers.edit(someone.id, set={"family_name": "Bern"})
    records.customers.write_note(someone.id, "likes blue")
    assert mine.outbox.unsent() == 2
    done = passed(mine)
    assert [result.st for result in done.settled] == ["applied", "applied"]
    assert mine.outbox.unsent() == 0
    assert name(shop, someone) == "Bern"
    assert notes(shop) == ["likes blue"]
    assert_right(mine.cache, shop.seen_by(ada))
    assert passed(mine) == Passed(0, ())


def test_many_edits_go_in_one_pass(shop: Shop, ada: Account, mine: Terminal, someone: Customer) -> None:
    records = door_of(mine)
    for number in range(120):
        records.customers.write_note(someone.id, f"note {number:03}")
    assert len(passed(mine).settled) == 120
    assert notes(shop) == [f"note {number:03}" for number in range(120)]
    assert_right(mine.cache, shop.seen_by(ada))


def test_what_is_refused_needs_attention_and_the_rest_goes_on(
    shop: Shop, ada: Account, mine: Terminal, someone: Customer
) -> None:
    records = door_of(mine)
    records.customers.write_note(someone.id, "before")
    records.customers.edit(someone.id, set={"family_name": "Bern"})
    records.customers.write_note(someone.id, "after")
    shop.write(removed=[("customer", someone.id)])
    (other,) = shop.customers(1, ada, begin=50)
    sync(mine)
    records.customers.write_note(other.id, "somebody else")
    passed(mine)
    assert mine.outbox.unsent() == 0
    assert mine.outbox.tray.open_count() == 3
    assert notes(shop) == ["somebody else"]
    assert_right(mine.cache, shop.seen_by(ada))


LOST = {
    "nothing comes back": Plan(down=[cut(1, reset=True)]),
    "cut in the answer's head": Plan(down=[cut(30)]),
    "cut in its first line": Plan(down=[after_head(cut(40))]),
    "cut later": Plan(down=[after_head(cut(420))]),
}


@pytest.mark.parametrize("plan", LOST.values(), ids=LOST.keys())
def test_an_answer_lost_after_the_commit_makes_nothing_double(
    shop: Shop, ada: Account, mine: Terminal, someone: Customer, plan: Plan
) -> None:
    records = door_of(mine)
    records.customers.write_note(someone.id, "once")
    records.customers.edit(someone.id, set={"family_name": "Bern"})
    with FaultProxy(port(shop)) as proxy, Transport(proxy.url) as transport:
        far = replace(mine, transport=transport)
        proxy.script = [plan]
        with pytest.raises(Exception, match=r"line|answer|backend"):
            passed(far)
        proxy.drop_all()
        assert notes(shop) == ["once"]
        records.customers.write_note(someone.id, "twice")
        passed(far)
    assert notes(shop) == ["once", "twice"]
    assert mine.outbox.unsent() == 0
    assert mine.outbox.tray.open_count() == 0
    assert_right(mine.cache, shop.seen_by(ada))


def test_a_request_that_comes_twice_has_one_effect(shop: Shop, mine: Terminal, someone: Customer) -> None:
    door_of(mine).customers.write_note(someone.id, "once")
    with FaultProxy(port(shop)) as proxy, Transport(proxy.url) as transport:
        passed(replace(mine, transport=transport))
        proxy.replay(0)
    assert notes(shop) == ["once"]


def test_when_something_was_written_is_reckoned_back(shop: Shop, mine: Terminal, someone: Customer) -> None:
    """By the clock that nobody sets, though the wall clock was set meanwhile."""
    made = read_clock()
    two_hours = 7200.0
    records = RecordStore(
        mine.cache, outbox=mine.outbox, made=lambda: ClockReading(made.wall, made.boot, made.since_boot - two_hours)
    )
    records.customers.write_note(someone.id, "two hours ago")
    passed(
        replace(mine, clock=lambda: ClockReading(made.wall + dt.timedelta(days=3), made.boot, read_clock().since_boot))
    )
    (note,) = (each for each in at_backend(shop, "note") if each.text == "two hours ago")
    ago = dt.datetime.now(dt.UTC) - note.written_at
    assert dt.timedelta(hours=2) <= ago < dt.timedelta(hours=2, minutes=2)


def restore_from_before(shop: Shop) -> None:
    """Restore a backup from before anything was written that says so."""
    with shop.database.transaction() as connection:
        lost = [each.id for each in stored.each(connection, "note") if "lost by" in getattr(each, "text", "")]
        stored.write(connection, (), removed=[("note", id) for id in lost])
        connection.execute(schema.mutation.delete())
        connection.execute(schema.client.delete())
        settings.renew_epoch(connection)


def test_a_restored_backend_gets_again_what_it_lost(
    shop: Shop, ada: Account, mine: Terminal, someone: Customer
) -> None:
    records = door_of(mine)
    records.customers.write_note(someone.id, "lost by the restore")
    passed(mine)
    restore_from_before(shop)
    records.customers.write_note(someone.id, "after it")
    passed(mine)
    assert notes(shop) == ["after it", "lost by the restore"]
    assert mine.outbox.unsent() == 0
    assert mine.outbox.tray.open_count() == 0
    assert_right(mine.cache, shop.seen_by(ada))


def test_a_restored_backend_gets_it_again_from_a_terminal_that_lost_its_cache_and_has_nothing_new_to_send(
    shop: Shop, ada: Account, mine: Terminal, someone: Customer, tmp_path: Path
) -> None:
    door_of(mine).customers.write_note(someone.id, "lost by the restore")
    passed(mine)
    restore_from_before(shop)
    with contextlib.closing(another_cache(mine, mine.transport, tmp_path / "another.db").cache) as cache:
        passed(replace(mine, cache=cache))
        assert notes(shop) == ["lost by the restore"]
        assert mine.outbox.unsent() == 0
        assert_right(cache, shop.seen_by(ada))


def test_a_copied_terminal_s_new_name_hides_no_restore(
    shop: Shop, mine: Terminal, someone: Customer, tmp_path: Path
) -> None:
    door_of(mine).customers.write_note(someone.id, "lost by the restore")
    passed(mine)
    mine.outbox.renumber("another", again=False)  # as after `client_forked`: it counts from 1 again
    restore_from_before(shop)
    with contextlib.closing(another_cache(mine, mine.transport, tmp_path / "another.db").cache) as cache:
        door_of(mine).customers.write_note(someone.id, "after it")
        passed(replace(mine, cache=cache))
    assert notes(shop) == ["after it", "lost by the restore"]


def test_what_came_of_a_change_is_asked_for_again_where_a_full_disk_could_not_keep_it(
    shop: Shop, mine: Terminal, someone: Customer
) -> None:
    door_of(mine).customers.write_note(someone.id, "done")
    for _ in range(9):
        unknown = Create(id=made_id(), kind="note", doc={"customer": made_id(), "text": "x" * 20_000})
        mine.outbox.add(unknown, mid=made_id(), made=read_clock(), before={})
    writer = mine.session.journal._connection
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count = {pages}")  # no room for what is refused, beside what was written
    with pytest.raises(sealed.DiskFull):
        passed(mine)
    assert (mine.outbox.unsent(), mine.outbox.tray.open_count()) == (10, 0)
    writer.execute("PRAGMA max_page_count = 1073741823")
    passed(mine)
    assert (mine.outbox.unsent(), mine.outbox.tray.open_count()) == (0, 9)
    assert notes(shop) == ["done"]


# ------------------------------------------------------------------ all the time


def test_an_edit_shows_on_the_other_terminal_soon(
    shop: Shop, mine: Terminal, bens: Terminal, someone: Customer
) -> None:
    with Watched(mine) as ada, Watched(bens) as ben:
        ada.until_shown(lambda: ada.hearing and ben.hearing)
        began = time.monotonic()
        ada.records.customers.edit(someone.id, set={"family_name": "Bern"})
        assert ada.name(someone.id) == "Bern", "at once where it was written"
        ben.until_shown(lambda: ben.name(someone.id) == "Bern")
        assert time.monotonic() - began < SOON, "told by the events, not by the clock"
        ada.until(unsent=0, line=Line.ONLINE)


def test_an_edit_shows_in_another_pane_of_the_host(shop: Shop, mine: Terminal, someone: Customer) -> None:
    second = another_cache(mine, Transport(shop.url), mine.cache.path)
    with following(mine, second) as (leader, follower):
        began = time.monotonic()
        follower.records.customers.edit(someone.id, set={"family_name": "Bern"})
        leader.until_shown(lambda: leader.name(someone.id) == "Bern")
        assert time.monotonic() - began < SOON
        leader.until_shown(lambda: name(shop, someone) == "Bern")
        follower.until(unsent=0, attention=0)
        assert time.monotonic() - began < SOON, "the leader sends it at once"
    second.cache.close()


def test_a_pane_that_follows_has_the_leader_ask(shop: Shop, mine: Terminal, someone: Customer) -> None:
    second = another_cache(mine, Transport(shop.url), mine.cache.path)
    with following(mine, second) as (leader, follower):
        leader.until_shown(lambda: leader.hearing)
        passes = leader.live.status.synced_at
        follower.live.pull_now()
        leader.until_shown(lambda: leader.live.status.synced_at != passes)
    second.cache.close()


def test_written_offline_and_sent_when_the_line_is_back(
    shop: Shop, ada: Account, mine: Terminal, someone: Customer
) -> None:
    with FaultProxy(port(shop)) as proxy:
        transport = Transport(proxy.url)
        with Watched(replace(mine, transport=transport)) as watched:
            watched.until(line=Line.ONLINE, received=0)
            proxy.refuse()
            proxy.drop_all()
            watched.live.pull_now()
            watched.until(line=Line.OFFLINE)
            for number in range(3):
                watched.records.customers.write_note(someone.id, f"offline {number}")
            status = watched.until(unsent=3)
            assert status.line is Line.OFFLINE
            assert notes(shop) == []
            proxy.accept()
            watched.live.pull_now()
            watched.until(unsent=0)
            assert notes(shop) == [f"offline {number}" for number in range(3)]
    assert_right(mine.cache, shop.seen_by(ada))


def test_what_never_left_is_withdrawn(shop: Shop, mine: Terminal, someone: Customer) -> None:
    """The line drops unnoticed: what is written then, and tried in vain, was not sent and is as if it had not been."""
    with FaultProxy(port(shop)) as proxy:
        transport = Transport(proxy.url)
        with Watched(replace(mine, transport=transport)) as watched:
            watched.until(line=Line.ONLINE, received=0)
            watched.until_shown(lambda: watched.hearing)
            proxy.refuse()
            proxy.drop_all()
            watched.until_shown(lambda: not watched.hearing)
            for _ in range(2):
                watched.records.customers.set_consent(someone.id, "phone", "unsubscribed")
                watched.until(line=Line.OFFLINE, unsent=1)
                watched.live.pull_now()
                assert watched.records.changes.undo().how == "withdrawn"
                watched.until(unsent=0)
            proxy.accept()
            watched.live.pull_now()
            watched.until(line=Line.ONLINE)
    assert not any(each.channel == "phone" and each.state == "unsubscribed" for each in at_backend(shop, "consent"))


def test_where_events_do_not_come_through_it_asks_by_the_clock(
    shop: Shop, mine: Terminal, bens: Terminal, someone: Customer
) -> None:
    """Everything of the events' stream but its head is kept back: what changes comes with the polls."""
    with FaultProxy(port(shop)) as proxy:
        proxy.script = [Plan(), Plan(down=[after_head(mute(0))])]
        transport = Transport(proxy.url)
        with Watched(replace(bens, transport=transport)) as ben:
            ben.until(line=Line.ONLINE, received=0)
            proxy.wait_until(lambda each: any(b"events" in c.from_client for c in each.connections))
            door_of(mine).customers.edit(someone.id, set={"family_name": "Bern"})
            passed(mine)
            assert not ben.hearing
            engine = ben.live._engine
            assert engine._next_pass == engine._schedule.next_pass(hearing=False), "polls as often as without events"
            engine._schedule.hasten(0.0)  # the poll's time has come
            ben.until_shown(lambda: ben.name(someone.id) == "Bern")


def test_what_is_refused_is_counted(mine: Terminal) -> None:
    nobody = source_id("customer", "shop", "nobody")
    note = Create(kind="note", id=source_id("note", "shop", "of nobody"), doc={"customer": nobody, "text": "of nobody"})
    with Watched(mine) as watched:
        watched.until(line=Line.ONLINE, received=0)
        mine.outbox.add(note, mid=made_id(), made=read_clock(), before={})
        status = watched.until(unsent=0, attention=1)
        assert status.line is Line.ONLINE
        watched.records.changes.discard(mine.outbox.tray.items()[0].mid)
        watched.until(attention=0)


def test_stopping_waits_for_no_answer(shop: Shop, mine: Terminal, someone: Customer, tmp_path: Path) -> None:
    with FaultProxy(port(shop)) as proxy:
        with Watched(replace(mine, transport=Transport(proxy.url))) as listening:
            listening.until_shown(lambda: listening.hearing)
            began = time.monotonic()
        assert time.monotonic() - began < SOON
        proxy.otherwise = Plan(down=[after_head(mute(100))])
        with Watched(replace(mine, transport=Transport(proxy.url)), Leader(tmp_path / "lock")):
            proxy.wait_until(lambda each: b"/v1/sync " in bytes(each.connections[-1].from_client))
            began = time.monotonic()
        assert time.monotonic() - began < SOON


# ------------------------------------------------------------------ the end


def test_what_somebody_had_not_sent_when_they_left_is_taken(
    shop: Shop, ada: Account, mine: Terminal, someone: Customer
) -> None:
    records = door_of(mine)
    records.customers.write_note(someone.id, "a fact")
    shop.disable(ada)
    with pytest.raises(Refused) as refused:
        passed(mine)
    assert refused.value.problem.code == "account_disabled"
    assert notes(shop) == ["a fact"]
    assert mine.outbox.unsent() == 0


def test_what_cannot_be_taken_stays_in_the_journal(shop: Shop, ada: Account, mine: Terminal, someone: Customer) -> None:
    door_of(mine).customers.write_note(someone.id, "a fact")
    shop.disable(ada)
    with FaultProxy(port(shop)) as proxy, Transport(proxy.url) as transport:

        class Halfway(Transport):
            def post(self, *arguments: Any, **named: Any) -> Any:
                raise TransportError("the line is gone")

        with Halfway(proxy.url) as halfway, pytest.raises(Refused):
            passed(replace(mine, transport=halfway))
        del transport
    assert notes(shop) == []
    assert mine.outbox.unsent() == 1

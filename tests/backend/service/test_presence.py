"""Who is available for chat: they said so, a device of theirs is connected, and the store is open."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from sellmode_backend.accounts import directory, sessions
from sellmode_backend.results import rebuilding
from sellmode_backend.server import ServerSettings
from sellmode_backend.service.presences import look
from sellmode_backend.service.present import PersonPresent, Present, present
from sellmode_backend.store import availability, presence, records, settings
from sellmode_backend.store.availability import Interval
from sellmode_backend.store.database import Database
from sellmode_backend.store.facts import Adds, Zones
from sellmode_backend.store.presence import Device
from sellmode_backend.store.schema import presence_interval
from sellmode_contract import wire
from sellmode_contract.kinds.fact import Fact
from sellmode_contract.kinds.presence import Presence, presence_id
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.mutations import Available
from sellmode_contract.service_rules import ServiceRules
from sellmode_contract.store_hours import OpeningHours, Spans
from sellmode_contract.visibility import Account
from tests.backend.people import QUICK, Client, MovedClock, add_person
from tests.backend.sync.pushing import Writer, queued, stored
from tests.backend.sync.test_events import Listener
from tests.support.backend import DEADLINE, retailer_database, serve_in_thread

replace = msgspec.structs.replace
DAILY: Spans = ("10:00-18:00",)
HOURS = OpeningHours(monday=DAILY)


@dataclass
class Shop:
    database: Database
    clock: MovedClock
    ada: Account
    ben: Account
    open: dict[str, str] = field(default_factory=dict)
    """Tokens of open streams, by their ids: a worker's."""
    held: dict[str, Device] = field(default_factory=dict)

    def look(self, *, after: float = 0) -> None:
        """What a worker does so many seconds later."""
        self.clock.forward(seconds=after)
        self.held = look(self.database, self.open, self.held, self.clock(), renew_all=True)

    def of(self, account: Account) -> Presence:
        found = stored(self.database, "presence", presence_id(account.id))
        assert isinstance(found, Presence)
        return found

    def available(self) -> set[str]:
        with self.database.snapshot() as connection:
            return {each.person for each in records.each(connection, "presence") if each.available}  # type: ignore[attr-defined]

    def by_day(self) -> Counter[tuple[str | None, str]]:
        """Minutes available by whose they are and day, as facts have them: what adding up anew comes to."""
        found = Counter[tuple[str | None, str]]()
        with self.database.snapshot() as connection:
            assert rebuilding.compare(connection).total == 0
            for fact in records.each(connection, "fact"):
                assert isinstance(fact, Fact)
                for day, sums in fact.days.items():
                    found[fact.person, f"{fact.month}-{day}"] += sums[""]["minutes_available"]
        return found

    def minutes(self) -> Counter[str | None]:
        """The same of all days."""
        found = Counter[str | None]()
        for (person, _), minutes in self.by_day().items():
            found[person] += minutes
        return found


@pytest.fixture
def shop(prepared_url: str) -> Iterator[Shop]:
    clock = MovedClock(dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC))
    with retailer_database(prepared_url) as database:
        with database.transaction() as connection:
            settings.change(connection, service=ServiceRules(ways=("chat",)))
        yield Shop(database, clock, add_person(database, "ada", "Alpha"), add_person(database, "ben", "Alpha"))


def says(account: Account, *, available: bool) -> Available:
    return Available(id=presence_id(account.id), available=available)


def test_a_stream_keeps_somebody_available_and_its_end_ends_that_at_once(shop: Shop) -> None:
    ada = Writer(shop.database, shop.ada, shop.clock)
    shop.open = {"stream": ada.token}
    shop.look()
    assert shop.available() == set()  # nobody has said so
    ada.done(says(shop.ada, available=True))
    assert shop.available() == {shop.ada.id}
    feeds = stored(shop.database, "presence", presence_id(shop.ada.id)), ada.terminal.cursor
    for _ in range(30):
        shop.look(after=10)
    ada.pull()
    assert (shop.of(shop.ada), ada.terminal.cursor) == feeds  # renewing a lease writes no record
    shop.open = {}
    shop.look()
    assert shop.available() == set()
    assert shop.minutes() == {None: 5, shop.ada.id: 5}
    # Back within a quarter of an hour they are available again, without a word; later they have to say so.
    shop.open = {"another": ada.token}
    shop.look(after=60)
    assert shop.available() == {shop.ada.id}
    shop.open = {}
    shop.look()
    shop.look(after=16 * 60)
    shop.open = {"late": ada.token}
    shop.look()
    assert not shop.of(shop.ada).said


def test_where_there_is_no_stream_polls_count(shop: Shop) -> None:
    ada = Writer(shop.database, shop.ada, shop.clock)
    ada.done(says(shop.ada, available=True))
    for _ in range(4):
        shop.look(after=36)
        assert shop.available() == {shop.ada.id}
        ada.pull()
    shop.look(after=presence.POLL_LEASE.total_seconds() + 1)
    assert shop.available() == set()
    ada.pull()  # and with the next poll they are back
    assert shop.available() == {shop.ada.id}


def test_a_worker_that_is_killed_renews_nothing_and_the_time_after_it_does_not_count(shop: Shop) -> None:
    ada = Writer(shop.database, shop.ada, shop.clock)
    shop.open = {"stream": ada.token}
    shop.look()
    ada.done(says(shop.ada, available=True))
    shop.look(after=150)
    shop.open, shop.held = {}, {}  # another worker, which knows nothing of the stream
    shop.look(after=3600)
    assert shop.available() == set()
    assert shop.minutes() == {None: 3, shop.ada.id: 3}


def test_it_ends_with_signing_out_being_disabled_and_moving(shop: Shop) -> None:
    for ending in ("sign out", "disable", "move"):
        ben = Writer(shop.database, shop.ben, shop.clock)
        shop.open = {ending: ben.token}
        shop.look()
        ben.done(says(shop.ben, available=True))
        assert shop.available() == {shop.ben.id}
        shop.clock.forward(minutes=2)
        with shop.database.transaction() as connection:
            if ending == "sign out":
                sessions.end(connection, ben.token)
                presence.settle(connection, [shop.ben.id], shop.clock())
            elif ending == "disable":
                directory.disable(connection, shop.ben, now=shop.clock())
            else:
                directory.move(connection, shop.ben, "Beta", now=shop.clock())
        assert shop.available() == set(), ending
        assert not shop.of(shop.ben).said
        with shop.database.transaction() as connection:
            directory.enable(connection, shop.ben)


def test_a_store_that_is_closed_has_nobody(shop: Shop) -> None:
    with shop.database.transaction() as connection:
        settings.set_hours(connection, {"Alpha": HOURS})
    ada = Writer(shop.database, shop.ada, shop.clock)
    shop.open = {"stream": ada.token}
    shop.look()
    ada.done(says(shop.ada, available=True))  # at nine
    assert (shop.of(shop.ada).said, shop.available()) == (True, set())
    shop.look(after=3600)
    assert shop.available() == {shop.ada.id}
    shop.clock.forward(hours=7)
    with shop.database.transaction() as connection:  # the stream was alive all the time
        presence.renew(connection, shop.held, shop.clock() + dt.timedelta(hours=2))
    shop.look(after=3700)
    assert shop.available() == set()
    assert shop.minutes() == {None: 480, shop.ada.id: 480}  # not until somebody looked, but until it closed


@pytest.mark.parametrize("minutes", [14, 16])
def test_what_was_said_long_ago_changes_nothing(minutes: int, shop: Shop) -> None:
    ada = Writer(shop.database, shop.ada, shop.clock)
    result = ada.one(says(shop.ada, available=True), age_ms=minutes * 60_000)
    assert (result.st, result.code) == (("applied", None) if minutes < 15 else ("rejected", "expired"))
    ada.done(says(shop.ada, available=True))
    assert ada.one(says(shop.ada, available=False), age_ms=minutes * 60_000).st == "applied"
    assert shop.available() == (set() if minutes < 15 else {shop.ada.id})


def test_nobody_speaks_for_others_or_where_no_chat_is_offered(shop: Shop) -> None:
    ada = Writer(shop.database, shop.ada, shop.clock)
    assert ada.one(says(shop.ben, available=True)).code == "not_allowed"
    with shop.database.transaction() as connection:
        settings.change(connection, service=ServiceRules(ways=("email",)))
    assert ada.one(says(shop.ada, available=True)).code == "not_allowed"


def test_customers_are_shown_people_or_the_store_and_when_somebody_is_back(shop: Shop) -> None:
    def shown() -> Present | None:
        with shop.database.snapshot() as connection:
            return present(connection, "Alpha", shop.clock())

    ben = Writer(shop.database, shop.ben, shop.clock)
    ben.done(msgspec.structs.replace(says(shop.ben, available=True), good_at=" Watches "))
    assert shown() == Present("Alpha", available=True, people=(PersonPresent(shop.ben.id, "Person ben", "Watches"),))
    with shop.database.transaction() as connection:
        settings.set_mode(connection, "team")
    assert shown() == Present("Alpha", available=True)
    ben.done(says(shop.ben, available=False))
    assert shown() == Present("Alpha", available=False)
    with shop.database.transaction() as connection:
        settings.set_hours(connection, {"Alpha": HOURS})
    assert shown() == Present("Alpha", available=False, back_at=shop.clock.now + dt.timedelta(hours=1))
    with shop.database.transaction() as connection:
        assert present(connection, "nowhere", shop.clock()) is None
        settings.change(connection, service=ServiceRules())
    assert shown() is None


def test_colleagues_hear_at_once_that_somebody_has_gone(shop: Shop) -> None:
    server = ServerSettings(passwords=QUICK, poke_poll_seconds=0.05, presence_seconds=60)
    with serve_in_thread(shop.database, server, shop.clock) as url:
        ada, ben = (Client(url, device=account.user_name) for account in (shop.ada, shop.ben))
        for client, account in ((ada, shop.ada), (ben, shop.ben)):
            client.join(shop.database, account, shop.clock())
        watching, mine = Listener(ben), Listener(ada)
        try:
            watching.until("alive")
            m = (msgspec.Raw(msgspec.json.encode(queued(says(shop.ada, available=True), 1))),)
            ada.post(wire.SYNC_PATH, wire.SyncRequest(device=ada.device, cid="cl_1", m=m))
            watching.until("Alpha")
            assert shop.available() == {shop.ada.id}
            mine.close()
            watching.until("Alpha")
            assert shop.available() == set()
        finally:
            watching.close()


# ------------------------------------------------------------------ minutes


MINUTE = dt.timedelta(minutes=1)
NIGHT = dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC)
"""Of the day before the clocks change."""
SPANS = st.lists(
    st.tuples(st.sampled_from(["ada", "ben", "cat"]), st.integers(0, 200), st.integers(1, 1500)), max_size=10
)


def end(shop: Shop, interval: Interval) -> None:
    """Somebody was available, and is not any more."""
    presence = Presence(id=presence_id(interval.person), store=interval.store, person=interval.person)
    with shop.database.transaction() as connection:
        records.write(connection, [replace(presence, available=True, since=interval.begins)])
        records.write(connection, [replace(presence, since=interval.ends)])


def test_whoever_ends_intervals_of_several_stores_takes_these_in_their_order(postgresql_url: str) -> None:
    begins = dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC)
    ends = begins + dt.timedelta(hours=1)
    there = [
        Presence(id=id, store=store, person=id, said=True, available=True, since=begins)
        for id, store in (("1", "Beta"), ("2", "Alpha"))
    ]
    gone = [replace(each, said=False, available=False, since=ends) for each in there]
    with retailer_database(postgresql_url) as database:
        with database.transaction() as connection:
            records.write(connection, there)

        def end() -> None:
            with database.transaction() as connection:
                records.write(connection, gone)

        ending = threading.Thread(target=end)
        with database.transaction() as connection:
            zones, adds = Zones(connection), Adds()
            availability.write(connection, [Interval("Alpha", "other", begins, ends)], zones, adds)
            ending.start()
            late = time.monotonic() + DEADLINE
            while not connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                assert time.monotonic() < late, "nobody waits"
            connection.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
            availability.write(connection, [Interval("Beta", "other", begins, ends)], zones, adds)
        ending.join(DEADLINE)
        with database.snapshot() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(presence_interval)) == 4


def test_the_worked_example(shop: Shop) -> None:
    def at(hour: int) -> dt.datetime:
        return dt.datetime(2026, 11, 18, hour, tzinfo=dt.UTC)

    for interval in (
        Interval("Alpha", "ben", at(11), at(12)),
        Interval("Alpha", "ada", at(9), at(12)),
        Interval("Alpha", "ben", at(14), at(15)),
    ):
        end(shop, interval)
    assert shop.minutes() == {None: 240, "ada": 180, "ben": 120}


def test_facts_are_what_a_plain_count_of_minutes_finds(shop: Shop) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    with shop.database.transaction() as connection:
        settings.write_stores(connection, [StoreEntry(id="Alpha", name="Alpha", time_zone=zone.key)])

    @settings_of_hypothesis(max_examples=15)
    @given(SPANS, st.randoms(use_true_random=False))
    def agrees(spans: list[tuple[str, int, int]], chance: random.Random) -> None:
        with shop.database.transaction() as connection:
            connection.execute(sa.delete(presence_interval))
            rebuilding.rebuild(connection)
        free, made = dict[str, int](), list[Interval]()
        for person, pause, length in spans:  # one's own follow each other
            begins = free.get(person, 0) + pause
            free[person] = begins + length
            made.append(Interval("Alpha", person, NIGHT + begins * MINUTE, NIGHT + free[person] * MINUTE))
        chance.shuffle(made)
        for interval in made:
            end(shop, interval)
        counted = {
            (whose, NIGHT + minute * MINUTE)
            for each in made
            for whose in (each.person, None)
            for minute in range((each.begins - NIGHT) // MINUTE, (each.ends - NIGHT) // MINUTE)
        }
        assert shop.by_day() == Counter((whose, str(at.astimezone(zone).date())) for whose, at in counted)

    agrees()

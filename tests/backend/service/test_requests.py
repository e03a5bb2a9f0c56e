"""Requests in service time: whose they are while nobody takes them, how soon they are answered, what figures say."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest

from sellmode_backend.accounts import directory
from sellmode_backend.results import rebuilding
from sellmode_backend.rules import passes, preview
from sellmode_backend.service import reservations
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_contract.kinds.fact import Fact
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.presence import Presence, presence_id
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.mutations import Claim, Create, Edit
from sellmode_contract.records import Record
from sellmode_contract.service_rules import ServiceRules
from sellmode_contract.store_hours import OpeningHours
from sellmode_contract.visibility import Account
from tests.backend.people import MovedClock, add_person
from tests.backend.sync.pushing import Writer, stored, uuid7
from tests.support.backend import retailer_database

MONDAY = dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC)
replace = msgspec.structs.replace


class Shop:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = MovedClock(MONDAY)
        self.ada, self.ben = add_person(database, "ada", "Alpha"), add_person(database, "ben", "Alpha")
        with database.transaction() as connection:
            settings.change(connection, service=ServiceRules(ways=("chat", "email"), away_minutes=15))
            hours = OpeningHours(monday=("08:00-10:00", "14:00-18:00"))
            settings.set_hours(connection, {"Alpha": hours})

    def asks(self, wanted: Account | None = None, *, minutes: int = 30, way: str = "email") -> Request:
        request = Request(
            id=uuid7(),
            store="Alpha",
            way=way,  # type: ignore[arg-type]  # one of the ways
            asked_at=self.clock(),
            wanted=wanted.id if wanted else None,
            reserved=wanted is not None,
            reserved_until=self.clock() + dt.timedelta(minutes=minutes),
            waiting_since=self.clock(),
        )
        self.write(request)
        return request

    def passed(self) -> None:
        passes.run(self.database, self.clock)

    def write(self, *written: Record) -> None:
        with self.database.transaction() as connection:
            records.write(connection, written, now=self.clock())

    def is_reserved(self, request: Request) -> bool:
        return bool(stored(self.database, "request", request.id).reserved)

    def lifted(self, **later: float) -> int:
        self.clock.forward(**later)
        return reservations.lift(self.database, self.clock())

    def sums(self) -> Counter[tuple[str | None, str, str]]:
        """By person, channel and measure, as facts have them: what adding up anew comes to."""
        found = Counter[tuple[str | None, str, str]]()
        with self.database.snapshot() as connection:
            assert rebuilding.compare(connection).total == 0
            for fact in records.each(connection, "fact"):
                assert isinstance(fact, Fact)
                for channels in fact.days.values():
                    for channel, measures in channels.items():
                        for measure, amount in measures.items():
                            found[fact.person, channel, measure] += amount
        return found


@pytest.fixture
def shop(prepared_url: str) -> Iterator[Shop]:
    with retailer_database(prepared_url) as database:
        yield Shop(database)


def test_a_reservation_ends_in_time(shop: Shop) -> None:
    request = shop.asks(shop.ada)
    assert shop.lifted(minutes=29) == 0
    assert shop.lifted(minutes=1) == 1
    assert not shop.is_reserved(request)
    assert shop.lifted(minutes=1) == 0


def test_a_reservation_ends_with_whom_it_is_for(shop: Shop) -> None:
    mine, hers = shop.asks(shop.ada), shop.asks(shop.ben)
    with shop.database.transaction() as connection:
        directory.disable(connection, shop.ada, now=shop.clock())
        directory.move(connection, shop.ben, "Beta", now=shop.clock())
    assert shop.lifted() == 2
    assert [shop.is_reserved(request) for request in (mine, hers)] == [False, False]


def test_what_somebody_has_taken_is_the_stores_when_they_leave(shop: Shop) -> None:
    taken, kept = shop.asks(), shop.asks()
    for request, who in ((taken, shop.ada), (kept, shop.ben)):
        writer = Writer(shop.database, who, shop.clock)
        writer.pull()
        line = Create(kind="chat_line", id=uuid7(), doc={"request": request.id, "text": "Good morning"})
        writer.done(Claim(kind="request", id=request.id), line)
    with shop.database.transaction() as connection:
        directory.disable(connection, shop.ada, now=shop.clock())
    assert shop.lifted() == 1
    assert [stored(shop.database, "request", each.id).claimed_by for each in (taken, kept)] == [None, shop.ben.id]
    assert shop.lifted() == 0
    ben = Writer(shop.database, shop.ben, shop.clock, device="device-2")
    ben.pull()
    ben.done(Claim(kind="request", id=taken.id))
    ben.pull()
    assert [kind for kind, _ in ben.terminal.visible()].count("chat_line") == 2


def test_a_chat_waits_for_nobody_who_is_away(shop: Shop) -> None:
    presence = Presence(id=presence_id(shop.ada.id), store="Alpha", person=shop.ada.id, said=True, available=True)
    shop.write(replace(presence, since=MONDAY))
    chat, letter = shop.asks(shop.ada, way="chat", minutes=600), shop.asks(shop.ada, minutes=600)
    assert shop.lifted(minutes=60) == 0
    shop.write(replace(presence, said=False, available=False, since=shop.clock()))
    assert shop.lifted(minutes=14) == 0
    assert shop.lifted(minutes=1) == 1
    assert (shop.is_reserved(chat), shop.is_reserved(letter)) == (False, True)


def test_figures_of_requests(shop: Shop) -> None:
    ada = Writer(shop.database, shop.ada, shop.clock)
    chat, spam = shop.asks(way="chat"), shop.asks()
    shop.asks()
    assert shop.sums() == {(None, "chat", "requests"): 1, (None, "email", "requests"): 2}
    ada.pull()
    ada.done(Claim(kind="request", id=chat.id), Claim(kind="request", id=spam.id))
    shop.clock.forward(hours=5, minutes=10)  # of which the store was closed for four
    line = Create(kind="chat_line", id=uuid7(), doc={"request": chat.id, "text": "Yes, in blue"})
    ada.done(line)
    shop.clock.forward(minutes=30)
    ada.done(Create(kind="chat_line", id=uuid7(), doc={"request": chat.id, "text": "And in red"}))
    answered = stored(shop.database, "request", chat.id)
    assert (answered.answered_by, answered.answered_after) == (shop.ada.id, 70)
    for request, outcome in ((chat, "sold"), (spam, "spam")):
        given = {"state": "closed", "outcome": outcome}
        ada.done(Edit(kind="request", id=request.id, set=given, was={"state": "open", "outcome": ""}))
    both = {
        (whose, "chat", measure): amount
        for whose in (None, shop.ada.id)
        for measure, amount in (
            ("requests", 1),
            ("requests_answered", 1),
            ("reply_minutes", 70),
            ("chats_answered", 1),
            ("requests_handled", 1),
        )
    }
    assert shop.sums() == both | {(None, "email", "requests"): 1}


RULE = TaskRule(
    id=task_rule_id(None, "late"), slug="late", name="Late", trigger="late_request", title="Answer the request"
)


def test_a_late_request_is_a_task_of_its_holder_or_of_the_managers(shop: Shop) -> None:
    mia, moe = (add_person(shop.database, name, "Alpha", role="manager") for name in ("mia", "moe"))
    shop.write(RULE)
    ada = Writer(shop.database, shop.ada, shop.clock)
    due = shop.clock() + dt.timedelta(minutes=20)
    taken, free = (replace(shop.asks(), answer_due=due, name=name) for name in ("Vera", "Rosa"))
    shop.write(taken, free)
    ada.pull()
    ada.done(Claim(kind="request", id=taken.id))

    def tasks() -> dict[tuple[str, str], str]:
        """State by whose it is, and the request."""
        shop.passed()
        with shop.database.snapshot() as connection:
            found = [task for task in records.each(connection, "manual_task") if isinstance(task, ManualTask)]
        return {(task.creator, task.request): task.state for task in found}

    assert tasks() == {}
    shop.clock.forward(minutes=20)
    late = {(shop.ada.id, taken.id): "open", (mia.id, free.id): "open", (moe.id, free.id): "open"}
    assert tasks() == late
    assert tasks() == late  # once
    with shop.database.snapshot() as connection:
        there = preview.preview(connection, RULE, "Alpha", shop.clock().date(), shop.clock())
    assert Counter((line.request, line.person) for line in there.lines) == Counter(
        [("Vera", shop.ada.id), ("Rosa", mia.id), ("Rosa", moe.id)]
    )
    ada.done(Create(kind="chat_line", id=uuid7(), doc={"request": taken.id, "text": "Yes"}))
    shop.write(replace(free, state="closed", outcome="no_answer"))
    assert tasks() == dict.fromkeys(late, "expired")

"""A rule's preview over HTTP: who may ask, what it says, and what is no question."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import msgspec
import pytest

from sellmode_backend.rules import passes
from sellmode_backend.server import ServerSettings
from sellmode_backend.store import records
from sellmode_backend.store.database import Database
from sellmode_contract import wire
from sellmode_contract.records import Customer, ImportantDate
from sellmode_contract.visibility import Account
from tests.backend.people import QUICK, Client, MovedClock, add_person, problem_of
from tests.support.backend import retailer_database, serve_in_thread

BIRTHDAY = {
    "slug": "birthday",
    "name": "Birthday",
    "trigger": "date",
    "dates": ["birthday"],
    "offset_days": -3,
    "title": "Wish a happy birthday",
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with retailer_database(database_url) as made:
        yield made


@pytest.fixture
def url(database: Database, clock: MovedClock) -> Iterator[str]:
    with serve_in_thread(database, ServerSettings(passwords=QUICK), clock) as url:
        yield url


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()  # the 22nd of November


def signed_in(url: str, database: Database, account: Account, clock: MovedClock) -> Client:
    client = Client(url, device=account.user_name)
    client.join(database, account, clock())
    return client


def ask(client: Client, store: str = "Alpha", day: str = "", **fields: Any) -> httpx.Response:
    return client.post(wire.PREVIEW_PATH, wire.PreviewRequest(store=store, rule={**BIRTHDAY, **fields}, day=day))


def preview_of(answer: httpx.Response) -> wire.Preview:
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=wire.Preview)


def test_a_manager_asks_what_tomorrow_brings(database: Database, url: str, clock: MovedClock) -> None:
    mia = add_person(database, "mia", "Alpha", role="manager")
    ada = add_person(database, "ada", "Alpha")
    with database.transaction() as connection:
        for id, store, day, owner in (("a", "Alpha", 26, ada.id), ("b", "Alpha", 27, ada.id), ("c", "Beta", 26, None)):
            date = ImportantDate(id=f"d{id}", customer=id, label="birthday", month=11, day=day)
            records.write(connection, [Customer(id=id, store=store, owner=owner, given_name="Zoë"), date])
    client = signed_in(url, database, mia, clock)
    assert preview_of(ask(client)) == wire.Preview(
        day="2026-11-23", due=1, held=0, lines=(wire.PreviewLine(customer="a", due="2026-11-23", person=ada.id),)
    )
    assert preview_of(ask(client, day="2026-12-24")).due == 0
    assert "Zo" not in ask(client).text
    with database.snapshot() as connection:
        assert not list(records.each(connection, "rule_task"))


def test_who_does_not_look_after_the_rules_of_a_store_is_told_nothing(
    database: Database, url: str, clock: MovedClock
) -> None:
    mia = signed_in(url, database, add_person(database, "mia", "Alpha", role="manager"), clock)
    ada = signed_in(url, database, add_person(database, "ada", "Alpha"), clock)
    hana = signed_in(url, database, add_person(database, "hana", "Alpha", "Beta", role="head_office"), clock)
    anothers = wire.PreviewRequest(store="Alpha", rule={**BIRTHDAY, "store": "Beta"})
    refused = [ask(ada), ask(mia, "Beta"), ask(mia, "Nowhere"), mia.post(wire.PREVIEW_PATH, anothers)]
    assert len({problem_of(answer, 404).detail for answer in refused}) == 1
    for store in ("Alpha", "Beta"):
        assert preview_of(ask(hana, store)).due == 0
    problem_of(ask(Client(url)), 401)


def test_a_session_has_one_question_at_a_time(
    database: Database, url: str, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each goes through all customers of a store: who asks without end keeps nobody else from asking."""
    mia = signed_in(url, database, add_person(database, "mia", "Alpha", role="manager"), clock)
    moe = signed_in(url, database, add_person(database, "moe", "Alpha", role="manager"), clock)
    begun, go_on = threading.Event(), threading.Event()
    look = passes.preview

    def slowly(*given: Any) -> wire.Preview:
        if not begun.is_set():
            begun.set()
            assert go_on.wait(30)
        return look(*given)

    monkeypatch.setattr(passes, "preview", slowly)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(ask, mia)
        assert begun.wait(30)
        problem = problem_of(ask(mia), 503)
        assert (problem.code, problem.retry_after) == ("unavailable", 5)
        assert preview_of(ask(moe)).due == 0
        go_on.set()
        assert preview_of(first.result()).due == 0
    assert preview_of(ask(mia)).due == 0


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"audience": "tier:("}, "$.rule.audience: "),
        ({"audience": "owner:me"}, "$.rule.audience: A rule has no me"),
        ({"colour": "blue"}, "$.rule has no field 'colour'."),
        ({"dates": []}, "$.rule.dates: It has to say which dates"),
        ({"trigger": "full moon"}, "$.rule.trigger: Invalid enum value"),
        ({"daily_cap": "many"}, "$.rule.daily_cap: Expected `int | null`"),
        ({"title": "a\0b"}, "$.rule.title: "),
        ({"day": "2026-02-30"}, "$.day: there is no such day."),
        ({"day": "2026-12-24T15:00"}, "$.day is a day, within a year"),
        ({"day": "2036-12-24"}, "$.day is a day, within a year"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    database: Database, url: str, clock: MovedClock, fields: dict[str, Any], says: str
) -> None:
    mia = signed_in(url, database, add_person(database, "mia", "Alpha", role="manager"), clock)
    problem = problem_of(ask(mia, **fields), 400)
    assert (problem.code, says in problem.detail) == ("bad_request", True), problem.detail

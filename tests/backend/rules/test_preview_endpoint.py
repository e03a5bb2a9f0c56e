"""A rule's preview over HTTP: who may ask, what it says, and what is no question."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import sessions
from sellmode_backend.rules import facts
from sellmode_backend.rules import preview as previews
from sellmode_backend.rules.preview_requests import OFTEN, Patience
from sellmode_backend.server import ServerSettings
from sellmode_backend.store import records, schema, settings
from sellmode_backend.store.database import Database
from sellmode_contract import wire
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.visibility import Account
from tests.backend.people import QUICK, Client, MovedClock, add_person, problem_of
from tests.backend.sync.pushing import uuid7
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
def database(prepared_url: str) -> Iterator[Database]:
    with retailer_database(prepared_url) as made:
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
        settings.set_mode(connection, "team")
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


def born_on_the_26th(database: Database, count: int, owner: Account | None, **fields: Any) -> list[Customer]:
    made = [
        Customer(id=uuid7(), store="Alpha", owner=owner.id if owner else None, email="zoe@example.com", **fields)
        for _ in range(count)
    ]
    with database.transaction() as connection:
        dates = [ImportantDate(id=f"d{one.id}", customer=one.id, label="birthday", month=11, day=26) for one in made]
        records.write(connection, [*made, *dates])
    return made


def test_a_preview_counts_only_customers_whom_the_asker_sees(
    database: Database, url: str, clock: MovedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """In Associate Mode a manager has cards of associates' customers: no e-mail, no birthday, no spend."""
    mia = signed_in(url, database, add_person(database, "mia", "Alpha", role="manager"), clock)
    ada = add_person(database, "ada", "Alpha")
    theirs = born_on_the_26th(database, 13, ada)
    vip = born_on_the_26th(database, 4, ada, tags=("vip",))
    free = born_on_the_26th(database, 2, None)
    with caplog.at_level(logging.INFO, "sellmode_backend.audit"):
        found = preview_of(ask(mia))
        assert (found.due, found.held, found.unseen) == (2, 0, 15)
        assert {line.customer for line in found.lines} == {one.id for one in free}
        # Whatever is asked, what is said of the others is the same.
        questions: list[dict[str, Any]] = [
            {"audience": "tag:vip"},
            {"audience": "tag:vip nobody@example"},
            {"audience": "tag:vip or zoe@example", "daily_cap": 1},
            {"audience": "tag:vip", "consent": "phone", "contact_gap_days": 1, "daily_cap": 7},
        ]
        for asked in questions:
            answer = preview_of(ask(mia, **asked))
            assert (answer.unseen, answer.held) == (15, 1 if "or zoe" in asked["audience"] else 0)
            assert not {line.customer for line in answer.lines} & {one.id for one in (*theirs, *vip)}
    told = [record.getMessage() for record in caplog.records if record.name == "sellmode_backend.audit"]
    assert len(told) == 5
    assert "store Alpha, trigger date, search, tag, for 2026-11-23: told of 0" in told[2]
    assert not [line for line in told if "zoe" in line or "vip" in line or any(one.id in line for one in theirs)]
    with database.transaction() as connection:
        settings.set_mode(connection, "team")
    everybody = preview_of(ask(mia))
    assert (everybody.due, everybody.unseen) == (19, None)
    hana = signed_in(url, database, add_person(database, "hana", "Alpha", role="head_office"), clock)
    assert preview_of(ask(hana)) == wire.Preview(day="2026-11-23", due=0, held=0, lines=(), unseen=15)


def test_a_reader_of_profiles_sees_the_store_in_associate_mode_too(
    database: Database, url: str, clock: MovedClock
) -> None:
    mia = add_person(database, "mia", "Alpha", role="manager")
    with database.transaction() as connection:
        capabilities = sorted(mia.capabilities | {"read_profiles"})
        connection.execute(sa.update(schema.account).values(capabilities=capabilities))
    born_on_the_26th(database, 3, add_person(database, "ada", "Alpha"))
    found = preview_of(ask(signed_in(url, database, mia, clock)))
    assert (found.due, found.unseen) == (3, None)


class Slow:
    """Lets the first preview stop at its first look at customers, until it may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.looks = 0
        self._after = facts.customers_after
        monkeypatch.setattr(facts, "customers_after", self._look)

    def _look(self, connection: Connection, *asked: Any) -> dict[str, Customer | None]:
        self.looks += 1
        if not self.begun.is_set():
            self.begun.set()
            assert self.go_on.wait(30)
        return self._after(connection, *asked)


def test_a_person_has_one_question_at_a_time(
    database: Database, url: str, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each goes through all customers of a store: who asks without end keeps nobody else from asking."""
    account = add_person(database, "mia", "Alpha", role="manager")
    mia = signed_in(url, database, account, clock)
    also_mia = Client(url, device="another")
    also_mia.token = also_mia_token(database, account, clock)
    moe = signed_in(url, database, add_person(database, "moe", "Alpha", role="manager"), clock)
    slow = Slow(monkeypatch)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(ask, mia)
        assert slow.begun.wait(30)
        for client in (mia, also_mia):
            problem = problem_of(ask(client), 503)
            assert (problem.code, problem.retry_after) == ("unavailable", 5)
        assert preview_of(ask(moe)).due == 0
        slow.go_on.set()
        assert preview_of(first.result()).due == 0
    assert preview_of(ask(also_mia)).due == 0


def also_mia_token(database: Database, account: Account, clock: MovedClock) -> str:
    with database.transaction() as connection:
        return sessions.start(connection, account.id, "another", clock())[0]


def test_nobody_asks_without_end_whichever_worker_answers(database: Database, url: str, clock: MovedClock) -> None:
    mia = signed_in(url, database, add_person(database, "mia", "Alpha", role="manager"), clock)
    with serve_in_thread(database, ServerSettings(passwords=QUICK), clock) as another_worker:
        too = Client(another_worker, device="mia")
        too.token = mia.token
        for number in range(OFTEN.often):
            assert ask(mia if number % 2 else too, title="").status_code == 400
        for client in (mia, too):
            problem = problem_of(ask(client), 429)
            assert (problem.code, problem.retry_after) == ("too_many_attempts", 600)
        clock.forward(minutes=10)
        assert preview_of(ask(too)).due == 0


def test_a_preview_ends_when_its_client_has_gone(
    database: Database, url: str, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "BATCH", 1)
    mia = signed_in(url, database, add_person(database, "mia", "Alpha", role="manager"), clock)
    born_on_the_26th(database, 50, None)
    ended = threading.Event()
    end = Patience.end

    def noted(patience: Patience) -> None:
        end(patience)
        ended.set()

    monkeypatch.setattr(Patience, "end", noted)
    slow = Slow(monkeypatch)
    body = msgspec.json.encode(wire.PreviewRequest(store="Alpha", rule=BIRTHDAY))
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        lines = [f"POST {wire.PREVIEW_PATH} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
        headers = {**mia.headers, "Authorization": f"Bearer {mia.token}"}
        lines += [f"{name}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        assert slow.begun.wait(30)
    assert ended.wait(30)
    slow.go_on.set()
    while problem_code(ask(mia)) == "unavailable":  # until it has ended
        pass
    assert slow.looks <= 1 + 51, "the first looked once, this one at everybody"


def problem_code(answer: httpx.Response) -> str:
    return "" if answer.status_code == 200 else msgspec.json.decode(answer.content, type=wire.Problem).code


def test_a_preview_has_so_much_time(database: Database, clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = ServerSettings(passwords=QUICK, preview_seconds=0)
    with serve_in_thread(database, rules, clock) as url:
        mia = signed_in(url, database, add_person(database, "mia", "Alpha", role="manager"), clock)
        assert problem_of(ask(mia), 503).detail.startswith("The preview takes too long here")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"audience": "tier:("}, "$.rule.audience: "),
        ({"audience": "owner:me"}, "$.rule.audience: A rule cannot use me"),
        ({"colour": "blue"}, "$.rule has no field 'colour'."),
        ({"dates": []}, "$.rule.dates: Name the dates"),
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

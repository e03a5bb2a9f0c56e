"""Requests of customers from terminals: who sees what was written, before and after somebody has taken one."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest
import sqlalchemy as sa

from sellmode_backend.store import records, settings
from sellmode_contract.kinds.chat_line import CUSTOMER, ChatLine
from sellmode_contract.kinds.request import Request, Talk, talk_id
from sellmode_contract.mutations import Claim, Create, Edit, MarkSeen, Release, Transfer
from sellmode_contract.service_rules import ServiceRules
from tests.backend.people import MovedClock, add_person
from tests.backend.sync.pushing import Shop, Writer, at_once, uuid7
from tests.support.backend import DEADLINE, retailer_database


def asked(shop: Shop) -> Request:
    """A request to Alpha with what the customer says of themselves, and their first line."""
    request = Request(id=uuid7(), store="Alpha", name="Kim", lines=1, waiting_since=shop.clock())
    shop.write(
        request,
        Talk(id=talk_id(request.id), store="Alpha", request=request.id, email="kim@example.com"),
        ChatLine(id=uuid7(), store="Alpha", request=request.id, n=1, at=shop.clock(), by=CUSTOMER, text="Hello?"),
    )
    return request


def line(request: Request, text: str = "Good morning") -> Create:
    return Create(kind="chat_line", id=uuid7(), doc={"request": request.id, "text": text})


def numbers(writer: Writer) -> list[int]:
    """The lines that a terminal holds."""
    writer.pull()
    held = (writer.shown(kind, id) for kind, id in writer.terminal.visible() if kind == "chat_line")
    return sorted(line.n for line in held if isinstance(line, ChatLine))


@pytest.mark.parametrize("mode", ["associate", "team"])
def test_what_was_written_is_for_who_has_taken_it_or_for_the_store(shop: Shop, mode: str) -> None:
    shop.set_mode(mode)
    request = asked(shop)
    ada, ben, cleo = map(shop.writer, (shop.ada, shop.ben, shop.cleo))
    team = [1] if mode == "team" else []
    assert ben.holds("request", request.id)
    assert numbers(ben) == team
    ada.done(Claim(kind="request", id=request.id), line(request))
    assert numbers(ada) == [1, 2]
    ada.done(MarkSeen(id=talk_id(request.id), n=2))
    assert ada.holds("talk", talk_id(request.id))
    assert numbers(ben) == (team and [1, 2])
    assert ben.holds("talk", talk_id(request.id)) == (mode == "team")
    assert ben.one(line(request)).winner == shop.ada.id
    assert cleo.one(line(request)).code == "not_found"

    ada.done(line(request, "One moment"), Transfer(id=request.id, to=shop.ben.id, was=shop.ada.id))
    assert numbers(ben) == [1, 2, 3]
    assert numbers(ada) == (team and [1, 2, 3])
    assert not cleo.holds("request", request.id)
    ben.done(Release(kind="request", id=request.id))
    assert numbers(ben) == (team and [1, 2, 3])


def test_lines_of_two_at_once_have_numbers_of_their_own(shop: Shop) -> None:
    request = asked(shop)
    ada, other = shop.writer(shop.ada), shop.writer(shop.ada, "device-2")
    ada.done(Claim(kind="request", id=request.id))
    other.pull()
    at_once(*(partial(writer.done, line(request), line(request)) for writer in (ada, other)))
    assert numbers(ada) == [1, 2, 3, 4, 5]
    assert shop.stored("request", request.id).lines == 5


def test_what_was_written_belongs_to_the_customer_that_it_turned_out_to_be_and_goes_with_them(shop: Shop) -> None:
    request, anna = asked(shop), shop.add(shop.ada)
    ada = shop.writer(shop.ada)
    ada.done(Claim(kind="request", id=request.id), Edit(kind="request", id=request.id, set={"customer": anna.id}))
    assert [line.customer for line in shop.belongings(anna, "chat_line")] == [anna.id]
    assert [talk.email for talk in shop.belongings(anna, "talk")] == ["kim@example.com"]
    shop.give(anna, shop.ben)
    assert numbers(ada) == [1], "who answers goes on answering"
    with shop.database.transaction() as connection:
        records.write(connection, [], removed=[("customer", anna.id)])
    assert numbers(ada) == []
    assert not ada.holds("request", request.id)


def test_nobody_takes_more_chats_than_the_retailer_wants(shop: Shop) -> None:
    with shop.database.transaction() as connection:
        settings.change(connection, service=ServiceRules(ways=("chat",), most_chats=2))
    one, two, three = (asked(shop) for _ in range(3))
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    ada.done(Claim(kind="request", id=one.id), Claim(kind="request", id=two.id))
    assert ada.one(Claim(kind="request", id=three.id)).detail == (
        "You have 2 open chats: close one or pass one on first."
    )
    ada.done(Transfer(id=one.id, to=shop.ben.id, was=shop.ada.id), Claim(kind="request", id=three.id))
    assert ben.one(Claim(kind="request", id=two.id)).code == "already_claimed"


def test_who_answers_waits_for_the_customer_before_the_request_is_held(postgresql_url: str, clock: MovedClock) -> None:
    with retailer_database(postgresql_url) as database:
        people = [add_person(database, name, "Alpha") for name in ("ada", "ben", "mia", "cleo")]
        shop = Shop(database, clock, *people)
        request, anna = asked(shop), shop.add(shop.ada)
        ada = shop.writer(shop.ada)
        ada.done(Claim(kind="request", id=request.id), Edit(kind="request", id=request.id, set={"customer": anna.id}))
        answering = threading.Thread(target=ada.done, args=[line(request)])
        with database.transaction() as connection:
            records.hold(connection, "customer", [anna.id])
            answering.start()
            ends = time.monotonic() + DEADLINE
            while not connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                assert time.monotonic() < ends, "nobody waits"
            connection.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
            records.hold(connection, "request", [request.id])
        answering.join(DEADLINE)
        assert shop.stored("request", request.id).lines == 2

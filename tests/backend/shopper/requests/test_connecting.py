"""The connector over HTTP: what it offers to which web shops, asking by it, and the stream of a talk."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2 as httpx
import msgspec
import pytest

from sellmode_backend.shopper import brand
from sellmode_backend.shopper.requests import connector, live
from sellmode_backend.store import settings, typing
from sellmode_backend.store.settings import SettingError
from sellmode_contract.kinds.presence import Presence, presence_id
from sellmode_contract.kinds.request import talk_id
from sellmode_contract.mutations import Claim, MarkSeen
from sellmode_contract.store_hours import OpeningHours
from tests.backend.people import NO_CERTIFICATES
from tests.backend.shopper.requests.front import PAGE, Front
from tests.backend.shopper.shop import BRAND, BROWSER, NO_TOKEN
from tests.backend.shopper.storefront import write
from tests.backend.sync.pushing import Writer, stored

SHOP = "https://shop.example"
OF_A_SHOP = BROWSER | {"Origin": SHOP, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
STORE = "/connect?store=Alpha&lang=de"


@pytest.fixture(autouse=True)
def allowed(front: Front) -> None:
    with front.shop.database.transaction() as connection:
        connector.write(connection, connector.Connector(origins=(SHOP,)))


def get(front: Front, path: str, **headers: str) -> httpx.Response:
    return front.shop.browser.get(path, headers=OF_A_SHOP | headers)


def post(front: Front, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    return front.shop.browser.post(path, data=fields, headers=OF_A_SHOP | headers)


def ask(front: Front, **fields: str) -> httpx.Response:
    guard = get(front, STORE).json()["guard"]
    front.shop.clock.forward(seconds=20)
    return post(front, "/connect", {"store": "Alpha", "guard": guard, "way": "chat", "text": "Hallo?"} | fields)


def be_there(front: Front) -> None:
    person = front.ben.id
    write(
        front.shop,
        Presence(id=presence_id(person), store="Alpha", person=person, said=True, available=True, good_at="coats"),
    )


@contextmanager
def listening(front: Front, talk: str, **headers: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """The events of a talk: their names, with what they hold."""

    def events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
        name = ""
        for line in lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))

    url = f"{front.shop.url}/t/{talk}/events"
    with httpx.stream("GET", url, headers=OF_A_SHOP | headers, timeout=20, verify=NO_CERTIFICATES) as answer:
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        yield events(answer.iter_lines())


def next_line(events: Iterator[tuple[str, Any]]) -> tuple[int, list[str]]:
    return next((told["n"], told["text"]) for name, told in events if name == "line")


def test_the_script_is_small_and_anybody_may_have_it(front: Front) -> None:
    answer = get(front, "/connect.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(gzip.compress(answer.content)) < 5_000
    assert not front.shop.browser.cookies
    assert get(front, "/connect.js", **{"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_it_offers_people_in_associate_mode_and_the_store_in_team_mode(front: Front) -> None:
    be_there(front)
    offer = get(front, STORE).json()
    assert [(each["name"], each["more"]) for each in offer["people"]] == [("Person ben", "coats")]
    assert [each["id"] for each in offer["ways"]] == ["chat", "email", "sms", "appointment", "personal_shopper"]
    assert (offer["lang"], offer["say"]) == ("de", "Wir sind für Sie da.")
    assert offer["people"][0]["photo"] == ""
    with front.shop.database.transaction() as connection:
        brand.write(connection, msgspec.structs.replace(BRAND, picture_hosts=("pictures.example",)))
    page = stored(front.shop.database, "storefront", "f-8")
    write(front.shop, msgspec.structs.replace(page, photo="https://pictures.example/ben.jpg"))
    front.shop.clock.forward(seconds=6)
    assert get(front, STORE).json()["people"][0]["photo"] == f"/p/{PAGE}/photo"
    front.set_mode("team")
    front.shop.clock.forward(seconds=6)
    offer = get(front, STORE).json()
    assert (offer["people"], offer["say"]) == ([], "Wir sind für Sie da.")


def test_it_says_when_somebody_is_back_and_where_nothing_is_offered(front: Front) -> None:
    with front.shop.database.transaction() as connection:
        settings.set_hours(connection, {"Alpha": OpeningHours(monday=("10:00-18:00",))})
    assert "Montag, 23. November 2026 um 10:00" in get(front, STORE).json()["say"]
    assert get(front, "/connect?store=Nowhere").status_code == 404
    front.offer()
    front.shop.clock.forward(seconds=6)
    assert get(front, STORE).status_code == 404


def test_what_is_asked_by_it_is_a_request_with_product_page_and_person(front: Front) -> None:
    be_there(front)
    page = {"page": f"{SHOP}/coats?session=secret#top", "sku": "SKU/1", "lang": "fr"}
    answer = ask(front, person=front.ben.id, **page)
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    request = front.request()
    assert (request.wanted, request.sku, request.page, request.language) == (
        front.ben.id, "SKU/1", f"{SHOP}/coats", "fr",
    )  # fmt: skip
    for fields in ({"page": "https://evil.example/"}, {"sku": "unknown"}, {"person": "nobody"}):
        assert ask(front, **fields).status_code == 200
    others = [each for each in front.requests() if each.id != request.id]
    assert {(each.wanted, each.sku, each.page) for each in others} == {(None, "", "")}
    told = ask(front, text=" ", lang="de").json()
    assert told == {"problem": "Bitte schreiben Sie zuerst etwas.", "field": "text"}


def test_pages_of_other_sites_get_and_change_nothing(front: Front) -> None:
    talk = ask(front).json()["talk"]
    guard = get(front, STORE).json()["guard"]
    front.shop.clock.forward(seconds=20)
    for origin in ("https://evil.example", "null", "https://shop.example.evil.example"):
        fields = {"store": "Alpha", "guard": guard, "way": "chat", "text": "Hello", "key": "1"}
        answers = [
            get(front, STORE, Origin=origin),
            post(front, "/connect", fields, Origin=origin),
            get(front, f"/t/{talk}/events", Origin=origin),
            get(front, f"/t/{talk}/lines", Origin=origin),
            *(
                post(front, f"/t/{talk}/{path}", fields, Origin=origin)
                for path in ("lines", "rating", "read", "typing")
            ),
        ]
        assert {answer.status_code for answer in answers} == {400}
        assert not any("Access-Control-Allow-Origin" in answer.headers for answer in answers)
    assert front.shop.post("/connect", {"store": "Alpha"}).status_code == 400, "from no shop at all"
    assert len(front.lines()) == 1
    with front.shop.database.transaction() as connection, pytest.raises(SettingError):
        connector.write(connection, connector.Connector(origins=("https://shop.example/path",)))


def test_every_tab_hears_each_line_once_and_goes_on_where_it_was_cut(front: Front) -> None:
    talk = ask(front, text="One").json()["talk"]
    with listening(front, talk) as first, listening(front, talk) as second:
        assert next_line(first) == next_line(second) == (1, ["One"])
        front.answered(front.request(), "Two <b>\u202etxt")
        assert next_line(first) == next_line(second) == (2, ["Two <b>⟨U+202E⟩txt"])
        for _ in range(2):
            assert post(front, f"/t/{talk}/lines", {"text": "Three", "key": "k-1"}).json() == {"n": 3}
        assert next_line(first) == (3, ["Three"])
        front.answered(front.request(), "Four")
        assert next_line(first) == (4, ["Four"])
    with listening(front, talk, **{"Last-Event-ID": "2"}) as again:
        assert [next_line(again)[0] for _ in range(2)] == [3, 4]
    told = get(front, f"/t/{talk}/lines?after=3").json()
    assert [line["n"] for line in told["lines"]] == [4]
    assert get(front, f"/t/{NO_TOKEN}/lines").status_code == get(front, f"/t/{NO_TOKEN}/events").status_code == 404


def test_a_long_talk_comes_in_parts(front: Front) -> None:
    talk = ask(front, text="x" * 4000).json()["talk"]
    for _ in range(40):
        front.answered(front.request(), "y" * 4000)
    came: list[int] = []
    parts = 0
    while len(came) < 41:
        with listening(front, talk, **{"Last-Event-ID": str(len(came))}) as events:
            for name, told in events:
                if name == "line":
                    came.append(told["n"])
                elif len(came) == 41:
                    break
        parts += 1
    assert came == [*range(1, 42)]
    assert parts == 2
    assert [line["n"] for line in get(front, f"/t/{talk}/lines?after=5").json()["lines"]] == [*range(6, 36)]


def test_typing_and_what_was_read_are_told(front: Front) -> None:
    talk = ask(front).json()["talk"]
    request = front.request()
    ben = Writer(front.shop.database, front.ben, front.shop.clock)
    ben.pull()
    ben.done(Claim(kind="request", id=request.id))
    with listening(front, talk) as events:
        next_line(events)
        ben.call(typing=request.id)
        assert next(name for name, _ in events if name == "typing")
        ben.done(MarkSeen(id=talk_id(request.id), n=1))
        assert next(told["seen"] for name, told in events if name == "state" and told.get("seen")) == 1
    assert post(front, f"/t/{talk}/typing", {"on": "1"}).status_code == 200
    with front.shop.database.snapshot() as connection:
        (writing,) = typing.fresh(connection, "customer", front.shop.clock())
    assert writing.request == request.id
    front.answered(request, "Yes")
    for seen, told in (("0", (0, 2)), ("1", (2, 2))):
        assert post(front, f"/t/{talk}/read", {"n": "9", "seen": seen}).status_code == 200
        assert (front.talk().read, front.talk().delivered) == told


def test_there_are_only_so_many_streams_and_it_is_said(front: Front) -> None:
    talk = ask(front).json()["talk"]
    with ExitStack() as held:
        tabs = [held.enter_context(listening(front, talk)) for _ in range(live.MAX_A_TALK)]
        assert [next_line(tab)[0] for tab in tabs] == [1] * live.MAX_A_TALK
        answer = get(front, f"/t/{talk}/events")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")

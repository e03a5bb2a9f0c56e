"""A customer's own page of their talk: what it shows, what they do there, and that it is theirs alone."""

from __future__ import annotations

import msgspec

from sellmode_backend import housekeeping
from sellmode_backend.shopper.requests import talking
from sellmode_backend.store import records
from sellmode_contract.kinds.request import Request, talk_id
from sellmode_contract.mutations import Claim, Edit, MarkSeen
from tests.backend.shopper.requests.front import Front
from tests.backend.shopper.shop import BROWSER, NO_TOKEN
from tests.backend.shopper.storefront import write
from tests.backend.sync.pushing import Writer


def test_both_sides_see_every_line_once_and_in_order(front: Front) -> None:
    talk = front.asked(text="Is it warm?")
    front.answered(front.request(), "Very. <b>All wool</b>")
    front.shop.clock.forward(minutes=1)
    assert front.say(talk, "I take it").headers["Location"] == f"{talk}#text"
    page = front.shop.get(talk).text
    for words in ("Is it warm?", "Very. &lt;b&gt;All wool&lt;/b&gt;", "I take it"):
        assert page.count(words) == 1
    assert page.index("Is it warm") < page.index("All wool") < page.index("I take it")
    assert "Person ben" in page
    assert [(line.n, line.text) for line in front.lines()] == [
        (1, "Is it warm?"), (2, "Very. <b>All wool</b>"), (3, "I take it"),
    ]  # fmt: skip
    request = front.request()
    assert (request.waiting_since, request.lines) == (front.shop.clock(), 3)


def test_in_team_mode_the_store_answers(front: Front) -> None:
    talk = front.asked()
    front.answered(front.request(), "Yes")
    front.set_mode("team")
    page = front.shop.get(talk).text
    assert "Person ben" not in page
    assert "Alpha" in page


def test_a_line_sent_twice_is_there_once_and_a_closed_request_opens_again(front: Front) -> None:
    talk = front.asked()
    ben = Writer(front.shop.database, front.ben, front.shop.clock)
    ben.pull()
    id = front.request().id
    closed = Edit(
        kind="request", id=id, set={"state": "closed", "outcome": "helped"}, was={"state": "open", "outcome": ""}
    )
    ben.done(Claim(kind="request", id=id), closed)
    assert "This conversation is closed" in front.shop.get(talk).text
    guard = front.guard(talk)
    for _ in range(2):
        assert front.say(talk, "One more thing", guard).status_code == 303
    request = front.request()
    assert (request.state, request.outcome, request.claimed_by, request.lines) == ("open", "", front.ben.id, 2)
    assert len(front.lines()) == 2


def test_what_was_read_is_told_to_either_side(front: Front) -> None:
    talk = front.asked()
    front.answered(front.request(), "Yes")
    for unread in ({"Sec-Purpose": "prefetch"}, {"User-Agent": "Slackbot-LinkExpanding 1.0"}):
        assert front.shop.browser.get(talk, headers=BROWSER | unread).status_code == 200
        assert front.talk().read == 0
    assert "· read" not in front.shop.get(talk).text
    assert (front.talk().read, front.talk().delivered) == (2, 2)
    ben = Writer(front.shop.database, front.ben, front.shop.clock)
    ben.pull()
    ben.done(MarkSeen(id=talk_id(front.request().id), n=1))
    assert "· read" in front.shop.get(talk).text


def test_who_answers_loses_the_right_and_the_talk_goes_on(front: Front) -> None:
    talk = front.asked()
    front.answered(front.request(), "Yes")
    left = msgspec.structs.replace(front.request(), claimed_by=None)
    write(front.shop, left)
    assert front.say(talk, "Are you there?").status_code == 303
    assert front.lines()[-1].holder is None
    assert "Yes" in front.shop.get(talk).text


def test_a_rating_and_a_wish_for_the_transcript_are_kept(front: Front) -> None:
    talk = front.asked()
    guard = front.guard(talk)
    for rating, words in (("2", "Slow"), ("5", " Thank you <3 ")):
        answer = front.shop.post(f"{talk}/rating", {"guard": guard, "rating": rating, "comment": words})
        assert answer.headers["Location"] == f"{talk}?done=rated"
    assert (front.request().rating, front.request().comment) == (5, "Thank you <3")
    for rating in ("", "0", "6", "five"):
        assert front.shop.post(f"{talk}/rating", {"guard": guard, "rating": rating}).status_code == 422
    front.shop.post(f"{talk}/transcript", {"guard": guard, "email": "kim@example.com"})
    assert front.talk().transcript_to == "kim@example.com"
    assert front.shop.post(f"{talk}/transcript", {"guard": guard, "email": "kim"}).status_code == 422
    page = front.shop.get(f"{talk}/transcript")
    assert page.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Hello?" in page.text


def test_anothers_and_an_ended_link_answer_like_an_unknown_one(front: Front) -> None:
    talk = front.asked()
    unknown = front.shop.get(f"/t/{NO_TOKEN}")
    assert unknown.status_code == 404
    fields = {"guard": front.guard(talk), "text": "Hello"}
    for path in ("lines", "rating", "transcript"):
        answer = front.shop.post(f"/t/{NO_TOKEN}/{path}", fields)
        assert (answer.status_code, len(answer.text)) == (404, len(unknown.text))
    other = front.asked()
    assert front.shop.post(f"{other}/lines", fields).status_code == 422, "a form of another talk"
    front.shop.clock.forward(days=29)
    assert front.say(talk, "Still here").status_code == 303
    front.shop.clock.forward(days=29)
    assert front.shop.get(talk).status_code == 200
    assert len(front.shop.get(other).text) == len(unknown.text)
    front.shop.clock.forward(days=1)
    assert front.shop.get(talk).status_code == 404
    housekeeping.tidy(front.shop.database, front.shop.clock())
    front.shop.clock.forward(days=-50)
    assert front.shop.get(talk).status_code == 404, "forgotten"


def test_lines_of_one_talk_are_limited_and_no_line_is_too_long(front: Front) -> None:
    talk = front.asked()
    guard = front.guard(talk)
    answer = front.say(talk, "x" * 4001, guard)
    assert answer.status_code == 422
    assert "x" * 4001 in answer.text
    assert front.say(talk, "x" * 100_000, guard).status_code == 413
    for _ in range(talking.LINES[0].often):
        assert front.say(talk, "More").status_code == 303
    assert front.say(talk, "More").status_code == 429


def test_a_customer_who_is_erased_takes_the_talk_along(front: Front) -> None:
    talk = front.asked()
    request: Request = msgspec.structs.replace(front.request(), customer="c-1")
    write(front.shop, request)
    assert front.say(talk, "It is me").status_code == 303
    with front.shop.database.transaction() as connection:
        records.write(connection, [], removed=[("customer", "c-1")])
    assert front.shop.get(talk).status_code == 404

"""Customers ask by a plain form: what is made of it, for whom it is, and what is refused."""

from __future__ import annotations

import datetime as dt
import re

import sqlalchemy as sa

from sellmode_backend.shopper.requests import asking
from sellmode_backend.store import schema, settings
from sellmode_contract.kinds.chat_line import CUSTOMER
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.store_hours import OpeningHours
from tests.backend.shopper.requests.front import PAGE, STORE_PAGE, Front
from tests.backend.shopper.shop import NO_TOKEN, TOKEN
from tests.backend.shopper.storefront import write


def test_a_form_makes_a_request_with_its_talk_and_its_first_line(front: Front) -> None:
    page = front.shop.get(f"/l/{PAGE}/ask").text
    front.asked(name=" Kim ", email="kim@example.com", phone="+44 20 7946 0018", way="appointment", agreed="yes",
                wish="Friday", text=" Hello?\r\nIs it warm? ")  # fmt: skip
    request, talk, (line,), now = front.request(), front.talk(), front.lines(), front.shop.clock()
    assert (request.store, request.way, request.name, request.preview) == (
        "Alpha", "appointment", "Kim", "Hello? Is it warm?",
    )  # fmt: skip
    assert (request.wanted, request.reserved, request.language) == (front.ben.id, True, "en")
    assert (request.asked_at, request.waiting_since, request.lines) == (now, now, 1)
    assert request.reserved_until == now + dt.timedelta(minutes=30)
    assert request.answer_due == now + dt.timedelta(minutes=240)
    assert request.page == f"/l/{PAGE}"
    assert (talk.email, talk.phone, talk.wish) == ("kim@example.com", "+442079460018", "Friday")
    assert (line.n, line.by, line.text, line.at) == (1, CUSTOMER, "Hello?\nIs it warm?", now)
    agreed = {each.channel: each.words for each in talk.agreed}
    assert agreed.keys() == {"email", "sms", "phone"}
    assert all(words in page for words in agreed.values())
    with front.shop.database.snapshot() as connection:
        touch = connection.execute(sa.select(schema.touch).where(schema.touch.c.what == "request")).mappings().one()
    assert (touch["about"], touch["way"], touch["person"], touch["store"]) == (
        request.id, "request", front.ben.id, "Alpha",
    )  # fmt: skip


def test_in_team_mode_it_is_the_stores_and_nobody_is_wanted(front: Front) -> None:
    front.set_mode("team")
    front.asked(STORE_PAGE)
    request = front.request()
    assert (request.wanted, request.reserved, request.reserved_until) == (None, False, None)


def test_from_a_lookbook_it_is_its_authors_until_they_have_left(front: Front) -> None:
    front.asked(TOKEN)
    request, (line,) = front.request(), front.lines()
    assert (request.wanted, request.page, line.lookbook) == ("s-1", "", "l-1"), "its link is nobody else's to see"
    left = Staff(id="s-1", store="Alpha", user_name="E1", name="Ben Seller", role="associate", active=False)
    write(front.shop, left)
    front.asked(TOKEN)
    assert sorted(each.wanted or "" for each in front.requests()) == ["", "s-1"]


def test_the_answer_is_due_in_opening_hours(front: Front) -> None:
    monday = OpeningHours(monday=("10:00-18:00",))
    with front.shop.database.transaction() as connection:
        settings.set_hours(connection, {"Alpha": monday})
    assert "The store is closed now. It opens on Monday, November 23, 2026 at 10:00" in front.shop.get(
        f"/l/{PAGE}/ask"
    ).text.replace("\u202f", " ")
    front.asked(way="email", email="kim@example.com", agreed="yes")
    assert front.request().answer_due == dt.datetime(2026, 11, 23, 14, tzinfo=dt.UTC)


def test_a_product_comes_along_if_it_stands_on_the_page(front: Front) -> None:
    key = re.findall(r"/ask\?product=([0-9a-f]+)", front.shop.get(f"/l/{PAGE}").text)[0]
    assert "Coat 1" in front.shop.get(f"/l/{PAGE}/ask?product={key}").text
    front.asked(product=key)
    front.asked(product="f" * 12)
    assert sorted(request.sku for request in front.requests()) == ["", "SKU/1"]


WRONG = [
    ({"text": " \n"}, "Please write something first"),
    ({"text": "x" * 4001}, "at most 4000 characters"),
    ({"name": "x" * 101}, "at most 100 characters"),
    ({"way": "telepathy"}, "choose how we can help"),
    ({"way": "email"}, "give an e-mail address such as"),
    ({"way": "email", "email": "kim"}, "give an e-mail address such as"),
    ({"way": "email", "email": "kim@example.com"}, "agree that we may write"),
    ({"way": "sms", "phone": "12", "agreed": "yes"}, "begins with +"),
    ({"way": "personal_shopper", "agreed": "yes"}, "an e-mail address or a phone number"),
    ({"guard": "x"}, "open for too long"),
]


def test_what_does_not_do_is_told_where_it_was_written_and_nothing_is_lost(front: Front) -> None:
    for fields, says in WRONG:
        answer = front.ask(**{"text": "Is it <warm>?"} | fields)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert says in answer.text
        assert "text" in fields or "Is it &lt;warm&gt;?</textarea>" in answer.text
    assert front.requests() == []


def test_the_longest_message_of_any_script_is_taken_and_100_kilobytes_are_not(front: Front) -> None:
    front.asked(text="\U0001f9e5" * 4000)
    assert front.ask(text="x" * 100_000).status_code == 413
    assert len(front.requests()) == 1


def test_a_form_sent_twice_is_one_request(front: Front) -> None:
    guard = front.guard(f"/l/{PAGE}/ask")
    front.shop.clock.forward(seconds=20)
    first, second = (front.ask(guard=guard).headers["Location"] for _ in range(2))
    assert first == second
    assert len(front.lines()) == 1


def test_who_is_too_quick_or_fills_in_what_nobody_sees_is_no_customer(front: Front) -> None:
    guard = front.guard(f"/l/{PAGE}/ask")
    assert "very quick" in front.ask(guard=guard).text
    talk = front.asked(website="https://spam.example")
    assert front.requests() == []
    assert front.shop.get(talk).status_code == 404


def test_requests_of_one_address_are_limited(front: Front) -> None:
    often = asking.RATES[0].often
    for _ in range(often):
        front.asked()
        front.shop.clock.forward(seconds=-20)
    answer = front.ask()
    assert answer.status_code == 429
    assert "a lot at once" in answer.text
    front.shop.clock.forward(hours=1)
    front.asked()


def test_there_is_no_form_where_nothing_is_offered_or_no_page_is_open(front: Front) -> None:
    assert f"/l/{PAGE}/ask" in front.shop.get(f"/l/{PAGE}").text
    front.offer()
    assert "/ask" not in front.shop.get(f"/l/{PAGE}").text
    for token in (PAGE, NO_TOKEN):
        assert front.shop.get(f"/l/{token}/ask").status_code == 404
        assert front.shop.post(f"/l/{token}/ask", {"text": "Hello"}).status_code == 404


def test_a_form_that_another_site_sends_is_refused(front: Front) -> None:
    fields = {"guard": front.guard(f"/l/{PAGE}/ask"), "way": "chat", "text": "Hello"}
    front.shop.clock.forward(seconds=20)
    assert front.shop.post(f"/l/{PAGE}/ask", fields, Sec_Fetch_Site="cross-site").status_code == 400
    assert front.requests() == []

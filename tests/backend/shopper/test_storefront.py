"""Storefront pages: whose picks they show in either mode, when they are closed, and what of them counts."""

from __future__ import annotations

import datetime as dt
import re

import msgspec
import sqlalchemy as sa

from sellmode_backend.results import rebuilding
from sellmode_backend.shopper import brand
from sellmode_backend.store import records, schema, settings
from sellmode_contract.kinds.fact import Fact
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.records import Record
from tests.backend.shopper.shop import BRAND, NO_TOKEN, Shop
from tests.backend.shopper.storefront import BENS, BENS_PAGE, STORES, picks, write
from tests.backend.shopper.test_touches import visit_of


def set_mode(shop: Shop, mode: str) -> None:
    with shop.database.transaction() as connection:
        settings.set_mode(connection, mode)


def test_an_associates_page_shows_their_own_lists_in_associate_mode(front: Shop) -> None:
    page = front.get(f"/l/{BENS}").text
    for words in (
        "Ben picks",
        "Ben Seller",
        "Alpha",
        "List b1",
        "Coat 1",
        "€129.50",
        "Why SKU/2",
        "No longer available",
    ):
        assert words in page
    assert page.index("List b2") < page.index("List b1")  # new arrivals come first
    assert "List b3" not in page  # there is nothing in it
    assert "Coat 3" not in page
    assert "<textarea" not in page
    assert "<form" not in page
    assert front.get(f"/l/{STORES}").status_code == 404


def test_the_stores_page_shows_the_stores_lists_in_team_mode(front: Shop) -> None:
    set_mode(front, "team")
    page = front.get(f"/L/{STORES.lower()}").text
    assert "List t1" in page
    assert "Coat 3" in page
    assert "Ben" not in page
    assert front.get(f"/l/{BENS}").status_code == 404


def test_a_closed_page_answers_as_one_that_never_was(front: Shop) -> None:
    unknown = front.get(f"/l/{NO_TOKEN}")
    ben = Staff(id="s-1", store="Alpha", user_name="E1", name="Ben Seller", role="associate")
    closed: list[tuple[Record, Record]] = [
        (msgspec.structs.replace(BENS_PAGE, expires_at=front.clock()), BENS_PAGE),
        (msgspec.structs.replace(ben, active=False), ben),
        (msgspec.structs.replace(ben, store="Beta"), ben),
    ]
    for record, before in closed:
        write(front, record)
        assert (front.get(f"/l/{BENS}").status_code, len(front.get(f"/l/{BENS}").text)) == (404, len(unknown.text))
        write(front, before)
        assert front.get(f"/l/{BENS}").status_code == 200
    with front.database.transaction() as connection:
        records.write(connection, [], removed=[("storefront", BENS_PAGE.id)])
    assert front.get(f"/l/{BENS}").status_code == 404


def test_nobody_answers_on_it(front: Shop) -> None:
    for path in ("reply", "verdict", "tracking", "delete"):
        assert front.post(f"/l/{BENS}/{path}", {"text": "Hello"}).status_code == 404, path


def test_a_click_is_a_touch_and_its_token_goes_on(front: Shop) -> None:
    page = front.get(f"/l/{BENS}").text
    link = page[page.index("/c/") :].partition('"')[0]
    there = front.get(link).headers["Location"]
    assert there.startswith("https://shop.example/p?sku=SKU%2F2&utm_source=sellmode&utm_medium=storefront&utm_content=")
    touch = schema.touch
    with front.database.snapshot() as connection:
        row = connection.execute(sa.select(touch).where(touch.c.what == "click")).mappings().one()
    assert there.endswith(row["id"])
    assert (row["way"], row["about"], row["person"], row["customer"]) == ("storefront", "f-1", "s-1", None)
    assert counted(front) == {("s-1", "referred"): 1, (None, "referred"): 1}


def test_clicks_of_a_scanner_led_nobody_to_the_shop(front: Shop) -> None:
    write(front, picks("b1", "s-1", "SKU/1", "SKU/2", "SKU/3"))
    page = front.get(f"/l/{BENS}").text
    links = sorted(set(re.findall(r"/c/[^\"]+", page)))
    assert len(links) >= 3
    with front.silent() as browser:
        for link in links:
            assert browser.get(link).status_code == 303
    assert counted(front) == {}


def counted(shop: Shop) -> dict[tuple[str | None, str], int]:
    """The visits and clicks among the facts, by whose page it was."""
    with shop.database.snapshot() as connection:
        assert rebuilding.compare(connection) == ([], [])
        return {
            (fact.person, measure): value
            for fact in records.each(connection, "fact")
            if isinstance(fact, Fact)
            for channels in fact.days.values()
            for measures in channels.values()
            for measure, value in measures.items()
            if measure in ("visits", "referred")
        }


def test_a_visit_counts_once_however_often_it_is_told(front: Shop) -> None:
    for visits in (1, 2):
        visit = visit_of(front.get(f"/l/{BENS}").text)
        for _ in range(2):
            assert front.post(f"/l/{BENS}/seen", {"visit": visit}).status_code == 204
        assert counted(front) == {(None, "visits"): visits, ("s-1", "visits"): visits}


def test_a_photo_and_a_logo_come_from_the_retailers_hosts_alone(front: Shop) -> None:
    hosts = msgspec.structs.replace(BRAND, picture_hosts=("pictures.example",), logo="https://pictures.example/l.png")
    with front.database.transaction() as connection:
        brand.write(connection, hosts)
    write(front, msgspec.structs.replace(BENS_PAGE, photo="https://pictures.example/ben.jpg"))
    page = front.get(f"/l/{BENS}").text
    assert f'<img src="/p/{BENS}/photo"' in page
    assert f'<img src="/p/{BENS}/logo"' in page
    write(front, msgspec.structs.replace(BENS_PAGE, photo="https://elsewhere.example/ben.jpg"))
    assert f"/p/{BENS}/photo" not in front.get(f"/l/{BENS}").text


def test_it_is_closed_at_its_end(front: Shop) -> None:
    write(front, msgspec.structs.replace(BENS_PAGE, expires_at=front.clock() + dt.timedelta(days=2)))
    assert "It is there until November 24, 2026" in front.get(f"/l/{BENS}").text
    front.clock.now += dt.timedelta(days=2)
    assert front.get(f"/l/{BENS}").status_code == 404

"""What counts as a person's: opens, clicks, and what scanners, previews and prefetches do."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from sellmode_backend.shopper import brand, touches, visitors
from sellmode_backend.store import records
from sellmode_contract.kinds.lookbook import LookbookResult, result_id
from tests.backend.shopper.shop import BRAND, BROWSER, TOKEN, Shop


def result(shop: Shop) -> LookbookResult:
    with shop.database.snapshot() as connection:
        found = records.read(connection, "lookbook_result", result_id("l-1"))
    assert isinstance(found, LookbookResult)
    return found


def visit_of(page: str) -> str:
    found = re.search(r'visit: "([^"]+)"', page)
    assert found
    return found[1]


def test_a_page_counts_once_it_was_looked_at_and_each_sending_once(shop: Shop) -> None:
    visit = visit_of(shop.page())
    assert shop.touches() == [("open", "", "not seen", 1)]
    for _ in range(2):
        assert shop.post(f"/l/{TOKEN}/seen", {"visit": visit}).status_code == 204
    assert shop.touches() == [("open", "", "", 1)]
    found = result(shop)
    assert (found.opened, found.first_opened_at, found.not_counted) == (1, shop.clock(), {})


def test_what_was_not_seen_is_taken_back_once_for_each_sending(shop: Shop) -> None:
    visits = [visit_of(shop.page()) for _ in range(3)]
    for _ in range(3):
        shop.post(f"/l/{TOKEN}/seen", {"visit": visits[0]})
    assert sorted(shop.touches()) == [("open", "", "", 1), ("open", "", "not seen", 2)]


def test_a_page_that_is_opened_years_later_was_first_opened_when_it_was(shop: Shop) -> None:
    shop.change(expires_at=shop.clock() + dt.timedelta(days=900))  # as after it was renewed
    first = shop.clock()
    for _ in range(2):
        shop.post(f"/l/{TOKEN}/seen", {"visit": visit_of(shop.page())})
        shop.clock.forward(days=500)
        with shop.database.transaction() as connection:
            touches.forget_old(connection, shop.clock())
    assert result(shop).first_opened_at == first


def test_a_word_that_was_not_made_here_counts_nothing(shop: Shop) -> None:
    visit = visit_of(shop.page())
    for wrong in ("", "1.x.y", visit[:-1], f"9{visit}", shop.guard()):
        assert shop.post(f"/l/{TOKEN}/seen", {"visit": wrong}).status_code == 204
    assert {row[2] for row in shop.touches()} == {"not seen"}


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Sec-Purpose": "prefetch;prerender"}, "prefetch"),
        ({"User-Agent": "Mozilla/5.0 (compatible; BarracudaCentral/1.0)"}, "program"),
        ({"User-Agent": "WhatsApp/2.25.1 A"}, "program"),
        ({"User-Agent": ""}, "program"),
        ({"User-Agent": "Mozilla/5.0 " + "x" * 600}, "program"),
    ],
)
def test_programs_and_prefetches_are_kept_apart_with_the_reason(
    shop: Shop, headers: dict[str, str], reason: str
) -> None:
    key = shop.keys()[0]
    for _ in range(3):
        assert shop.get(f"/l/{TOKEN}", **headers).status_code == 200
    location = shop.get(f"/c/{TOKEN}/{key}", **headers).headers["Location"]
    assert "utm_content" not in location
    assert ("open", "", reason, 3) in shop.touches()
    assert ("click", "SKU/1", reason, 1) in shop.touches()
    found = result(shop)
    assert (found.opened, found.products, found.not_counted[reason]) == (0, (), 4)


def test_a_click_leads_to_the_shop_with_a_token_that_tells_nobody_anything(shop: Shop) -> None:
    answer = shop.get(f"/c/{TOKEN}/{shop.keys()[0]}")
    link = urlsplit(answer.headers["Location"])
    query = parse_qs(link.query)
    assert (answer.status_code, link.scheme, link.netloc, query["sku"]) == (303, "https", "shop.example", ["SKU/1"])
    assert (query["utm_source"], query["utm_medium"]) == (["sellmode"], ["lookbook"])
    assert re.fullmatch(r"[\w-]{16}", query["utm_content"][0])
    assert not any(id in answer.headers["Location"] for id in ("c-1", "s-1", "l-1", "Ada", "Ben", TOKEN))
    assert ("click", "SKU/1", "", 1) in shop.touches()
    assert [(product.sku, product.clicks) for product in result(shop).products] == [("SKU/1", 1)]


def test_who_follows_all_links_at_once_and_says_nothing_is_a_scanner(shop: Shop) -> None:
    keys = shop.keys()
    with shop.silent() as browser:
        for key in keys:
            assert browser.get(f"/c/{TOKEN}/{key}").status_code == 303
    assert not [row for row in shop.touches() if row[0] == "click" and not row[2]]


def test_an_old_browser_that_follows_one_link_is_a_person(shop: Shop) -> None:
    with shop.silent() as browser:
        assert "utm_content" in browser.get(f"/c/{TOKEN}/{shop.keys()[0]}").headers["Location"]
        shop.clock.forward(seconds=11)
        for key in shop.keys()[1:]:
            assert "utm_content" in browser.get(f"/c/{TOKEN}/{key}").headers["Location"]


def test_nothing_else_is_linked(shop: Shop) -> None:
    assert shop.get(f"/c/{TOKEN}/https:%2F%2Fevil.example").status_code == 404
    with shop.database.transaction() as connection:
        brand.write(connection, brand.Brand(colour=BRAND.colour))
    assert "/c/" not in shop.page()


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
def test_of_a_browser_that_asks_not_to_be_tracked_nothing_is_noted(shop: Shop, header: str) -> None:
    key = re.findall(r'id="p-([0-9a-f]+)"', shop.get(f"/l/{TOKEN}", **{header: "1"}).text)[0]
    assert "utm_content" not in shop.get(f"/c/{TOKEN}/{key}", **{header: "1"}).headers["Location"]
    assert shop.touches() == []


def test_a_customer_may_refuse_and_agree_again(shop: Shop) -> None:
    guard, key = shop.guard(), shop.keys()[0]
    before = shop.touches()
    assert "done=saved" in shop.post(f"/l/{TOKEN}/tracking", {"guard": guard, "agreed": "no"}).headers["Location"]
    assert "We do not record" in shop.page()
    shop.get(f"/c/{TOKEN}/{key}")
    assert shop.touches() == before
    shop.post(f"/l/{TOKEN}/tracking", {"guard": guard, "agreed": "yes"})
    shop.get(f"/c/{TOKEN}/{key}")
    assert ("click", "SKU/1", "", 1) in shop.touches()


def test_a_link_that_is_tried_without_end_counts_so_far_and_no_further(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touches, "MOST_A_DAY", 3)
    key = shop.keys()[0]
    for _ in range(10):
        shop.get(f"/c/{TOKEN}/{key}")
    counted = [row for row in shop.touches() if row[:3] == ("click", "SKU/1", "")]
    assert len(counted) == 3
    assert ("click", "SKU/1", "too many", 3) in shop.touches()


def test_people_and_programs_by_what_they_say_they_are() -> None:
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    cubot = "Mozilla/5.0 (Linux; Android 9; CUBOT_NOTE_S) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.132"
    people = [
        BROWSER["User-Agent"],
        f"{phone} Version/18.5 Mobile/15E148 Safari/604.1",
        f"{cubot} Mobile Safari/537.36",
    ]
    assert not any(map(visitors.is_program, people))
    programs = ["curl/8.5.0", "Mimecast-URL-Protect", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"]
    assert all(map(visitors.is_program, programs))

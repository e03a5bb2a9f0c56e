"""The page of a lookbook: what is on it, its headers, and that a closed link tells nothing."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import httpx2 as httpx
import pytest

from sellmode_contract.kinds.look import LookItem
from tests.backend.shopper.shop import NO_TOKEN, TOKEN, Shop


def test_what_is_on_it(shop: Shop) -> None:
    page = shop.page()
    for words in (
        "For the autumn",
        "Ada",
        "Ben Seller",
        "Alpha",
        "Coat 1",
        "€129.50",
        "Note SKU/2",
        "December 22, 2026",
    ):
        assert words in page
    assert len(page.encode()) < 30_000
    assert "src=" not in page.replace('<img src="/p/', "")


def test_its_headers(shop: Shop) -> None:
    headers = shop.get(f"/l/{TOKEN}").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "noindex" in headers["X-Robots-Tag"]
    assert "Set-Cookie" not in headers


def test_a_link_is_the_same_in_capitals_and_not(shop: Shop) -> None:
    assert shop.get(f"/L/{TOKEN.lower()}").status_code == 200


def test_unknown_expired_and_revoked_links_answer_alike(shop: Shop) -> None:
    answers = {name: shop.get(f"/l/{token}") for name, token in (("unknown", NO_TOKEN), ("no token", "x"))}
    shop.change(revoked_at=shop.clock())
    answers["revoked"] = shop.get(f"/l/{TOKEN}")
    shop.change(revoked_at=None, expires_at=shop.clock())
    answers["expired"] = shop.get(f"/l/{TOKEN}")
    shop.change(expires_at=None, shared_at=None)
    answers["not shared"] = shop.get(f"/l/{TOKEN}")
    assert {answer.status_code for answer in answers.values()} == {404}
    assert len({_without_nonce(answer) for answer in answers.values()}) == 1


def _without_nonce(answer: httpx.Response) -> str:
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return re.sub(r"nonce[-=]\"?[\w-]+", "", f"{headers}{answer.text}")


@pytest.mark.parametrize(
    ("accepted", "begins", "words"),
    [
        ("de-CH,en;q=0.5", 'lang="de-CH" dir="ltr"', "Gefällt mir"),
        ("ar", 'lang="ar" dir="rtl"', "يعجبني"),
        ("ja, fr;q=0.4, nl;q=0.6", 'lang="nl" dir="ltr"', "Vind ik mooi"),
        ("ja", 'lang="en" dir="ltr"', "I like this"),
        (";;,=" * 200, 'lang="en" dir="ltr"', "I like this"),
    ],
)
def test_the_browsers_language_where_the_customers_is_not_known(
    shop: Shop, accepted: str, begins: str, words: str
) -> None:
    shop.change(customer=None)
    page = shop.page(Accept_Language=accepted)
    assert begins in page
    assert words in page


def test_what_is_hostile_is_text(shop: Shop) -> None:
    shop.change(
        title="<script>alert(1)</script>\"'",
        message="</p><img src=x onerror=alert(1)>\u202e\x07{{ 7 * 7 }}",
        items=(LookItem(sku="<b>../%00", note="javascript:alert(1)"),),
    )
    page = shop.page()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}" in page
    assert "\u202e" not in page
    assert "\x07" not in page


def test_an_expired_link_takes_no_answers(shop: Shop) -> None:
    guard = shop.guard()
    shop.clock.now += dt.timedelta(days=31)
    for path in ("reply", "verdict", "tracking", "delete", "seen"):
        answer = shop.post(f"/l/{TOKEN}/{path}", {"guard": guard, "text": "Hello"})
        assert answer.status_code == 404, path


def test_where_the_database_cannot_be_reached_there_are_words(shop: Shop) -> None:
    # With all of its files: who has it open, as the server's own tasks may, goes on with what belongs together.
    folder = Path(shop.database.engine.url.database or "").parent
    away = folder.rename(folder.with_suffix(".away"))
    shop.database.engine.dispose()  # after that: nobody can have opened it anew in between
    answer = shop.get(f"/l/{TOKEN}", Accept_Language="de")
    away.rename(folder)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "kann gerade nicht angezeigt werden" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert shop.get(f"/l/{TOKEN}").status_code == 200

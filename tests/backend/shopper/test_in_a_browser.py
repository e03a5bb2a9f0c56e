"""The page in a real Chromium: what a customer sees and does, without script too, on a narrow screen, in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sellmode_contract.kinds.look import LookItem
from tests.backend.shopper.shop import BROWSER, TOKEN, Shop
from tests.backend.shopper.storefront import BENS
from tests.support.browser import Browser, Tab, browser

AXE = Path(__file__).parents[2] / "data" / "axe" / "axe.min.js"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    with chromium.tab() as opened:
        opened.call("Network.setUserAgentOverride", userAgent=BROWSER["User-Agent"])
        yield opened


@pytest.fixture
def plain_tab(chromium: Browser) -> Iterator[Tab]:
    """Where no page may run a script."""
    with chromium.tab(script=False) as opened:
        yield opened


def text_of(tab: Tab) -> str:
    return str(tab.run("document.body.innerText"))


def violations(tab: Tab) -> list[str]:
    """What axe finds that keeps people from reading or using a page."""
    tab.run(AXE.read_text("utf-8"))
    found = tab.run("axe.run(document, {resultTypes: ['violations']}).then((results) => results.violations)")
    return [f"{one['id']}: {one['help']} {[node['html'] for node in one['nodes']]}" for one in found]


def requests(tab: Tab) -> list[dict[str, Any]]:
    events = tab._browser.seen
    return [event["params"]["request"] for event in events if event.get("method") == "Network.requestWillBeSent"]


def test_a_page_is_seen_and_counts_after_a_second(shop: Shop, tab: Tab) -> None:
    tab.open(f"{shop.url}/l/{TOKEN}")
    assert "For the autumn" in text_of(tab)
    while tab.wait_for("Network.requestWillBeSent")["request"]["url"] != f"{shop.url}/l/{TOKEN}/seen":
        pass
    while not tab.wait_for("Network.responseReceived")["response"]["url"].endswith("/seen"):
        pass
    assert shop.touches() == [("open", "", "", 1)]


def test_it_asks_once_and_nobody_else(shop: Shop, tab: Tab) -> None:
    tab.open(f"{shop.url}/l/{TOKEN}")
    asked = [request["url"] for request in requests(tab)]
    assert [url for url in asked if not url.endswith(("/favicon.ico", "/seen"))] == [f"{shop.url}/l/{TOKEN}"]


def test_without_script_all_forms_work(shop: Shop, plain_tab: Tab) -> None:
    plain_tab.open(f"{shop.url}/l/{TOKEN}")
    plain_tab.click('button[value="liked"]')
    plain_tab.wait_for("Page.loadEventFired")
    assert plain_tab.run("document.querySelector('[aria-pressed=true]').innerText") == "I like this"
    plain_tab.run("document.querySelector('textarea').focus()")
    plain_tab.call("Input.insertText", text="Größe 42, s'il vous plaît")
    plain_tab.click("button.main")
    plain_tab.wait_for("Page.loadEventFired")
    assert "Your message has arrived" in text_of(plain_tab)
    assert shop.result().replies[0].text == "Größe 42, s'il vous plaît"


def test_a_link_leads_to_the_shop_and_counts_as_a_persons(shop: Shop, tab: Tab) -> None:
    tab.open(f"{shop.url}/l/{TOKEN}")
    tab.call("Fetch.enable", patterns=[{"urlPattern": "https://shop.example/*"}])
    tab.click("a.go")
    paused = tab.wait_for("Fetch.requestPaused")["request"]
    assert paused["url"].startswith("https://shop.example/p?sku=SKU%2F1&utm_source=sellmode")
    assert "Referer" not in paused["headers"]
    assert ("click", "SKU/1", "", 1) in shop.touches()


def test_nothing_that_somebody_wrote_runs(shop: Shop, tab: Tab) -> None:
    evil = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    shop.change(
        title=f"{evil}</title>",
        message=f"</p>{evil}",
        items=(LookItem(sku=f'"><svg onload="document.title=1">{evil}', note=f"{evil}{{{{7*7}}}}"),),
    )
    tab.open(f"{shop.url}/l/{TOKEN}")
    assert tab.run("document.title").startswith("<script>")
    assert evil in text_of(tab)
    assert tab.run("document.querySelectorAll('img, svg').length") == 0
    assert tab.run("document.scripts.length") == 1


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_narrow_screen_scrolls_one_way_only(shop: Shop, tab: Tab, language: str, direction: str) -> None:
    shop.change(customer=None, title="A" * 150, message="Rindfleischetikettierung" * 9)
    tab.size(320, 640)
    tab.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})
    tab.open(f"{shop.url}/l/{TOKEN}")
    assert tab.run("document.documentElement.dir") == direction
    assert tab.run("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_from_reading_and_using_it(shop: Shop, tab: Tab, scheme: str) -> None:
    tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    tab.size(390, 800)
    tab.open(f"{shop.url}/l/{TOKEN}")
    tab.run("document.querySelector('details').open = true")
    assert violations(tab) == []
    dark = tab.run("getComputedStyle(document.body).backgroundColor") == "rgb(22, 22, 22)"
    assert dark == (scheme == "dark")


def test_a_closed_page_says_so(shop: Shop, tab: Tab) -> None:
    shop.change(revoked_at=shop.clock())
    tab.open(f"{shop.url}/l/{TOKEN}")
    assert "There is no such page" in text_of(tab)
    assert violations(tab) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_from_a_storefront(front: Shop, tab: Tab, scheme: str) -> None:
    tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    tab.size(320, 800)
    tab.open(f"{front.url}/l/{BENS}")
    assert violations(tab) == []
    assert tab.run("document.documentElement.scrollWidth") <= 320
    assert [request["url"] for request in requests(tab) if "favicon" not in request["url"]] == [f"{front.url}/l/{BENS}"]

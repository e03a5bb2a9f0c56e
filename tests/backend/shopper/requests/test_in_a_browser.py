"""Asking in a real Chromium: by the plain form without script, and by the connector on the page of a web shop."""

from __future__ import annotations

import datetime as dt
import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sellmode_backend.accounts.signing_in import utc_now
from sellmode_backend.shopper.requests import connector
from sellmode_backend.store import schema
from sellmode_backend.store.database import Database
from tests.backend.people import MovedClock
from tests.backend.shopper.requests import front as fronts
from tests.backend.shopper.requests.front import PAGE, Front
from tests.backend.shopper.shop import BROWSER, Shop
from tests.backend.shopper.test_in_a_browser import AXE
from tests.support.backend import DEADLINE, retailer_database, serve
from tests.support.browser import Browser, Tab, browser

ROOT = "document.querySelector('aside').shadowRoot"
HOSTILE = "<img src=x onerror=document.title='run'> \u202egnp.exe </p><script>document.title='run'</script>"


class Now(MovedClock):
    """The machine's clock: the backend is another process."""

    def __call__(self) -> Any:
        return utc_now()


def until(check: Callable[[], Any], what: str) -> Any:
    """Ask again until it is so."""
    end = time.monotonic() + DEADLINE
    while not (found := check()):
        assert time.monotonic() < end, what
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def web_shop(backend: str) -> Iterator[str]:
    """A page of a web shop with the connector, under a strict policy."""
    policy = f"default-src 'none'; script-src {backend}; connect-src {backend}; img-src {backend}"
    page = (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Coats</title>'
        f'<main><h1>Coats</h1></main><script src="{backend}/connect.js" data-store="Alpha" data-sku="SKU/1" async>'
        "</script>"
    )

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with retailer_database(sqlite_url) as opened:
        yield opened


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def front(database: Database, port: int) -> Iterator[Front]:
    """The shop; its backend is started by the test."""
    shop = Shop(f"http://127.0.0.1:{port}", database, Now())
    shop.open(dt.timedelta(days=30))
    with shop.browser:
        yield fronts.fill(shop)


@contextmanager
def tab_of(chromium: Browser, *, script: bool = True) -> Iterator[Tab]:
    with chromium.tab(script=script) as tab:
        tab.call("Network.setUserAgentOverride", userAgent=BROWSER["User-Agent"])
        yield tab


def violations(tab: Tab) -> list[str]:
    tab.run(AXE.read_text("utf-8"))
    found = tab.run("axe.run(document, {resultTypes: ['violations']}).then((results) => results.violations)")
    return [f"{one['id']}: {one['help']} {[node['html'] for node in one['nodes']]}" for one in found]


def plain_violations(tab: Tab) -> list[str]:
    """The same where no page may run a script: axe is one, and for its time may."""
    tab.call("Emulation.setScriptExecutionDisabled", value=False)
    found = violations(tab)
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    return found


def complaints(tab: Tab) -> list[str]:
    """What the browser says against a page."""
    entries = [event["params"]["entry"] for event in tab._browser.seen if event.get("method") == "Log.entryAdded"]
    return [entry["text"] for entry in entries if "Content Security Policy" in entry["text"]]


def lines(tab: Tab) -> list[str]:
    """The lines of the connector, without who has written them when."""
    of_line = "[...line.querySelectorAll('p')].slice(1).map(p => p.textContent).join('|')"
    found = tab.run(f"[...{ROOT}.querySelectorAll('.line')].map(line => {of_line})")
    return [str(line) for line in found]


def type_line(tab: Tab, text: str) -> None:
    """Write something into the field, and press Enter."""
    tab.run(f"{ROOT}.getElementById('text').focus()")
    tab.call("Input.insertText", text=text)
    for kind in ("keyDown", "keyUp"):
        tab.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")


def test_without_script_a_customer_asks_and_goes_on(
    chromium: Browser, front: Front, sqlite_url: str, tmp_path: Path, port: int
) -> None:
    with serve(sqlite_url, tmp_path, "--port", str(port)), tab_of(chromium, script=False) as tab:
        tab.size(320, 640)
        tab.open(f"{front.shop.url}/l/{PAGE}")
        tab.run("document.querySelector('a[href*=\"/ask?\"]').click()")
        tab.wait_for("Page.loadEventFired")
        until(lambda: tab.run("document.querySelector('textarea') !== null"), "the form is not there")
        assert plain_violations(tab) == []
        assert tab.run("document.documentElement.scrollWidth") <= 320
        tab.run("document.querySelector('[value=chat]').checked = true")
        tab.run("document.querySelector('textarea').focus()")
        tab.call("Input.insertText", text=HOSTILE)

        def sent() -> bool:
            """What is sent too soon comes back as it was written."""
            tab.click("button.main")
            tab.wait_for("Page.loadEventFired")
            return bool(tab.run("location.pathname.startsWith('/t/')"))

        until(sent, "it was not taken")
        assert plain_violations(tab) == []
        assert tab.run("document.documentElement.scrollWidth") <= 320
        assert tab.run("document.querySelectorAll('#log img, #log script').length") == 0
        assert "onerror=document.title" in tab.run("document.getElementById('log').innerText")
        front.answered(front.request(), "Yes")
        tab.run("document.getElementById('text').focus()")
        tab.call("Input.insertText", text="Thank you")
        tab.click("#write button")
        tab.wait_for("Page.loadEventFired")
        assert [line.text for line in front.lines()] == [HOSTILE, "Yes", "Thank you"]
        assert tab.run("document.getElementById('log').innerText").count("Yes") == 1


def test_by_the_connector_every_line_is_there_once_and_in_order(
    chromium: Browser, front: Front, sqlite_url: str, tmp_path: Path, port: int
) -> None:

    with web_shop(front.shop.url) as page, tab_of(chromium) as tab:
        with front.shop.database.transaction() as connection:
            connector.write(connection, connector.Connector(origins=(page,)))
        with serve(sqlite_url, tmp_path, "--port", str(port)):
            tab.open(page)
            until(lambda: tab.run("document.querySelector('aside') !== null"), "the connector does not show")
            assert violations(tab) == []
            tab.run(f"{ROOT}.querySelector('.open').click()")
            assert tab.run(f"{ROOT}.activeElement.id") == "text"
            assert violations(tab) == []
            offers = "performance.getEntriesByType('resource').filter(each => each.name.includes('/connect?')).length"
            before = tab.run(offers)
            twice = f"{ROOT}.querySelectorAll('.open').forEach(each => {{ each.click(); each.click(); }})"
            tab.run(f"{twice}, {ROOT}.querySelector('[name=name]').focus()")
            until(lambda: tab.run(offers) > before, "it does not ask what is offered now")
            assert tab.run(f"{ROOT}.activeElement.name") == "name", "who writes is not disturbed"
            tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
            tab.size(320, 640)
            assert violations(tab) == []
            assert tab.run("document.documentElement.scrollWidth") <= 320
            type_line(tab, HOSTILE)

            def asked() -> bool:
                if tab.run(f"{ROOT}.querySelector('.line') !== null"):
                    return True
                tab.run(f"{ROOT}.querySelector('form').requestSubmit()")  # who is too quick is asked to send it again
                return False

            until(asked, "it was not taken")
            request = front.request()
            assert (request.sku, request.page, request.way) == ("SKU/1", f"{page}/", "chat")
            front.answered(request, "Two")
            until(lambda: len(lines(tab)) == 2, "the answer does not come")
            assert tab.run(f"{ROOT}.querySelectorAll('.line img, .line script').length") == 0
            assert violations(tab) == []
            tab.open(page)
            until(lambda: tab.run("document.querySelector('aside') !== null") and len(lines(tab)) == 2, "no reload")
        tab.run(f"{ROOT}.querySelector('.open').click()")
        type_line(tab, "Three")
        until(
            lambda: "Not sent yet" in tab.run(f"{ROOT}.querySelector('[role=status]').textContent"), "it says nothing"
        )
        type_line(tab, "Four")
        with serve(sqlite_url, tmp_path, "--port", str(port)):
            until(lambda: len(front.lines()) == 4, "what was written does not come")
            front.answered(request, "Five")
            shown = until(lambda: (now := lines(tab)) and now[-1] == "Five" and now, "the answer does not come")
            assert shown[1:] == ["Two", "Three", "Four", "Five"]
            assert [line.text for line in front.lines()] == [HOSTILE, *shown[1:]]
            assert front.talk().read <= 5
            tab.call("Input.dispatchKeyEvent", type="keyDown", key="Escape", code="Escape", windowsVirtualKeyCode=27)
            assert tab.run(f"{ROOT}.activeElement.className").startswith("open")
            assert complaints(tab) == []
            assert tab.run("document.title") == "Coats"
            assert tab.run("document.cookie") == ""
            talk = tab.run("localStorage.getItem('sellmode:Alpha:talk')")
            tab.open(f"{front.shop.url}/t/{talk}")
            front.answered(request, "Six")
            until(lambda: "Six" in tab.run("document.getElementById('log').innerText"), "its page does not go on")
            tab.run("document.getElementById('text').focus()")
            tab.call("Input.insertText", text="Seven")
            tab.click("#write button")
            until(lambda: "Seven" in tab.run("document.getElementById('log').innerText"), "it is not shown")
            assert [line.text for line in front.lines()][5:] == ["Six", "Seven"]
            assert complaints(tab) == []
            tab.open(page)
            until(lambda: tab.run("document.querySelector('aside') !== null") and len(lines(tab)) == 7, "no reload")
            tab.run(f"{ROOT}.querySelector('.open').click()")
            with front.shop.database.transaction() as connection:
                connection.execute(sa.delete(schema.talk_session))
            type_line(tab, "Eight")
            field = f"{ROOT}.getElementById('text').value"
            until(lambda: tab.run(field) == "Eight", "what was written to a talk that has ended is lost")

"""A look is shared, opened and clicked in a browser, bought in the demo shop, and brought back."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sellmode_backend.demo import shop as demo_shop
from sellmode_backend.store.database import open_database
from sellmode_backend.store.schema import order, touch
from sellmode_backend.webhooks import secret_files
from tests.backend.shopper.shop import BROWSER
from tests.e2e.test_story import CUSTOMERS, FIRST, STAFF, Associate, free_port
from tests.support.backend import serve
from tests.support.browser import Tab, browser
from tests.support.installed import Operator, activate, machine
from tests.support.machine import COMMAND

PRODUCTS = """\
Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status
scarf,Silk scarf,Colour,Blue,SC-1,45.00,active
hat,Felt hat,Title,Default Title,HA-1,30.00,active
"""
WITHIN = 20.0


def until(look: Callable[[], Any]) -> Any:
    """What is found, as soon as it is there: an event is worked off by another process."""
    end = time.monotonic() + WITHIN
    while not (found := look()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)  # nothing tells of what another process has written
    return found


def shown(tab: Tab) -> str:
    return str(tab.run("document.body.innerText"))


def test_a_look_is_shared_opened_clicked_bought_and_brought_back(sqlite_url: str, tmp_path: Path) -> None:
    operator = Operator(sqlite_url, tmp_path)
    export, secrets = tmp_path / "export", tmp_path / "secrets"
    export.mkdir()
    for name, text in (("staff", STAFF), ("customers", CUSTOMERS), ("products", PRODUCTS)):
        (export / f"{name}.csv").write_text(text, encoding="utf-8")
    operator("import", "shopify", str(export), "--retailer", "Maison", "--mode", "associate", "--currency", "EUR")
    code = operator("accounts", "code", "E1", "--json").json[0]["code"]
    secret = secret_files.make("plain")
    secret_files.write(secrets, "plain", [secret])
    with contextlib.ExitStack() as stack:
        chromium = stack.enter_context(browser(tmp_path / "chromium"))
        tab = stack.enter_context(chromium.tab())
        tab.call("Network.setUserAgentOverride", userAgent=BROWSER["User-Agent"])
        backend = stack.enter_context(
            serve(operator.database, tmp_path, "--port", str(free_port()), "--webhook-secrets", str(secrets))
        )
        database = stack.enter_context(contextlib.closing(open_database(sqlite_url)))
        shop = demo_shop.Shop("Maison", demo_shop.products_of(database), backend.url, secret)
        address = stack.enter_context(demo_shop.serving(shop))
        host, link = address.removeprefix("http://"), f"{address}{demo_shop.PRODUCT_PATH}?sku={{sku}}"
        operator("brand", "--host", host, "--product-link", link)

        # --- an associate shares a look
        desk = machine(tmp_path / "desk", COMMAND)
        ada = Associate(desk, "E1", backend.url)
        activate(desk, backend.url, "E1", code, FIRST)
        made = ada(
            "lookbooks", "add", "--customer", "101", "--title", "For the opera", "--add-item", "sku=SC-1", "--json"
        )
        shared = ada("lookbooks", "share", made.json["id"], "--json").json
        ada("sync")

        # --- the customer opens it, follows a product, and buys
        tab.open(shared["link"])
        assert "Silk scarf" in shown(tab)
        tab.click("a.go")
        tab.wait_for("Page.loadEventFired")
        assert "€45.00" in shown(tab) or "45.00" in shown(tab)
        for step in ("button", "button"):
            if tab.run("document.querySelector('input[type=email]') !== null"):
                tab.run("document.querySelector('input[type=email]').focus()")
                tab.call("Input.insertText", text="Anna@example.com")
            tab.click(step)
            tab.wait_for("Page.loadEventFired")
        assert "Thank you" in shown(tab)

        # --- it is on the customer's timeline, and says by which click it came
        def clicks() -> list[Any]:
            with database.snapshot() as connection:
                bought = sa.select(order.c.click).where(order.c.customer.is_not(None))
                return [*connection.scalars(sa.select(touch.c.about).where(touch.c.id.in_(bought)))]

        assert until(clicks) == [made.json["id"]]
        ada("sync")
        profile = ada("customers", "show", "101", "--json").json
        assert [(sale["total"], sale["channel"]) for sale in profile["orders"]] == [(4500, "online")]
        assert "order" in json.dumps(profile["timeline"])

        # --- and it is brought back
        tab.click("button")
        tab.wait_for("Page.loadEventFired")
        assert "Brought back" in shown(tab)

        def refunded() -> int:
            with database.snapshot() as connection:
                return int(connection.scalar(sa.select(order.c.refunded)) or 0)

        assert until(refunded) == 4500
        ada("sync")
        assert ada("customers", "show", "101", "--json").json["totals"]["spend"] == 0

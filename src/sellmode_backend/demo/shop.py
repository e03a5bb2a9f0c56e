"""The demo's web shop: products, a basket, and a till that sends what is bought as any shop would, by signed events.

It knows nothing of Sellmode but where to send events, and the tag by which customers ask: what a link to it ends in
goes on to the order, so that the sale can be credited. Nothing is kept: the basket stands in the address.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import secrets
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

import msgspec
import uvicorn
from anyio import to_thread
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sellmode_backend.demo import pictures
from sellmode_backend.store import records
from sellmode_backend.store.database import Database
from sellmode_backend.webhooks import signatures
from sellmode_backend.webhooks.endpoints import PLAIN_PATH
from sellmode_contract import money
from sellmode_contract.kinds.product import Product, ProductImage

PRODUCT_PATH: Final = "/product"
PICTURE_PATH: Final = "/picture"
_MOST_ITEMS: Final = 50
_SHOWN: Final = 60
_FORM_BYTES: Final = 16 * 1024
_STOPS_WITHIN: Final = 10.0


@dataclass(frozen=True)
class Shop:
    """A shop with its products by SKU, which sends events to a backend."""

    name: str
    products: Mapping[str, Product]
    backend: str
    """Where it is: ``http://127.0.0.1:8000``."""
    secret: str
    store: str = ""
    """Id of the store that its customers ask, by the connector; empty: none."""

    def send(self, type: str, data: Mapping[str, Any]) -> int:
        """Send an event; gives the status of the answer. Raises OSError."""
        now = dt.datetime.now(dt.UTC)
        body = msgspec.json.encode({"type": type, "timestamp": now.isoformat(), "data": data})
        headers = signatures.sign(self.secret, secrets.token_hex(12), now, body)
        connection = http.client.HTTPConnection(urlsplit(self.backend).netloc, timeout=_STOPS_WITHIN)
        with contextlib.closing(connection):
            connection.request("POST", PLAIN_PATH, body, {**headers, "Content-Type": "application/json"})
            return connection.getresponse().status


def products_of(database: Database) -> dict[str, Product]:
    """What the demo's retailer sells now, by SKU."""
    with database.snapshot() as connection:
        found = [each for each in records.each(connection, "product") if isinstance(each, Product)]
    return {each.sku: each for each in sorted(found, key=lambda each: (each.title, each.variant)) if each.active}


def show_pictures(database: Database, address: str) -> None:
    """Have each product say where the shop, at an address, has the picture of its style."""
    with database.transaction() as connection:
        found = [each for each in records.each(connection, "product") if isinstance(each, Product)]
        first = {each.style: each for each in reversed(found)}
        changed = []
        for product in found:
            url = f"{address}{PICTURE_PATH}?sku={quote(first[product.style].sku)}"
            images = (ProductImage(url=url, alt=f"{product.title}, before a plain wall"),)
            if product.images != images:
                changed.append(msgspec.structs.replace(product, images=images))
        records.write(connection, changed)


def create_app(shop: Shop) -> Starlette:
    """The shop's pages."""
    pages = _Pages(shop)
    return Starlette(
        routes=[
            Route("/", pages.all),
            Route(PRODUCT_PATH, pages.product),
            Route(PICTURE_PATH, pages.picture),
            Route("/basket", pages.basket),
            Route("/buy", pages.buy, methods=["POST"]),
            Route("/return", pages.bring_back, methods=["POST"]),
        ]
    )


@contextlib.contextmanager
def serving(shop: Shop, port: int = 0) -> Iterator[str]:
    """The shop on loopback, in a thread, while this lasts; gives its address."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        config = uvicorn.Config(
            create_app(shop), log_config=None, access_log=False, server_header=False, lifespan="off", ws="none",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_STOPS_WITHIN)


class _Pages:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def all(self, _: Request) -> Response:
        """One of each style, the first of them."""
        styles = {each.style or each.sku: each for each in reversed([*self._shop.products.values()])}
        shown = sorted(styles.values(), key=lambda each: each.title)
        return self._page("all.html", products=shown[:_SHOWN], left_out=max(len(shown) - _SHOWN, 0))

    async def product(self, request: Request) -> Response:
        """A product; what the link to it ended in goes on to the basket."""
        asked = request.query_params
        product = self._shop.products.get(asked.get("sku", ""))
        if product is None:
            return self._page("sorry.html", 404, why="There is no such product.")
        click = asked.get("utm_content", "") if asked.get("utm_source") == "sellmode" else asked.get("click", "")
        return self._page("product.html", product=product, click=click)

    async def picture(self, request: Request) -> Response:
        """The picture of a product."""
        product = self._shop.products.get(request.query_params.get("sku", ""))
        if product is None:
            return self._page("sorry.html", 404, why="There is no such product.")
        drawn = await to_thread.run_sync(pictures.drawn, product.title, product.type)
        return Response(drawn, headers={"Cache-Control": "max-age=3600"}, media_type="image/png")

    async def basket(self, request: Request) -> Response:
        """What is in the basket, and who buys it."""
        items, click = self._items(request.query_params.getlist("sku")), request.query_params.get("click", "")
        return self._page("basket.html", items=items, click=click, total=_total(items))

    async def buy(self, request: Request) -> Response:
        """The till: what was bought is sent as an event."""
        if (form := await _form(request)) is None:
            return self._page("sorry.html", 403, why="The form was sent by another site.")
        items, email = self._items(form.get("sku", [])), form.get("email", [""])[0].strip()
        if not items or "@" not in email:
            why = "There is nothing in the basket." if not items else "Who buys has an e-mail."
            return self._page("sorry.html", 400, why=why)
        number = f"W-{secrets.token_hex(4).upper()}"
        currency = items[0].currency
        order = {
            "id": number,
            "placed_at": dt.datetime.now(dt.UTC).isoformat(),
            "currency": currency,
            "total": money.amount_text(_total(items), currency),
            "channel": "online",
            "email": email,
            "click": form.get("click", [""])[0],
            "lines": [
                {
                    "title": item.title,
                    "quantity": 1,
                    "price": money.amount_text(item.price or 0, currency),
                    "sku": item.sku,
                }
                for item in items
            ],
        }
        return await self._sent("order", order, {"order": number, "amount": order["total"]})

    async def bring_back(self, request: Request) -> Response:
        """All of an order is brought back, and paid back."""
        if (form := await _form(request)) is None:
            return self._page("sorry.html", 403, why="The form was sent by another site.")
        number, amount = form.get("order", [""])[0], form.get("amount", [""])[0]
        refund = {"order": number, "id": f"{number}-1", "at": dt.datetime.now(dt.UTC).isoformat(), "amount": amount}
        return await self._sent("refund", refund, {"order": number, "amount": amount})

    async def _sent(self, type: str, data: Mapping[str, Any], after: Mapping[str, Any]) -> Response:
        try:
            status = await to_thread.run_sync(self._shop.send, type, data)
        except OSError:
            status = 0
        if status != http.HTTPStatus.NO_CONTENT:
            return self._page("sorry.html", 502, why=f"The event could not be sent (answer {status or 'none'}).")
        return self._page("done.html", type=type, **after)

    def _items(self, skus: Sequence[str]) -> list[Product]:
        known = (self._shop.products.get(sku) for sku in skus[:_MOST_ITEMS])
        return [product for product in known if product is not None]

    def _page(self, template: str, status: int = 200, **more: object) -> Response:
        shop = self._shop
        page = (
            _environment()
            .get_template(template)
            .render(shop=shop.name, backend=shop.backend, store=shop.store, priced=money.priced, **more)
        )
        policy = (
            f"default-src 'none'; img-src 'self' {shop.backend}; style-src 'unsafe-inline'; script-src {shop.backend};"
            f" connect-src {shop.backend}; form-action 'self'; frame-ancestors 'none'"
        )
        headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
        return Response(page, status, headers, media_type="text/html; charset=utf-8")


def _total(items: Sequence[Product]) -> int:
    return sum(item.price or 0 for item in items)


async def _form(request: Request) -> dict[str, list[str]] | None:
    """What a form of ours was sent with; None if another site sent it."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _FORM_BYTES:
            return {}
    return parse_qs(body.decode("ascii", "replace"))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("sellmode_backend.demo", "shop_pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

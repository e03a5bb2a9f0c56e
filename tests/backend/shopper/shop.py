"""What tests of the customer's side share: a shop to fill, and a browser's requests."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
import msgspec
import sqlalchemy as sa

from sellmode_backend.shopper import brand
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.store import records, schema
from sellmode_backend.store.database import Database
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.lookbook import Lookbook, LookbookResult, result_id
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.staff import Staff
from tests.backend.people import NO_CERTIFICATES, MovedClock

TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXY2"
NO_TOKEN = "ZZZZZZZZZZZZZZZZZZZZZZZZZ7"
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-User": "?1",
    "Sec-Fetch-Dest": "document",
}
OF_A_FORM = BROWSER | {"Sec-Fetch-Site": "same-origin"}
BRAND = Brand(
    hosts=("shop.example",),
    product_link="https://shop.example/p?sku={sku}",
    imprint="https://shop.example/imprint",
    privacy="https://shop.example/privacy",
)


@dataclass
class Shop:
    url: str
    database: Database
    clock: MovedClock
    customer: Customer = field(
        default_factory=lambda: Customer(id="c-1", store="Alpha", owner="s-1", given_name="Ada", language="en")
    )
    lookbook: Lookbook = field(init=False)
    browser: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.browser = self.silent()

    def open(self, lasts: dt.timedelta) -> None:
        """Fill the shop."""
        products = [
            Product(id=f"p-{n}", sku=f"SKU/{n}", title=f"Coat {n}", variant="M", price=12950, currency="EUR")
            for n in (1, 2, 3)
        ]
        items = tuple(LookItem(sku=product.sku, note=f"Note {product.sku}") for product in products)
        self.lookbook = Lookbook(
            id="l-1",
            store="Alpha",
            author="s-1",
            customer="c-1",
            token=TOKEN,
            title="For the autumn",
            message="Two lines\nof a message",
            items=items,
            shared_at=self.clock(),
            expires_at=self.clock() + lasts,
        )
        staff = Staff(id="s-1", store="Alpha", user_name="E1", name="Ben Seller", role="associate")
        with self.database.transaction() as connection:
            records.write(connection, [self.customer, staff, *products, self.lookbook])
            brand.write(connection, BRAND)

    def change(self, **fields: Any) -> None:
        self.lookbook = msgspec.structs.replace(self.lookbook, **fields)
        with self.database.transaction() as connection:
            records.write(connection, [self.lookbook])

    def get(self, path: str, **headers: str) -> httpx.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.get(path, headers=BROWSER | given)

    def silent(self) -> httpx.Client:
        """A browser that says nothing of what it asks for."""
        agent = {"User-Agent": BROWSER["User-Agent"]}
        return httpx.Client(base_url=self.url, headers=agent, timeout=20, verify=NO_CERTIFICATES)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.post(path, data=fields, headers=OF_A_FORM | given)

    def page(self, **headers: str) -> str:
        answer = self.get(f"/l/{TOKEN}", **headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    def guard(self) -> str:
        found = re.search(r'name="guard" value="([^"]+)"', self.page())
        assert found
        return found[1]

    def keys(self) -> list[str]:
        return re.findall(r'<li id="p-([0-9a-f]+)"', self.page())

    def result(self) -> LookbookResult:
        """What became of the lookbook."""
        with self.database.snapshot() as connection:
            found = records.read(connection, "lookbook_result", result_id(self.lookbook.id))
        assert isinstance(found, LookbookResult)
        return found

    def touches(self) -> list[tuple[str, str, str, int]]:
        """What was done, with which product, why it does not count, how often."""
        table = schema.touch
        with self.database.snapshot() as connection:
            rows = connection.execute(sa.select(table.c.what, table.c.sku, table.c.reason, table.c.times))
            return sorted((what, sku, reason, times) for what, sku, reason, times in rows)

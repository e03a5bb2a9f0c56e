"""Customers who open their pages: how many a second a worker of the backend shows, out of few lookbooks or many."""

from __future__ import annotations

import base64
import contextlib
import random
from collections.abc import Iterator
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import msgspec

from benchmarks import bare, population
from benchmarks.bench import Bench
from benchmarks.crowd import Crowd
from benchmarks.measure import Figure, interleaved, median
from sellmode_backend.store import bulk, migrations, records, settings
from sellmode_backend.store import database as databases
from sellmode_backend.store.database import Database, in_parts
from sellmode_backend.store.schema import record, record_key
from sellmode_contract import wire
from sellmode_contract.audiences import store_audience
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import StoreEntry
from tests.support.backend import serve

_FEW: Final = 1_000
_PRODUCTS: Final = 6
_ASKED: Final = 5_000
"""Lookbooks that are opened in turn, spread over all there are."""
_TOGETHER: Final = 10_000
_AUTHOR: Final = "author"


def run(bench: Bench) -> Iterator[Figure]:
    """A page out of ``--rows`` lookbooks, beside one out of few, and an endpoint that answers as many bytes."""
    with contextlib.ExitStack() as stack:
        large, small = (stack.enter_context(_pages(bench, rows)) for rows in (bench.rows, bench.small(_FEW)))
        size = len(large.ask())
        nothing = Crowd(stack.enter_context(bare.endpoint(size)), [_request("POST", wire.SYNC_PATH, "127.0.0.1")])
        of_large, of_small, bares = interleaved(
            bench.rounds(7), *(partial(_rate, crowd, bench.slice_seconds) for crowd in (large, small, nothing))
        )
    of = {"unit": "pages/s", "n": len(of_large), "rows": bench.rows}
    yield Figure(figure="customer_pages", value=median(of_large), baseline=median(bares), **of)  # type: ignore[arg-type]  # by their names
    yield Figure(figure="customer_pages_of_many", value=median(of_large), baseline=median(of_small), **of)  # type: ignore[arg-type]  # the same


def _rate(crowd: Crowd, slice_seconds: float, _round: int) -> float:
    return crowd.rate(slice_seconds)


@contextlib.contextmanager
def _pages(bench: Bench, rows: int) -> Iterator[Crowd]:
    """A backend with so many lookbooks, and those who open them."""
    folder = bench.folder / f"pages-{rows}"
    folder.mkdir()
    bench.tell(f"filling a database with {rows:,} lookbooks")
    url = f"sqlite:///{folder / 'backend.db'}"
    with contextlib.closing(databases.open_database(url)) as database:
        _fill(database, rows)
        with serve(url, folder) as backend:
            host = urlsplit(backend.url).netloc
            asked = random.Random(1).choices(range(rows), k=min(_ASKED, rows))  # not a secret
            yield Crowd(backend.url, [_request("GET", f"/l/{_token(number)}", host) for number in asked])


def _request(method: str, path: str, host: str) -> bytes:
    """As a browser asks for a page that somebody goes to."""
    headers = {
        "Host": host, "User-Agent": _BROWSER, "Content-Length": "0", "Sec-Fetch-Site": "none",
        "Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1", "Sec-Fetch-Dest": "document",
    }  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode()


_BROWSER: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36"


def _token(number: int) -> str:
    return base64.b32encode(number.to_bytes(16, "big")).decode().rstrip("=")


def _fill(database: Database, rows: int) -> None:
    """Products and customers as everybody writes them; the lookbooks, which are many, as rows."""
    migrations.migrate(database)
    products = [
        Product(id=f"p{number}", sku=f"S{number}", title=f"Coat {number}", price=12_950, currency="CHF")
        for number in range(_PRODUCTS)
    ]
    customers = [Customer(id=f"c{number}", store=population.STORE, given_name="Ada") for number in range(100)]
    with database.transaction() as connection:
        settings.initialise(connection, "Bench", "team", "Europe/Zurich", "CHF")
        settings.write_stores(connection, [StoreEntry(id=population.STORE, name="Zürich", time_zone="Europe/Zurich")])
        records.write(connection, [*products, *customers])
    items = tuple(LookItem(sku=each.sku, note="Warm enough for March.") for each in products)
    for some in in_parts(range(rows), _TOGETHER):
        with database.transaction() as connection:
            bulk.insert(connection, record, [_row(_lookbook(number, items)) for number in some])
            bulk.insert(
                connection, record_key, [{"kind": "lookbook", "key": _token(each), "id": f"l{each}"} for each in some]
            )


def _lookbook(number: int, items: tuple[LookItem, ...]) -> Lookbook:
    return Lookbook(
        id=f"l{number}", store=population.STORE, author=_AUTHOR, customer=f"c{number % 100}", title="For the opera",
        message="These came in this week.", items=items, state="shared", token=_token(number),
        shared_at=population.NOW,
    )  # fmt: skip


def _row(look: Lookbook) -> dict[str, object]:
    audience = store_audience(look.store)
    return {
        "kind": "lookbook", "id": look.id, "feed": look.store, "parent": look.customer, "team": audience,
        "own": audience, "seq": 1, "rev": 1, "doc": msgspec.json.encode(look).decode(),
    }  # fmt: skip

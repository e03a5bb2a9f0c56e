"""What lists and search need of products: a narrow row for each variant, and the index of its words.

Both are made when a first sync is complete, as the listing of customers is. Row ids are those of the table of products.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec

from sellmode_contract.kinds.product import ProductOption
from sellmode_contract.product_search import product_keys
from sellmode_contract.search import Digits, Query, name_key, parse_query
from sellmode_tui.cache import search
from sellmode_tui.sealed import Connection

WORDS = "product_words"

BARE = (
    "(SELECT p.pk AS product, p.id, p.scope, CASE p.style WHEN '' THEN p.id ELSE p.style END AS style,"
    " sellmode_name_key(p.title, '') AS title_key, sellmode_name_key(p.vendor, '') AS vendor_key, p.vendor, p.type,"
    " ifnull(p.doc ->> '$.category', '') AS category, p.doc ->> '$.price' AS price, p.doc ->> '$.currency' AS currency,"
    " ifnull(p.doc ->> '$.active', 1) AS active FROM product p)"
)
"""The same rows as in the table ``catalogue``, while there is none."""


class _Kept(msgspec.Struct, frozen=True):
    """The fields of a product that are searched and listed: much less to decode than the whole."""

    id: str
    sku: str
    title: str
    currency: str
    style: str = ""
    variant: str = ""
    options: tuple[ProductOption, ...] = ()
    vendor: str = ""
    type: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    price: int | None = None
    barcode: str = ""
    active: bool = True


class Known(NamedTuple):
    """A product as it is in its table."""

    scope: int
    doc: str


_read = msgspec.json.Decoder(_Kept).decode
_parsed = lru_cache(maxsize=64)(parse_query)
_INSERT = f"INSERT OR REPLACE INTO catalogue VALUES ({', '.join('?' * 12)})"


# ------------------------------------------------------------------ making it


def build(connection: Connection, check: Callable[[], None], chunk: int = 5000) -> None:
    """Make rows and index of all products; ``check`` may stop it between chunks."""
    drop(connection)
    connection.execute(
        "CREATE TABLE catalogue (product INTEGER PRIMARY KEY, id TEXT NOT NULL, scope INTEGER NOT NULL,"
        " style TEXT NOT NULL, title_key TEXT NOT NULL, vendor_key TEXT NOT NULL, vendor TEXT NOT NULL,"
        " type TEXT NOT NULL, category TEXT NOT NULL, price INTEGER, currency TEXT NOT NULL, active INTEGER NOT NULL)"
    )
    search.create_index(connection, WORDS, "1 2 3 4")
    after = -1
    while found := connection.execute(
        "SELECT pk, scope, doc FROM product WHERE pk > ? ORDER BY pk LIMIT ?", (after, chunk)
    ).fetchall():
        _add(connection, {pk: Known(scope, doc) for pk, scope, doc in found})
        after = found[-1][0]
        check()
    connection.execute("CREATE INDEX catalogue_style ON catalogue (style, title_key, active, scope)")
    search.hold_less(connection, WORDS)


def drop(connection: Connection) -> None:
    """Drop both, if they are there."""
    for name in ("catalogue", WORDS):
        connection.execute(f"DROP TABLE IF EXISTS {name}")


# ------------------------------------------------------------------ keeping it


def snapshot(connection: Connection, ids: Collection[str]) -> dict[int, Known]:
    """The products of these ids that are in the table, by row id."""
    rows = connection.execute(
        f"SELECT pk, scope, doc FROM product WHERE id IN ({','.join('?' * len(ids))})", tuple(ids)
    )
    return {pk: Known(scope, doc) for pk, scope, doc in rows}


def follow(connection: Connection, before: Mapping[int, Known], after: Mapping[int, Known]) -> None:
    """Bring rows and index up to date with products that were written."""
    _forget(connection, {pk: was for pk, was in before.items() if after.get(pk) != was})
    _add(connection, {pk: now for pk, now in after.items() if before.get(pk) != now})


def remove(connection: Connection, products: Collection[int]) -> None:
    """Take out products that are about to be deleted, by row id."""
    rows = connection.execute(
        f"SELECT pk, scope, doc FROM product WHERE pk IN ({','.join('?' * len(products))})", tuple(products)
    )
    known = {pk: Known(scope, doc) for pk, scope, doc in rows}
    _forget(connection, known)
    connection.executemany("DELETE FROM catalogue WHERE product = ?", ((pk,) for pk in known))


def _add(connection: Connection, products: Mapping[int, Known]) -> None:
    kept = {pk: (known.scope, _read(known.doc)) for pk, known in sorted(products.items())}
    connection.executemany(
        _INSERT,
        (
            (
                *(pk, each.id, scope, each.style or each.id, name_key(each.title, ""), name_key(each.vendor, "")),
                *(each.vendor, each.type, each.category, each.price, each.currency, each.active),
            )
            for pk, (scope, each) in kept.items()
        ),
    )
    connection.executemany(
        f"INSERT INTO {WORDS} (rowid, keys) VALUES (?, ?)", _entries((pk, each) for pk, (_, each) in kept.items())
    )


def _forget(connection: Connection, products: Mapping[int, Known]) -> None:
    """Take the words of products, as they are in the index, out of it."""
    entries = _entries((pk, _read(known.doc)) for pk, known in sorted(products.items()))
    connection.executemany(f"INSERT INTO {WORDS} ({WORDS}, rowid, keys) VALUES ('delete', ?, ?)", entries)


def _entries(products: Iterable[tuple[int, _Kept]]) -> list[tuple[int, str]]:
    return [(pk, " ".join(sorted(product_keys(each).words))) for pk, each in products]


# ------------------------------------------------------------------ asking


def match(text: str) -> str:
    """What FTS5 looks for when ``text`` was typed; empty where it has nothing to look for."""
    return _match(_parsed(text))


def _match(query: Query) -> str:
    words = (f'"{word}"*' for word in query.words)
    return " AND ".join((*words, *map(_of_digits, query.digits)))


def _of_digits(group: Digits) -> str:
    """They were typed as one number, or as several."""
    whole, parts = f'"{group.whole}"*', " AND ".join(f'"{part}"*' for part in group.parts)
    return whole if group.parts == (group.whole,) else f"({whole} OR ({parts}))"


def found(doc: str, text: str) -> bool:
    """Whether a product's document matches typed words, where there is no index."""
    return _parsed(text).matches(product_keys(_read(doc)))

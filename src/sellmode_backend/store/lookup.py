"""By what records of some kinds are found besides their ids: products by SKU, their stock, pages by the token of their
link, disputes by their order, lines of a talk by their request; requests that are open, and open tasks of requests, by
their store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.schema import record_key

KEYS: Final[Mapping[str, Callable[[Any], str]]] = {
    "chat_line": lambda line: line.request,
    "dispute": lambda dispute: dispute.order_id,
    "lookbook": lambda lookbook: lookbook.token,
    "manual_task": lambda task: task.store if task.request and task.state == "open" else "",
    "pick_list": lambda picks: picks_key(picks.store, picks.owner),
    "product": lambda product: product.sku,
    "request": lambda request: request.store if request.state == "open" else "",
    "stock": lambda stock: stock.product,
    "storefront": lambda page: page.token,
}
"""The key of a record by its kind; empty for one that is not to be found so."""


class Moved(NamedTuple):
    """A record's key before and after; empty where there is none."""

    kind: str
    id: str
    old: str
    new: str


def replace(connection: Connection, moved: Iterable[Moved]) -> None:
    """Let records be found by their new keys, and no more by their old ones."""
    changed = [each for each in moved if each.old != each.new]
    bulk.delete(connection, record_key, [_row(each, each.old) for each in changed if each.old])
    bulk.insert(connection, record_key, [_row(each, each.new) for each in changed if each.new])


def picks_key(store: str, owner: str | None) -> str:
    """The key of the lists of picks of somebody, or (None) of a store."""
    return f"{owner or ''}/{store}"


def all_ids(connection: Connection, kind: str, key: str) -> list[str]:
    """The records that have a key, in the order of their ids."""
    query = sa.select(record_key.c.id).where(record_key.c.kind == kind, record_key.c.key == key)
    return [*connection.scalars(query.order_by(record_key.c.id))]


def ids(connection: Connection, kind: str, keys: Sequence[str]) -> dict[str, str]:
    """The records of some keys, by key; of several with one key the one with the lowest id."""
    found: dict[str, str] = {}
    for some in in_parts(sorted(set(keys))):
        query = sa.select(record_key.c.key, record_key.c.id).where(
            record_key.c.kind == kind, bulk.one_of(connection, record_key.c.key, some)
        )
        for key, id in connection.execute(query.order_by(record_key.c.id)):
            found.setdefault(key, id)
    return found


def _row(moved: Moved, key: str) -> dict[str, str]:
    return {"kind": moved.kind, "key": key, "id": moved.id}

"""What became of a lookbook, as its author sees it: a record that changes in the transaction of each touch."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.shopper import answering
from sellmode_backend.shopper.touches import Shared
from sellmode_backend.store import records
from sellmode_backend.store.schema import touch
from sellmode_contract.kinds.lookbook import LookbookResult, ProductResult, Reply, Verdict, result_id
from sellmode_contract.records import Record

MOST_REPLIES: Final = 100
"""Of one lookbook; then its page takes no more."""


def read(connection: Connection, lookbook: str, *, lock: bool = False) -> LookbookResult | None:
    """What is known so far."""
    found = records.read(connection, "lookbook_result", result_id(lookbook), lock=lock)
    return found if isinstance(found, LookbookResult) else None


def count(connection: Connection, shared: Shared, now: dt.datetime) -> None:
    """Bring the numbers up to date with the ledger; there is no such record of a storefront page."""
    if shared.kind != "lookbook":
        return
    result = _held(connection, shared)
    theirs = touch.c.about == shared.id
    counted = theirs & (touch.c.reason == "")
    opened, first, last = connection.execute(
        sa.select(sa.func.count(), sa.func.min(touch.c.at), sa.func.max(touch.c.at)).where(
            counted, touch.c.what == "open"
        )
    ).one()
    by_sku = sa.select(touch.c.sku, sa.func.count()).where(counted, touch.c.what == "click").group_by(touch.c.sku)
    by_reason = sa.select(touch.c.reason, sa.func.sum(touch.c.times)).where(theirs, touch.c.reason != "")
    clicks = {sku: int(times) for sku, times in connection.execute(by_sku)}
    uncounted = {reason: int(times) for reason, times in connection.execute(by_reason.group_by(touch.c.reason))}
    verdicts = {product.sku: product.verdict for product in result.products}
    products = (
        ProductResult(sku=sku, clicks=clicks.get(sku, 0), verdict=verdicts.get(sku, ""))
        for sku in sorted(clicks.keys() | verdicts.keys())
    )
    _write(
        connection,
        now,
        msgspec.structs.replace(
            result,
            # Openings that are kept no longer have been, and when the first was does not change.
            opened=max(opened, result.opened),
            first_opened_at=result.first_opened_at or first,
            last_opened_at=last or result.last_opened_at,
            products=tuple(product for product in products if product.clicks or product.verdict),
            not_counted=uncounted,
        ),
    )


def judged(connection: Connection, shared: Shared, sku: str, verdict: Verdict, now: dt.datetime) -> None:
    """The customer's last word on a product."""
    result = _held(connection, shared)
    products = {product.sku: product for product in result.products}
    products[sku] = msgspec.structs.replace(products.get(sku, ProductResult(sku=sku)), verdict=verdict)
    kept = (product for _, product in sorted(products.items()) if product.clicks or product.verdict)
    _write(connection, now, msgspec.structs.replace(result, products=tuple(kept)))


def replied(connection: Connection, shared: Shared, text: str, now: dt.datetime) -> bool:
    """The customer has written, and somebody has to answer; False if there are too many replies already."""
    result = _held(connection, shared)
    if len(result.replies) >= MOST_REPLIES:
        return False
    task = answering.to_answer(connection, shared, result.author, text, now)
    _write(connection, now, msgspec.structs.replace(result, replies=(*result.replies, Reply(at=now, text=text))), task)
    return True


def delete_page(connection: Connection, shared: Shared, now: dt.datetime) -> None:
    """The customer wants the page to be gone."""
    result = _held(connection, shared)
    if result.deleted_at is None:
        _write(connection, now, msgspec.structs.replace(result, deleted_at=now))


def _held(connection: Connection, shared: Shared) -> LookbookResult:
    """What is known so far; nobody else changes it meanwhile."""
    found = read(connection, shared.id, lock=True)
    return found or LookbookResult(
        id=result_id(shared.id), store=shared.store, author=shared.person or "", lookbook=shared.id
    )


def _write(connection: Connection, now: dt.datetime, *made: Record) -> None:
    records.write(connection, made, now=now)

"""The ledger of what customers did with what was shared with them: what counts, and what does not and why."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.shopper.visitors import Reason
from sellmode_backend.store import measures, records
from sellmode_backend.store.database import upsert
from sellmode_backend.store.sale_credit import TOUCHES_KEPT
from sellmode_backend.store.schema import touch

What = Literal["open", "click", "liked", "refused", "reply", "request"]
AT_ONCE: Final = dt.timedelta(seconds=10)
LINKS_AT_ONCE: Final = 3
"""Scanners follow all links of a page: whoever follows so many within that time, and whose browser says nothing."""
MOST_A_DAY: Final = 200
"""Touches of one lookbook that count on a day; and so far those are added up that do not, by product and reason."""
MOST_OF_STOREFRONTS: Final = 5000
"""As ``MOST_A_DAY``: of a page that is for everybody."""

_MEASURES: Final[Mapping[What, str]] = {"open": "visits", "click": "referred"}
"""What touches of storefront pages are among the facts as."""


@dataclass(frozen=True)
class Shared:
    """What was shared, by whom and with whom."""

    kind: str
    id: str
    store: str
    person: str | None
    customer: str | None


def note(
    connection: Connection,
    shared: Shared,
    what: What,
    now: dt.datetime,
    *,
    sku: str = "",
    reason: Reason = "",
    silent: bool = False,
    id: str = "",
) -> str:
    """Note a touch; gives its id, empty for one that does not count, or was noted before by its ``id``."""
    row = {
        "at": now,
        "what": what,
        "way": shared.kind,
        "about": shared.id,
        "store": shared.store,
        "person": shared.person,
        "customer": shared.customer,
        "sku": sku,
        "reason": reason or _too_many(connection, shared, now),
        "times": 1,
        "silent": silent,
    }
    if what == "click" and silent and not row["reason"]:
        row["reason"] = _all_at_once(connection, shared, now, sku)
    if row["reason"]:
        _add_up(connection, row)
        return ""
    id = id or secrets.token_urlsafe(12)
    made = connection.execute(upsert(connection, touch).values(id=id, **row).on_conflict_do_nothing())
    if not made.rowcount:
        return ""
    _count(connection, row)
    return id


def forget_old(connection: Connection, now: dt.datetime) -> int:
    """Delete touches that are kept no longer; how many."""
    return connection.execute(sa.delete(touch).where(touch.c.at <= now - TOUCHES_KEPT)).rowcount


def _too_many(connection: Connection, shared: Shared, now: dt.datetime) -> Reason:
    counted = connection.scalar(
        sa.select(sa.func.count()).where(
            touch.c.about == shared.id, touch.c.at > now - dt.timedelta(days=1), touch.c.reason == ""
        )
    )
    most = MOST_A_DAY if shared.kind == "lookbook" else MOST_OF_STOREFRONTS
    return "too many" if (counted or 0) >= most else ""


def _all_at_once(connection: Connection, shared: Shared, now: dt.datetime, sku: str) -> Reason:
    """Whether a click makes it clear that a scanner follows all links; then those before it count no more either."""
    theirs = (touch.c.about == shared.id) & (touch.c.at > now - AT_ONCE) & (touch.c.what == "click") & touch.c.silent
    before = connection.scalars(sa.select(touch.c.sku).where(theirs, touch.c.reason.in_(("", "all links at once"))))
    if len({*before, sku}) < LINKS_AT_ONCE:
        return ""
    # Of two who take them back at once, one has them.
    counted = connection.execute(sa.delete(touch).where(theirs, touch.c.reason == "").returning(*touch.c))
    for row in counted.mappings().all():
        taken_back = {**row, "reason": "all links at once"}
        _add_up(connection, taken_back)
        _count(connection, taken_back, -1)
    return "all links at once"


def _count(connection: Connection, row: Mapping[str, Any], times: int = 1) -> None:
    """Let a touch be among the facts, if the page is a storefront's: a lookbook's have its results as their cause."""
    measure = _MEASURES.get(row["what"]) if row["way"] == "storefront" else None
    if measure:
        adds = measures.count(connection, row["store"], row["person"], measure, row["at"], times)
        records.write(connection, (), now=row["at"], adds=adds)


def _add_up(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add what does not count to the others of its day, as far as they are counted."""
    parts = (row["about"], row["what"], row["sku"], row["reason"], row["at"].date().isoformat())
    id = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    statement = upsert(connection, touch).values({**row, "id": id})
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[touch.c.id],
            set_={
                "at": statement.excluded.at,
                "times": sa.case((touch.c.times < MOST_A_DAY, touch.c.times + 1), else_=touch.c.times),
            },
        )
    )


def take_back_unseen(connection: Connection, shared: Shared, now: dt.datetime) -> None:
    """A page that was sent was looked at after all."""
    query = sa.select(touch).where(touch.c.about == shared.id, touch.c.reason == "not seen", touch.c.at <= now)
    row = connection.execute(query.order_by(touch.c.at.desc()).limit(1)).mappings().first()
    if row is None:
        return
    if row["times"] > 1:
        connection.execute(sa.update(touch).where(touch.c.id == row["id"]).values(times=row["times"] - 1))
    else:
        connection.execute(sa.delete(touch).where(touch.c.id == row["id"]))

"""What a head office asks of its people: each brief with how far those are who have a task of it.

Whoever leads a store sees how many of its tasks are in which state, never whose they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sellmode_contract.kinds.corporate_brief import BriefCard, CorporateBrief
from sellmode_contract.visibility import may
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.records.context import Context
from sellmode_tui.records.tasks import products
from sellmode_tui.records.tasks.lines import read
from sellmode_tui.records.tasks.products import ProductLine


class BriefProgress(NamedTuple):
    """How many tasks of a brief are in each state, in the stores that its reader leads."""

    open: int = 0
    done: int = 0
    dismissed: int = 0
    expired: int = 0

    @property
    def given(self) -> int:
        """How many there are."""
        return sum(self)


@dataclass(frozen=True)
class BriefLine:
    """A head office's brief in a list."""

    brief: CorporateBrief
    creator_name: str
    """Empty for the operator's."""
    store_names: tuple[str, ...]
    """Empty for all stores."""
    progress: BriefProgress
    over: bool
    """Whether its time ran out: it expired, by the days of its reader."""
    editable: bool
    """Whether its reader may take it back."""


class StoreProgress(NamedTuple):
    """How far a store is."""

    store: str
    name: str
    progress: BriefProgress


@dataclass(frozen=True)
class BriefDetails:
    """Everything about a brief."""

    line: BriefLine
    stores: tuple[StoreProgress, ...]
    """Those of the stores that it is for, or was, which its reader leads: by name."""
    others: int
    """How many more stores it is for, of which its reader is not told how far they are."""
    products: tuple[ProductLine, ...]


def briefs(reading: Reading, around: Context, now: dt.datetime) -> list[BriefLine]:
    """The briefs, newest first, those that were taken back last."""
    rows = reading.connection.execute(f"SELECT b.doc FROM corporate_brief b WHERE {reading.only_visible('b')}")
    found: list[CorporateBrief] = [decode("corporate_brief", doc) for (doc,) in rows]
    found.sort(key=lambda brief: (brief.created_at is not None, brief.created_at, brief.id), reverse=True)
    counted = reading.connection.execute(
        "SELECT c.brief, sum(c.open), sum(c.done), sum(c.dismissed), sum(c.expired) FROM brief_card c"
        f" WHERE {reading.only_visible('c')} GROUP BY c.brief"
    )
    progress = {brief: BriefProgress(*numbers) for brief, *numbers in counted}
    found.sort(key=lambda brief: brief.withdrawn)
    return [_line(brief, progress.get(brief.id, BriefProgress()), around, now) for brief in found]


def details(reading: Reading, around: Context, id: str, now: dt.datetime) -> BriefDetails | None:
    """Everything about a visible brief, else None."""
    row = reading.connection.execute(
        f"SELECT b.doc FROM corporate_brief b WHERE b.id = ? AND {reading.only_visible('b')}", (id,)
    ).fetchone()
    if row is None:
        return None
    brief: CorporateBrief = decode("corporate_brief", row[0])
    rows = reading.connection.execute(
        f"SELECT c.doc FROM brief_card c WHERE c.brief = ? AND {reading.only_visible('c')}", (id,)
    )
    cards: list[BriefCard] = [decode("brief_card", doc) for (doc,) in rows]
    progress = {card.store: BriefProgress(card.open, card.done, card.dismissed, card.expired) for card in cards}
    wanted = brief.stores or tuple(store.id for store in (around.retailer.stores if around.retailer else ()))
    led = _led(around)
    stores = [
        StoreProgress(id, name, progress.get(id, BriefProgress())) for id, name in _stores(around, progress, wanted)
    ]
    told = sorted((each for each in stores if each.store in led), key=lambda each: (each.name.casefold(), each.store))
    return BriefDetails(
        line=_line(brief, _sum(progress.values()), around, now),
        stores=tuple(told),
        others=len(set(wanted) - led),
        products=products.by_sku(reading, brief.products),
    )


def _stores(around: Context, *ids: Iterable[str]) -> list[tuple[str, str]]:
    """Ids with names, each once."""
    return [(id, around.store_name(id)) for id in dict.fromkeys(id for some in ids for id in some)]


def _led(around: Context) -> set[str]:
    """The stores of which the reader is told how far they are."""
    account = around.account
    return set(account.stores) if account is not None and account.role != "associate" else set()


def _sum(parts: Iterable[BriefProgress]) -> BriefProgress:
    return BriefProgress(*(sum(numbers) for numbers in zip(BriefProgress(), *parts, strict=True)))


def _line(brief: CorporateBrief, progress: BriefProgress, around: Context, now: dt.datetime) -> BriefLine:
    account = around.account
    head_office = account is not None and account.role == "head_office" and may(account, "announce")
    expires = read(brief.expires)
    return BriefLine(
        brief=brief,
        creator_name=account.name if account and account.id == brief.created_by else around.name_of(brief.created_by),
        store_names=tuple(map(around.store_name, brief.stores)),
        progress=progress,
        over=expires is not None and expires.instant(around.zone) <= now,
        editable=head_office and not brief.withdrawn,
    )

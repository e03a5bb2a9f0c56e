"""What is told of online sales that somebody has just been credited with, or that returns have taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_tui.figures import priced
from sellmode_tui.language import tr, trn

LATEST: Final = 50
"""So many notices are looked at."""
_RECENT: Final = dt.timedelta(days=1)
_ONE_BY_ONE: Final = 3
"""Of so many sales each is told; of more, how many there are."""


class SaleNews:
    """Compares the notices that there are with those there were. Each sale is told once, however often it comes."""

    def __init__(self) -> None:
        self._known: dict[str, int] | None = None
        """What is credited by each notice; None before the first look: what was there then is no news."""

    def of(self, notices: Iterable[SaleNotice], now: dt.datetime) -> list[str]:
        """What there is to tell now."""
        known, found = self._known, {notice.id: notice for notice in notices}
        self._known = {**(known or {}), **{id: notice.amount for id, notice in found.items()}}
        if known is None:
            return []
        changes = [(notice, notice.amount - known.get(id, 0)) for id, notice in found.items()]
        told = list(_told((notice, more) for notice, more in changes if _is_news(notice, known, now)))
        if len(told) > _ONE_BY_ONE:
            return [trn("{number:,} online sale: $ shows it.", "{number:,} online sales: $ shows them.", len(told))]
        return told

    def forget(self) -> None:
        """What is there at the next look is no news: all of it is only now being fetched."""
        self._known = None


def _is_news(notice: SaleNotice, known: dict[str, int], now: dt.datetime) -> bool:
    """Whether it was there before, and so tells of a change; or is of a sale of these days."""
    return notice.id in known or (notice.placed_at is not None and now - notice.placed_at <= _RECENT)


def _told(changes: Iterable[tuple[SaleNotice, int]]) -> Iterator[str]:
    for notice, more in changes:
        number, amount = notice.number or notice.order_id, priced(abs(more), notice.currency)
        if more > 0:
            yield tr("Online sale {number}: {amount} credited to you. $ shows why.", number=number, amount=amount)
        elif more < 0:
            yield tr("Online sale {number}: {amount} of your credit taken back.", number=number, amount=amount)

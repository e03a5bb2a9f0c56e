"""Putting products on a wish list, from whichever page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sellmode_contract.text import visible
from sellmode_tui.language import tr, trn
from sellmode_tui.screens.kit.desk_screen import DeskScreen


def put_on_wish_list(page: DeskScreen[Any], customer: str, skus: Sequence[str]) -> None:
    """Write it, and say how many were not there yet."""
    page.write(
        lambda records: records.customers.wish(customer, skus),
        lambda each: page.wrote(each[0] if each else None, _added(len(each))),
        refused=lambda _, why: page.notify(visible(why), markup=False),
    )


def _added(number: int) -> str:
    if not number:
        return tr("It is already on the wish list.")
    return trn(
        "{number:,} product is on the wish list now. u to undo.",
        "{number:,} products are on the wish list now. u to undo.",
        number,
    )

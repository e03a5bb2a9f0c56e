"""A task in a list, as tables and JSON have it."""

from __future__ import annotations

from typing import Any

from sellmode_contract.money import priced
from sellmode_tui.commands.kit.output import plain
from sellmode_tui.commands.kit.resolve import SHORT_TIMED_ID
from sellmode_tui.records import ProductLine, TaskLine
from sellmode_tui.records.ids import MIN_ID


def short_id(line: TaskLine) -> str:
    """As much of a task's id as a table shows."""
    return line.id[: SHORT_TIMED_ID if line.kind == "manual_task" else MIN_ID]


def line_object(line: TaskLine) -> dict[str, Any]:
    """A task in a list as ``--json`` prints it."""
    return {**plain(line), "due": line.due.text if line.due else None}


def product_words(product: ProductLine) -> str:
    """``Wool coat M (AV-1), 129.00 EUR``."""
    price = "" if product.price is None else f", {priced(product.price, product.currency)}"
    return f"{product.name or 'unknown'} ({product.sku}){price}"

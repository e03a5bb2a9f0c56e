"""What the measurements of a run share: how many customers, and the shops that have been filled already."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Self

from benchmarks.shop import Shop, opening


class Bench:
    """A run. Leaving it ends the backends."""

    def __init__(self, rows: int, folder: Path, *, quick: bool = False) -> None:
        self.rows = rows
        """Customers in the large shop."""
        self.folder = folder
        self.quick = quick
        """Whether to take few samples: to see that everything works, not what it costs."""
        self._shops: dict[int, Shop] = {}
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def shop(self, rows: int | None = None) -> Shop:
        """A shop of so many customers; the large one if not told."""
        rows = rows or self.rows
        if rows not in self._shops:
            self.tell(f"filling a shop of {rows:,} customers")
            self._shops[rows] = self._stack.enter_context(opening(rows, self.folder / f"shop-{rows}", self.tell))
        return self._shops[rows]

    def small(self, rows: int) -> int:
        """So many customers for a small shop, or less where the large one is hardly larger."""
        return min(rows, max(1, self.rows // 10))

    def rounds(self, wanted: int) -> int:
        """How many samples to take."""
        return 1 if self.quick else wanted

    @property
    def slice_seconds(self) -> float:
        """How long to repeat something whose rate is measured, for one sample."""
        return 0.1 if self.quick else 1.0

    def tell(self, what: str) -> None:
        """Say what is going on, beside the figures."""
        print(f"bench: {what}", file=sys.stderr, flush=True)

"""Two who sell at one store."""

from __future__ import annotations

from tests.support.team import ada, bens, mine, shop, someone

__all__ = ["ada", "bens", "mine", "shop", "someone"]

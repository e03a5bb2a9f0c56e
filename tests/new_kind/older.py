"""A program: fills a cache as a version of the app does that does not know the kind. Takes the folder."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from sellmode_contract.kinds import KINDS
from sellmode_contract.wire import Put
from tests.tui.cache.lines import TEAM, customer, fill, open_cache


def main() -> None:
    assert "idea" not in KINDS
    cache = open_cache(Path(sys.argv[1]))
    fill(cache, [customer(1)])
    document = msgspec.Raw(
        msgspec.json.encode(
            {"id": "idea-1", "customer": "customer-1", "title": "Scarf", "made_at": "2026-11-22T12:00:00Z"}
        )
    )
    lines = [Put(k=kind, id="idea-1", v=1, s=TEAM, d=document) for kind in ("idea", "plan", "unheard_of")]
    cache.apply(lines, "with ideas")
    cache.close()


if __name__ == "__main__":
    main()

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.records.desk import ANNA, Desk, directory, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Somebody in Team Mode, who sees Anna Muster."""
    with open_desk(tmp_path) as opened:
        opened.fill(ANNA, *directory())
        yield opened

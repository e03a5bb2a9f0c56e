"""An empty retailer on each engine, and a folder for its exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_backend.store import settings
from sellmode_backend.store.database import Database, open_database
from tests.backend.importers.exports import Export


@pytest.fixture
def database(prepared_url: str) -> Iterator[Database]:
    opened = open_database(prepared_url)
    with opened.transaction() as connection:
        settings.initialise(connection, "Maison", "associate", "UTC", "USD")
    yield opened
    opened.close()


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path / "export")

"""A migrated, initialised database on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sellmode_backend.store import settings
from sellmode_backend.store.database import Database, open_database


@pytest.fixture
def database(prepared_url: str) -> Iterator[Database]:
    """Give a retailer's database without stores or records, in Associate Mode and USD."""
    opened = open_database(prepared_url)
    with opened.transaction() as connection:
        settings.initialise(connection, "Maison", "associate", "Europe/Paris", "USD")
    yield opened
    opened.close()

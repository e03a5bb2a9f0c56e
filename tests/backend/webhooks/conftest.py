"""A retailer without anything, for events to come to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sellmode_backend.store.database import Database
from tests.backend.webhooks.events import open_retailer


@pytest.fixture
def database(prepared_url: str) -> Iterator[Database]:
    opened = open_retailer(prepared_url)
    yield opened
    opened.close()

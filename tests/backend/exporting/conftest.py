"""A small demo retailer that nobody changes."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest

from sellmode_backend.demo import fill, world
from sellmode_backend.store.database import Database
from tests.backend.exporting.retailers import NOW, empty


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demo retailer with fewer customers; with accounts, rules, tasks, figures and cards."""
    with mock.patch.object(world, "CUSTOMERS", 60):
        made = world.world(1, NOW.date(), "associate")
    with empty(tmp_path_factory.mktemp("demo")) as database:
        fill.fill(database, made, NOW, lambda *_: None)
        yield database

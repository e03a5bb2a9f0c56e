"""A retailer with rules on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.backend.rules.rules_shop import RulesShop, rules_shop


@pytest.fixture
def shop(prepared_url: str) -> Iterator[RulesShop]:
    """Give a retailer of the test's own."""
    with rules_shop(prepared_url) as opened:
        yield opened


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def busy_shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RulesShop]:
    """Give a retailer that the examples of a property share."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('shop') / 'backend.db'}"
        else:
            url = stack.enter_context(request.getfixturevalue("_postgresql").database())
        yield stack.enter_context(rules_shop(url))

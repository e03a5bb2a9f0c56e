"""A clock that tests of the backend move."""

from __future__ import annotations

import pytest

from tests.backend.people import MovedClock


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()

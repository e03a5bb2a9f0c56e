"""What is spoken in a test is spoken in it alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sellmode_tui import language


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    language.use("en")

"""Values of changes as people read them."""

from __future__ import annotations

from typing import Any

import pytest

from sellmode_tui.records.values import as_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (3.0, "3"),
        (["vip", "press"], "vip, press"),
        ({"name": "Rex", "species": "dog"}, "Rex, dog"),
        (
            {"city": "Amsterdam", "country": "NL", "lines": ["Dam 1", "2nd floor"], "postcode": "1012 JS"},
            "Dam 1, 2nd floor, 1012 JS, Amsterdam, NL",
        ),
    ],
)
def test_a_value_as_text(value: Any, text: str) -> None:
    assert as_text(value) == text

"""A sentence about a field begins with what people call it."""

from __future__ import annotations

import pytest

from sellmode_contract.refusals import named


@pytest.mark.parametrize(
    ("heading", "why", "path", "told"),
    [
        ("Phone", "Not a valid phone number.", "phone", "Phone: Not a valid phone number."),
        ("Phone", "phone has 300 characters.", "phone", "Phone has 300 characters."),
        ("Phone", "phoned at night.", "phone", "phoned at night."),
        ("Day", "Day needs its year.", "", "Day needs its year."),
        ("", "tier cannot be edited.", "tier", "tier cannot be edited."),
        ("", "This field cannot be edited.", "tier", "This field cannot be edited."),
    ],
)
def test_the_heading_stands_in_front_once(heading: str, why: str, path: str, told: str) -> None:
    assert named(heading, why, path) == told

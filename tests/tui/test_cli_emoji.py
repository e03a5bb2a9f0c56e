"""What commands print of names with emoji that have a variation selector: the name as it is, and no codes."""

from __future__ import annotations

from tests.tui.test_cli import Desk, desk

__all__ = ["desk"]

NAME = "Heidi ❤\ufe0f 1\ufe0f\u20e3"


def test_emoji_with_variation_selectors_are_printed_as_they_are(desk: Desk) -> None:
    added = desk.ask("customers", "add", "--given", NAME, "--family", "Berg")
    assert added.code == 0, added
    for command in (["customers", "list", "heidi"], ["customers", "search", "heidi"], ["customers", "show", "heidi"]):
        told = desk.ask(*command)
        assert (told.code, NAME in told.out, "U+FE0F" in told.out) == (0, True, False), told

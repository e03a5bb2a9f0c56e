"""The keys that the README names are bound in the app, and every key that is not for moving about is named."""

from __future__ import annotations

import re

from textual.binding import Binding
from textual.keys import format_key

from sellmode_tui.app import SellmodeApp
from sellmode_tui.screens.customers import CustomersScreen
from sellmode_tui.screens.profile import ProfileView
from sellmode_tui.widgets.row_table import RowTable
from tests.docs.reading import ROOT

_SIGNED_IN = (SellmodeApp, CustomersScreen, ProfileView)
_LEFT_TO_THE_PAGE_OF_KEYS = {"Up", "Down", "Home", "End", "Pageup", "Pagedown", "Space", "j", "k", "Escape", "F7"}
"""Moving about, closing; and staying signed in, which is there only where the retailer allows it."""


def _bound(*places: type[SellmodeApp | CustomersScreen | ProfileView | RowTable]) -> set[str]:
    keys = {
        key
        for place in places
        for binding in place.BINDINGS
        if isinstance(binding, Binding)
        for key in binding.key.split(",")
    }
    return {_as_written(key) for key in keys}


def _as_written(key: str) -> str:
    shown = format_key(key)
    if len(shown) == 1 and shown.isascii():
        return shown
    return "+".join(part.capitalize() for part in key.split("+"))


def _named() -> set[str]:
    table = re.search(r"^\| Key \|.*?\n\n", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert table
    return {key.strip("`") for row in table[0].splitlines()[2:] if row for key in row.split("|")[1].split()}


def test_the_keys_named_are_bound() -> None:
    assert _named() - _bound(*_SIGNED_IN, RowTable) == set()


def test_the_keys_bound_are_named() -> None:
    assert _bound(*_SIGNED_IN) - _named() == _LEFT_TO_THE_PAGE_OF_KEYS

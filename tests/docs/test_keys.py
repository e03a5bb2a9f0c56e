"""The keys that the README names are bound in the app, and every key that is not for moving about is named."""

from __future__ import annotations

import re

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import format_key

from sellmode_tui.screens.changes.attention_details import DuplicateScreen, HandedOverScreen, RefusedScreen
from sellmode_tui.screens.changes.sync_page import SyncScreen
from sellmode_tui.screens.corporate.list_page import BriefsScreen
from sellmode_tui.screens.customers.dates import DatesScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.own_entries import OwnEntriesScreen
from sellmode_tui.screens.customers.profile import ProfileView
from sellmode_tui.screens.kit.record_view import RecordView
from sellmode_tui.screens.lists.choosing import MarkedList
from sellmode_tui.screens.people.list_page import PeopleScreen
from sellmode_tui.screens.people.owned import OwnedScreen
from sellmode_tui.screens.rules.list_page import RulesScreen
from sellmode_tui.screens.tasks.agenda import AgendaScreen
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.widgets.row_table import RowTable
from tests.docs.keys_table import DOCUMENT, with_table
from tests.docs.reading import DOCS, ROOT

_SIGNED_IN = (SellmodeApp, CustomersScreen, ProfileView, RecordView)
_LEFT_TO_THE_PAGE_OF_KEYS = {"Up", "Down", "Home", "End", "Pageup", "Pagedown", "j", "k", "Escape", "F7"}
"""Moving about, closing; and staying signed in, which is there only where the retailer allows it."""


def _bound(*places: type[DOMNode]) -> set[str]:
    keys = {
        key
        for place in places
        for binding in place.__dict__.get("BINDINGS", ())
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
    assert _named() - _bound(*_SIGNED_IN, RowTable, MarkedList) == set()


def test_the_keys_bound_are_named() -> None:
    assert _bound(*_SIGNED_IN) - _named() == _LEFT_TO_THE_PAGE_OF_KEYS


def test_the_document_of_keys_has_the_ids_as_they_are() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert document == with_table(document), "remake it: ./dev run python -m tests.docs.keys_table"


def test_the_keys_of_tasks_rules_and_corporate_tasks_are_those_that_the_document_names() -> None:
    document = (DOCS / "tasks.md").read_text("utf-8")
    tables = re.findall(r"^\| Key \|.*?\n\n", document, re.MULTILINE | re.DOTALL)
    for table, page in zip(tables, (AgendaScreen, RulesScreen, BriefsScreen), strict=True):
        named = {
            key.strip("`")
            for row in table.splitlines()[2:]
            if row
            for key in row.split("|")[1].replace(",", " ").split()
        }
        ours = [each for each in page.__mro__ if each.__module__.startswith("sellmode_tui.")]
        bound = {{"Escape": "Esc", "Delete": "Del"}.get(key, key) for key in _bound(*ours)}
        assert named - {"Enter"} == bound


def test_the_keys_of_pages_are_those_that_the_document_names() -> None:
    document = (DOCS / "customers.md").read_text("utf-8")
    sections = dict(re.findall(r"^## (.+)\n((?:(?!^## ).*\n)+)", document, re.MULTILINE))
    pages: dict[str, tuple[type[DOMNode], ...]] = {
        "Important dates": (DatesScreen,),
        "Notes and contacts": (OwnEntriesScreen,),
        "Assigning customers": (PeopleScreen, OwnedScreen),
        "What is on its way": (SyncScreen,),
        "What needs attention": (RefusedScreen, HandedOverScreen, DuplicateScreen),
    }
    elsewhere = {"d", "n", "l", "N", "A", "u", "8", "F3", "F4", "F5"}
    for section, places in pages.items():
        named = set(re.findall(r"`(\w)`", sections[section]))
        bound = _bound(*places) - {"Escape", "q", "Left", "Delete", "Space", "/"}
        assert named - elsewhere == bound - elsewhere, section

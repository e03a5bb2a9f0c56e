"""A manager's pages in a made-up language: what is still in Latin letters there is data, or was forgotten."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from sellmode_tui import language
from sellmode_tui.account.folders import DATA_VARIABLE
from sellmode_tui.screens.changes.attention import AttentionScreen
from sellmode_tui.screens.changes.sync_page import SyncScreen
from sellmode_tui.screens.people.list_page import PeopleScreen
from sellmode_tui.screens.rules.form import EditRuleForm
from sellmode_tui.screens.rules.list_page import RulesScreen
from tests.language.pseudo import Pseudo, not_translated, on_screen
from tests.tui.screens import tasking
from tests.tui.screens.writing import app_of, at_rest, shows


@pytest.fixture(autouse=True)
def _files(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path_factory.mktemp("data") / "data"
    monkeypatch.setenv(DATA_VARIABLE, str(data))
    tasking.files(data, "mira")


def forgotten(pilot: Pilot[None]) -> list[str]:
    data = [msgspec.json.encode(record).decode() for record in tasking.records()]
    keys = [app_of(pilot).get_key_display(binding.binding) for binding in pilot.app.active_bindings.values()]
    return list(not_translated(on_screen(pilot), [*data, *keys, "Clara", "Nov"]))


async def test_lists_and_a_form_are_in_the_language() -> None:
    pages: list[tuple[str, type[Screen[Any]]]] = [
        ("6", RulesScreen),
        ("enter", EditRuleForm),
        ("escape", RulesScreen),
        ("8", PeopleScreen),
        ("f3", AttentionScreen),
        ("f4", SyncScreen),
    ]
    async with tasking.at_the_tasks("mira") as pilot:
        language.use("en", Pseudo())
        found = {}
        for key, page in pages:
            await pilot.press(key)
            await shows(pilot, page)
            await at_rest(pilot)
            found[page.__name__] = forgotten(pilot)
        assert not any(found.values()), found

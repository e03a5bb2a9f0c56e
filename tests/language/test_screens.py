"""Pages in a made-up language: what is still in Latin letters there is data, or was forgotten."""

from __future__ import annotations

import msgspec
import pytest

from sellmode_tui import language
from sellmode_tui.account.folders import DATA_VARIABLE
from sellmode_tui.screens.kit.keys import KeysScreen
from tests.language.pseudo import Pseudo, not_translated, on_screen
from tests.tui.screens.writing import app_of, at_rest, at_the_counter, files, records, shows


@pytest.fixture(autouse=True)
def _files(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path_factory.mktemp("data") / "data"
    monkeypatch.setenv(DATA_VARIABLE, str(data))
    files(data)


def data() -> list[str]:
    """All that stands in records."""
    return [msgspec.json.encode(record).decode() for record in records()]


async def test_keys_are_told_in_the_language() -> None:
    async with at_the_counter() as pilot:
        language.use("en", Pseudo())
        await pilot.press("question_mark")
        await shows(pilot, KeysScreen)
        await at_rest(pilot)
        keys = [app_of(pilot).get_key_display(binding.binding) for binding in pilot.app.active_bindings.values()]
        told = [each.keys for each in pilot.app.screen._commands]  # type: ignore[attr-defined]  # it is the page of keys
        assert list(not_translated(on_screen(pilot), [*data(), *keys, *told])) == []

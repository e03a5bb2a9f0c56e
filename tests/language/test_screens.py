"""Pages in a made-up language: what is still in Latin letters there is data, or was forgotten."""

from __future__ import annotations

import msgspec
import pytest
from textual.pilot import Pilot

from sellmode_tui import language
from sellmode_tui.account.folders import DATA_VARIABLE, known_accounts
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.kit.keys import KeysScreen
from sellmode_tui.screens.kit.palette import PaletteBox
from sellmode_tui.screens.kit.theme_box import ThemeBox
from sellmode_tui.screens.kit.themes import THEMES
from sellmode_tui.screens.tasks.agenda import AgendaScreen
from sellmode_tui.shell import palette
from sellmode_tui.shell.language_choice import LanguageChoice
from tests.language.pseudo import Pseudo, not_translated, on_screen
from tests.tui.screens.counter import SERVER, counter, running, wait_until
from tests.tui.screens.writing import app_of, at_rest, at_the_counter, files, records, shows, type_in


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


async def test_who_chooses_a_language_has_it_at_once_and_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def speak_pseudo(code: str) -> None:
        use(code, Pseudo() if code != "en" else None)

    use = language.use
    monkeypatch.setattr(language, "use", speak_pseudo)
    monkeypatch.setattr(language, "OFFERED", ("en", "nl"))
    monkeypatch.setattr(palette, "OFFERED", ("en", "nl"))
    translated = Pseudo().gettext("Customers")
    async with at_the_counter() as pilot:
        await pilot.press("2")
        await shows(pilot, AgendaScreen)
        await pilot.press("ctrl+p")
        await shows(pilot, PaletteBox)
        await type_in(pilot, "nederlands")
        await at_rest(pilot)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, AgendaScreen) and spoken_on(pilot, translated))
        account = app_of(pilot).current.account
        assert account is not None
        await wait_until(pilot, lambda: account.workspace.session.folder.language == "nl")
    use("en")
    async with running(counter()) as pilot:
        await wait_until(pilot, lambda: spoken_on(pilot, translated))


def spoken_on(pilot: Pilot[None], text: str) -> bool:
    return any(text in line for line in on_screen(pilot))


async def test_the_way_in_speaks_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LanguageChoice, "begin", lambda _: language.use("en", Pseudo()))
    async with running(counter(signed_in=False)) as pilot:
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, SignInScreen))
        await at_rest_of(pilot)
        assert list(not_translated(on_screen(pilot), ["Sellmode", SERVER, *people()])) == []
        await pilot.press("f2")
        await at_rest_of(pilot)
        assert list(not_translated(on_screen(pilot), ["Sellmode", SERVER, *people()])) == []


async def test_boxes_of_the_app_speak_the_language() -> None:
    async with at_the_counter() as pilot:
        language.use("en", Pseudo())
        for key, page in (("f6", ThemeBox), ("ctrl+p", PaletteBox)):
            await pilot.press(key)
            await shows(pilot, page)
            await at_rest(pilot)
            box = pilot.app.screen.query_one(".box").region
            lines = [line[box.x : box.right] for line in on_screen(pilot)[box.y : box.bottom]]
            assert list(not_translated(lines, [*THEMES, "Theme"])) == [], page
            await pilot.press("escape")
        await pilot.press("f10")
        await shows(pilot, LockScreen)
        await at_rest_of(pilot)
        assert list(not_translated(on_screen(pilot), ["Sellmode", SERVER, *people()])) == []


async def at_rest_of(pilot: Pilot[None]) -> None:
    """Have what was pressed drawn."""
    await pilot.pause()
    await pilot.pause()


def people() -> list[str]:
    """Names of those who signed in here."""
    return [text for folder in known_accounts() for text in (folder.profile.name, folder.profile.user_name)]

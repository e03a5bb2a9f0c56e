"""Themes: each meaning is legible in all of them, and has a sign; which one is shown, and that it is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path
from typing import Any, get_args

import pytest
from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import Theme
from textual.widgets._toast import Toast

from sellmode_tui.account import folders
from sellmode_tui.account.settings import Settings, ThemeName
from sellmode_tui.screens.customers.profile import ProfileScreen, ProfileView
from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.kit.theme_box import ThemeBox
from sellmode_tui.screens.kit.themes import ABOUT, THEMES
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.sync.status import Line
from sellmode_tui.widgets.meanings import MEANINGS
from tests.tui.screens import counter, tasking, writing
from tests.tui.screens.counter import signed_in, wait_until

GROUNDS = ("background", "surface", "panel")
"""What text stands on: pages and lists, fields and boxes, head and status lines."""
TEXTS = ("foreground", "text-muted", "footer-key-foreground", *(each.name for each in MEANINGS))
VGA = TerminalTheme(
    (0, 0, 0),
    (170, 170, 170),
    [(0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170)],
    [
        (85, 85, 85),
        (255, 85, 85),
        (85, 255, 85),
        (255, 255, 85),
        (85, 85, 255),
        (255, 85, 255),
        (85, 255, 255),
        (255,) * 3,
    ],
)
"""The 16 colours of a Linux console."""


def luminance(colour: Color) -> float:
    channels = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour.normalized)
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


def contrast(one: Color, other: Color) -> float:
    """As WCAG 2.2 measures it: from 1 to 21."""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def colours(theme: Theme) -> dict[str, Color]:
    made = {**theme.to_color_system().generate(), **theme.variables}
    return {name: Color.parse(made[name]) for name in (*GROUNDS, "surface-lighten-1", *TEXTS)}


@pytest.mark.parametrize(("name", "least"), [("dark", 4.5), ("light", 4.5), ("high-contrast", 7.0)])
def test_every_text_is_legible_on_every_ground(name: ThemeName, least: float) -> None:
    """WCAG 2.2, 1.4.3 and 1.4.6."""
    found = colours(THEMES[name])
    for text, ground in product(TEXTS, (*GROUNDS, "surface-lighten-1")):
        ratio = contrast(found[ground], found[text])
        assert ratio >= least, f"{text} on {ground}: {ratio:.2f}"


def test_sixteen_colours_are_legible_on_a_console() -> None:
    found = {name: Color(*VGA.ansi_colors[each.ansi or 0]) for name, each in colours(THEMES["16-colours"]).items()}
    for text, ground in product(TEXTS, GROUNDS):
        assert contrast(found[ground], found[text]) >= 3, (text, ground)


def test_no_two_meanings_have_one_sign_or_where_there_are_enough_one_colour() -> None:
    assert len({each.sign for each in MEANINGS}) == len(MEANINGS)
    assert all(each.sign.isascii() for each in MEANINGS)
    for name in ("dark", "light", "high-contrast"):
        found = colours(THEMES[name])
        for one, other in combinations(MEANINGS, 2):
            assert found[one.name] != found[other.name], (name, one, other)


def test_there_are_six_and_all_are_described() -> None:
    assert tuple(THEMES) == tuple(ABOUT) == get_args(ThemeName)
    assert all(theme.name == name for name, theme in THEMES.items())


def drawn(pilot: Pilot[None]) -> set[Any]:
    """The colours on the screen."""
    lines = pilot.app.screen._compositor.render_strips()
    styles = [segment.style for line in lines for segment in line if segment.style]
    return {colour for style in styles for colour in (style.color, style.bgcolor) if colour and not colour.is_default}


async def test_who_has_chosen_a_theme_has_it_again(demo_files: Any) -> None:
    demo_files()
    app = counter.counter()
    async with app.run_test(size=(80, 24)) as pilot:
        await signed_in(pilot)
        assert app.theme == "dark"
        assert list(app.available_themes) == list(THEMES)
        await pilot.press("f6")
        await wait_until(pilot, lambda: isinstance(app.screen, ThemeBox))
        await pilot.press(*"no-c", "enter")
        await wait_until(pilot, lambda: app.theme == "no-colours")
        await wait_until(pilot, lambda: folders.known_accounts()[0].theme == "no-colours")
        await wait_until(pilot, lambda: drawn(pilot) == set())
    again = counter.counter(signed_in=False)
    async with again.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: isinstance(again.screen, SignInScreen))
        assert again.theme == "no-colours"  # the page to sign in has it already


async def test_a_notice_of_an_error_has_the_sign_and_the_colour_of_errors(demo_files: Any) -> None:
    demo_files()
    app = counter.counter()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await signed_in(pilot)
        app.say("Saved.")
        app.say("The disk is full.", wrong=True)
        await wait_until(pilot, lambda: len(app.screen.query(Toast)) == 2)
        notices = {str(each.render()): each.styles.color for each in app.screen.query(Toast)}
        assert notices.keys() == {"Saved.", "!! The disk is full."}
        assert notices["!! The disk is full."] == Color.parse(app.theme_variables["error"]) != notices["Saved."]


async def test_what_is_chosen_before_signing_in_belongs_to_who_does(demo_files: Any) -> None:
    demo_files()
    folders.known_accounts()[0].keep_theme("light")
    app = counter.counter(signed_in=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, SignInScreen))
        assert app.theme == "light"
        app.theme = "high-contrast"
        app.screen.sign_in(counter.PASSWORD)  # type: ignore[attr-defined]  # the page to sign in's
        await signed_in(pilot)
        assert app.theme == "high-contrast"
        await wait_until(pilot, lambda: folders.known_accounts()[0].theme == "high-contrast")


@pytest.mark.parametrize(
    ("kept", "settings", "named", "theme"),
    [
        ("", None, None, "16-colours"),
        ("", "light", None, "light"),
        ("ansi", "light", None, "ansi"),
        ("gone", "light", None, "light"),
        ("ansi", "light", "high-contrast", "high-contrast"),
    ],
)
async def test_which_theme_goes_before_which(
    kept: str,
    settings: ThemeName | None,
    named: ThemeName | None,
    theme: str,
    demo_files: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    demo_files()
    monkeypatch.setenv("TERM", "linux")
    if kept:
        folders.known_accounts()[0].keep_theme(kept)
    app = SellmodeApp(Settings(theme=settings), theme=named)
    async with app.run_test():
        assert app.theme == theme


OTHERS = [name for name in THEMES if name != "dark"]
"""The dark one is in all pictures."""


@pytest.mark.parametrize("name", OTHERS)
def test_tasks(name: ThemeName, snap_compare: Any, data: Path) -> None:
    tasking.files(data)

    async def act(pilot: Pilot[None]) -> None:
        await signed_in(pilot, replace(counter.ONLINE, line=Line.OFFLINE, since=counter.NOW))
        await tasking.go_to_tasks(pilot)
        writing.app_of(pilot).clear_notifications()
        await pilot.pause()

    app = counter.counter(settings=Settings(theme=name), clock=tasking.clock())
    assert snap_compare(app, terminal_size=(80, 24), run_before=act)


@pytest.mark.parametrize("name", OTHERS)
def test_profile(name: ThemeName, snap_compare: Any, demo_files: Callable[[], Path]) -> None:
    demo_files()

    async def act(pilot: Pilot[None]) -> None:
        await signed_in(pilot)
        await pilot.press("enter")
        await wait_until(pilot, lambda: settled(pilot))

    def settled(pilot: Pilot[None]) -> bool:
        screen = pilot.app.screen
        return isinstance(screen, ProfileScreen) and screen.query_one(ProfileView).settled

    assert snap_compare(counter.counter(settings=Settings(theme=name)), terminal_size=(80, 24), run_before=act)

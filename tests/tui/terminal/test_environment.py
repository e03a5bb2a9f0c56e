"""What the environment says of a terminal, and which theme fits it."""

from __future__ import annotations

from itertools import product

import pytest

from sellmode_tui.terminal.environment import COLOUR_SYSTEMS, colours, fitting_theme, is_utf8

FULL = {"COLORTERM": "truecolor"}


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "xterm-256color"}, "dark"),
        ({"TERM": "xterm-256color", **FULL}, "dark"),
        ({"TERM": "xterm-kitty"}, "dark"),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, "dark"),
        ({"TERM": "xterm"}, "16-colours"),
        ({"TERM": "linux"}, "16-colours"),
        ({"TERM": "linux", **FULL}, "16-colours"),
        ({"TERM": "screen"}, "16-colours"),
        ({"TERM": "screen", **FULL}, "16-colours"),
        ({"TERM": "screen-256color", "STY": "1.pts", **FULL}, "dark"),
        ({"TERM": "dumb", **FULL}, "no-colours"),
        ({"TERM": "vt220"}, "no-colours"),
        ({}, "no-colours"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1", **FULL}, "no-colours"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "dark"),
    ],
)
def test_the_theme_that_fits(environment: dict[str, str], theme: str) -> None:
    assert fitting_theme(environment) == theme


def test_gnu_screen_shows_no_more_than_256_colours_whatever_is_outside_it() -> None:
    assert colours({"TERM": "screen-256color", "STY": "1.pts", **FULL}) == 256
    assert colours({"TERM": "screen", **FULL}) == 16
    assert colours({"TERM": "tmux-256color", **FULL}) == 1 << 24


def test_every_terminal_has_a_colour_system() -> None:
    for term, color_term, screen in product(("", "dumb", "linux", "xterm", "tmux-256color"), ("", "24bit"), ("", "1")):
        assert colours({"TERM": term, "COLORTERM": color_term, "STY": screen}) in COLOUR_SYSTEMS


@pytest.mark.parametrize(
    ("environment", "utf8"),
    [
        ({"LANG": "en_GB.UTF-8"}, True),
        ({"LANG": "C.utf8"}, True),
        ({"LC_CTYPE": "UTF-8"}, True),
        ({"LC_ALL": "C", "LANG": "en_GB.UTF-8"}, False),
        ({"LC_CTYPE": "nl_NL@euro", "LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LANG": "de_DE"}, False),
        ({}, False),
        ({"LC_CTYPE": "C.UTF-8"}, False),  # Python's own, where nothing was set
        ({"LC_CTYPE": "C.UTF-8", "LANG": "de_DE.UTF-8"}, True),
    ],
)
def test_whether_a_locale_is_of_utf8(environment: dict[str, str], utf8: bool) -> None:
    assert is_utf8(environment) is utf8

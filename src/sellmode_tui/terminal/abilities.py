"""What a terminal can do for the app, from its answers and its environment, and what to do about what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sellmode_tui.terminal.environment import colours, fitting_theme, is_utf8, needs_ascii
from sellmode_tui.terminal.questions import Answers

MIN_SCREEN: Final = (80, 24)
_CLIPBOARD: Final = ("kitty", "wezterm", "foot", "ghostty", "contour", "iterm2", "alacritty", "windowterminal")
"""Take OSC 52 as they come, by the beginning of the name they answer with."""

_DRAWS: Final = ("kitty", "ghostty")
"""Draw pictures where kitty's placeholders stand, by the beginning of the name they answer with."""


class Ability(NamedTuple):
    """One thing that a terminal can do, or cannot."""

    name: str
    found: str
    advice: str = ""
    """What to do where it is missing; empty where there is nothing to do."""
    wanted: bool = True
    """Whether the app is worse off without: else the advice is for who wants more."""


def abilities(answers: Answers, environment: Mapping[str, str], size: tuple[int, int]) -> Iterator[Ability]:
    """Each of them."""
    term = environment.get("TERM", "")
    yield Ability(
        "name",
        ", ".join(filter(None, (answers.name, term or "TERM is not set"))),
        "the app cannot draw here; the commands work" if term in ("", "dumb") else "",
    )
    columns, lines = size
    small = columns < MIN_SCREEN[0] or lines < MIN_SCREEN[1]
    yield Ability("size", f"{columns}x{lines}", "make the window 80x24 or larger, or the letters smaller" * small)
    yield _colours(answers, environment)
    yield _utf8(answers, environment)
    yield Ability(
        "keys",
        "function keys, and every combination (kitty protocol)" if answers.kitty_keys else "function keys, letters",
        "" if answers.kitty_keys else "some combinations with Ctrl or Alt look alike; nothing in Sellmode needs them",
        wanted=False,
    )
    yield Ability(
        "mouse",
        _known(answers.mouse),
        "turn the mouse on in the terminal, or use the keys: all can be done by them" if answers.mouse is False else "",
    )
    yield _pictures(answers, environment)
    yield _clipboard(answers, environment)
    yield Ability(
        "pastes",
        _known(answers.paste),
        "a pasted line end presses Enter: paste one line at a time" if answers.paste is False else "",
    )
    yield Ability(
        "whole frames",
        _known(answers.whole_frames),
        "the screen may flicker on a slow line: a theme of few colours (F6) helps" if not answers.whole_frames else "",
        wanted=False,
    )


def _known(can: bool | None) -> str:
    return "it does not say" if can is None else "yes" if can else "no"


def _colours(answers: Answers, environment: Mapping[str, str]) -> Ability:
    number = colours(environment)
    found = {0: "none", 16: "16", 256: "256"}.get(number, "all")
    advice = ""
    if answers.full_colour and number < 1 << 24 and not environment.get("STY"):
        advice = "it can show all: set COLORTERM=truecolor"
    elif number == 16 and environment.get("TERM") in ("screen", "xterm"):
        advice = f"set TERM={environment['TERM']}-256color if it can show more"
    no_color = "; NO_COLOR is set" if environment.get("NO_COLOR") else ""
    return Ability("colours", f"{found}{no_color}; the theme {fitting_theme(environment)} fits", advice)


def _utf8(answers: Answers, environment: Mapping[str, str]) -> Ability:
    said = "" if answers.utf8 is None else "; the terminal reads it" if answers.utf8 else "; the terminal does not"
    if not is_utf8(environment):
        return Ability(
            "UTF-8",
            f"not the locale's{said}; drawn in ASCII, names without accents",
            "set LANG to a locale of UTF-8, such as C.UTF-8" + ("" if answers.utf8 else ", and the terminal to UTF-8"),
        )
    advice = "set the terminal to UTF-8, or start with sellmode --ascii" if answers.utf8 is False else ""
    return Ability("UTF-8", f"the locale's{said}{'; signs in ASCII' if needs_ascii(environment) else ''}", advice)


def draws_pictures(answers: Answers, environment: Mapping[str, str]) -> bool:
    """Whether a terminal draws pictures where cells stand for them, whose colour says which.

    Others that know kitty's protocol do not know such cells, and nothing can be asked about that but the name.
    """
    named = answers.name.lower().startswith(_DRAWS)
    return answers.pictures and named and colours(environment) == 1 << 24


def _pictures(answers: Answers, environment: Mapping[str, str]) -> Ability:
    number = colours(environment)
    if needs_ascii(environment):
        return Ability("pictures", "none")
    if number < 256:
        return Ability("pictures", "described in words")
    if draws_pictures(answers, environment):
        return Ability("pictures", "drawn by the terminal (kitty protocol)")
    advice = "it can draw them itself: set COLORTERM=truecolor"
    can = draws_pictures(answers, {**environment, "COLORTERM": "truecolor"})
    return Ability("pictures", "drawn in half blocks", advice if can else "", wanted=False)


def _clipboard(answers: Answers, environment: Mapping[str, str]) -> Ability:
    known = answers.clipboard or answers.name.lower().startswith(_CLIPBOARD)
    if known:
        return Ability("clipboard", "yes (OSC 52)")
    inside = "set -g set-clipboard on in tmux; " if environment.get("TMUX") else ""
    return Ability(
        "clipboard",
        "it does not say (OSC 52)",
        f"{inside}where copying does nothing, allow OSC 52 in the terminal, or select with Shift and the mouse",
        wanted=False,
    )

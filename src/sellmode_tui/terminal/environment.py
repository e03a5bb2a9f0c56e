"""What the environment says of the terminal. A guess, made of what terminals and their users set.

NO_COLOR is https://no-color.org: set to anything, it asks for no colours. TERM names a terminal, and sometimes how many
colours it has; COLORTERM says that it has all. A program in between (`screen`) may show fewer than the one outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sellmode_tui.account.settings import ThemeName

_NO_SYMBOLS: Final = frozenset({"linux", "vt100", "vt102", "vt220"})
"""Draw neither lines nor pictures, by the name in TERM."""
_NO_COLOURS: Final = ("dumb", "vt100", "vt102", "vt220", "vt320")
COLOUR_SYSTEMS: Final = {0: "standard", 16: "standard", 256: "256", 1 << 24: "truecolor"}
"""What Textual calls so many colours."""
_FULL: Final = ("truecolor", "24bit")
_STAND_IN: Final = "C.UTF-8"
"""What Python itself sets as LC_CTYPE where no locale is set (PEP 538): it says nothing of the terminal."""


def fitting_theme(environment: Mapping[str, str]) -> ThemeName:
    """The theme where nobody has chosen one."""
    if environment.get("NO_COLOR"):
        return "no-colours"
    match colours(environment):
        case 0:
            return "no-colours"
        case 16:
            return "16-colours"
    return "dark"


def colours(environment: Mapping[str, str]) -> int:
    """How many colours a terminal can show: 0, 16, 256 or 2^24."""
    term = environment.get("TERM", "")
    if not term or term in _NO_COLOURS:
        return 0
    many = term.endswith(("256color", "kitty", "direct")) or term in ("xterm-ghostty", "alacritty", "foot")
    if environment.get("STY") or term == "screen":  # GNU screen shows 256 at most, whatever is set outside it
        return 256 if many else 16
    if environment.get("COLORTERM", "").lower() in _FULL and term != "linux":
        return 1 << 24
    return 256 if many else 16


def may_draw_pictures(environment: Mapping[str, str]) -> bool:
    """Whether a terminal is worth asking, before the app begins, whether it draws pictures: it answers at once."""
    return environment.get("TERM") in ("xterm-kitty", "xterm-ghostty") and not environment.get("NO_COLOR")


def needs_ascii(environment: Mapping[str, str]) -> bool:
    """Whether nothing of the app's own may be drawn beyond ASCII."""
    return environment.get("TERM") in _NO_SYMBOLS or not is_utf8(environment)


def is_utf8(environment: Mapping[str, str]) -> bool:
    """Whether the locale, as the person has set it, says that the terminal reads UTF-8."""
    everything, ctype, language = (environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    named = everything or (ctype if ctype != _STAND_IN else "") or language
    return "utf8" in named.lower().replace("-", "")

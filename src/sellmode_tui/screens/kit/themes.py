"""The themes: calm grounds, and a colour for each meaning (`widgets.meanings`), which is never the only sign of it.

`dark`, `light` and `high-contrast` name their colours; the others leave them to the terminal: `16-colours` takes those
of the 16 that stand out on black and blue, `ansi` the terminal's own ground, `no-colours` nothing but bold, underlined
and reversed.
"""

from __future__ import annotations

from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

from sellmode_tui.account.settings import ThemeName
from sellmode_tui.language import marked

_DARK: Final = Theme(
    name="dark",
    dark=True,
    primary="#8fb8a8",
    secondary="#c9b18c",
    accent="#c9b18c",
    foreground="#d9dcd6",
    background="#16191a",
    surface="#1f2425",
    panel="#2a3132",
    warning="#d9b36c",
    error="#e88f7a",
    success="#8fb8a8",
    variables={
        "footer-key-foreground": "#c9b18c",
        "footer-background": "#16191a",
        "footer-item-background": "#16191a",
        "text-muted": "#98a19c",
        "input-cursor-background": "#d9dcd6",
        "scrollbar": "#3a4344",
        "scrollbar-background": "#1f2425",
        "scrollbar-hover": "#4a5556",
        "scrollbar-active": "#8fb8a8",
        "overdue": "#e8a05c",
        "today": "#8fc7e8",
        "unsent": "#b8b2d8",
        "refused": "#e394b8",
        "offline": "#e8d06c",
        "money-down": "#d99a94",
    },
)
_LIGHT: Final = Theme(
    name="light",
    dark=False,
    primary="#2f6b57",
    secondary="#7a5c28",
    accent="#7a5c28",
    foreground="#22282a",
    background="#fbfaf7",
    surface="#f1efe9",
    panel="#e4e1d8",
    warning="#8a5a00",
    error="#9c2f1d",
    success="#2f6b57",
    variables={
        "footer-key-foreground": "#6f5324",
        "footer-background": "#fbfaf7",
        "footer-item-background": "#fbfaf7",
        "text-muted": "#565d5a",
        "scrollbar": "#c9c5ba",
        "scrollbar-background": "#f1efe9",
        "scrollbar-hover": "#b5b0a3",
        "scrollbar-active": "#2f6b57",
        "overdue": "#8f4300",
        "today": "#1d5783",
        "unsent": "#564a8c",
        "refused": "#8c2360",
        "offline": "#6b5200",
        "money-down": "#80382f",
    },
)
_HIGH_CONTRAST: Final = Theme(
    name="high-contrast",
    dark=True,
    primary="#ffffff",
    secondary="#ffff55",
    accent="#ffff55",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    warning="#ffff55",
    error="#ff9d8a",
    success="#7dff9b",
    variables={
        "footer-key-foreground": "#ffff55",
        "footer-background": "#000000",
        "footer-item-background": "#000000",
        "text-muted": "#d8d8d8",
        "surface-lighten-1": "#262626",
        "input-cursor-background": "#ffffff",
        "scrollbar": "#ffffff",
        "scrollbar-background": "#262626",
        "scrollbar-hover": "#ffffff",
        "scrollbar-active": "#ffff55",
        "overdue": "#ffb347",
        "today": "#7fd7ff",
        "unsent": "#d0c4ff",
        "refused": "#ff9fe0",
        "offline": "#ffff55",
        "money-down": "#ffb0a8",
    },
)
_TERMINALS_OWN: Final = {
    **BUILTIN_THEMES["ansi-dark"].variables,
    "surface": "ansi_default",
    "surface-lighten-1": "ansi_default",
    "panel": "ansi_default",
    "text-muted": "ansi_default",
    "footer-key-foreground": "ansi_default",
    "scrollbar": "ansi_white",
    "scrollbar-hover": "ansi_white",
    "scrollbar-active": "ansi_white",
    "scrollbar-background": "ansi_default",
    "scrollbar-background-hover": "ansi_default",
    "scrollbar-background-active": "ansi_default",
}
_16_COLOURS: Final = Theme(
    name="16-colours",
    ansi=True,
    primary="ansi_bright_cyan",
    secondary="ansi_bright_yellow",
    warning="ansi_bright_yellow",
    error="ansi_bright_red",
    foreground="ansi_bright_white",
    background="ansi_black",
    variables={
        **_TERMINALS_OWN,
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_bright_white",
        "surface": "ansi_black",
        "surface-lighten-1": "ansi_black",
        "panel": "ansi_blue",
        "text": "ansi_bright_white",
        "text-muted": "ansi_white",
        "footer-foreground": "ansi_white",
        "footer-description-foreground": "ansi_white",
        "footer-background": "ansi_black",
        "footer-description-background": "ansi_black",
        "footer-item-background": "ansi_black",
        "footer-key-foreground": "ansi_bright_cyan",
        "scrollbar": "ansi_white",
        "scrollbar-hover": "ansi_bright_white",
        "scrollbar-active": "ansi_bright_white",
        "scrollbar-background": "ansi_blue",
        "scrollbar-background-hover": "ansi_blue",
        "scrollbar-background-active": "ansi_blue",
        "overdue": "ansi_bright_yellow",
        "today": "ansi_bright_cyan",
        "unsent": "ansi_white",
        "refused": "ansi_bright_magenta",
        "offline": "ansi_bright_yellow",
        "money-down": "ansi_bright_red",
    },
)
_NO_COLOURS: Final = Theme(
    name="no-colours",
    ansi=True,
    primary="ansi_default",
    variables={
        **_TERMINALS_OWN,
        **dict.fromkeys(("overdue", "today", "unsent", "refused", "offline", "money-down"), "ansi_default"),
    },
)
_ANSI: Final = Theme(
    name="ansi",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    variables={
        **_TERMINALS_OWN,
        "footer-key-foreground": "ansi_cyan",
        "overdue": "ansi_red",
        "today": "ansi_cyan",
        "unsent": "ansi_blue",
        "refused": "ansi_magenta",
        "offline": "ansi_yellow",
        "money-down": "ansi_red",
    },
)

THEMES: Final[dict[ThemeName, Theme]] = {
    "dark": _DARK,
    "light": _LIGHT,
    "high-contrast": _HIGH_CONTRAST,
    "16-colours": _16_COLOURS,
    "no-colours": _NO_COLOURS,
    "ansi": _ANSI,
}
ABOUT: Final[dict[ThemeName, str]] = {
    "dark": marked("calm colours on dark grey"),
    "light": marked("calm colours on paper white"),
    "high-contrast": marked("strong colours on black"),
    "16-colours": marked("black and blue, for consoles and old terminals"),
    "no-colours": marked("bold, underlined and reversed only"),
    "ansi": marked("the terminal's own colours and background"),
}

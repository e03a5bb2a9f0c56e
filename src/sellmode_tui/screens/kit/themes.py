"""The app's colours: few, calm, and never the only sign of anything."""

from __future__ import annotations

from typing import Final, Literal

from textual.theme import Theme

ThemeName = Literal["dark", "light", "ansi"]

DARK: Final = Theme(
    name="sellmode-dark",
    dark=True,
    primary="#8fb8a8",
    secondary="#c9b18c",
    accent="#c9b18c",
    foreground="#d9dcd6",
    background="#16191a",
    surface="#1f2425",
    panel="#2a3132",
    warning="#d9b36c",
    error="#d98c7a",
    success="#8fb8a8",
    variables={
        "footer-key-foreground": "#c9b18c",
        "footer-background": "#16191a",
        "footer-item-background": "#16191a",
        "text-muted": "#8d9691",
        "input-cursor-background": "#d9dcd6",
        "scrollbar": "#3a4344",
        "scrollbar-background": "#1f2425",
        "scrollbar-hover": "#4a5556",
        "scrollbar-active": "#8fb8a8",
    },
)
LIGHT: Final = Theme(
    name="sellmode-light",
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
        "footer-key-foreground": "#7a5c28",
        "footer-background": "#fbfaf7",
        "footer-item-background": "#fbfaf7",
        "text-muted": "#5f6764",
        "scrollbar": "#c9c5ba",
        "scrollbar-background": "#f1efe9",
        "scrollbar-hover": "#b5b0a3",
        "scrollbar-active": "#2f6b57",
    },
)

NAMES: Final[dict[ThemeName, str]] = {"dark": DARK.name, "light": LIGHT.name, "ansi": "ansi-dark"}
"""The framework's name of each; ``ansi`` are the terminal's own 16 colours."""

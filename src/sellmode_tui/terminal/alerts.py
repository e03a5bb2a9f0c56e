"""A bell, and a notification of the desktop where the terminal passes one on."""

from __future__ import annotations

from collections.abc import Mapping

from sellmode_contract.text import visible

_BELL = "\x07"
_END = "\x1b\\"


def alert(text: str, environment: Mapping[str, str]) -> str:
    """What to write to a terminal so that it rings, and shows a short text on the desktop if it can."""
    said = visible(text)
    if environment.get("TMUX") or environment.get("STY"):
        return _BELL  # what is in between passes no sequence on
    if "VTE_VERSION" in environment or environment.get("TERM", "").startswith(("foot", "rxvt")):
        return f"{_BELL}\x1b]777;notify;Sellmode;{said.replace(';', ',')}{_END}"
    return f"{_BELL}\x1b]9;{said}{_END}"

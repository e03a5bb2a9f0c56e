"""The box in which somebody chooses what the app looks like."""

from __future__ import annotations

from collections.abc import Sequence

from sellmode_contract.text import visible
from sellmode_tui.language import tr, trd
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import Pick, PickBox
from sellmode_tui.screens.kit.themes import ABOUT


class ThemeBox(PickBox):
    """Ends with the theme's name."""

    BINDING_GROUP_TITLE = "Theme"
    KIND = "theme"
    WRITES = False

    def __init__(self, desk: Desk | None, current: str) -> None:
        picks = [
            Pick(name, name, tr("{theme}, now", theme=trd(about)) if name == current else trd(about))
            for name, about in ABOUT.items()
        ]
        super().__init__(desk, tr("Theme"), picks, placeholder=tr("or type its name"), does=tr("Use"))

    def matching(self, text: str) -> Sequence[Pick]:
        """Those with this in their name or in what is said of them."""
        return [each for each in self._picks if text.lower() in f"{each.label} {each.about}"]

    def told(self, text: str) -> str:  # noqa: ARG002  # the list says it
        """Nothing more."""
        return ""

    def typed(self, text: str) -> str:
        """There is no other."""
        raise ValueError(tr('No theme "{name}": {names}.', name=visible(text), names=", ".join(ABOUT)))

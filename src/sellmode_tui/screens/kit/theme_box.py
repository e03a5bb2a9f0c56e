"""The box in which somebody chooses what the app looks like."""

from __future__ import annotations

from collections.abc import Sequence

from sellmode_contract.text import visible
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import Pick, PickBox
from sellmode_tui.screens.kit.themes import ABOUT


class ThemeBox(PickBox):
    """Ends with the theme's name."""

    BINDING_GROUP_TITLE = "Theme"
    KIND = "theme"
    WRITES = False

    def __init__(self, desk: Desk | None, current: str) -> None:
        picks = [Pick(name, name, f"{about}{', now' * (name == current)}") for name, about in ABOUT.items()]
        super().__init__(desk, "Theme", picks, placeholder="or type its name", does="Use")

    def matching(self, text: str) -> Sequence[Pick]:
        """Those with this in their name or in what is said of them."""
        return [each for each in self._picks if text.lower() in f"{each.label} {each.about}"]

    def told(self, text: str) -> str:  # noqa: ARG002  # the list says it
        """Nothing more."""
        return ""

    def typed(self, text: str) -> str:
        """There is no other."""
        raise ValueError(f'No theme "{visible(text)}": {", ".join(ABOUT)}.')

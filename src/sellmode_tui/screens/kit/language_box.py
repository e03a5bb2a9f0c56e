"""The box in which somebody chooses the language of the app."""

from __future__ import annotations

from collections.abc import Sequence

from sellmode_contract.text import visible
from sellmode_tui.language import LANGUAGES, OFFERED, spoken, tr
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import Pick, PickBox


class LanguageBox(PickBox):
    """Ends with the code of a language. Each is called by its own name."""

    BINDING_GROUP_TITLE = "Language"
    KIND = "language"
    WRITES = False

    def __init__(self, desk: Desk | None) -> None:
        picks = [Pick(code, LANGUAGES[code], tr("now") if code == spoken() else "") for code in OFFERED]
        super().__init__(desk, tr("Language"), picks, placeholder=tr("or type its name"), does=tr("Use"))

    def matching(self, text: str) -> Sequence[Pick]:
        """Those with this in their name."""
        return [each for each in self._picks if text.lower() in each.label.lower()]

    def told(self, text: str) -> str:  # noqa: ARG002  # the list says it
        """Nothing more."""
        return ""

    def typed(self, text: str) -> str:
        """There is no other."""
        names = ", ".join(LANGUAGES[code] for code in OFFERED)
        raise ValueError(tr('No language "{name}": {names}.', name=visible(text), names=names))

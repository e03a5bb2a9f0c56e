"""A box in which somebody says why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from sellmode_contract.mutations.tasks import MAX_REASON
from sellmode_tui.language import tr, trd
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import Pick, PickBox


class ReasonBox(PickBox):
    """Why; ends with the reason, which is picked or typed."""

    QUESTION: ClassVar[str]
    """With a place for what it is about: ``{what}``."""
    DOES: ClassVar[str]
    REASONS: ClassVar[tuple[str, ...]]
    """What the record keeps: the same in every language, and shown to each reader in theirs."""

    def __init__(self, desk: Desk, what: str, about: Iterable[str]) -> None:
        """`what`: what it is about, or how many; `about`: their ids."""
        super().__init__(
            desk,
            trd(self.QUESTION).format(what=what),
            [Pick(reason, _capital(trd(reason))) for reason in self.REASONS],
            about=about,
            placeholder=tr("or type another reason"),
            does=trd(self.DOES),
        )

    def told(self, text: str) -> str:
        """What is too long cannot be kept."""
        if len(text) > MAX_REASON:
            raise ValueError(tr("At most {number:,} characters.", number=MAX_REASON))
        return ""

    def typed(self, text: str) -> str:
        """The reason."""
        self.told(text)
        return text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""Taking back what one has written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Undone:
    """One's last change is taken back."""

    words: str
    """What it was: ``phone number of Anna Muster``."""
    how: Literal["withdrawn", "inverse"]
    """Withdrawn: it was never sent, and is as if it had never been. Inverse: a change that takes it back is on its way,
    which the backend refuses if somebody has changed the same since."""
    shown: bool = True
    """As in ``Written``."""


class NothingToUndo(Exception):
    """There is no change of one's own that could be taken back."""


class CannotUndo(Exception):
    """One's last change cannot be taken back."""

    def __init__(self, words: str, why: str) -> None:
        """``words`` say what it was, ``why`` is a sentence for people."""
        super().__init__(why)
        self.words = words
        self.why = why

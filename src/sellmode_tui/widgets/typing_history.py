"""What was typed into a line before, for Ctrl+Z."""

from __future__ import annotations

from typing import Final

MAX_STEPS: Final = 100


class TypingHistory:
    """The texts that a line had. Characters typed one after the other are one step, up to the next blank."""

    def __init__(self) -> None:
        self._undone: list[str] = []
        self._before: list[str] = []
        self._typed = ""
        """The text that the last character made, while the step goes on."""

    def note(self, before: str, after: str) -> None:
        """The text was changed."""
        is_character = len(after) == len(before) + 1
        goes_on = is_character and bool(self._typed) and self._typed == before and not before.endswith(" ")
        if not goes_on:
            self._before = [*self._before, before][-MAX_STEPS:]
        self._typed = after if is_character else ""
        self._undone.clear()

    def undo(self, now: str) -> str:
        """The text before the last step."""
        return self._move(self._before, self._undone, now)

    def redo(self, now: str) -> str:
        """The text after the step that was undone last."""
        return self._move(self._undone, self._before, now)

    def _move(self, source: list[str], target: list[str], now: str) -> str:
        self._typed = ""
        if not source:
            return now
        target.append(now)
        return source.pop()

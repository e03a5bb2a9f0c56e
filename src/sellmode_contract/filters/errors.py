"""What is wrong with a filter, and where."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from sellmode_contract.filters.tree import quoted
from sellmode_contract.text import cells, visible
from sellmode_contract.translatable import Translatable

_SHOWN = 8
"""Names, at most."""


class FilterError(ValueError):
    """A filter that cannot be read. Its message is safe to print and says what to do where that is known."""

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        """`start` to `end` is the place in the filter's text, in characters from 0; an empty place is after its end."""
        self.message = _safe(message)
        self.start = start
        self.end = end
        self.hint = _safe(hint)
        super().__init__(Translatable("{what}; {hint}", what=self.message, hint=self.hint) if hint else self.message)

    def pointed(self, text: str, said: str = "") -> str:
        """Three lines: the filter's text on one line, a caret under the place, the message, or what is ``said``."""
        before = visible(text[: self.start])
        place = visible(text[self.start : self.end])
        caret = " " * cells(before) + "^" * max(1, cells(place))
        return f"{visible(text)}\n{caret}\n{said or self}"


def _safe(text: str) -> Translatable:
    return text.with_values(visible) if isinstance(text, Translatable) else Translatable.said(visible(text))


def suggest(typed: str, known: Iterable[str]) -> str:
    """What may have been meant, of what there is."""
    names = {name.casefold(): name for name in known}
    typed = typed[:64].casefold()
    by_last_part = [name for name in names if name.rpartition(".")[2] == typed]
    if close := by_last_part or difflib.get_close_matches(typed, names, n=1, cutoff=0.5):
        return Translatable("did you mean {name}?", name=quoted(names[close[0]]))
    if not names:
        return ""
    listed = ", ".join(map(quoted, list(names.values())[:_SHOWN]))
    if len(names) > _SHOWN:
        return Translatable("there are {names} and {number} more", names=listed, number=len(names) - _SHOWN)
    return Translatable("there are {names}", names=listed)

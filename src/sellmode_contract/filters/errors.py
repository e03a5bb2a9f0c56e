"""What is wrong with a filter, and where."""

from __future__ import annotations

from sellmode_contract.text import cells, visible


class FilterError(ValueError):
    """A filter that cannot be read. Its message is safe to print and says what to do where that is known."""

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        """`start` to `end` is the place in the filter's text, in characters from 0; an empty place is after its end."""
        self.message = visible(message)
        self.start = start
        self.end = end
        self.hint = visible(hint)
        super().__init__(f"{self.message}; {self.hint}" if hint else self.message)

    def pointed(self, text: str) -> str:
        """Three lines: the filter's text on one line, a caret under the place, the message."""
        before = visible(text[: self.start])
        place = visible(text[self.start : self.end])
        caret = " " * cells(before) + "^" * max(1, cells(place))
        return f"{visible(text)}\n{caret}\n{self}"

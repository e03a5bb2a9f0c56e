"""A page of text that is set for a width: headings, fields with their labels, amounts at the right edge.

Everything that goes in may come from outside: it is made visible here, and leaves as Content, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual.content import Content

from sellmode_contract.text import visible, visible_lines
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.widgets.cells import fit
from sellmode_tui.widgets.meanings import MONEY_DOWN, Meaning

MUTED = "$text-muted"
"""The style of what is only said beside."""
LABEL = 17
"""Cells of a label with the gap after it."""
_INDENT = 2


class Page:
    """Lines of text, set one after the other."""

    def __init__(self, width: int, words: Words) -> None:
        """`width` in cells; a page is never narrower than 40."""
        self.width = max(40, width)
        self.words = words
        self.lines: list[Content] = []
        self.headings: list[int] = []
        """The lines where sections begin."""

    def title(self, left: str, right: str = "", meaning: Meaning | None = None) -> None:
        """The first line: a name in bold, with something short beside it; under it, if it is not short.

        What stands beside may have a `meaning`.
        """
        shown = meaning.marked(visible(right)) if meaning else Content(visible(right))
        beside = 0 < shown.cell_length <= self.width // 2
        name = fit(left, self.width - (shown.cell_length + 2 if beside else 0), ellipsis=self.words.ellipsis)
        self.lines.append(Content.assemble((name, "bold"), "  ", shown) if beside else Content.styled(name, "bold"))
        if right and not beside:
            self._wrapped(shown, Content(""), 0)

    def marked(self, meaning: Meaning, text: str) -> None:
        """A line of text that means something."""
        self._wrapped(meaning.marked(visible(text)), Content(""), 0)

    def heading(self, text: str) -> None:
        """The head of a section."""
        if self.lines:
            self.gap()
        self.headings.append(len(self.lines))
        rule = ("-" if self.words.ascii_only else "─") * max(0, self.width - cell_len(text) - 1)
        self.lines.append(Content.assemble((text, "bold"), (f" {rule}", MUTED)))

    def gap(self) -> None:
        """An empty line."""
        self.lines.append(Content(""))

    def field(self, label: str, value: str, note: str = "") -> None:
        """A label, a value that may take several lines, and something said beside it."""
        parts = [Content(visible(value))]
        if note:
            parts.append(Content.assemble((f"  {visible(note)}", MUTED)))
        self._labelled(label, Content.assemble(*parts))

    def pairs(self, fields: Iterable[tuple[str, str]]) -> None:
        """Fields in two columns where there is room, else in one."""
        shown = list(fields)
        half = (self.width - _INDENT) // 2
        if half < LABEL + 16:
            for label, value in shown:
                self.field(label, value)
            return
        for start in range(0, len(shown), 2):
            two = shown[start : start + 2]
            if any(cell_len(visible(value)) > half - LABEL - 2 for _, value in two):
                for label, value in two:
                    self.field(label, value)
                continue
            line = [Content(" " * _INDENT)]
            for label, value in two:
                line += [Content.assemble((self._label(label), MUTED)), Content(fit(value, half - LABEL))]
            self.lines.append(Content("").join(line))

    def text(self, text: str, *, indent: int = _INDENT, style: str = "") -> None:
        """A text of one or more lines, wrapped."""
        for line in visible_lines(text):
            self._wrapped(Content.assemble((line, style)), Content(" " * indent), indent)

    def amount(self, left: Content, right: str, *, indent: int = _INDENT) -> None:
        """A line with an amount at its right edge; the left part is wrapped, the amount stands on its first line."""
        amount = Content.styled(visible(right), MONEY_DOWN.style if right.startswith(MONEY_DOWN.sign) else "")
        room = max(10, self.width - indent - amount.cell_length - 2)
        lines = left.wrap(room) or [Content("")]
        for number, line in enumerate(lines):
            filled = Content.assemble(" " * indent, line)
            if number == 0:
                gap = self.width - filled.cell_length - amount.cell_length
                filled = Content.assemble(filled, " " * max(2, gap), amount)
            self.lines.append(filled)

    def entry(self, label: str, content: Content) -> None:
        """What happened, after when."""
        self._labelled(label, content)

    def _label(self, label: str) -> str:
        return fit(label, LABEL - 1, ellipsis=self.words.ellipsis) + " "

    def _labelled(self, label: str, content: Content) -> None:
        first = Content.assemble(" " * _INDENT, (self._label(label), MUTED))
        self._wrapped(content, first, _INDENT + LABEL)

    def _wrapped(self, content: Content, first: Content, indent: int) -> None:
        lines = content.wrap(max(8, self.width - indent)) or [Content("")]
        self.lines.append(Content.assemble(first, lines[0]))
        self.lines += [Content.assemble(" " * indent, line) for line in lines[1:]]

"""A page of text that is set for a width: headings, fields with their labels, amounts at the right edge.

Everything that goes in may come from outside: it is made visible here, and leaves as Content, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual.content import Content

from sellmode_contract.text import head, visible, visible_lines
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.widgets.cells import fit
from sellmode_tui.widgets.meanings import MONEY_DOWN, Meaning

MUTED = "$text-muted"
"""The style of what is only said beside."""
LABEL = 17
"""Cells of a label with the gap after it."""
_INDENT = 2
_LONGEST = 1000
"""Characters of a title that are looked at."""
_TITLE_LINES = 3
"""Lines of a title at most."""


class Page:
    """Lines of text, set one after the other."""

    def __init__(self, width: int, words: Words) -> None:
        """`width` in cells; a page is never narrower than 40."""
        self.width = max(40, width)
        self.words = words
        self.top: list[Content] = []
        """What does not scroll away: title, and what belongs to it."""
        self.lines: list[Content] = []
        self.headings: list[int] = []
        """The lines where sections begin."""

    @property
    def text_lines(self) -> list[str]:
        """All lines, those on top first, as plain text."""
        return [line.plain for line in (*self.top, *self.lines)]

    def title(self, left: str, right: str = "", meaning: Meaning | None = None) -> None:
        """On top a name in bold, with something short at the right edge; under it, if it is not short.

        What stands beside may have a `meaning`.
        """
        shown = meaning.marked(visible(right)) if meaning else Content(visible(right))
        beside = 0 < shown.cell_length <= self.width // 2
        room = self.width - (shown.cell_length + 2 if beside else 0)
        name = Content.assemble((visible(left[:_LONGEST]), "bold")).wrap(room) or [Content("")]
        if len(name) > _TITLE_LINES:
            cut = head(name[_TITLE_LINES - 1].plain.rstrip(), room - 1)
            name[_TITLE_LINES - 1 :] = [Content.assemble((f"{cut}{self.words.ellipsis}", "bold"))]
        *before, last = name
        gap = " " * (room - last.cell_length + 2)
        self.top += [*before, Content.assemble(last, gap, shown) if beside else last]
        if right and not beside:
            self.top += shown.wrap(self.width)

    def marked(self, meaning: Meaning, text: str) -> None:
        """A line of text that means something."""
        self._wrapped(meaning.marked(visible(text)), Content(""), 0)

    def on_top(self, *parts: str) -> None:
        """Under the title, parts that are not divided where the line is long enough for one of them."""
        line = ""
        for part in map(visible, parts):
            longer = f"{line}{self.words.between}{part}" if line else part
            if line and cell_len(longer) > self.width:
                self.top += Content(line).wrap(self.width)
                longer = part
            line = longer
        self.top += Content(line).wrap(self.width)

    def heading(self, text: str, key: str = "") -> None:
        """The head of a section, with the key that shows all of it."""
        if self.lines:
            self.gap()
        self.headings.append(len(self.lines))
        rule = "─" * max(0, self.width - cell_len(text) - 1 - (len(key) + 3 if key else 0))
        parts = (text, "bold"), (f" {rule}", MUTED)
        self.lines.append(Content.assemble(*parts, *(((f" {key}", "bold"), (" ─", MUTED)) if key else ())))

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

    def text(self, text: str, *, indent: int = _INDENT, style: str = "", most: int = 0) -> None:
        """A text of one or more lines, wrapped; at `most` so many lines, 0 for all."""
        begins = len(self.lines)
        for line in visible_lines(text):
            self._wrapped(Content.assemble((line, style)), Content(" " * indent), indent)
        if most and len(self.lines) - begins > most:
            last = self.lines[begins + most - 1].plain.rstrip()
            self.lines[begins + most - 1 :] = [Content(f"{head(last, self.width - 1)}{self.words.ellipsis}")]

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
        return fit(label, LABEL - 1) + " "

    def _labelled(self, label: str, content: Content) -> None:
        first = Content.assemble(" " * _INDENT, (self._label(label), MUTED))
        self._wrapped(content, first, _INDENT + LABEL)

    def _wrapped(self, content: Content, first: Content, indent: int) -> None:
        lines = content.wrap(max(8, self.width - indent)) or [Content("")]
        self.lines.append(Content.assemble(first, lines[0]))
        self.lines += [Content.assemble(" " * indent, line) for line in lines[1:]]

"""What is written to a terminal, so that a row keeps its columns however wide the terminal thinks an emoji is.

Terminals disagree: a family takes two cells on one, and four or more on another, which draws its members side by side.
So after such a sequence, and after letters with marks, the cursor is put where the next character belongs. Their cells
are cleared before, and blanks behind them are left to them: what comes out narrower leaves nothing old standing, and
what comes out wider is seen as far as there is room.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import cell_len

from sellmode_contract.emoji import MADE_OF, NEWER, SEQUENCE
from sellmode_tui.widgets.picture import STANDS_FOR

_IN_DOUBT = re.compile(
    f"[{MADE_OF}{NEWER}\u0300-\u1fff\u200c\u20d0-\u20ff\u2de0-\u2dff\u3099\u309a\ua600-\uabff\ud7b0-\ud7ff"
    "\ufb1e\ufe20-\ufe2f\U00010a00-\U00011fff\U0001d165-\U0001d244]"
)
"""Characters of sequences, and the blocks that have marks: what holds none of them is written as it is."""
_UNUSUAL = re.compile("[^\0-\u02ff\u2010-\u2027\u2500-\u25ff]")
"""What most screens have nothing of, and is looked for fast."""
_MOVE = re.compile(r"(\x1b\[(?:[0-9]+;[0-9]+)?H)")
_CONTROL = re.compile(r"(\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\n)")
_FOREIGN = "[^\0-\x7f\u2026\u2500-\u25ff]"  # neither an ellipsis nor lines and boxes, which are the app's own
_RUN = re.compile(f"[!-~]?{_FOREIGN}(?:{_FOREIGN}|[ -~](?={_FOREIGN}))*")
_BLANKS = re.compile(" *")
_FIRST = re.compile(".\ufe0f?")


def placed(data: str) -> str:
    """`data` for a terminal, in which text follows on moves of the cursor to a row and a column."""
    if data.isascii() or not _UNUSUAL.search(data) or not _IN_DOUBT.search(data):
        return data
    before, *parts = _MOVE.split(data)
    out = [before]
    for move, text in zip(parts[::2], parts[1::2], strict=True):
        column = int(move[2:-1].partition(";")[2] or 1)
        out += [move, *(_stretch(text, column) if _IN_DOUBT.search(text) else [text])]
    return "".join(out)


def _stretch(text: str, column: int) -> Iterator[str]:
    """Text that begins in a column, counted from 1."""
    parts = _CONTROL.split(text)
    end = column + sum(cell_len(part) for part in parts[::2])
    for number, part in enumerate(parts):
        if number % 2:
            yield part
            continue
        done = 0
        for start, stop in _pieces(part):
            yield part[done:start]
            column += cell_len(part[done:start])
            done = _end_of(_BLANKS, part, stop)
            after = column + cell_len(part[start:done])
            over = _widest(part[start:stop]) > end - column  # over what is not written anew
            shown = part[start : _end_of(_FIRST, part, start) if over else stop]
            yield f"{' ' * (after - column)}\x1b[{column}G{shown}\x1b[{after}G"
            column = after
        yield part[done:]
        column += cell_len(part[done:])


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where sequences and runs of letters with marks begin and end."""
    done = 0
    for sequence in [*SEQUENCE.finditer(text), None]:
        for run in _RUN.finditer(text, done, sequence.start() if sequence else len(text)):
            if run[0][0] != STANDS_FOR and any(map(_in_doubt, run[0])):
                yield run.span()
        if sequence:
            yield sequence.span()
            done = sequence.end()


@lru_cache(maxsize=4096)
def _in_doubt(character: str) -> bool:
    """Whether it joins the letter before it, is half a flag, or is too new for some terminals."""
    return bool(
        unicodedata.category(character)[0] == "M"
        or re.match(f"[\u1160-\u11ff\ud7b0-\ud7fb\u200c\u200d\U0001f1e6-\U0001f1ff{NEWER}]", character)
    )


def _widest(piece: str) -> int:
    """Cells that a sequence takes where a terminal draws its parts side by side; of letters nothing can be left out."""
    parts = SEQUENCE.fullmatch(piece) and re.split("\u200d|(?=[\U0001f3fb-\U0001f3ff])", piece)
    return 2 * len(parts) if parts and len(parts) > 1 else 0


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start

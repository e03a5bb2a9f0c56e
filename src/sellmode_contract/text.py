"""Text from outside, made safe to show and to pass on.

Names, notes and product titles come from customers, forms and other systems. They are stored as they came
(`refuse` names the two things that cannot be stored) and made visible where they are shown: `visible` for one
line on a terminal, `visible_lines` for several, `escaped_json` for `--json`.

What may be drawn is an allow-list: letters, marks, numbers, punctuation, symbols and spaces that draw something.
Every other character is shown as a mark, and none is dropped:

- C0 controls and DEL as their control picture: ESC is `␛`, a line feed `␊`, a tab `␉`;
- everything else as its code point: `⟨U+202E⟩`. That is C1 controls, bidi controls, zero-width characters, tags,
  variation selectors, fillers, line and paragraph separators, lone surrogates, noncharacters, private use, and
  what the running Python's Unicode does not know yet, because nobody could say how wide it is.

Some of these stay where they belong to something that is drawn:

- joiners, skin tones, selectors and tags in an emoji sequence (`emoji.SEQUENCE`). Terminals disagree on its width;
  whoever writes to one makes up for that. Where no pictures are drawn (`spell_sequences`) its parts are shown:
  `👩⟨U+200D⟩👧`;
- joiners where writing needs them: after a virama, as in Devanagari, and, for the non-joiner, between Arabic letters,
  as in the Persian name Ali-Reza (the contexts of RFC 5892, appendix A, simplified).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec

from sellmode_contract.emoji import MADE_OF, NEWER, SEQUENCE
from sellmode_contract.translatable import Translatable

MAX_MARKS = 8
"""How many marks one character carries before the next are spelled out, so that no cell is flooded. Burmese needs 5."""

_SURELY_PLAIN = re.compile("[ -~\u00a0-\u00ac\u00ae-\u02ff]*")
_LINE_END = re.compile("\r\n|\n")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_IN_JSON = re.compile("[^\n -~]+")

# Drawn as nothing although their category says letter, mark or symbol (Unicode: Default_Ignorable_Code_Point, and the
# blank braille pattern).
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_DRAWN_CATEGORIES = frozenset("LMNPS")
_NEWER = re.compile(f"[{NEWER}]")
_OF_SEQUENCE = re.compile(f"[{MADE_OF}]")
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_VIRAMA = 9  # canonical combining class

_Kind = Literal["base", "mark", "joiner", "unsafe", "sequence"]


class Unit(NamedTuple):
    """What is drawn as one: a letter with its marks, an emoji sequence, or a character that is not drawn itself."""

    text: str
    drawn: bool
    """Whether it is drawn as it is; if not, it is one character."""
    sequence: bool


class _Terminal:
    """What can be drawn where this process writes to."""

    sequences = True


class UnstorableText(ValueError):
    """Text holds a character that no database of ours can hold."""

    def __init__(self, where: str, position: int, character: str) -> None:
        """`where` names the field for people, `position` counts characters from 0."""
        self.where = where
        self.position = position
        self.character = character
        if character == "\0":
            said = Translatable(
                "{where}: character {place} is a NUL, which cannot be stored", where=where, place=position + 1
            )
        else:
            said = Translatable(
                "{where}: character {place} is a lone surrogate U+{code:04X}, which cannot be stored",
                where=where,
                place=position + 1,
                code=ord(character),
            )
        super().__init__(said)


def refuse(text: str, where: str) -> None:
    """Raise `UnstorableText` for the first NUL or lone surrogate in `text`; the message does not repeat the text."""
    if found := _UNSTORABLE.search(text):
        raise UnstorableText(where, found.start(), found.group())


def visible(text: str) -> str:
    """`text` as one line that a terminal draws and does not obey. Ordinary text comes back unchanged, marks too."""
    if _SURELY_PLAIN.fullmatch(text):
        return text
    return "".join(part if kind != "unsafe" else mark(part) for part, kind in _judged(text))


def visible_lines(text: str) -> list[str]:
    """The lines of a note, each `visible`. Only LF and CR LF end a line; at least one line, as `str.split` gives."""
    return [visible(line) for line in _LINE_END.split(text)]


def spell_sequences(spell: bool) -> None:
    """Have this process show emoji sequences as their parts: its terminal draws no pictures."""
    _Terminal.sequences = not spell


def units(text: str) -> list[Unit]:
    """`text` in the pieces that a cursor goes over; together they are the text."""
    if _SURELY_PLAIN.fullmatch(text):
        return [Unit(character, drawn=True, sequence=False) for character in text]
    found: list[Unit] = []
    joined = False
    for part, kind in _judged(text):
        if found and (joined or kind in ("mark", "joiner")):
            found[-1] = found[-1]._replace(text=found[-1].text + part)
        else:
            found.append(Unit(part, drawn=kind != "unsafe", sequence=kind == "sequence"))
        joined = kind == "joiner"
    return found


def cells(text: str) -> int:
    """Columns that `visible` text takes on a terminal; of ambiguous width counts as narrow."""
    if _SURELY_PLAIN.fullmatch(text):
        return len(text)
    return sum(_cells(part, kind) for part, kind in _judged(text))


def head(text: str, width: int) -> str:
    """As much from the beginning of `visible` text as takes at most so many cells; no unit of it is cut in two."""
    end = taken = 0
    for unit in units(text):
        taken += cells(unit.text)
        if taken > width:
            break
        end += len(unit.text)
    return text[:end]


def mark(character: str) -> str:
    """What stands for a character that must not reach the terminal."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"⟨U+{code:04X}⟩"


def escaped_json(value: Any, *, indent: int | None = None) -> str:
    """`value` as JSON in which every character that is not plainly printable is escaped.

    It parses back to the same value. Takes what `msgspec.to_builtins` takes; a float that JSON has no word for
    (NaN, infinities) raises ValueError.
    """
    document = json.dumps(msgspec.to_builtins(value, str_keys=True), ensure_ascii=False, allow_nan=False, indent=indent)
    return _IN_JSON.sub(_escape_run, document)


def _escape_run(found: re.Match[str]) -> str:
    # A run holds no ASCII, so a mark at its start would sit on a letter or on the string's quote: it is escaped.
    # That is stricter than `visible` and keeps the document's own characters out of the judgement.
    return "".join(
        character if kind != "unsafe" and character.isprintable() else _json_escape(character)
        for character, kind in _judged(found.group(), whole=False)
    )


def _json_escape(character: str) -> str:
    code = ord(character)
    if code > 0xFFFF:
        high, low = divmod(code - 0x10000, 0x400)
        return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
    return f"\\u{code:04x}"


def _judged(text: str, *, whole: bool | None = None) -> Iterator[tuple[str, _Kind]]:
    """Each character with what it is where it stands; emoji sequences as one if `whole`, or if they are drawn here."""
    whole = _Terminal.sequences if whole is None else whole
    sequences = SEQUENCE.finditer(text) if whole and _OF_SEQUENCE.search(text) else iter(())
    following = next(sequences, None)
    before = ""  # the character drawn last, if the next one may lean on it
    marks = place = 0
    while place < len(text):
        if following and following.start() == place:
            yield following[0], "sequence"
            place, following, before = following.end(), next(sequences, None), ""
            continue
        character = text[place]
        place += 1
        kind = _kind(character)
        if kind == "base":
            marks = 0
        elif kind == "mark":
            kind, marks = kind if before and marks < MAX_MARKS else "unsafe", marks + 1
        elif kind == "joiner":
            needed = _needed(character, before, text[place : place + 1]) and marks < MAX_MARKS
            kind, marks = kind if needed else "unsafe", marks + 1
        before = "" if kind == "unsafe" else character
        yield character, kind


def _cells(part: str, kind: _Kind) -> int:
    if kind in ("mark", "joiner"):
        return 0
    if kind == "sequence" and part[-1] != "\ufe0e":
        return 2
    return 1 + (unicodedata.east_asian_width(part[0]) in "WF" or bool(_NEWER.match(part)))


def _needed(joiner: str, before: str, after: str) -> bool:
    if not before or not after or _kind(after) != "base":
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return unicodedata.category(after)[0] == "L"
    return joiner == _NON_JOINER and unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"


@lru_cache(maxsize=4096)
def _kind(character: str) -> _Kind:
    if character in _BLANK or "\U0001f3fb" <= character <= "\U0001f3ff":  # skin tones join the emoji before them
        return "unsafe"
    if character in (_NON_JOINER, _JOINER):
        return "joiner"
    category = unicodedata.category(character)
    # Hangul vowels and final consonants join the syllable before them and take no cell, like marks.
    if category[0] == "M" or "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb":
        return "mark" if category != "Cn" else "unsafe"
    if category[0] in _DRAWN_CATEGORIES or category == "Zs" or _NEWER.match(character):
        return "base"
    return "unsafe"

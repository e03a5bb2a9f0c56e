from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from sellmode_contract.emoji import NEWER, SEQUENCE
from sellmode_contract.text import (
    MAX_MARKS,
    UnstorableText,
    cells,
    escaped_json,
    head,
    mark,
    refuse,
    spell_sequences,
    units,
    visible,
    visible_lines,
)
from tests.support.emoji import PARTS, RECOMMENDED
from tests.support.hostile import BIDI, HOSTILE, UNSTORABLE, foreign_controls

EVERY_CHARACTER = [chr(code) for code in range(0x110000)]
anything = st.text(st.characters()) | st.lists(st.sampled_from(PARTS)).map("".join)  # surrogates too


@pytest.mark.parametrize(
    "name",
    [
        "Ann [/VIP] Lee",
        "Søren Łukasz Strauß O’Neil",
        "e\u0301 décomposé",
        "山田　太郎",
        "김민준",
        "محمد بن سلمان",
        "אנה",
        "हिन्दी श्री",
        "ศุภกานต์",
        "ကြွှေး",
        "Ann\u00a0Lee",
        "👍 🇩🇪 ☺",
        "Anna 👩\u200d👧 Lee",
        "👍🏿 👩🏽\u200d💻 🧑🏻\u200d❤\ufe0f\u200d💋\u200d🧑🏿",
        "❤\ufe0f ❤\ufe0e 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "🩷 🫨",  # newer than the Unicode of some Pythons
        "علی\u200cرضا",  # Persian: a non-joiner between Arabic letters
        "क्\u200dष",  # Devanagari: a joiner after a virama
        "",
    ],
)
def test_ordinary_text_is_unchanged(name: str) -> None:
    assert visible(name) == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mAnn", "␛[31mAnn"),
        ("a\nb\tc\r", "a␊b␉c␍"),
        ("\0\x7f", "␀␡"),
        ("\x9b2J", "⟨U+009B⟩2J"),
        ("\u202eAnn", "⟨U+202E⟩Ann"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("soft\u00adhyphen", "soft⟨U+00AD⟩hyphen"),
        ("a\u2028b", "a⟨U+2028⟩b"),
        ("🏿", "⟨U+1F3FF⟩"),
        ("Lee🏿", "Lee⟨U+1F3FF⟩"),
        ("☝🏿", "☝⟨U+1F3FF⟩"),  # of text look: counted as one cell, drawn in two
        ("\ud800", "⟨U+D800⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("\ue000\uffff\u0378", "⟨U+E000⟩⟨U+FFFF⟩⟨U+0378⟩"),
        ("\u3164\u2800", "⟨U+3164⟩⟨U+2800⟩"),
        ("A\ufe0f1\ufe0f", "A⟨U+FE0F⟩1⟨U+FE0F⟩"),
        ("👩\u200d🍕", "👩⟨U+200D⟩🍕"),
        ("👩\u200d👧\u200d", "👩\u200d👧⟨U+200D⟩"),
        ("👩\u200d👧\u200d👦\u200d👦", "👩\u200d👧\u200d👦⟨U+200D⟩👦"),  # no more than a family is one picture
        ("👍🏿\u0301", "👍🏿⟨U+0301⟩"),
        ("🏴\U000e0067\U000e007f", "🏴⟨U+E0067⟩⟨U+E007F⟩"),
        ("a\u200cb", "a⟨U+200C⟩b"),
        ("علی\u200c", "علی⟨U+200C⟩"),
        ("\u0301Ann", "⟨U+0301⟩Ann"),
        ("\n\u0301", "␊⟨U+0301⟩"),
    ],
)
def test_what_a_terminal_may_obey_or_hide_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_no_cell_is_flooded_and_no_mark_is_lost() -> None:
    for base, piled in (("a", "\u0301"), ("ᄀ", "ᅡ"), ("Z", "\u0489")):
        shown = visible(base + piled * 40)
        assert shown == base + piled * MAX_MARKS + f"⟨U+{ord(piled):04X}⟩" * (40 - MAX_MARKS)


def test_every_single_character_is_itself_or_a_mark() -> None:
    for character in EVERY_CHARACTER:
        shown = visible("a" + character)[1:]
        if shown != character:
            assert shown == f"⟨U+{ord(character):04X}⟩" or (len(shown) == 1 and "␀" <= shown <= "␡")
        elif unicodedata.category(character) != "Zs":
            assert character.isprintable() or re.match(f"[{NEWER}]", character)
        assert not foreign_controls(shown.encode("utf-8"))


@given(anything)
@example("a\u094d\u200d\u115f")
@example("a" + "\u094d\u200d" * 20)
def test_showing_twice_is_showing_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(anything)
def test_nothing_is_dropped(text: str) -> None:
    shown = visible(text)
    place = 0
    for character in text:
        spelled = [character, f"⟨U+{ord(character):04X}⟩"]
        if ord(character) < 0x20 or character == "\x7f":
            spelled = [chr(0x2400 + ord(character)) if character != "\x7f" else "␡"]
        found = next(form for form in spelled if shown.startswith(form, place))
        place += len(found)
    assert place == len(shown)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_is_safe_on_every_way_out(text: str) -> None:
    assert foreign_controls(visible(text).encode("utf-8"), allowed="") == []
    assert all(foreign_controls(line.encode("utf-8"), allowed="") == [] for line in visible_lines(text))
    document = escaped_json({text: [text]})
    assert foreign_controls(document.encode("utf-8"), allowed="") == []
    assert json.loads(document) == {text: [text]}
    refuse(text, "a hostile string")


def test_the_check_itself_sees_what_is_hostile() -> None:
    assert foreign_controls("Ann\x9b\u202e\n".encode()) == [(3, "U+009B"), (4, "U+202E")]
    assert foreign_controls(b"Ann\x1b[0m\n\xff") == [(3, "U+001B"), (8, "U+DCFF")]
    assert foreign_controls(b"a\nb", allowed="") == [(1, "U+000A")]
    assert sum(bool(foreign_controls(text.encode())) for text in BIDI) >= 15


def test_lines_end_at_line_feeds_only() -> None:
    assert visible_lines("a\r\nb\nc\rd\u2028e\x85") == ["a", "b", "c␍d⟨U+2028⟩e⟨U+0085⟩"]
    assert visible_lines("") == [""]
    assert visible_lines("a\n") == ["a", ""]


@pytest.mark.parametrize(("text", "position"), UNSTORABLE, ids=ascii)
def test_unstorable_text_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(UnstorableText) as refusal:
        refuse(text, "line 7, column Note")
    assert refusal.value.position == position
    assert refusal.value.character == text[position]
    message = str(refusal.value)
    assert message.startswith(f"line 7, column Note: character {position + 1} is a ")
    assert "Ann" not in message
    assert foreign_controls(message.encode("utf-8")) == []


def test_json_keeps_letters_readable_and_escapes_the_rest() -> None:
    assert escaped_json("Søren 山田 \u00a0\u3000") == '"Søren 山田 \\u00a0\\u3000"'
    assert escaped_json("\x7f\x85\u202e\ufeff\u2028") == '"\\u007f\\u0085\\u202e\\ufeff\\u2028"'
    assert escaped_json("\U000e0041👍") == '"\\udb40\\udc41👍"'
    assert escaped_json("\u0301") == '"\\u0301"'
    assert escaped_json({"a": [1, None, "\n"]}, indent=1) == '{\n "a": [\n  1,\n  null,\n  "\\n"\n ]\n}'
    with pytest.raises(ValueError, match="JSON compliant"):
        escaped_json(float("nan"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_parses_back_to_the_same_value(value: object) -> None:
    document = escaped_json(value)
    assert json.loads(document) == value
    assert document.isprintable()


# --- emoji sequences


@pytest.fixture
def spelled() -> Iterator[None]:
    """A terminal that draws no pictures."""
    spell_sequences(True)
    yield
    spell_sequences(False)


def test_every_recommended_sequence_is_shown_as_it_is() -> None:
    for emoji in RECOMMENDED:
        if cell_len(emoji) == 1:  # Rich would draw the rest of the line over the half of it
            assert visible(emoji) != emoji
        else:
            assert visible(emoji) == emoji
            assert [unit.text for unit in units(f"a{emoji}{emoji}b")] == ["a", emoji, emoji, "b"]


@pytest.mark.usefixtures("spelled")
def test_a_terminal_without_pictures_gets_the_parts() -> None:
    assert visible("👩\u200d👧 👍🏿 ❤\ufe0f") == "👩⟨U+200D⟩👧 👍⟨U+1F3FF⟩ ❤⟨U+FE0F⟩"
    assert visible("क्\u200dष") == "क्\u200dष"
    assert cells("🇩🇪") == 2


def test_json_is_the_same_on_every_terminal() -> None:
    assert escaped_json("👩\u200d👧") == '"👩\\u200d👧"'
    assert escaped_json("👍🏿❤\ufe0f") == '"👍\\ud83c\\udfff❤\\ufe0f"'


@given(anything)
def test_units_are_the_text_and_what_is_not_drawn_stands_alone(text: str) -> None:
    found = units(text)
    assert "".join(unit.text for unit in found) == text
    assert "".join(unit.text if unit.drawn else mark(unit.text) for unit in found) == visible(text)
    assert all(unit.drawn or len(unit.text) == 1 for unit in found)


@given(anything)
def test_cells_are_those_that_the_screen_counts(text: str) -> None:
    shown = visible(text)
    if not {"\u200c", "\u200d"} & set(re.sub(SEQUENCE, "", shown)):  # Rich counts no letter after a joiner
        assert cells(shown) == cell_len(shown)
    assert cells(shown) == sum(cells(unit.text) for unit in units(shown))


@given(anything, st.integers(0, 30))
def test_what_is_cut_ends_between_two_units(text: str, width: int) -> None:
    shown = visible(text)
    kept = head(shown, width)
    assert cells(kept) <= width
    assert [unit.text for unit in units(kept)] == [unit.text for unit in units(shown)][: len(units(kept))]
    rest = units(shown)[len(units(kept)) :]
    assert not rest or cells(kept) + cells(rest[0].text) > width

"""Drawing in ASCII: of as many cells as before, whatever is drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sellmode_contract.text import spell_sequences, visible
from sellmode_tui.terminal.ascii import in_ascii

SIGNS = "─│┌┐└┘├┤┬┴┼╭╮╯╰═║▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▔░▒▓·…•▲▼←↑→↓×–—‘’“”⟨⟩␛␊␡� "


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Tasks ── 3 · more…", "Tasks -- 3 | more~"),
        ("│ Jörg Böhm │ “vip” │", '| Jörg Böhm | "vip" |'),
        (visible("a\x1b\u202eb"), "a?<U+202E>b"),
    ],
)
def test_signs_and_lines_have_a_form_and_letters_stay(text: str, drawn: str) -> None:
    assert in_ascii(text, letters=True) == drawn


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Jörg Böhm · Æbleø", "Jorg Bohm | Ableo"),
        ("Łukasz Groß", "Lukasz Gros"),
        ("Zoe\u0301 Ångström", "Zoe Angstrom"),
        ("山田 太郎", "???? ????"),
        ("Ελένη", "?????"),
        ("EUR ½", "EUR ?"),
    ],
)
def test_without_utf8_letters_lose_their_accents(text: str, drawn: str) -> None:
    assert in_ascii(text, letters=False) == drawn


@given(st.text())
def test_nothing_beyond_ascii_is_left_and_columns_stay(text: str) -> None:
    spell_sequences(True)
    try:
        shown = visible(text)
    finally:
        spell_sequences(False)
    drawn = in_ascii(shown, letters=False)
    assert drawn.isascii()
    assert drawn.isprintable()
    assert len(drawn) == cell_len(shown)


def test_every_sign_of_ours_has_a_form_of_one_cell() -> None:
    for sign in SIGNS:
        drawn = in_ascii(sign, letters=True)
        assert drawn.isascii(), sign
        assert len(drawn) == cell_len(sign) == 1, sign

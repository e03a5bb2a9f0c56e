"""What we write into CSV files is harmless, and read back as it was."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from sellmode_backend.importers.escaping import as_it_was, harmless
from sellmode_contract import text

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.text("'=+-@\t\r\n\\u{}01b\x1b\u0301\u202e")


@given(TEXTS)
@example("'=1")
@example("\x1b\u0301")
@example("\\u{1b}")
def test_any_text_comes_back_and_neither_a_spreadsheet_nor_a_terminal_obeys_it(value: str) -> None:
    written = harmless(value)
    assert as_it_was(written) == value
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert all(unit.drawn or unit.text in ("\n", "\t", "\r") for unit in text.units(written))

"""docs/visibility.md shows the mode table as it is in the code."""

from __future__ import annotations

import pytest

from sellmode_contract.kinds import KINDS
from tests.docs.mode_table import DOCUMENT, TABLES, with_tables


def test_the_tables_are_those_of_the_contract() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert document == with_tables(document), "remake them: ./dev run python -m tests.docs.mode_table"


def test_every_kind_has_a_line() -> None:
    lines = TABLES["kinds"]().splitlines()
    assert [line.split("|")[1].strip(" `") for line in lines[2:]] == list(KINDS)


def test_a_document_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for the table 'kinds'"):
        with_tables("# Visibility\n")

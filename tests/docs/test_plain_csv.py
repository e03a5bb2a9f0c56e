"""docs/importing.md tells of the columns of plain CSV."""

from __future__ import annotations

from tests.docs.plain_csv import DOCUMENT, with_part


def test_the_document_has_the_columns_as_they_are() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert document == with_part(document), "remake it: ./dev run python -m tests.docs.plain_csv"

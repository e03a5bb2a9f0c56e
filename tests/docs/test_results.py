"""docs/results.md has the KPIs as they are defined."""

from __future__ import annotations

from tests.docs.results_table import DOCUMENT, with_table


def test_the_document_has_the_kpis_as_they_are_defined() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert document == with_table(document), "remake it: ./dev run python -m tests.docs.results_table"

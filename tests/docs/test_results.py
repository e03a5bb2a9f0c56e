"""docs/results.md has the KPIs and the told measures as they are defined."""

from __future__ import annotations

from tests.docs.results_table import DOCUMENT, with_tables


def test_the_document_has_the_kpis_and_measures_as_they_are_defined() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert document == with_tables(document), "remake it: ./dev run python -m tests.docs.results_table"

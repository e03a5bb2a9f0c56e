"""The part of docs/importing.md on the columns of plain CSV, made from their declarations.

``./dev run python -m tests.docs.plain_csv`` writes it between its marks in the document, and a test holds the two
equal.
"""

from __future__ import annotations

from pathlib import Path

from sellmode_backend.importers import templates

DOCUMENT = Path(__file__).parents[2] / "docs" / "importing.md"
BEGIN, END = "<!-- made: plain -->\n", "<!-- end -->"


def with_part(document: str) -> str:
    """The document with the part as it is made now. Raises ValueError if it has no place for it."""
    before, began, rest = document.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (began and ended):
        raise ValueError("the document has no place for the columns of plain CSV")
    return f"{before}{BEGIN}\n{templates.tables()}\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_part(DOCUMENT.read_text("utf-8")), "utf-8")

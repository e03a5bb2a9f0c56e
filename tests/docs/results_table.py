"""The table of KPIs in docs/results.md, made from their definitions.

``./dev run python -m tests.docs.results_table`` writes it between its marks in the document, and a test holds the two
equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sellmode_contract.results.kpis import KPIS, Kpi

DOCUMENT = Path(__file__).parents[2] / "docs" / "results.md"
BEGIN, END = "<!-- made: kpis -->\n", "<!-- end -->"
_UNITS = {
    "money": "money", "count": "count", "ratio": "number", "percent": "%", "points": "−100 to +100",
    "minutes": "minutes", "days": "days",
}  # fmt: skip
_OF = {"both": "store, person", "store": "store", "person": "person"}
_BETTER = {"more": "more", "less": "less", None: ""}


def table() -> str:
    """The table, with a heading."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "| KPI | Figure | Formula | Unit | Better | Of | Measures | Comes from |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for kpi in KPIS.values():
        cells = [
            f"`{kpi.id}`", kpi.name, kpi.formula, _UNITS[kpi.unit], _BETTER[kpi.better], _OF[kpi.of], _works(kpi),
            ", ".join(kpi.sources),
        ]  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def _works(kpi: Kpi) -> str:
    return ", ".join(letter for work, letter in (("omnichannel", "O"), ("ecommerce", "E")) if work in kpi.works)


def with_table(document: str) -> str:
    """The document with the table as it is made now. Raises ValueError if it has no place for it."""
    before, began, rest = document.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (began and ended):
        raise ValueError("the document has no place for the table of KPIs")
    return f"{before}{BEGIN}\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text("utf-8")), "utf-8")

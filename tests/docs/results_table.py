"""The tables of KPIs and of told measures in docs/results.md, made from their definitions.

``./dev run python -m tests.docs.results_table`` writes them between their marks in the document, and a test holds the
two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sellmode_contract.results.kpis import KPIS, OF_PEOPLE, Kpi
from sellmode_contract.results.measures import GIVEN, MEASURES

DOCUMENT = Path(__file__).parents[2] / "docs" / "results.md"
END = "<!-- end -->"
_UNITS = {
    "money": "money", "count": "count", "ratio": "number", "percent": "%", "points": "−100 to +100",
    "minutes": "minutes", "days": "days",
}  # fmt: skip
_OF = {"both": "store, person", "store": "store", "person": "person"}
_BETTER = {"more": "more", "less": "less", None: ""}


def _kpis() -> Iterator[str]:
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


def _told() -> Iterator[str]:
    yield "| Measure | What is counted | Of | Channels |"
    yield "| --- | --- | --- | --- |"
    for name, measure in MEASURES.items():
        if measure.source == GIVEN:
            of = "store, person" if name in OF_PEOPLE else "store"
            channels = ", ".join(f"`{channel}`" for channel in measure.channels)
            yield f"| `{name}` | {measure.words} | {of} | {channels} |".replace("|  |", "| |")


_TABLES: dict[str, Callable[[], Iterator[str]]] = {"kpis": _kpis, "told measures": _told}


def with_tables(document: str) -> str:
    """The document with the tables as they are made now. Raises ValueError if it has no place for one."""
    for name, lines in _TABLES.items():
        begin = f"<!-- made: {name} -->\n"
        before, began, rest = document.partition(begin)
        _, ended, after = rest.partition(END)
        if not (began and ended):
            raise ValueError(f"the document has no place for the table of {name}")
        document = "\n".join((f"{before}{begin}", *lines(), "", f"{END}{after}"))
    return document


if __name__ == "__main__":
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text("utf-8")), "utf-8")

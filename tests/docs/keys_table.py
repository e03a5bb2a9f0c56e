"""The table of docs/keys.md, made from the bindings of the app.

``./dev run python -m tests.docs.keys_table`` writes it below its mark in the document, and a test holds the two equal.
"""

from __future__ import annotations

from pathlib import Path

from textual.dom import DOMNode

from sellmode_tui.screens.kit.keys import all_bindings
from sellmode_tui.shell.app import SellmodeApp

DOCUMENT = Path(__file__).parents[2] / "docs" / "keys.md"
MARK = "<!-- made: keys -->\n"


def table() -> str:
    """A row for each id, in their order."""
    rows: dict[str, tuple[str, str, list[str]]] = {}
    for node, binding in all_bindings():
        assert binding.id  # only such are given
        does = binding.tooltip or binding.description
        places = rows.setdefault(binding.id, (binding.key, does, []))[2]
        if (place := _place(node)) not in places:
            places.append(place)
    lines = ["| Id | Keys | What it does | Where |", "| --- | --- | --- | --- |"]
    for id, (keys, does, places) in sorted(rows.items()):
        lines.append(f"| `{id}` | `{keys}` | {does} | {', '.join(sorted(places))} |")
    return "\n".join(lines) + "\n"


def _place(node: type[DOMNode]) -> str:
    if issubclass(node, SellmodeApp):
        return "everywhere"
    return node.BINDING_GROUP_TITLE or node.__name__


def with_table(document: str) -> str:
    """The document with the table as it is made now. Raises ValueError if it has no place for it."""
    before, found, _ = document.partition(MARK)
    if not found:
        raise ValueError("the document has no place for the table of keys")
    return f"{before}{MARK}\n{table()}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text("utf-8")), "utf-8")

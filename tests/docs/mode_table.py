"""The tables of docs/visibility.md, made from the contract.

``./dev run python -m tests.docs.mode_table`` writes them into the document, between its marks, and a test holds the two
equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, get_args

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.fields import Due, Elements, Field, Number, Ref, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.roles import ROLE_CAPABILITIES, Capability, Role
from sellmode_contract.visibility import Account, audiences

DOCUMENT = Path(__file__).parents[2] / "docs" / "visibility.md"


def kinds() -> str:
    """Who sees a record of each kind, in either mode."""
    rows = ((f"`{name}`", kind.row.label, kind.row.team.words, kind.row.own.words) for name, kind in KINDS.items())
    return _table(("Kind", "What it is", "Team Mode", "Associate Mode"), rows)


def roles() -> str:
    """The audiences and capabilities that each role brings. Two stores, for the roles that may have several."""
    stores = {role: ("S",) if role in ("associate", "manager") else ("S", "T") for role in get_args(Role)}
    rows = (
        (
            role.replace("_", " "),
            _codes(sorted(audiences(Account(id="A", user_name="a", name="A", role=role, stores=stores[role])))),
            _codes(name for name in get_args(Capability) if name in ROLE_CAPABILITIES[role]),
        )
        for role in get_args(Role)
    )
    return _table(("Role", "Audiences", "Capabilities unless changed"), rows)


def fields() -> str:
    """What people write of each kind, and what may stand there."""
    rows = (
        (f"`{kind.name}`", f"`{field.name}`", field.words, _what(field), _written(kind, field))
        for kind in KINDS.values()
        for field in kind.fields
        if kind.verbs and field.write != "again"
    )
    return _table(("Kind", "Field", "Called", "What it holds", "Written"), rows)


def _written(kind: Kind[Any], field: Field) -> str:
    if field.write == "later":
        return "afterwards"
    return "at any time" if field.write == "always" and "edit" in kind.verbs else "when it is made"


def _what(field: Field) -> str:
    """What may stand in a field, in words."""
    match field:
        case Text() if type(field) is Text:
            return f"text, {field.longest:,} characters"
        case Number():
            return f"{field.wants} from {field.least:g} to {field.most:g}"
        case Elements():
            return f"{field.most} texts at most"
        case Ref():
            return f"an id: {field.to}"
        case Due():
            return "a due time"
    return field.wants if type(field) is not Field else "what its own rules say"


TABLES: dict[str, Callable[[], str]] = {"kinds": kinds, "roles": roles, "fields": fields}
"""Each table by its mark's name."""


def with_tables(document: str) -> str:
    """The document with its tables as they are made now. Raises ValueError for a mark that is missing."""
    for name, make in TABLES.items():
        begin, end = f"<!-- made: {name} -->\n", "<!-- end -->"
        before, _, rest = document.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"the document has no place for the table {name!r}")
        document = f"{before}{begin}\n{make()}\n{end}{after}"
    return document


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text("utf-8")), "utf-8")

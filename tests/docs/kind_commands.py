"""The part of docs/commands.md on commands that kinds of records declare, made from the declarations.

``./dev run python -m tests.docs.kind_commands`` writes it between its marks in the document, and a test holds the two
equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.kind import Kind
from sellmode_tui.commands.kinds.group import group_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "commands.md"
BEGIN, END = "<!-- made: kinds -->\n", "<!-- end -->"
SHARED = {"--json", "--server", "--user", "--password-file", "--limit", "--sort", "--reverse", "--from"}
"""Options that the document tells of once for all commands."""


def part(kinds: Iterable[Kind[Any]]) -> str:
    """A heading and a table for each kind that declares commands; nothing if none does."""
    return "\n".join(_section(kind) for kind in kinds if kind.command)


def _section(kind: Kind[Any]) -> str:
    group = group_of(kind)
    lines = [
        f"### {kind.command.replace('-', ' ').capitalize()}\n\n{group.help}\n",
        "| Does | Command | Options |",
        "| --- | --- | --- |",
    ]
    for name, command in group.commands.items():
        metavars = " ".join(each.metavar or "" for each in command.params if isinstance(each, click.Argument))
        options = [
            f"`{option}`"
            for each in command.params
            if isinstance(each, click.Option)
            for option in (*each.opts, *each.secondary_opts)
            if option not in SHARED
        ]
        does = (command.help or "").splitlines()[0]
        lines.append(f"| {does} | `sellmode {kind.command} {name} {metavars}".rstrip() + f"` | {' '.join(options)} |")
    return "\n".join(lines) + "\n"


def with_part(document: str, kinds: Iterable[Kind[Any]]) -> str:
    """The document with the part as it is made now. Raises ValueError if it has no place for it."""
    before, _, rest = document.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError("the document has no place for the commands of kinds")
    made = part(kinds)
    return f"{before}{BEGIN}{made and f'{chr(10)}{made}{chr(10)}'}{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_part(DOCUMENT.read_text("utf-8"), KINDS.values()), "utf-8")

"""docs/commands.md tells of the commands that kinds declare."""

from __future__ import annotations

import pytest
from msgspec import structs

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.note import NOTE
from tests.docs.kind_commands import DOCUMENT, part, with_part


def test_the_document_has_the_commands_of_the_kinds_as_they_are() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert document == with_part(document, KINDS.values()), "remake it: ./dev run python -m tests.docs.kind_commands"


def test_a_kind_that_declares_commands_has_a_line_for_each_with_its_options() -> None:
    made = part([structs.replace(NOTE, command="memos", listed=("text",))])
    lines = {line.split("`")[1]: line for line in made.splitlines() if "`sellmode memos " in line}
    assert [command.split()[2] for command in lines] == ["list", "show", "why", "add", "edit", "remove"]
    assert all(option in lines["sellmode memos edit ID"] for option in ("`--text`", "`--private`", "`--no-private`"))
    assert "--customer" in lines["sellmode memos add"]
    assert part([NOTE]) == ""


def test_a_document_without_a_place_for_them_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        with_part("# Commands\n", [])

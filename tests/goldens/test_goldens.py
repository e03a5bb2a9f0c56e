"""The mode table, the wire, the cache's tables and the words for changes are what they were."""

from __future__ import annotations

import difflib

import msgspec
import pytest

from sellmode_contract import mutations
from sellmode_contract.kinds import KINDS
from tests.goldens import samples
from tests.goldens.made import FILES, FOLDER


@pytest.mark.parametrize("name", FILES)
def test_it_is_what_it_was(name: str) -> None:
    kept, made = (FOLDER / name).read_text("utf-8").splitlines(), FILES[name]().splitlines()
    changes = "\n".join(difflib.unified_diff(kept, made, name, "now", lineterm="", n=0))
    assert not changes, f"{changes}\n\nIf all of this is meant: ./dev run python -m tests.goldens.made"


def test_no_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.txt")} == set(FILES)


def test_samples_are_read_as_they_were_written() -> None:
    for _, operation in samples.operations():
        assert mutations.decode(mutations.encode(operation)) == operation
    for name, record in samples.records():
        kind, _, _ = name.partition(" ")
        assert msgspec.json.decode(msgspec.json.encode(record), type=KINDS[kind].record) == record

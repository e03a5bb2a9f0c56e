"""What SECURITY.md and the table of ASVS promise names tests, and they exist."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.docs.reading import DOCS, ROOT

_HELD = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
_PROMISES = (ROOT / "SECURITY.md").read_text("utf-8").partition("## What is not")[0]
_ASVS = DOCS / "asvs.md"


def _named() -> Iterator[tuple[str, str]]:
    for text in (_PROMISES, _ASVS.read_text("utf-8")):
        yield from _HELD.findall(text)


@pytest.mark.parametrize(("file", "name"), sorted(set(_named())))
def test_the_test_that_holds_a_promise_exists(file: str, name: str) -> None:
    source = (ROOT / "tests" / file).read_text("utf-8")
    assert re.search(rf"^(?:async )?def {name}\(", source, re.MULTILINE)


def test_each_promise_has_a_test() -> None:
    rows = [line for line in _PROMISES.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 10
    assert [row for row in rows if not _HELD.search(row)] == []


def test_each_requirement_has_its_state_and_place() -> None:
    rows = [line.strip("| ").split(" | ") for line in _ASVS.read_text("utf-8").splitlines() if re.match(r"\| \d", line)]
    assert len(rows) == len({row[0] for row in rows}) == 166
    states = Counter(row[2] for row in rows)
    counted = "{met} are met, {not applicable} do not apply, {not met} are not met".format_map(states)
    assert counted in " ".join(_ASVS.read_text("utf-8").split())
    assert states.total() == sum(states[state] for state in ("met", "not applicable", "not met"))
    assert [row[0] for row in rows if len(row) != 4 or not row[3]] == []

"""The harness that compares two versions of the contract finds what is different, and nothing else."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any, get_args

import pytest

from sellmode_contract.mutations import Operation
from sellmode_contract.mutations.operations import name_of
from tests.goldens import samples
from tests.support import cases, differ
from tests.support.applied import applied

SOURCES = differ.ROOT / "src"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Another version's folder `src`, to be changed."""
    shutil.copytree(SOURCES / "sellmode_contract", tmp_path / "src" / "sellmode_contract")
    return tmp_path / "src"


def replace(copy: Path, module: str, old: str, new: str) -> None:
    path = copy / "sellmode_contract" / module
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_version_is_the_same_as_itself(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert differ.report(copy, SOURCES, range(200), examples=5) == 0
    assert "       0  refused in other words" in capsys.readouterr().out


def test_a_change_is_found_and_told_with_a_case(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace(copy, "mutations/generic.py", "Only its author can change a", "Only its writer can change a")
    found = differ.report(copy, SOURCES, range(400), examples=5)
    assert found > 0
    shown = capsys.readouterr().out
    assert f"{found:>8}  refused in other words" in shown
    assert (
        "Only its writer can change a note. -> refused not_allowed | Only its author can change a note.  (--case "
        in shown
    )


def test_what_raises_is_found(copy: Path) -> None:
    replace(copy, "mutations/tasks.py", 'raise Rejected("already_done"', 'raise KeyError("already_done"')
    found = {differ.class_of(*answers) for _, *answers in differ.differences(copy, SOURCES, range(200))}
    assert "raised before, not now" in found


def test_a_version_that_cannot_be_loaded_ends_the_comparison(copy: Path) -> None:
    replace(copy, "mutations/__init__.py", "from sellmode_contract.mutations.world", "from sellmode_contract.none")
    with pytest.raises(RuntimeError, match="has ended"):
        differ.report(SOURCES, copy, range(1), examples=1)


_DONE: dict[str, Any] = {"about": ["x"], "done": {"puts": []}}
_ELSE: dict[str, Any] = {"about": ["x"], "done": {"puts": ["y"]}}
_REFUSED: dict[str, Any] = {"about": ["x"], "refused": ["invalid", "title", "It is empty.", None]}
_RAISED: dict[str, Any] = {"raised": ["KeyError", "x"]}


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        (_DONE, _DONE, "same to the byte"),
        (_REFUSED, {**_REFUSED, "refused": ["invalid", "title", "Empty.", None]}, "refused in other words"),
        (_REFUSED, {**_REFUSED, "refused": ["invalid", "due", "Empty.", None]}, "refused at another field"),
        (_REFUSED, {**_REFUSED, "refused": ["conflict", "due", "Empty.", None]}, "refused with another code"),
        (_DONE, _REFUSED, "done before, refused now"),
        (_REFUSED, _DONE, "refused before, done now"),
        (_DONE, _ELSE, "done both times, but otherwise"),
        (_DONE, {**_DONE, "unseen": ["not_allowed", "", "Hidden.", None]}, "seen otherwise by its author"),
        (_DONE, {**_DONE, "about": ["y"]}, "read otherwise"),
        (_RAISED, _DONE, "raised before, not now"),
        (_DONE, _RAISED, "raised now, not Rejected"),
        (_RAISED, _RAISED, "raised both times, not Rejected"),
    ],
)
def test_each_difference_has_its_class(before: dict[str, Any], now: dict[str, Any], found: str) -> None:
    assert differ.class_of(before, now) == found
    assert found in differ.ORDER


def test_a_case_is_made_of_its_number() -> None:
    assert cases.case(7) == cases.case(7)
    assert len({json.dumps(cases.case(seed)) for seed in range(50)}) == 50


def test_each_kind_of_change_is_done_and_refused_by_some_cases() -> None:
    ends: dict[str, set[str]] = defaultdict(set)
    for seed in range(5000):
        case = cases.case(seed)
        answer = applied(case)
        if "about" in answer:
            operation = json.loads(case["operation"])
            name = " ".join(filter(None, (operation["op"], operation.get("kind"))))
            ends[name] |= answer.keys() & {"done", "refused"}
    assert ends == {name: {"done", "refused"} for name in _names()}


def _names() -> list[str]:
    """Every operation, with each kind that it is about."""
    return [
        f"{name_of(operation)} {kind}".strip()
        for operation in get_args(Operation)
        for kind in samples.kinds_of(operation) or ("",)
    ]

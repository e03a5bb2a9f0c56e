"""`./dev bench` runs, prints what it promises, and what it counts stays within its bounds; times are not looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.__main__ import MEASUREMENTS
from benchmarks.measure import Figure, p99, table

_ROOT = Path(__file__).parents[2]
_ON_SCREEN = ("typing", "start", "quiet", "memory", "two-processes", "two-terminals")


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("names", [sorted(MEASUREMENTS.keys() - _ON_SCREEN), _ON_SCREEN], ids=["data", "screen"])
def test_every_figure_is_a_line_of_json(names: Sequence[str]) -> None:
    done = bench("--quick", "--json", "--rows", "300", *names)
    assert done.returncode == 0, done.stderr
    figures = {line["figure"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert len(figures) >= len(names)
    for line in figures.values():
        assert list(line) == ["figure", "value", "unit", "baseline", "ratio", "n", "rows", "commit"]
        assert line["n"] >= 1
    if "quiet" in names:
        assert 0 < figures["bytes_of_cursor_move"]["value"] < 1500
        assert figures["bytes_when_idle"]["value"] == 0
    if "queue" in names:
        assert figures["queue_calls"]["ratio"] == 1


def test_an_unknown_name_is_told() -> None:
    done = bench("startup")
    assert done.returncode == 2
    assert "there is no measurement 'startup'; there are: first-sync" in done.stderr


def test_a_table_says_which_goal_is_missed() -> None:
    lines = table([
        Figure(figure="one", value=2, unit="ms", baseline=1, n=3, rows=1000, goal="under 5 ms"),
        Figure(figure="other", value=12_000, unit="bytes", baseline=None, n=1, rows=1, goal="under 5 ms", missed=True),
    ]).splitlines()  # fmt: skip
    assert lines[1].split() == ["one", "2", "1", "2", "ms", "3", "1,000", "met:", "under", "5", "ms"]
    assert lines[2].split() == ["other", "12,000", "-", "-", "bytes", "1", "1", "MISSED:", "under", "5", "ms"]


def test_p99_leaves_one_of_a_hundred_out() -> None:
    assert p99(list(range(100))) == 98
    assert p99([3.0, 1.0, 2.0]) == 3

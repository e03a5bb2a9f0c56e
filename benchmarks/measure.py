"""Measuring one thing against another in the same run, and what comes of it."""

from __future__ import annotations

import math
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured figure beside the baseline of the same run."""

    figure: str
    """Its name; docs/benchmarks.md says what it means."""
    value: float
    unit: str
    baseline: float | None
    """In the same unit; None for what is counted and needs none."""
    n: int
    """How many samples it comes from."""
    rows: int
    """Customers in the store."""
    goal: str = ""
    """What it should be, in words; empty where there is no goal but the ratio itself."""
    missed: bool = False
    """Whether it is not."""

    @property
    def ratio(self) -> float | None:
        """Value over baseline."""
        return self.value / self.baseline if self.baseline else None

    def line(self) -> str:
        """The figure as a line of JSON."""
        ratio = None if self.ratio is None else _rounded(self.ratio)
        baseline = None if self.baseline is None else _rounded(self.baseline)
        return msgspec.json.encode(
            {
                "figure": self.figure, "value": _rounded(self.value), "unit": self.unit, "baseline": baseline,
                "ratio": ratio, "n": self.n, "rows": self.rows, "commit": commit(),
            }
        ).decode()  # fmt: skip


def table(figures: Sequence[Figure]) -> str:
    """Figures for a person to read, one a line under headings."""
    lines = [("figure", "value", "baseline", "ratio", "unit", "n", "rows", "")]
    lines += [
        (
            figure.figure, _short(figure.value), _short(figure.baseline), _short(figure.ratio), figure.unit,
            str(figure.n), f"{figure.rows:,}",
            figure.goal and f"{'MISSED' if figure.missed else 'met'}: {figure.goal}",
        )
        for figure in figures
    ]  # fmt: skip
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 1 <= column <= 3 or column in (5, 6) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def seconds(work: Callable[[], object]) -> float:
    """How long something takes by the wall clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(rounds: int, *samples: Callable[[int], float], warm_up: bool = True) -> list[list[float]]:
    """Take samples in turn, round by round, so that whatever slows the machine down slows all of them.

    Each is called with the number of the round. A round to warm up, number 0, does not count.
    """
    taken: list[list[float]] = [[] for _ in samples]
    for number in range(0 if warm_up else 1, rounds + 1):
        for kept, sample in zip(taken, samples, strict=True):
            value = sample(number)
            if number:
                kept.append(value)
    return taken


def median(samples: Iterable[float]) -> float:
    """The middle of some samples."""
    return statistics.median(samples)


def p99(samples: Sequence[float]) -> float:
    """What 99 of 100 samples do not exceed; of fewer than 100 samples, their highest."""
    return sorted(samples)[math.ceil(len(samples) * 0.99) - 1]


@cache
def commit() -> str:
    """The commit that is measured, with a + if files differ from it; empty outside a repository."""
    folder = Path(__file__).parent
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=10"],  # noqa: S607 # wherever it is on PATH
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    return done.stdout.strip()


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")


def _short(number: float | None) -> str:
    if number is None:
        return "-"
    return f"{number:,.0f}" if abs(number) >= 1000 or number == int(number) else f"{number:.3g}"

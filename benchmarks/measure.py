"""Measuring one thing against another in the same run, and what comes of it."""

from __future__ import annotations

import math
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

Sample = TypeVar("Sample")


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


class Took(NamedTuple):
    """How long something took, in seconds."""

    wall: float
    cpu: float
    """Of the calling thread alone: what it took the machine, however busy that was with others."""


def timed(work: Callable[[], object]) -> Took:
    """Do something, with a stop-watch."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    return Took(time.perf_counter() - wall, time.thread_time() - cpu)


def seconds(work: Callable[[], object]) -> float:
    """How long something takes by the wall clock."""
    return timed(work).wall


def interleaved(rounds: int, *samples: Callable[[int], Sample], warm_up: bool = True) -> list[list[Sample]]:
    """Take samples in turn, round by round, so that whatever slows the machine down slows all of them.

    Each is called with the number of the round. A round to warm up, number 0, does not count.
    """
    taken: list[list[Sample]] = [[] for _ in samples]
    for number in range(0 if warm_up else 1, rounds + 1):
        for kept, sample in zip(taken, samples, strict=True):
            value = sample(number)
            if number:
                kept.append(value)
    return taken


def statistics_of(
    name: str, samples: Sequence[Took], baseline: Sequence[Took], rows: int, goal_ms: float | None = None
) -> Iterator[Figure]:
    """Median and p99 by the wall clock, and p99 by the processor's, in milliseconds; a goal is for the p99."""
    for suffix, of, clock in (("p50", median, 0), ("p99", p99, 0), ("cpu_p99", p99, 1)):
        value, against = (of([took[clock] for took in all_of]) * 1000 for all_of in (samples, baseline))
        goal = goal_ms if suffix == "p99" else None
        yield Figure(
            figure=f"{name}_{suffix}", value=value, unit="ms", baseline=against, n=len(samples), rows=rows,
            goal="" if goal is None else f"under {goal:g} ms", missed=goal is not None and value >= goal,
        )  # fmt: skip


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

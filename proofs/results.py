"""What proofs have found so far: a line of JSON a run in results.jsonl, and the seeds that failed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

_FOLDER = Path(__file__).parent
RESULTS = _FOLDER / "results.jsonl"
SEEDS = _FOLDER / "seeds"


class Trial(NamedTuple):
    """What one seed has shown."""

    n: int
    """How many cases it tried; the proof says of what."""
    failures: tuple[str, ...] = ()
    """What went wrong, in words."""
    details: Mapping[str, int] = {}
    """Whatever else was counted."""


def _nothing(_: Counter[str]) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Proof:
    """Something that holds in every case, and how cases are tried."""

    name: str
    claim: str
    """In a few words."""
    cases: str
    """What ``n`` counts."""
    trial: Callable[[int], Trial]
    """Tries the cases of a seed: the same ones each time."""
    judge: Callable[[Counter[str]], tuple[str, ...]] = _nothing
    """What is wrong with a whole run's details: a proof that could not have found anything, say."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run, as it stands in results.jsonl."""

    proof: str
    n: int
    failures: int
    seed: int
    """The first; the others follow on it."""
    seeds: int
    commit: str
    seconds: float
    at: str
    details: dict[str, int] = {}


def keep(run: Run, file: Path = RESULTS) -> None:
    """Add a run to the results; two at the same moment do not mix."""
    opened = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        os.write(opened, msgspec.json.encode(run) + b"\n")
    finally:
        os.close(opened)


def runs(file: Path = RESULTS) -> Iterator[Run]:
    """Every run so far."""
    if file.exists():
        for line in file.read_bytes().splitlines():
            yield msgspec.json.decode(line, type=Run)


def keep_seed(proof: str, seed: int, why: str, folder: Path = SEEDS) -> None:
    """Keep a seed that failed: the tests try it first from now on."""
    if seed not in kept_seeds(proof, folder):
        folder.mkdir(exist_ok=True)
        with (folder / f"{proof}.txt").open("a") as file:
            file.write(f"{seed}  # {' '.join(why.split())[:160]}\n")


def kept_seeds(proof: str, folder: Path = SEEDS) -> list[int]:
    """Seeds of a proof that have failed once."""
    file = folder / f"{proof}.txt"
    lines = file.read_text().splitlines() if file.exists() else []
    return [int(line.partition("#")[0]) for line in lines if line.partition("#")[0].strip()]

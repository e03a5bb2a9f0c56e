"""``./dev proofs``: tries as many cases as it has time for, and keeps count (docs/proofs.md)."""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec

from benchmarks.measure import commit
from proofs import asker, crash, damage, keys, lock, sales, simulation, strangers, timing, wire
from proofs.results import SEEDS, Proof, Run, Trial, keep, keep_seed, runs

ENOUGH = 20
"""A run stops at so many failures."""
PROOFS: Mapping[str, Proof] = {
    proof.name: proof
    for proof in (
        crash.PROOF,
        damage.PROOF,
        wire.PROOF,
        keys.PROOF,
        lock.PROOF,
        sales.PROOF,
        simulation.PROOF,
        simulation.PLANTED,
        asker.PROOF,
        strangers.PROOF,
        timing.PROOF,
    )
}


def main(arguments: list[str] | None = None) -> None:
    """Run one proof, or list them."""
    parser = argparse.ArgumentParser(prog="./dev proofs", description=__doc__)
    parser.add_argument("name", nargs="?", metavar="NAME", help=f"which: {', '.join(PROOFS)} (default: list them)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--n", type=int, help="stop when so many cases have been tried")
    length.add_argument("--seconds", type=float, default=60.0, help="stop when so much time has passed (default: 60)")
    parser.add_argument("--seed", type=int, help="begin with this seed again; does not count towards the totals")
    options = parser.parse_args(arguments)
    if options.name is None:
        print(totals())
        return
    if options.name not in PROOFS:
        parser.error(f"there is no proof {options.name!r}; there are: {', '.join(PROOFS)}")
    if (options.n is not None and options.n < 1) or options.seconds <= 0:
        parser.error("--n and --seconds take a number above 0")
    gc.freeze()  # what is imported stays: to look at it in each seed again takes a tenth of the time
    run = try_out(PROOFS[options.name], n=options.n, seconds=options.seconds, seed=options.seed)
    print(msgspec.json.encode(run).decode(), flush=True)
    if options.seed is None:
        keep(run)
    if run.failures:
        sys.exit(1)


def try_out(proof: Proof, *, n: int | None, seconds: float, seed: int | None, seeds_in: Path = SEEDS) -> Run:
    """Try seed after seed until there are ``n`` cases, or the time is over."""
    first = random.SystemRandom().getrandbits(48) if seed is None else seed
    begun = time.monotonic()
    seeds = tried = failures = 0
    details: Counter[str] = Counter()
    while failures < ENOUGH and (tried < n if n is not None else time.monotonic() - begun < seconds):
        trial = _one(proof, first + seeds)
        if trial.failures:
            if seed is None:
                keep_seed(proof.name, first + seeds, trial.failures[0], seeds_in)
            again = f"./dev proofs {proof.name} --n 1 --seed {first + seeds}"
            for failure in trial.failures:
                print(f"proofs: FAILED: {failure}\nproofs: again: {again}", file=sys.stderr, flush=True)
        seeds, tried, failures = seeds + 1, tried + trial.n, failures + len(trial.failures)
        details.update(trial.details)
    for failure in proof.judge(details) if seed is None else ():
        failures += 1
        print(f"proofs: FAILED: {failure}", file=sys.stderr, flush=True)
    return Run(
        proof=proof.name, n=tried, failures=failures, seed=first, seeds=seeds, commit=commit(),
        seconds=round(time.monotonic() - begun, 1), at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        details=dict(sorted(details.items())),
    )  # fmt: skip


def _one(proof: Proof, seed: int) -> Trial:
    gc.disable()  # once a seed is enough
    try:
        return proof.trial(seed)
    except Exception as error:  # noqa: BLE001 # what nobody foresaw is a failure of that seed, and the next has its turn
        traceback.print_exc()
        return Trial(1, (f"{type(error).__name__}: {error}",))
    finally:
        gc.enable()
        gc.collect()


def totals() -> str:
    """The proofs, with what all their runs have come to."""
    lines = []
    for proof in PROOFS.values():
        mine = [run for run in runs() if run.proof == proof.name]
        n, failures = sum(run.n for run in mine), sum(run.failures for run in mine)
        so_far = f"{n:,} {proof.cases}, {failures} failed" if mine else "not tried yet"
        bound = f"; below {3 / n:.1g} each (95 %)" if mine and not failures else ""
        lines.append(f"{proof.name:8} {proof.claim}\n         {so_far} in {len(mine)} runs{bound}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

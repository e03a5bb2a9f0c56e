"""Each proof in short, seeds that failed once first; and that the verb counts, keeps and repeats."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from proofs import asker, keys, results, sales, simulation, strangers, timing
from proofs import wire as line
from proofs.__main__ import PROOFS, try_out
from proofs.results import Proof, Run, Trial
from proofs.sim.machine import Worlds
from sellmode_backend.accounts.passwords import Passwords
from sellmode_backend.rules import preview as previews
from sellmode_backend.store import duplicates, facts
from sellmode_contract import wire

_ROOT = Path(__file__).parents[2]
_SHORT = {"crash": 1, "damage": 1, "sim": 6, "asker": 3, "lock": 1, "results": 1}
"""Seeds of proofs that are tried here, besides those that have failed."""
_SEEDS = [(name, seed) for name, short in _SHORT.items() for seed in [*results.kept_seeds(name), *range(short)]]


@pytest.mark.parametrize(("name", "seed"), _SEEDS)
def test_it_holds(name: str, seed: int) -> None:
    trial = PROOFS[name].trial(seed)
    assert trial.failures == ()
    assert trial.n > 0


@pytest.mark.parametrize("seed", [*results.kept_seeds("wire"), 0])
def test_it_holds_on_any_line(seed: int) -> None:
    trial = line.trial(seed, stride=300)
    assert trial.failures == ()
    assert trial.n > 20


@pytest.mark.parametrize("seed", [*results.kept_seeds("keys"), 1, 2])
def test_keys_go_where_they_lead(seed: int) -> None:
    trial = keys.trial(seed, 12)
    assert trial.failures == ()
    assert trial.n == 12


@pytest.mark.parametrize("seed", [*results.kept_seeds("strangers"), 0])
def test_strangers_take_what_is_bounded(seed: int) -> None:
    trial = strangers.trial(seed, 600)
    assert trial.failures == ()
    assert trial.n == 600 * len(strangers.HABITS)


@pytest.mark.parametrize("seed", [*results.kept_seeds("timing"), 0])
def test_known_and_unknown_names_take_the_same_time(seed: int) -> None:
    # Six times what chance makes of so few.
    assert timing.trial(seed, 300, better=0.14).failures == ()


def test_names_that_take_longer_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    verify, more = Passwords.verify, Passwords(memory_kib=4096)

    def more_work_for_somebody(self: Passwords, stored: str | None, password: str) -> bool:
        if stored:
            more.hash(password)
        return verify(self, stored, password)

    monkeypatch.setattr(Passwords, "verify", more_work_for_somebody)
    (failure,) = timing.trial(0, 100, better=0.24).failures
    assert failure.startswith("sign-in: ")


def test_credit_that_is_not_taken_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    credit_adds = facts.credit_adds

    def adds_only(entry: Any, judgement: Any, zones: Any, adds: Any, sign: int = 1) -> None:
        credit_adds(entry, judgement, zones, adds, max(sign, 0))

    monkeypatch.setattr(facts, "credit_adds", adds_only)
    assert sales.trial(5, 12).failures


def test_keys_that_do_not_wait_are_found() -> None:
    assert keys.trial(1, 12, planted=True).failures


@pytest.mark.parametrize("bug", ["no gone", "page splits seq", "no ledger", "silent reject", "unknown fields dropped"])
def test_a_planted_bug_is_found(bug: str) -> None:
    assert simulation.found(bug, 1, 40)[0]


def test_an_asker_finds_out_by_pairs_that_are_made_in_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "note", duplicates.watch)
    assert any(asker.trial(seed).failures for seed in range(5))


def test_an_asker_finds_out_by_previews_of_all_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    preview = previews.preview

    def of_all(*asked: Any, scopes: object, **more: Any) -> wire.Preview:
        return preview(*asked, **more)

    monkeypatch.setattr(previews, "preview", of_all)
    assert any(asker.trial(seed).failures for seed in range(40))


TestWorlds = Worlds.TestCase
TestWorlds.settings = settings(max_examples=3, stateful_step_count=25, deadline=None, derandomize=True)


def proofs(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "proofs", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False
    )


def test_a_run_is_one_line_of_json_and_a_repeated_one_is_not_counted() -> None:
    before = results.RESULTS.read_bytes() if results.RESULTS.exists() else b""
    first, again = (proofs("sim", "--n", "1", "--seed", "7") for _ in range(2))
    assert first.returncode == 0, first.stderr
    line, same = json.loads(first.stdout), json.loads(again.stdout)
    assert list(line) == ["proof", "n", "failures", "seed", "seeds", "commit", "seconds", "at", "details"]
    assert (line["proof"], line["failures"], line["seed"], line["seeds"]) == ("sim", 0, 7, 1)
    assert (line["n"], line["details"]) == (same["n"], same["details"])
    assert before == (results.RESULTS.read_bytes() if results.RESULTS.exists() else b"")


def test_alone_it_lists_the_proofs() -> None:
    done = proofs()
    assert done.returncode == 0
    assert all(f"{name} " in done.stdout and proof.claim in done.stdout for name, proof in PROOFS.items())


@pytest.mark.parametrize("arguments", [["crush"], ["crash", "--n", "0"], ["crash", "--n", "1", "--seconds", "1"]])
def test_what_it_cannot_do_is_told(arguments: list[str]) -> None:
    done = proofs(*arguments)
    assert done.returncode == 2
    assert "./dev proofs: error: " in done.stderr


def test_figures_add_up(tmp_path: Path) -> None:
    run = Run(proof="crash", n=3, failures=0, seed=1, seeds=1, commit="c", seconds=0.5, at="2026-11-22T12:00:00+00:00")
    results.keep(run, tmp_path / "results.jsonl")
    results.keep(run, tmp_path / "results.jsonl")
    assert list(results.runs(tmp_path / "results.jsonl")) == [run, run]


def test_a_seed_that_fails_is_kept_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def trial(seed: int) -> Trial:
        if seed % 2:
            raise ValueError("odd")
        return Trial(5, ("even\nthough",), {"seen": 1})

    proof = Proof("odd", "nothing holds", "cases", trial, lambda details: (f"{details['seen']} seen",))
    run = try_out(proof, n=12, seconds=1, seed=None, seeds_in=tmp_path)
    assert (run.n, run.seeds, run.failures, run.details["seen"]) == (12, 4, 5, 2)
    assert sorted(results.kept_seeds("odd", tmp_path)) == list(range(run.seed, run.seed + 4))
    told = capsys.readouterr().err
    assert f"./dev proofs odd --n 1 --seed {run.seed}" in told
    assert "FAILED: ValueError: odd" in told
    assert "FAILED: 2 seen" in told
    results.keep_seed("odd", run.seed, "again", tmp_path)
    assert len(results.kept_seeds("odd", tmp_path)) == 4


def test_a_run_that_could_not_have_found_anything_fails() -> None:
    (told,) = PROOFS["crash"].judge(Counter({"planted cuts": 200}))
    assert "find nothing" in told

"""What two versions of the contract make differently of the same random changes.

``./dev run python -m tests.support.differ --base COMMIT --n 60000`` compares a commit with the working tree and counts
the differences by what they mean; ``--case NUMBER`` shows one case whole. It ends with 1 if there are differences. What
is different on purpose is decided by who reads it: nothing here says which version is right.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

from tests.support import applied, cases

ROOT = Path(__file__).parents[2]
SAME = "same to the byte"
ORDER = (
    SAME,
    "refused in other words",
    "refused at another field",
    "refused with another code",
    "done before, refused now",
    "refused before, done now",
    "done both times, but otherwise",
    "seen otherwise by its author",
    "read otherwise",
    "raised before, not now",
    "raised both times, not Rejected",
    "raised now, not Rejected",
)
"""The classes of differences, the harmless first."""


def class_of(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:  # noqa: PLR0911 -- one for each class
    """What a difference between two answers of ``applied`` means."""
    if "raised" in now:
        return "raised both times, not Rejected" if "raised" in before else "raised now, not Rejected"
    if before == now:
        return SAME
    if "raised" in before:
        return "raised before, not now"
    if before.get("about") != now.get("about") and "about" in before and "about" in now:
        return "read otherwise"
    if "refused" in before and "refused" in now:
        (code, field, *_), (code_now, field_now, *_) = before["refused"], now["refused"]
        if code != code_now:
            return "refused with another code"
        return "refused at another field" if field != field_now else "refused in other words"
    if "refused" in now:
        return "done before, refused now"
    if "refused" in before:
        return "refused before, done now"
    if before["done"] != now["done"]:
        return "done both times, but otherwise"
    return "seen otherwise by its author"


class Version:
    """A version of the contract, as a process that is asked about cases."""

    def __init__(self, sources: Path) -> None:
        """``sources`` is its folder ``src``."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", applied.__file__],
            env={**os.environ, "PYTHONPATH": str(sources)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, case: Mapping[str, Any]) -> None:
        """Give it a case."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What it makes of the case that it was given. Raises RuntimeError if it has ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a version of the contract has ended: what it wrote stands above")
        found: dict[str, Any] = json.loads(line)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@contextmanager
def sources_of(commit: str) -> Iterator[Path]:
    """The folder ``src`` of a commit, for a while. Raises CalledProcessError if there is no such commit."""
    packed = subprocess.run(
        ["git", "-C", ROOT, "archive", "--format=tar", commit, "src/sellmode_contract"], check=True, capture_output=True
    )
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
            tar.extractall(folder, filter="data")
        yield Path(folder, "src")


def differences(
    base: Path, tree: Path, seeds: range
) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Each case with what either version makes of it; both are folders ``src``."""
    with Version(base) as one, Version(tree) as other:
        for seed in seeds:
            case = cases.case(seed)
            one.ask(case)
            other.ask(case)
            yield case, one.answer(), other.answer()


def report(base: Path, tree: Path, seeds: range, examples: int) -> int:
    """Print how many cases differ, and how; the number that do."""
    counts = Counter[str]()
    differ = 0
    groups: dict[str, Counter[str]] = {}
    first: dict[tuple[str, str], int] = {}
    for case, before, now in differences(base, tree, seeds):
        found = class_of(before, now)
        counts[found] += 1
        differ += before != now
        if found != SAME:
            group = f"{_name(case)}: {_brief(before)} -> {_brief(now)}"
            groups.setdefault(found, Counter())[group] += 1
            first.setdefault((found, group), case["seed"])
    for name in ORDER:
        print(f"{counts[name]:>8}  {name}")
    for name in ORDER:
        if name in groups:
            print(f"\n{name}")
            for group, count in groups[name].most_common(examples):
                print(f"{count:>8}  {group}  (--case {first[name, group]})")
    return differ


def _name(case: Mapping[str, Any]) -> str:
    operation = json.loads(case["operation"])
    return (
        " ".join(str(operation.get(name, "")) for name in ("op", "kind")).strip()
        if isinstance(operation, dict)
        else "?"
    )


def _brief(answer: Mapping[str, Any]) -> str:
    """An answer in a few words, so that like ones are counted together."""
    for name in ("raised", "refused", "unseen"):
        if name in answer:
            return f"{name} {' | '.join(str(part) for part in answer[name] if part)}"[:160]
    done = answer["done"]
    puts = ", ".join(json.loads(put)[0] for put in done["puts"]) or "nothing"
    gone = f" without {', '.join(kind for kind, _ in done['removes'])}" if done["removes"] else ""
    conflicts = f" over {', '.join(done['conflicts'])}" if done["conflicts"] else ""
    return f"done: {puts}{gone}{conflicts}"


def main(arguments: list[str] | None = None) -> int:
    """Compare; 1 if there are differences."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.differ", description=__doc__)
    parser.add_argument("--base", required=True, help="the commit to compare the working tree with")
    parser.add_argument("--n", type=int, default=60_000, help="how many cases (60000)")
    parser.add_argument("--seed", type=int, default=0, help="the first case (0)")
    parser.add_argument("--examples", type=int, default=20, help="how many groups to list of each class (20)")
    parser.add_argument("--case", type=int, help="show this case and what either makes of it")
    given = parser.parse_args(arguments)
    with ExitStack() as stack:
        base, tree = stack.enter_context(sources_of(given.base)), ROOT / "src"
        if given.case is None:
            return min(report(base, tree, range(given.seed, given.seed + given.n), given.examples), 1)
        seeds = range(given.case, given.case + 1)
        ((case, before, now),) = differences(base, tree, seeds)
    shown = {
        "class": class_of(before, now),
        **case,
        "operation": json.loads(case["operation"]),
        "before": before,
        "now": now,
    }
    print(json.dumps(shown, indent=2))
    return int(before != now)


if __name__ == "__main__":
    sys.exit(main())

"""Apps on a real pseudo-terminal, with the time at which everything they wrote arrived."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.shop import PASSWORD, USER, Shop
from tests.support.terminal import Terminal

ROOT = Path(__file__).parent.parent
QUIET = 0.25
"""Seconds without a byte after which an app is done."""
COLUMNS, LINES = 80, 24


class Answer(NamedTuple):
    """What came of a key."""

    seconds: float | None
    """Until the last change of what was watched was on its way to the screen; None if nothing of it changed."""
    bytes: int
    """All that was written."""


class TimedTerminal(Terminal):
    """A terminal that notes when what it reads has come; it is drawn when the clock has stopped."""

    def __init__(self, argv: Sequence[str], **options: Any) -> None:
        super().__init__(argv, **options)
        self._came: list[tuple[float, int]] = []
        self._until: int | None = None

    def answer(self, keys: str, watched: Callable[[list[str]], object]) -> Answer:
        """Type, and wait until the app is done; ``watched`` picks what is looked at from the screen's lines."""
        before = watched(self.screen())
        self._came.clear()
        start = time.perf_counter()
        self.type(keys)
        count = self.wait_quiet(QUIET)
        last: float | None = None
        for moment, end in self._came:
            self._until = end
            if (now := watched(self.screen())) != before:
                before, last = now, moment - start
        self._until = None
        return Answer(last, count)

    def shown(self, do: Callable[[], object], text: str) -> float:
        """Do something elsewhere; seconds from its beginning until a text that it brings was on its way here."""
        since = len(self._captured)
        self._came.clear()
        start = time.perf_counter()
        do()
        self.wait_for_bytes(text.encode(), since=since)
        return self._came[-1][0] - start

    def memory(self) -> float:
        """Resident memory of the app, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        assert found  # noqa: S101 # Linux always says
        return int(found[1]) / 1000

    def _read(self, timeout: float) -> bool:
        came = super()._read(timeout)
        if came:
            self._came.append((time.perf_counter(), len(self._captured)))
        return came

    def _draw(self, until: int | None = None) -> None:
        super()._draw(self._until if until is None else until)


@contextlib.contextmanager
def bare(name: str) -> Iterator[TimedTerminal]:
    """One of the baselines, as it starts."""
    with TimedTerminal(
        [sys.executable, "-m", "benchmarks.bare_apps", name], columns=COLUMNS, rows=LINES, cwd=ROOT, env=_ENVIRONMENT
    ) as terminal:
        yield terminal


@contextlib.contextmanager
def app(shop: Shop) -> Iterator[TimedTerminal]:
    """The app on a shop's terminal, as it starts."""
    data = shop.data()
    settings = shop.folder / "settings"
    settings.mkdir(mode=0o700, exist_ok=True)
    password = shop.folder / "password"
    password.touch(0o600)
    password.write_text(PASSWORD)
    account = ["--server", shop.url, "--user", USER, "--password-file", str(password)]
    environment = {"SELLMODE_DATA_DIR": str(data), "SELLMODE_CONFIG_DIR": str(settings)}
    with TimedTerminal(
        [sys.executable, "-m", "sellmode_tui", *account],
        columns=COLUMNS, rows=LINES, cwd=shop.folder, env=_ENVIRONMENT | environment,
    ) as terminal:  # fmt: skip
        yield terminal


_ENVIRONMENT = {
    "COLORTERM": "truecolor",
    # No keyring of whoever measures is to be asked.
    "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
}


def listed(lines: list[str]) -> list[str]:
    """The lines of the list of customers: those between its headings and the status line."""
    heading = next((number for number, line in enumerate(lines) if line.startswith("  Name ")), None)
    return [] if heading is None else lines[heading + 1 : -2]

"""A disk that takes long to keep what is written: the app goes on, and says that it is saving."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.on_a_terminal import terminal
from tests.tui.screens.counter import PASSWORD
from tests.tui.test_app_on_a_terminal import make

_STRACE = shutil.which("strace")
_LONGER_THAN_THE_TEST = 600_000_000
"""Microseconds."""


@contextlib.contextmanager
def slow_disk(process: int) -> Iterator[None]:
    """Whatever a process and its threads want to have on the disk is not there before the end of the block."""
    assert _STRACE
    calls = "fsync,fdatasync"
    with subprocess.Popen(
        [_STRACE, "-f", "-p", str(process), "-e", f"trace={calls}", "-e", "signal=none",
         "-e", f"inject={calls}:delay_enter={_LONGER_THAN_THE_TEST}", "-o", os.devnull],
        stderr=subprocess.PIPE, text=True,
    ) as tracer:  # fmt: skip
        assert tracer.stderr
        first = tracer.stderr.readline()
        if "attached" not in first:
            pytest.skip(f"strace may not follow processes here: {first.strip()}")
        try:
            yield
        finally:
            tracer.send_signal(signal.SIGKILL)  # what it held back goes on


@pytest.mark.skipif(_STRACE is None, reason="strace is not installed (Debian: strace)")
def test_a_disk_that_takes_its_time_keeps_nobody_from_locking_and_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    make(data, 5)
    with terminal(data) as opened:
        opened.wait_for("5 customers")
        opened.press("enter")
        opened.wait_for("Purchases")
        opened.press("n")
        opened.wait_for("F2 Save")
        opened.type("Slowly")
        opened.wait_for("Slowly")
        with slow_disk(opened.pid):
            opened.press("f2")
            opened.wait_for("Saving")
            opened.press("f10")
            opened.wait_for("Sellmode is locked")
        opened.type(PASSWORD + "\r")
        opened.wait_for("1 not sent")  # what was being saved is there

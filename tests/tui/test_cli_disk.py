"""The commands on a disk that is full or read-only: what is here can be read, and what cannot be stored is said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.quick import PROGRAM
from tests.tui.test_cli import Desk, open_desk

FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0));"
"""The kernel lets no file grow."""
PLAIN = "import ctypes, os, sys; [ctypes.CDLL(None).prctl(24, n, 0, 0, 0) for n in (1, 2)]; os.execv(sys.executable, "
"""Modes count for root, too (PR_CAPBSET_DROP of CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH), once it runs something."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def ask(desk: Desk, before: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"{before}{PROGRAM}", *arguments],
        env=desk.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def with_password(desk: Desk, *arguments: str) -> list[str]:
    return [*arguments, "--password-file", str(desk.password_file)]


def test_a_full_disk_leaves_reading_possible(desk: Desk) -> None:
    listed = ask(desk, FULL, *with_password(desk, "customers", "list", "--json"))
    assert (listed.returncode, len(listed.stdout.splitlines())) == (0, 60), listed
    assert "you can view data, but nothing can be saved" in listed.stderr
    written = ask(desk, FULL, *with_password(desk, "customers", "note", desk.people[0].number, "text"))
    assert written.returncode == 6, written
    assert "the disk is full or read-only. You can still read" in written.stderr
    synced = ask(desk, FULL, *with_password(desk, "sync"))
    assert synced.returncode == 6, synced
    first = ask(
        desk, FULL, "sync", "--server", desk.shop.url, "--user", "ben", "--password-file", str(desk.password_file)
    )
    assert first.returncode == 6, first
    assert "Nothing can be saved in" in first.stderr
    doctor = ask(desk, FULL, "doctor")
    assert doctor.returncode == 6
    assert "Nothing can be saved in" in doctor.stdout
    assert len(desk.ask("customers", "list", "--json").objects) == 60
    assert desk.ask("sync").code == 0


def test_a_read_only_folder_leaves_reading_possible(desk: Desk) -> None:
    folders = [desk.account.path, desk.account.path.parent, desk.account.path.parent.parent]
    for folder in folders:
        folder.chmod(0o500)

    def plain(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = f"{PLAIN}[sys.executable, '-c', {PROGRAM!r}, *sys.argv[1:]]);"
        return subprocess.run(
            [sys.executable, "-c", command, *arguments],
            env=desk.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    try:
        listed = plain(*with_password(desk, "customers", "list", "--json"))
        assert (listed.returncode, len(listed.stdout.splitlines())) == (0, 60), listed
        assert "nothing can be saved" in listed.stderr
        written = plain(*with_password(desk, "customers", "note", desk.people[0].number, "text"))
        assert (written.returncode, "You can still read" in written.stderr) == (6, True), written
        doctor = plain("doctor")
        assert (doctor.returncode, "Permission denied" in doctor.stdout) == (6, True), doctor
    finally:
        for folder in folders:
            folder.chmod(0o700)
    assert desk.ask("sync").code == 0


def test_a_folder_that_is_open_to_others_is_named_with_its_remedy(desk: Desk) -> None:
    desk.account.path.chmod(0o755)
    listed = desk.ask("customers", "list")
    assert listed.code == 6
    assert f"chmod 700 '{desk.account.path}'" in listed.err

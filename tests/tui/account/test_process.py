"""What a process does first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has prctl")
def test_no_core_files_no_foreign_eyes_no_loose_files(tmp_path: Path) -> None:
    script = (
        "import ctypes, os, resource, sys; from sellmode_tui.account.process import harden_process\n"
        "harden_process(); open(sys.argv[1], 'w').close()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0),"
        " oct(os.stat(sys.argv[1]).st_mode & 0o777))"
    )
    out = subprocess.run([sys.executable, "-c", script, tmp_path / "x"], check=True, capture_output=True, text=True)
    assert out.stdout == "(0, 0) 0 0o600\n"

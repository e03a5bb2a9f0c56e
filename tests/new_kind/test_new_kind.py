"""A new kind of record works with nothing but its declaration: in processes of their own, which have one kind more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("stories", ["tests/new_kind/stories.py", "tests/contract/test_kinds.py"])
def test_a_kind_needs_its_declaration_alone(stories: str) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "tests.new_kind.idea", "-p", "no:xdist", "-q", stories]
    done = subprocess.run(command, cwd=_ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

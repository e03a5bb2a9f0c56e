"""`./dev` on a machine where something is missing, and what the lock says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent

# Stand-ins for a Python: an interpreter that cannot be had here shows itself to ./dev by what it answers.
_TOO_OLD = """#!/bin/sh
case "$2" in *version_info\\ *) exit 1 ;; *) echo 3.9 ;; esac
"""
_WITHOUT_VENV = """#!/bin/sh
case "$2" in *ensurepip*) exit 1 ;; *) echo 3.12 ;; esac
"""


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    """A checkout that is not set up, with nothing on PATH but what POSIX promises."""
    checkout = tmp_path / "check out"
    shutil.copytree(_ROOT / "requirements", checkout / "requirements")
    for name in ("dev", "pyproject.toml"):
        shutil.copy2(_ROOT / name, checkout)
    (tmp_path / "bin").mkdir()
    for name in ("cat", "cmp", "dirname", "sh"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or name)
    return checkout / "dev"


def _run(dev: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = str(dev.parent.parent / "bin")
    return subprocess.run(
        [dev, *arguments], env={"PATH": path}, cwd="/", capture_output=True, text=True, check=False, timeout=60
    )


def _put_python(dev: Path, name: str, script: str) -> None:
    program = dev.parent.parent / "bin" / name
    program.write_text(script)
    program.chmod(0o700)


def test_alone_it_lists_its_verbs(dev: Path) -> None:
    done = _run(dev)
    assert done.returncode == 0
    assert re.findall(r"^  (\w+) ", done.stdout, re.MULTILINE) == [
        "setup", "demo", "test", "check", "bench", "proofs", "hooks", "lock", "release", "run"
    ]  # fmt: skip


def test_a_verb_it_does_not_know_is_refused(dev: Path) -> None:
    done = _run(dev, "tset")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no such verb: tset" in done.stderr


def test_without_python_it_names_the_packages(dev: Path) -> None:
    done = _run(dev, "setup")
    assert done.returncode == 1
    assert "there is no python3 on PATH" in done.stderr
    assert "apt install python3 python3-venv" in done.stderr


def test_an_old_python_is_named_with_its_place_and_version(dev: Path) -> None:
    _put_python(dev, "python3", _TOO_OLD)
    done = _run(dev, "setup")
    assert done.returncode == 1
    assert f"{dev.parent.parent}/bin/python3 is Python 3.9: too old" in done.stderr


def test_a_python_without_venv_is_named_with_the_package_that_brings_it(dev: Path) -> None:
    _put_python(dev, "python3.12", _WITHOUT_VENV)
    done = _run(dev, "setup")
    assert done.returncode == 1
    assert "apt install python3.12-venv" in done.stderr
    assert not (dev.parent / ".venv").exists()


def test_a_commit_is_looked_at_with_the_tools_of_the_checks_and_fetches_nothing() -> None:
    config = _ROOT / ".pre-commit-config.yaml"
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", config], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = config.read_text()
    assert re.findall(r"repo: (.*)", text) == ["local"]
    assert set(re.findall(r"language: (.*)", text)) == {"system"}
    tools = re.findall(r"entry: \./dev run (ruff \w+|[\w-]+)", text)
    checks = re.search(r"^check\(\) \{.*?^\}", (_ROOT / "dev").read_text(), re.MULTILINE | re.DOTALL)
    assert checks
    assert tools == re.findall(r"(?:-m |bin/)(ruff \w+|[\w-]+)", checks[0])


@pytest.mark.parametrize("lock", ["lock.txt", "postgresql-server.txt", "runtime.txt"])
def test_the_lock_pins_by_hash_and_names_no_index_and_no_path(lock: str) -> None:
    text = (_ROOT / "requirements" / lock).read_text()
    requirements = re.findall(r"^[a-z][^\n]*(?:\n    --hash[^\n]*)*", text, re.MULTILINE)
    assert requirements
    assert all("==" in requirement and "--hash=sha256:" in requirement for requirement in requirements)
    assert not re.search(r"://|^\s*-(?!-hash)|(^|[ =])/", text, re.MULTILINE)


def test_a_release_names_the_versions_that_the_tests_ran_with() -> None:
    tested, released = (
        set(re.findall(r"^[a-z0-9-]+==[^ ]+", (_ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("lock.txt", "runtime.txt")
    )
    assert released
    assert released < tested

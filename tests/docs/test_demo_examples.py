"""What the README and docs/finding.md look for is there in the demo's store, for whom it opens as."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sellmode_tui.account.folders import DATA_VARIABLE
from tests.docs.reading import DOCS
from tests.support.quick import PROGRAM
from tests.tui.screens import counter

TEXTS = {name: (DOCS.parent / name).read_text("utf-8") for name in ("README.md", "docs/finding.md")}


def searches() -> list[str]:
    """Every filter and search that is said to find somebody."""
    found = []
    for text in TEXTS.values():
        found += [line for block in re.findall(r"```filter\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
        found += re.findall(r"`([^`]+)` (?:and|finds) [A-ZÖ][^ ]+ ", text)
    found += re.findall(r"`(\d{4})` finds the phone", TEXTS["README.md"])
    return [each for each in found if "|" not in each]


def commands() -> list[str]:
    """The README's commands about customers, but those that write."""
    return re.findall(r"^sellmode customers (?:search|list|show) .*", TEXTS["README.md"], re.MULTILINE)


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a terminal with Anna's copy of the demo."""
    folder = tmp_path_factory.mktemp("demo")
    made = counter.demo("associate")
    counter.make_account(folder / "data", counter.account_of(made, "anna"), "associate", counter.records_of(made))
    password = folder / "password"
    password.write_text(f"{counter.PASSWORD}\n")
    password.chmod(0o600)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        DATA_VARIABLE: str(folder / "data"),
        "PASSWORD": str(password),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def run(terminal: dict[str, str], *arguments: str) -> str:
    """What a command prints."""
    words = [sys.executable, "-c", PROGRAM, *arguments, "--password-file", terminal["PASSWORD"]]
    done = subprocess.run(words, env=terminal, capture_output=True, text=True, check=False, cwd=Path(terminal["HOME"]))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_search_of_the_documents_finds_somebody(terminal: dict[str, str]) -> None:
    texts = searches()
    assert len(texts) >= 8
    for text in texts:
        assert run(terminal, "customers", "list", text).strip(), text


def test_every_command_of_the_readme_finds_somebody(terminal: dict[str, str]) -> None:
    assert len(commands()) == 3
    for line in commands():
        assert run(terminal, *shlex.split(line)[1:]).strip(), line

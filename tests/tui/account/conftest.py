"""Keyrings for the child process that asks them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

UseKeyring = Callable[[str], None]


@pytest.fixture
def use_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> UseKeyring:
    """Give a function that chooses the machine's keyring: a class of `fake_keyrings`, or a full name."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "fake_keyrings"))
    monkeypatch.setenv("FAKE_KEYRING_FILE", str(tmp_path / "kept.json"))

    def choose(name: str) -> None:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name if "." in name else f"fake_keyrings.{name}")

    return choose

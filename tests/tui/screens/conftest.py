"""A data folder with the demo's files in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sellmode_contract.kinds.retailer import Mode
from sellmode_tui.account.folders import DATA_VARIABLE
from sellmode_tui.shell import paged_app
from tests.tui.screens import counter, writing


@pytest.fixture(scope="session")
def _demo_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, which the app uses."""
    folder = tmp_path / "data"
    monkeypatch.setenv(DATA_VARIABLE, str(folder))
    return folder


@pytest.fixture
def annas(data: Path) -> Path:
    """A data folder with Anna's account in it."""
    writing.files(data)
    return data


@pytest.fixture
def snap_compare(snap_compare: Any, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """Pictures of screens; what was told stays on them, however long the machine takes."""
    monkeypatch.setattr(paged_app, "NOTICE_SECONDS", 3600.0)
    taker = request.config.pluginmanager.get_plugin("pictures")
    return taker.taking(request.node, monkeypatch) if taker else snap_compare


@pytest.fixture
def demo_files(_demo_root: Path, data: Path) -> Callable[[Mode, str], Path]:
    """Put the demo's files for somebody, in a mode, into the data folder."""

    def put(mode: Mode = "associate", user_name: str = "anna") -> Path:
        counter.demo_files(_demo_root, data, mode, user_name)
        return data

    return put

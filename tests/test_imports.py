"""What a process loads, measured in a process of its own: starts stay quick and the apps apart.

The import contracts in pyproject.toml hold who may import whom, line by line. Here stands what really gets loaded.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.backend import retailer_database

_SOURCES = Path(__file__).parent.parent / "src"
_TERMINAL_CORE = {"account", "cache", "migrations", "sealed", "sync", "transport", "visibility"}


def _loaded(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after `code`, which may end by SystemExit."""
    script = (
        "import sys\n"
        "try:\n"
        f"    exec({code!r}, {{'__name__': 'started'}})\n"
        "except SystemExit:\n"
        "    pass\n"
        "print('loaded', *{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def _modules(package: str) -> list[str]:
    """Name all modules of a package but those that are run, not imported: `__main__` and alembic's scripts."""
    names = (".".join(path.relative_to(_SOURCES).with_suffix("").parts) for path in (_SOURCES / package).rglob("*.py"))
    return [name.removesuffix(".__init__") for name in names if not name.endswith(("__main__", ".migrations.env"))]


def _importing(names: list[str]) -> str:
    return "\n".join(f"import {name}" for name in names)


def _running(program: str, main: str, arguments: list[str]) -> str:
    return f"import sys; sys.argv = {[program, *arguments]!r}; from {main} import main; main()"


def test_the_contract_loads_no_app_no_database_and_no_screen() -> None:
    loaded = _loaded(_importing(_modules("sellmode_contract")))
    assert "msgspec" in loaded
    assert not loaded & {"sellmode_backend", "sellmode_tui", "textual", "rich", "click", "httpx", "httpx2", "asyncio"}
    assert not loaded & {"sqlalchemy", "sqlcipher3", "sqlite3", "_sqlite3", "keyring"}


def test_the_backend_loads_no_terminal_app() -> None:
    only_to_export = "sellmode_backend.exporting.sqlite_file"  # sqlite-utils imports the standard library's SQLite
    loaded = _loaded(_importing([name for name in _modules("sellmode_backend") if name != only_to_export]))
    assert "sqlalchemy" in loaded
    assert not loaded & {"sellmode_tui", "textual", "rich", "keyring", "sqlite3", "_sqlite3"}


def test_a_command_of_the_backend_loads_alembic_only_to_migrate(sqlite_url: str) -> None:
    with retailer_database(sqlite_url):
        pass
    loaded = _loaded(_running("sellmode-backend", "sellmode_backend.cli", ["mode", "--database", sqlite_url]))
    assert "sqlalchemy" in loaded
    assert not loaded & {"alembic", "mako"}


def test_the_terminals_core_loads_no_screen_and_no_backend() -> None:
    loaded = _loaded(_importing([name for name in _modules("sellmode_tui") if _TERMINAL_CORE & set(name.split("."))]))
    assert "sqlcipher3" in loaded
    assert not loaded & {"sellmode_backend", "textual", "rich", "keyring", "sqlalchemy", "starlette"}


@pytest.mark.parametrize("arguments", [["--help"], ["customers", "--help"], ["status"], ["accounts"]], ids=" ".join)
def test_commands_load_neither_textual_nor_a_keyring(arguments: list[str]) -> None:
    loaded = _loaded(_running("sellmode", "sellmode_tui.cli", arguments))
    assert "sellmode_tui" in loaded
    assert not loaded & {"sellmode_backend", "textual", "rich", "keyring", "sqlite3", "_sqlite3"}


@pytest.mark.parametrize("arguments", [["--help"], ["accounts", "--help"]], ids=" ".join)
def test_the_backends_help_loads_no_terminal_app_and_no_server(arguments: list[str]) -> None:
    loaded = _loaded(_running("sellmode-backend", "sellmode_backend.cli", arguments))
    assert "sellmode_backend" in loaded
    assert not loaded & {"sellmode_tui", "textual", "rich", "keyring", "starlette", "uvicorn", "sqlite3", "_sqlite3"}

"""The app on a real pty, over files that are already there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.machine import COMMAND
from tests.support.quick import QUICKLY
from tests.support.terminal import Terminal
from tests.tui.screens.counter import PASSWORD, SERVER

ROOT = Path(__file__).parents[2]


@contextmanager
def terminal(
    data: Path,
    *options: str,
    user: str = "anna",
    columns: int = 80,
    rows: int = 24,
    term: str = "xterm-256color",
    lang: str = "C.UTF-8",
    program: str = "",
) -> Iterator[Terminal]:
    """The installed app on a pty, with its own data folder; `program` runs in its place."""
    password = data.parent / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    home = data.parent / "terminal-home"
    home.mkdir(mode=0o700, exist_ok=True)
    env = {
        "HOME": str(home),
        "SELLMODE_DATA_DIR": str(data),
        "SELLMODE_CONFIG_DIR": str(home),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "TERM": term,
        "LANG": lang,
        **({"COLORTERM": "truecolor"} if term in ("xterm-256color", "xterm-kitty") else {}),
    }
    account = ["--server", SERVER, "--user", user, "--password-file", str(password)]
    argv = [sys.executable, "-c", QUICKLY + program] if program else [*COMMAND, *account, *options]
    with Terminal(argv, columns=columns, rows=rows, cwd=ROOT, env=env) as opened:
        yield opened

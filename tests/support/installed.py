"""The two programs as they are installed, run as processes: the operator's, and an associate's on a machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.terminal import Terminal

_SCRIPTS = Path(sys.executable).parent
SELLMODE = str(_SCRIPTS / "sellmode")
SELLMODE_BACKEND = str(_SCRIPTS / "sellmode-backend")

DEADLINE = 90.0
"""Seconds a command may take before the test fails."""


class Ended(NamedTuple):
    """A command that has ended."""

    code: int
    out: bytes
    err: bytes

    @property
    def said(self) -> str:
        """What went to standard error."""
        return self.err.decode()

    @property
    def lines(self) -> list[str]:
        """What was printed."""
        # Not `splitlines`, which takes more for the end of a line than a terminal does.
        return self.out.decode().removesuffix("\n").split("\n") if self.out else []

    @property
    def json(self) -> Any:
        """The one document that was printed."""
        return json.loads(self.out)

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The objects that were printed, one a line."""
        return [json.loads(line) for line in self.lines]


def run(argv: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None, code: int = 0) -> Ended:
    """Run a command, without a terminal, to the exit code that it should have.

    Raises AssertionError with what it said if it ends otherwise.
    """
    done = subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEADLINE,
        check=False,
        env=env,
        cwd=cwd,
        start_new_session=True,
    )
    ended = Ended(done.returncode, done.stdout, done.stderr)
    assert ended.code == code, (argv, ended)
    return ended


class Operator(NamedTuple):
    """Somebody at the backend's machine."""

    database: str
    """URL."""
    folder: Path
    """Where commands are run."""

    def __call__(self, *arguments: str, code: int = 0) -> Ended:
        """Run `sellmode-backend` on the database."""
        return run([SELLMODE_BACKEND, *arguments, "--database", self.database], cwd=self.folder, code=code)


class Machine(NamedTuple):
    """A machine that associates sign in on: a home and nothing else."""

    home: Path
    program: tuple[str, ...] = (SELLMODE,)
    """What is run for `sellmode`."""

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of a program there. There is no keyring."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }

    @property
    def data(self) -> Path:
        """Where Sellmode keeps its files."""
        return self.home / ".local/share/sellmode"

    @property
    def crashes(self) -> list[Path]:
        """Reports about errors that nobody expected."""
        return sorted((self.data / "crashes").glob("*"))

    def secret(self, password: str) -> Path:
        """A file with a password, for `--password-file`."""
        path = self.home / f"password-{password.replace(' ', '-')}"
        path.touch(0o600)
        path.write_text(f"{password}\n")
        return path

    def __call__(self, *arguments: str, code: int = 0) -> Ended:
        """Run `sellmode`."""
        return run([*self.program, *arguments], self.environment, self.home, code)

    def terminal(
        self, *arguments: str, columns: int = 80, rows: int = 24, env: Mapping[str, str] | None = None
    ) -> Terminal:
        """`sellmode` on a terminal."""
        return Terminal(
            [*self.program, *arguments],
            columns=columns,
            rows=rows,
            env={**self.environment, **(env or {})},
            cwd=self.home,
        )


def machine(home: Path, program: Sequence[str] = (SELLMODE,)) -> Machine:
    """A machine with an empty home."""
    home.mkdir(mode=0o700, parents=True)
    return Machine(home, tuple(program))


def activate(machine: Machine, server: str, user_name: str, code: str, password: str) -> None:
    """Sign in with an activation code on the app's own page, and leave when the server has been heard."""
    with machine.terminal("--server", server, "--user", user_name) as app:
        app.wait_for("F2 activation code")
        app.press("f2")
        for label, text in (("Activation code", code), ("New password", password), ("Confirm", password)):
            fill(app, label, text)
        app.wait_for("ONLINE ·")
        app.press("ctrl+q")
        assert app.wait_exit() == 0


def fill(app: Terminal, label: str, text: str) -> None:
    """Type into a line of a page, once the cursor stands in it, and press Enter."""
    app.wait_for(lambda lines: lines[app.cursor()[1]].lstrip().startswith(label))
    app.type(text)
    app.press("enter")

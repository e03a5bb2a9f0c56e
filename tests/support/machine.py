"""A machine on which the commands are run as a person runs them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from sellmode_tui import cli
from sellmode_tui.account.folders import AccountFolder, known_accounts
from tests.support.quick import PROGRAM
from tests.support.shop import PASSWORD

COMMAND = [sys.executable, "-c", PROGRAM]


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """What ``--json`` printed."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Machine:
    """A machine's folders, with the password of everybody on it in a file."""

    folder: Path

    def __post_init__(self) -> None:
        self.password_file.write_text(f"{PASSWORD}\n")
        self.password_file.chmod(0o600)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def password_file(self) -> Path:
        return self.folder / "password"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SELLMODE_DATA_DIR": str(self.data),
            "SELLMODE_CONFIG_DIR": str(self.folder / "config"),
        }

    def run(self, *arguments: str) -> Result:
        """A command, in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
        with (
            mock.patch.dict(os.environ, self.environment),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = cli.run(list(arguments))
        out.flush()
        err.flush()
        return Result(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))

    def ask(self, *arguments: str) -> Result:
        """A command that opens an account."""
        return self.run(*arguments, "--password-file", str(self.password_file))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that opens an account, as a process of its own."""
        return subprocess.Popen(
            [*COMMAND, *arguments, "--password-file", str(self.password_file)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def account(self) -> AccountFolder:
        """The only account's folder."""
        (folder,) = known_accounts(self.data)
        return folder

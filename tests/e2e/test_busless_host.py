"""A host as managers reach it by SSH: no desktop, no session bus, no browser, an old terminal, a plain locale."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from sellmode_backend.store import settings
from sellmode_backend.store.database import open_database
from tests.support.backend import serve
from tests.support.installed import SELLMODE, Machine, Operator, activate, machine
from tests.support.terminal import Terminal

PASSWORD = "purple tractor reads 9 maps"
BARE = {"TERM": "linux", "LANG": "C", "LC_ALL": "C", "NO_COLOR": "1", "PYTHON_KEYRING_BACKEND": ""}
"""What sshd leaves to a program, with the colours off. No DBUS_SESSION_BUS_ADDRESS, DISPLAY or BROWSER."""


class Host(NamedTuple):
    """A host with an account on it."""

    machine: Machine
    account: tuple[str, ...]

    def app(self, columns: int = 80, rows: int = 24, **env: str) -> Terminal:
        """The app as it is there."""
        return self.machine.terminal(*self.account, columns=columns, rows=rows, env=BARE | env)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("host")
    operator = Operator(f"sqlite:///{folder / 'backend.db'}", folder)
    export = folder / "export"
    export.mkdir()
    (export / "staff.csv").write_text("Employee ID,Name,Location,Role\nM1,Mia Mayer,North,manager\n")
    (export / "customers.csv").write_text(
        "Customer ID,First Name,Last Name,Email,Tags\n1,Zoë,Müller,zoe@example.com,home store:North\n"
    )
    operator("import", "shopify", str(export), "--retailer", "M", "--mode", "team", "--currency", "EUR")
    with contextlib.closing(open_database(operator.database)) as database, database.transaction() as connection:
        settings.change(connection, keyring_allowed=True)
    code = operator("accounts", "code", "--all-new", "--json").json[0]["code"]
    desk = machine(folder / "home")
    with serve(operator.database, folder) as backend:
        activate(desk, backend.url, "M1", code, PASSWORD)
        yield Host(desk, ("--password-file", str(desk.secret(PASSWORD))))


def test_it_signs_in_and_says_that_there_is_no_keyring(host: Host) -> None:
    with host.app() as app:
        app.wait_for("ONLINE |")
        app.wait_for("Mia Mayer | Team Mode")  # no middle dot on such a terminal
        app.press("f7")
        app.wait_for("keyring")
        assert any("cannot be used" in line or "no desktop session" in line for line in app.screen())
        app.press("f10")
        app.wait_for("Sellmode is locked")
        app.type(PASSWORD)
        app.press("enter")
        app.wait_for("ONLINE |")
        app.press("ctrl+q")
        assert app.wait_exit() == 0
    assert host.machine.crashes == []


def test_the_commands_tell_of_it_too(host: Host) -> None:
    done = subprocess.run(
        [SELLMODE, "doctor"], capture_output=True, env=host.machine.environment | BARE, timeout=60, check=False
    )
    assert b"keyring" in done.stdout.lower()
    listed = subprocess.run(
        [SELLMODE, "customers", "list", *host.account],
        capture_output=True, env=host.machine.environment | BARE, timeout=60, check=False,
    )  # fmt: skip
    assert listed.returncode == 0
    assert "Zoë Müller" in listed.stdout.decode()


def test_a_terminal_that_cannot_draw_is_told(host: Host) -> None:
    with host.app(TERM="dumb") as app:
        assert app.wait_exit() == 2
    assert b"there is no terminal to draw on" in app.written
    assert b"\x1b" not in app.written


def test_without_a_terminal_it_refuses(host: Host) -> None:
    done = subprocess.run(
        [SELLMODE, *host.account],
        stdin=subprocess.DEVNULL, capture_output=True, env=host.machine.environment, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"there is no terminal to draw on" in done.stderr


def test_a_small_window_says_so_until_it_grows(host: Host) -> None:
    with host.app(columns=40, rows=10) as app:
        app.wait_for("This window is too small")
        app.resize(80, 24)
        app.wait_for("ONLINE |")
        app.resize(40, 10)
        app.wait_for("This window is too small")
        app.press("ctrl+q")
        assert app.wait_exit() == 0


def test_a_line_that_drops_ends_it_soon(host: Host) -> None:
    with host.app() as app:
        app.wait_for("ONLINE |")
        begun = time.monotonic()
        app.signal(signal.SIGHUP)
        app.wait_exit()
        assert time.monotonic() - begun < 10
    assert host.machine.crashes == []


_AND_THEN = """
import subprocess, sys, termios
before = termios.tcgetattr(0)
code = subprocess.call(sys.argv[1:])
print("AS BEFORE" if termios.tcgetattr(0) == before else "CHANGED", code, flush=True)
"""


def test_the_terminal_is_left_as_it_was(host: Host) -> None:
    command = [sys.executable, "-c", _AND_THEN, SELLMODE, *host.account]
    with Terminal(command, env=host.machine.environment | BARE, cwd=Path(host.machine.home)) as terminal:
        terminal.wait_for("ONLINE |")
        terminal.press("q")
        terminal.wait_for("AS BEFORE 0")
        assert terminal.wait_exit() == 0
    assert terminal.written.rfind(b"\x1b[?1049l") > terminal.written.rfind(b"\x1b[?1049h")
    assert terminal.written.rfind(b"\x1b[?25h") > terminal.written.rfind(b"\x1b[?25l")

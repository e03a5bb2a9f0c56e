"""`./dev demo`, as somebody sees it who tries the program: it opens signed in, and nothing of it stays running."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from sellmode_backend.demo.__main__ import SEED, Made
from sellmode_backend.demo.fill import PASSWORD
from sellmode_backend.demo.retailer import ANNA, STAFF
from sellmode_backend.demo.world import world
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.search import name_key
from tests.support.terminal import Terminal

DEMO = [sys.executable, "-m", "sellmode_backend.demo"]
LONG = 90.0
"""Seconds: the first run makes the store."""
SHORTEST_NAME = 17
"""Characters of a name that the list shows at least, before it may be cut."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the demo has run already, unless the tests look at its first run."""
    return tmp_path_factory.mktemp("demo")


@contextlib.contextmanager
def demo(home: Path, *options: str) -> Iterator[Terminal]:
    """The demo on a terminal."""
    with Terminal([*DEMO, *options], columns=100, env=environment(home)) as terminal:
        yield terminal


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "SELLMODE_DEMO_DIR": str(home / "demo"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def port(home: Path) -> int:
    """Where the demo's backend listens."""
    made = msgspec.json.decode((home / "demo" / "made.json").read_bytes())
    return int(made["port"])


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def ended(port: int) -> bool:
    """Whether nobody answers there within the time that a process needs to end."""
    deadline = time.monotonic() + 20
    while answers(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)  # nothing tells of the end of somebody else's child
    return True


def people(home: Path) -> list[str]:
    """Names of Anna's customers, as her list has them."""
    made = msgspec.json.decode((home / "demo" / "made.json").read_bytes(), type=Made)
    everything = world(SEED, dt.date.fromisoformat(made.day), "associate")
    anna = next(account for account in everything.accounts if account.user_name == ANNA)
    hers = [record for record in everything.records if isinstance(record, Customer) and record.owner == anna.id]
    hers.sort(key=lambda customer: (name_key(customer.family_name or customer.name, customer.given_name), customer.id))
    return [customer.name for customer in hers]


def wait_for_everybody(terminal: Terminal, home: Path) -> None:
    """Wait until the list is whole, and look at it from its beginning.

    The status tells of the end of a sync a moment before the list has its rows, and the cursor stays with the customer
    who came first: others may stand above the view.
    """
    names = people(home)
    heading = f" {len(names):,} customers "
    terminal.wait_for(lambda lines: any(line.startswith(heading) for line in lines), timeout=LONG)
    terminal.press("escape", "home")  # the first keys stand over the last rows until they are hidden

    def begins(lines: list[str]) -> bool:
        above = next((number for number, line in enumerate(lines) if line.startswith(heading)), len(lines))
        rows = list(zip(lines[above + 2 : -2], names, strict=False))
        return bool(rows) and all(line[2:].startswith(name[:SHORTEST_NAME]) for line, name in rows)

    terminal.wait_for(begins)


def leave(terminal: Terminal) -> None:
    """Quit the app; what it wrote says why, if it does not end well."""
    terminal.press("q")
    code = terminal.wait_exit()
    assert code == 0, terminal.written[-4000:].decode(errors="replace")


def test_it_opens_signed_in_and_ends_with_its_backend(home: Path) -> None:
    is_first = not (home / "demo" / "made.json").exists()  # the demo is kept for all tests here
    with demo(home) as terminal:
        terminal.wait_for("ONLINE ·", timeout=LONG)
        terminal.wait_for("Anna Kowalska · Associate Mode")
        wait_for_everybody(terminal, home)
        assert answers(port(home))
        line = re.search(rb"in another pane while this one is open:\r?\n +(.+?)\r?\n", terminal.written)
        assert line
        assert PASSWORD.encode() not in line[1]
        command = ["/bin/sh", "-c", line[1].decode()]
        beside = subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False, timeout=60)
        assert "Jörg Böhm" in beside.stdout, beside.stderr
        terminal.press("f10")
        terminal.wait_for(lambda lines: any(PASSWORD in line for line in lines))
        terminal.wait_for(lambda lines: lines[-2].strip() == "ONLINE")
        terminal.type(f"{PASSWORD}\r")
        terminal.wait_for("Anna Kowalska · Associate Mode")
        leave(terminal)
    assert f"The demo is kept in {home / 'demo'}".encode() in terminal.written
    assert (b"Making the demo store: 6 days of tasks that rules make, 50%" in terminal.written) == is_first
    assert b"Everybody's password here is: " in terminal.written
    assert ended(port(home))

    # A second run takes what the first has made.
    made = (home / "demo" / "made.json").stat().st_mtime_ns
    with demo(home) as terminal:
        terminal.wait_for("ONLINE ·", timeout=LONG)
        wait_for_everybody(terminal, home)
        leave(terminal)
    assert b"Making the demo store" not in terminal.written
    assert (home / "demo" / "made.json").stat().st_mtime_ns == made


def test_a_port_that_is_taken_costs_nobody_their_data(home: Path) -> None:
    with demo(home) as terminal:
        terminal.wait_for("ONLINE ·", timeout=LONG)
        leave(terminal)
    own, made = port(home), (home / "demo" / "made.json").stat().st_mtime_ns
    with socket.create_server(("127.0.0.1", own)), demo(home) as terminal:
        terminal.wait_for("ONLINE ·", timeout=LONG)
        assert b"uses another one this time" in terminal.written
        leave(terminal)
    assert b"Making the demo store" not in terminal.written
    assert (port(home), (home / "demo" / "made.json").stat().st_mtime_ns) == (own, made)


def test_another_person_another_mode(home: Path) -> None:
    with demo(home, "--as", "priya", "--mode", "team") as terminal:
        terminal.wait_for("ONLINE ·", timeout=LONG)
        terminal.wait_for("Priya Nair · Team Mode")
        terminal.wait_for(lambda lines: any(" Owner " in line for line in lines[:4]))
        leave(terminal)
    with demo(home, "--as", "priya", "--mode", "associate") as terminal:
        terminal.wait_for("Priya Nair · Associate Mode", timeout=LONG)
        leave(terminal)


def test_offline_it_opens_without_its_backend(home: Path) -> None:
    with demo(home, "--offline") as terminal:
        terminal.wait_for("OFFLINE since", timeout=LONG)
        wait_for_everybody(terminal, home)
        assert not answers(port(home))
        leave(terminal)


def test_fresh_makes_it_anew(home: Path) -> None:
    with demo(home, "--fresh") as terminal:
        terminal.wait_for("ONLINE ·", timeout=LONG)
        assert b"Making the demo store" in terminal.written
        wait_for_everybody(terminal, home)
        leave(terminal)


def test_only_one_at_a_time_and_a_kill_ends_the_backend(home: Path) -> None:
    with demo(home) as terminal:
        terminal.wait_for("ONLINE ·", timeout=LONG)
        second = subprocess.run(DEMO, capture_output=True, text=True, env=environment(home), check=False, timeout=60)
        assert second.returncode == 1
        assert "open in another terminal already" in second.stderr
        assert answers(port(home))  # the first goes on
        terminal.signal(signal.SIGKILL)
        assert ended(port(home))


def test_whom_it_does_not_know_it_answers_with_whom_it_knows(home: Path) -> None:
    done = subprocess.run(
        [*DEMO, "--as", "nobody"], capture_output=True, text=True, env=environment(home), check=False, timeout=60
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: ./dev demo ")
    for _, user_name, name, *_ in STAFF:
        assert user_name in done.stderr
        assert name in done.stderr

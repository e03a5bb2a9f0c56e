"""What strangers can take up, over real sockets."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from sellmode_backend import connections
from sellmode_backend.accounts import endpoints
from sellmode_backend.accounts.passwords import Passwords
from sellmode_backend.server import ServerSettings
from sellmode_backend.store import records, schema
from sellmode_backend.store.database import Database
from sellmode_contract import wire
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.visibility import Account
from tests.backend.people import QUICK, Client, MovedClock, add_person
from tests.support.backend import DEADLINE, retailer_database, serve_in_thread

_HEAD = b"Host: x\r\nSync-Protocol: 1\r\n"


class _Waiting(Passwords):
    """Looks at no password before it is told to."""

    def __init__(self) -> None:
        super().__init__(memory_kib=8, passes=1)
        self.begun, self.go = threading.Semaphore(0), threading.Event()

    def verify(self, stored: str | None, password: str) -> bool:
        self.begun.release()
        assert self.go.wait(DEADLINE)
        return super().verify(stored, password)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with retailer_database(sqlite_url) as opened:
        yield opened


@pytest.fixture
def ada(database: Database) -> Account:
    return add_person(database, "ada", "Alpha")


@pytest.fixture
def joined(database: Database, ada: Account, clock: MovedClock) -> Iterator[Client]:
    with serve_in_thread(database, ServerSettings(passwords=QUICK), clock) as url:
        client = Client(url)
        client.join(database, ada, clock())
        yield client


def _connect(url: str, *, receives: int | None = None) -> socket.socket:
    connection = socket.socket()
    if receives:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    connection.settimeout(DEADLINE)
    connection.connect(("127.0.0.1", int(url.rpartition(":")[2])))
    return connection


def _sign_in(place: int = 0) -> bytes:
    body = b'{"user_name":"ada","password":"a guess","device":"d"}'
    return b"POST /v1/sign-in HTTP/1.1\r\n%bX-Forwarded-For: 192.0.2.%d\r\nContent-Length: %d\r\n\r\n%b" % (
        _HEAD, place, len(body), body
    )  # fmt: skip


def _is_over(connection: socket.socket) -> bool:
    """Whether the other end has closed it, without waiting for it."""
    connection.setblocking(False)
    try:
        return connection.recv(65536) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def _wait_until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + DEADLINE
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.01)  # nothing tells of what a server lets go


def _sockets() -> int:
    """How many this process has, of client and server alike."""
    found = 0
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found += os.readlink(one).startswith("socket:")  # noqa: PTH115  # a Path would make a path of it
    return found


def _attempts(database: Database) -> int:
    with database.snapshot() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(schema.attempt)) or 0) // 2


def test_of_too_many_strangers_the_oldest_is_cut_and_who_is_signed_in_stays(
    joined: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_STRANGERS", 5)
    with ExitStack() as stack:
        listening = stack.enter_context(_connect(joined.url))
        token = joined.token.encode()
        listening.sendall(b"GET /v1/sync/events HTTP/1.1\r\n%bAuthorization: Bearer %b\r\n\r\n" % (_HEAD, token))
        assert listening.recv(65536).startswith(b"HTTP/1.1 200")
        strangers = []
        for _ in range(20):
            strangers.append(stack.enter_context(_connect(joined.url)))
            # Who is signed in connects anew for each call.
            assert joined.sync()
        _wait_until(lambda: sum(not _is_over(each) for each in strangers) <= 5)
        assert _is_over(strangers[0])
        assert not _is_over(strangers[-1])
        assert not _is_over(listening)


def test_what_waits_for_somebody_cut_is_not_done(database: Database, ada: Account) -> None:
    passwords = _Waiting()
    with serve_in_thread(database, ServerSettings(passwords=passwords, parallel_hashes=1)) as url, _connect(url) as one:
        one.sendall(_sign_in())
        assert passwords.begun.acquire(timeout=DEADLINE)
        with _connect(url) as other:
            other.sendall(_sign_in())
            assert Client(url).post(wire.SYNC_PATH).status_code == 401, "by now the other one waits"
        assert Client(url).post(wire.SYNC_PATH).status_code == 401, "by now it is gone"
        passwords.go.set()
        assert one.recv(65536).startswith(b"HTTP/1.1 401")
        assert _attempts(database) == 1


def test_one_place_leaves_room_to_sign_in_from_others(
    database: Database, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MAX_WAITING", 2)
    passwords = _Waiting()
    with ExitStack() as stack:
        url = stack.enter_context(serve_in_thread(database, ServerSettings(passwords=passwords)))
        first, second, third, elsewhere, later = (stack.enter_context(_connect(url)) for _ in range(5))
        for connection in (first, second):
            connection.sendall(_sign_in(1))
            assert passwords.begun.acquire(timeout=DEADLINE)
        third.sendall(_sign_in(1))
        refused = third.recv(65536)
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 2\r\n" in refused.lower()
        elsewhere.sendall(_sign_in(2))
        assert passwords.begun.acquire(timeout=DEADLINE)
        passwords.go.set()
        for connection in (first, second, elsewhere):
            assert connection.recv(65536).startswith(b"HTTP/1.1 401")
        later.sendall(_sign_in(1))
        assert later.recv(65536).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("more", [b"", b"Connection: close\r\n"])
def test_an_answer_that_nobody_reads_is_given_up(
    joined: Client, database: Database, ada: Account, more: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.2)
    with database.transaction() as connection:
        records.write(
            connection,
            [
                Customer(id=f"c{number}", store="Alpha", owner=ada.id, custom={"remark": "x" * 100_000})
                for number in range(150)
            ],
        )
    before = _sockets()
    body = b'{"device":"%b"}' % joined.device.encode()
    with _connect(joined.url, receives=4096) as unread:
        unread.sendall(
            b"POST /v1/sync HTTP/1.1\r\n%b%bAuthorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b"
            % (_HEAD, more, joined.token.encode(), len(body), body)
        )
        _wait_until(lambda: _sockets() == before + 2)
        _wait_until(lambda: _sockets() == before + 1)


def test_who_is_signed_in_may_ask_ahead(joined: Client) -> None:
    body = b'{"device":"%b"}' % joined.device.encode()
    ask = b"POST /v1/sync HTTP/1.1\r\n%bAuthorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (
        _HEAD, joined.token.encode(), len(body), body
    )  # fmt: skip
    with _connect(joined.url) as connection:
        connection.sendall(ask * 3)
        answers = b""
        while answers.count(b"HTTP/1.1 200") < 3:
            part = connection.recv(65536)
            assert part
            answers += part

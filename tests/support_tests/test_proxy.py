"""The fault proxy, over real sockets against a real HTTP server."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.proxy import (
    PASS,
    RESET,
    Fault,
    FaultProxy,
    Gate,
    Plan,
    Stream,
    after_head,
    canned,
    captive_portal,
    cut,
    cut_before_end,
    drip,
    flip,
    gzip_bomb,
    hold,
    mute,
    oversize,
    repeat,
    rewrite_lines,
    swap,
)

BODY = b"".join(b"line %d\n" % number for number in range(10))


class _Handler(BaseHTTPRequestHandler):
    """Answers GET with ten lines (gzipped or chunked if the path says so), POST with what was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for line in BODY.splitlines(keepends=True):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            self.wfile.write(b"0\r\n\r\n")
            return
        body = gzip.compress(BODY) if self.path == "/gzip" else BODY
        if self.path == "/gzip":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on stderr."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that reset are what these tests are about: say nothing on stderr."""


@pytest.fixture(scope="module")
def server_port() -> Iterator[int]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def proxy(server_port: int) -> Iterator[FaultProxy]:
    with FaultProxy(server_port) as running:
        yield running


def get(proxy: FaultProxy, path: str = "/", timeout: float = 10.0) -> bytes:
    """The body of one request on a connection of its own."""
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=timeout)) as client:
        client.request("GET", path)
        return client.getresponse().read()


def down(*faults: Fault) -> list[Plan]:
    return [Plan(down=faults)]


def test_passes_and_records_both_directions(proxy: FaultProxy) -> None:
    assert get(proxy) == BODY
    [connection] = proxy.connections
    assert connection.from_client.startswith(b"GET / HTTP/1.1\r\n")
    assert connection.to_server == connection.from_client
    assert connection.to_client == connection.from_server
    assert connection.to_client.endswith(BODY)
    assert (proxy.accepted, proxy.bytes_up, proxy.bytes_down) == (
        1,
        len(connection.from_client),
        len(connection.to_client),
    )


def test_keeps_a_connection_for_many_requests(proxy: FaultProxy) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)) as client:
        for _ in range(3):
            client.request("GET", "/")
            assert client.getresponse().read() == BODY
    assert proxy.accepted == 1


def test_script_is_used_once_for_each_connection_in_turn(proxy: FaultProxy) -> None:
    proxy.script = [Plan(reply=canned(503)), PASS, Plan(reply=canned(429))]
    proxy.otherwise = Plan(reply=canned(401))
    statuses = []
    for _ in range(5):
        with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)) as client:
            client.request("GET", "/")
            statuses.append(client.getresponse().status)
    assert statuses == [503, 200, 429, 401, 401]


@pytest.mark.parametrize("after", [0, 1, 37, len(BODY) - 1])
def test_cut_in_the_body_delivers_what_came_before(proxy: FaultProxy, after: int) -> None:
    proxy.script = down(after_head(cut(after)))
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(proxy)
    assert caught.value.partial == BODY[:after]
    assert get(proxy) == BODY


@pytest.mark.parametrize("left", [1, 5, 7])
def test_cut_before_the_end_of_a_chunked_body(proxy: FaultProxy, left: int) -> None:
    get(proxy, "/chunked")
    whole = bytes(proxy.connections[-1].to_client).partition(b"\r\n\r\n")[2]
    proxy.script = down(after_head(cut_before_end(left)))
    with contextlib.suppress(http.client.IncompleteRead):  # it reads on over a missing last line's end
        get(proxy, "/chunked")
    assert bytes(proxy.connections[-1].to_client).partition(b"\r\n\r\n")[2] == whole[:-left]


def test_cut_by_reset(proxy: FaultProxy) -> None:
    proxy.script = down(cut(20, reset=True))
    with pytest.raises(ConnectionResetError):
        get(proxy)


def test_cut_in_the_request_keeps_it_from_the_server(proxy: FaultProxy) -> None:
    proxy.script = [Plan(up=[cut(10)])]
    with pytest.raises(http.client.RemoteDisconnected):
        get(proxy)
    assert proxy.connections[0].to_server == b"GET / HTTP"
    assert proxy.connections[0].from_server == b""


def test_reset_at_once(proxy: FaultProxy) -> None:
    proxy.script = [RESET]
    with pytest.raises(ConnectionError):
        get(proxy)
    assert get(proxy) == BODY


def test_lost_response_leaves_the_effect_at_the_server(proxy: FaultProxy) -> None:
    proxy.script = down(mute())
    with pytest.raises(TimeoutError):
        get(proxy, timeout=0.2)
    assert proxy.connections[0].from_server.endswith(BODY)
    assert proxy.connections[0].to_client == b""


def test_mute_in_the_middle(proxy: FaultProxy) -> None:
    proxy.script = down(after_head(mute(5)))
    with pytest.raises(TimeoutError):
        get(proxy, timeout=0.2)
    assert proxy.connections[0].to_client.endswith(b"\r\n\r\n" + BODY[:5])


def test_hold_until_released(proxy: FaultProxy) -> None:
    gate = Gate()
    proxy.script = down(after_head(hold(gate, after=7)))
    bodies: list[bytes] = []
    client = threading.Thread(target=lambda: bodies.append(get(proxy)))
    client.start()
    gate.wait_reached()
    assert proxy.connections[0].to_client.endswith(b"\r\n\r\n" + BODY[:7])
    assert not bodies
    gate.release()
    client.join()
    assert bodies == [BODY]


def test_two_requests_in_flight_and_released_in_the_other_order(proxy: FaultProxy) -> None:
    first, second = Gate(), Gate()
    proxy.script = [Plan(up=[hold(first)]), Plan(up=[hold(second)])]
    clients = [threading.Thread(target=get, args=(proxy,)) for _ in range(2)]
    for client, gate in zip(clients, (first, second), strict=True):
        client.start()
        gate.wait_reached()
    second.release()
    proxy.wait_until(lambda state: bool(state.connections[1].to_client))
    assert not proxy.connections[0].to_server
    first.release()
    for client in clients:
        client.join()


def test_drip_changes_the_pieces_and_nothing_else(proxy: FaultProxy) -> None:
    proxy.script = down(drip(1))
    assert get(proxy) == BODY
    pieces: list[int] = []

    async def measure(stream: Stream) -> Stream:
        async for chunk in stream:
            pieces.append(len(chunk))
            yield chunk

    proxy.script = down(drip(3), measure)
    assert get(proxy) == BODY
    assert max(pieces) == 3


def test_flip_changes_one_bit(proxy: FaultProxy) -> None:
    proxy.script = down(after_head(flip(5, bit=2)))
    body = get(proxy)
    assert [at for at in range(len(BODY)) if body[at] != BODY[at]] == [5]
    assert body[5] ^ BODY[5] == 4


@pytest.mark.parametrize("piece", [1, 4, 1000])
def test_blocks_are_repeated_swapped_and_inserted_however_the_stream_is_sliced(proxy: FaultProxy, piece: int) -> None:
    def changed(fault: Fault) -> bytes:
        proxy.script = down(drip(piece), after_head(fault))
        with closing(socket.create_connection(("127.0.0.1", proxy.port), timeout=10)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = b""
            while chunk := client.recv(65536):
                answer += chunk
        return answer.partition(b"\r\n\r\n")[2]

    assert changed(repeat(7, 14)) == BODY[:14] + BODY[7:]
    assert changed(swap(0, 7, 21)) == BODY[7:21] + BODY[:7] + BODY[21:]
    assert changed(swap(0, 7, 10_000)) == BODY
    assert changed(oversize(7, 100_000, b"x")) == BODY[:7] + b"x" * 100_000 + BODY[7:]


@pytest.mark.parametrize("path", ["/", "/gzip", "/chunked"])
def test_lines_are_rewritten_under_valid_http(proxy: FaultProxy, path: str) -> None:
    proxy.script = down(rewrite_lines(lambda lines: [lines[1], lines[0], lines[0], *lines[3:]]))
    body = get(proxy, path)
    if path == "/gzip":
        body = gzip.decompress(body)
    assert body.splitlines()[:4] == [b"line 1", b"line 0", b"line 0", b"line 3"]
    assert len(body.splitlines()) == 10


def test_canned_replies(proxy: FaultProxy) -> None:
    proxy.script = [
        Plan(reply=canned(429, b"later", {"Retry-After": "7"})),
        Plan(reply=captive_portal()),
        Plan(reply=gzip_bomb(50_000_000)),
    ]
    answers = []
    for _ in range(3):
        with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)) as client:
            client.request("POST", "/", body=b"x" * 300_000)
            response = client.getresponse()
            answers.append((response.status, response.headers, response.read()))
    (busy, busy_headers, busy_body), (portal, portal_headers, page), (bomb, bomb_headers, packed) = answers
    assert (busy, busy_headers["Retry-After"], busy_body) == (429, "7", b"later")
    assert (portal, portal_headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"<html>" in page
    assert (bomb, bomb_headers["Content-Encoding"]) == (200, "gzip")
    assert len(packed) < 100_000
    assert len(gzip.decompress(packed)) == 50_000_000
    assert all(connection.to_server == b"" for connection in proxy.connections)


def test_faults_apply_to_a_canned_reply(proxy: FaultProxy) -> None:
    proxy.script = [Plan(reply=canned(200, BODY), down=[after_head(cut(3))])]
    with pytest.raises(http.client.IncompleteRead):
        get(proxy)


def test_refuses_and_accepts_again_on_the_same_port(proxy: FaultProxy) -> None:
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        get(proxy)
    proxy.accept()
    assert get(proxy) == BODY
    assert proxy.accepted == 1


def test_a_connection_that_comes_as_it_begins_to_refuse_is_not_left_open(proxy: FaultProxy) -> None:
    """Accepted just in time it is dropped like any other, else reset."""
    go_on = threading.Event()
    proxy._loop.call_soon_threadsafe(go_on.wait)
    refusing = asyncio.run_coroutine_threadsafe(proxy._stop_listening(), proxy._loop)
    with closing(socket.create_connection(("127.0.0.1", proxy.port), timeout=10)) as client:
        go_on.set()  # now the loop finds both at once
        refusing.result(10)
        proxy.drop_all()
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
    assert all(each.closed for each in proxy.connections)


@pytest.mark.parametrize("steps", range(8))
def test_a_connection_that_comes_while_others_are_dropped_is_dropped_or_goes_on(proxy: FaultProxy, steps: int) -> None:
    """It comes so many of the loop's steps after the drop began, and is never left open with nobody at it."""

    async def connect_while_dropping() -> socket.socket:
        dropping = asyncio.create_task(proxy._drop(reset=False))
        for _ in range(steps):
            await asyncio.sleep(0)
        client = socket.create_connection(("127.0.0.1", proxy.port), timeout=10)
        await dropping
        return client

    with closing(asyncio.run_coroutine_threadsafe(connect_while_dropping(), proxy._loop).result(10)) as client:
        proxy.drop_all()
        assert client.recv(1) == b""


@pytest.mark.parametrize("reset", [False, True])
def test_drops_open_connections(proxy: FaultProxy, reset: bool) -> None:
    with closing(socket.create_connection(("127.0.0.1", proxy.port), timeout=10)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        proxy.wait_until(lambda state: state.bytes_down > len(BODY))
        while not client.recv(65536).endswith(BODY):
            pass
        proxy.drop_all(reset=reset)
        if reset:
            with pytest.raises(ConnectionResetError):
                client.recv(1)
        else:
            assert client.recv(1) == b""
    assert proxy.connections[0].closed


def test_server_that_is_away_resets(server_port: int) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with FaultProxy(unused.getsockname()[1]) as proxy:
            with pytest.raises(ConnectionError):
                get(proxy)
            proxy.upstream = ("127.0.0.1", server_port)
            assert get(proxy) == BODY


def test_replays_a_request(proxy: FaultProxy) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)) as client:
        client.request("POST", "/", body=b"once", headers={"Connection": "close"})
        assert client.getresponse().read() == b"once"
    assert proxy.replay(0).endswith(b"\r\n\r\nonce")


def test_a_broken_fault_fails_the_test(server_port: int) -> None:
    async def broken(stream: Stream) -> Stream:
        async for chunk in stream:
            yield chunk[: 1 // 0]

    def use() -> None:
        with FaultProxy(server_port) as proxy:
            proxy.script = down(broken)
            with pytest.raises(ConnectionError):
                get(proxy)

    with pytest.raises(ExceptionGroup) as caught:
        use()
    assert caught.value.subgroup(ZeroDivisionError)

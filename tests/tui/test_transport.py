"""Calls to the backend over real sockets: what counts as its answer, and what everything else is told as."""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import gzip
import ipaddress
import resource
import ssl
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract import wire
from sellmode_tui.transport.address import server_address
from sellmode_tui.transport.bodies import event_lines, gunzipped, lines_of
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import (
    BadAddress,
    Broken,
    CertificateRefused,
    Interrupted,
    NotOurServer,
    Refused,
    TransportError,
    UnknownServer,
    Unreachable,
)
from tests.support.proxy import FaultProxy, Plan, captive_portal, drip, gzip_bomb
from tests.tui.canned import (
    CannedServer,
    Handler,
    Request,
    chunked,
    message,
    never_connected,
    problem,
    response,
    zipped,
)

BODY = wire.SyncRequest(device="d1")
ASKED = wire.SyncRequest(device="answer")


@contextlib.contextmanager
def calling(handler: Handler, silent_seconds: float = 20.0) -> Iterator[Transport]:
    with CannedServer(handler) as server, Transport(server.url, silent_seconds=silent_seconds) as transport:
        yield transport


def streamed(handler: Handler) -> tuple[list[bytes], TransportError | None]:
    """The lines of an answer, and what its iterator raised in the end."""
    lines: list[bytes] = []
    with calling(handler) as transport:
        try:
            with transport.stream(wire.SYNC_PATH, BODY, token="t") as answer:
                lines.extend(answer)
        except TransportError as error:
            return lines, error
    return lines, None


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("sell.example.com", "https://sell.example.com"),
        (" https://Sell.Example.com/ ", "https://sell.example.com"),
        ("https://sell.example.com:443", "https://sell.example.com"),
        ("https://sell.example.com:8443/base/", "https://sell.example.com:8443/base"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://127.0.0.1", "https://127.0.0.1"),
    ],
)
def test_an_address_has_one_spelling(typed: str, address: str) -> None:
    assert server_address(typed) == address
    assert server_address(address) == address


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("http://sell.example.com", "unencrypted. Use https://sell.example.com"),
        ("http://127.0.0.1.example.com", "unencrypted"),
        ("http://localhost.example.com", "unencrypted"),
        ("http://10.0.0.1", "unencrypted"),
        ("ftp://sell.example.com", "not for servers"),
        ("https://anna:secret@sell.example.com", "Leave the name and password out"),
        ("", "not a server's address"),
        ("https://", "not a server's address"),
        ("two words", "not a server's address"),
        ("https://sell.example.com/?q=1", "not a server's address"),
        ("https://sell.example.com:99999", "not a server's address"),
        ("https://[::1", "not a server's address"),
        ("sell\x1b[31m.example.com", "not a server's address"),
    ],
)
def test_an_address_that_cannot_be_used(typed: str, told: str) -> None:
    with pytest.raises(BadAddress) as caught:
        Transport(typed)
    assert told in str(caught.value)
    assert str(caught.value).isprintable()


def test_an_address_with_an_impossible_name() -> None:
    with Transport(f"https://{'a' * 70}.example") as transport, pytest.raises((BadAddress, UnknownServer)):
        transport.post("/v1/x", BODY)


# ------------------------------------------------------------------ what is sent, and what counts as an answer


def test_a_call_carries_what_the_contract_wants() -> None:
    with CannedServer(lambda request: [message(request, ASKED)]) as server, Transport(server.url) as transport:
        assert transport.post(wire.SYNC_PATH, BODY, token="secret").read(wire.SyncRequest) == ASKED
        transport.post(wire.SYNC_PATH, BODY)
    first, second = server.requests
    assert first.line == "POST /v1/sync HTTP/1.1"
    assert first.headers["authorization"] == "Bearer secret"
    assert first.headers["sync-protocol"] == "1"
    assert first.headers["accept-encoding"] == "gzip"
    assert first.headers["content-type"] == "application/json"
    assert first.body == b'{"device":"d1"}'
    assert "authorization" not in second.headers
    assert len(first.nonce) > 20
    assert first.nonce != second.nonce


FOREIGN = {
    "no echo": lambda request: response(request, b"{}", echo=False),
    "another echo": lambda request: response(request, b"{}", echo=False, headers={wire.NONCE_HEADER: "x"}),
    "portal": lambda request: captive_portal(),
    "redirect": lambda request: response(request, status=302, echo=False, headers={"Location": "/elsewhere"}),
    "echoed redirect": lambda request: response(request, status=307, headers={"Location": "http://127.0.0.1:9/"}),
    "foreign 401": lambda request: response(request, b"{}", status=401, echo=False),
    "foreign 403": lambda request: response(request, b"<html>", status=403, kind="text/html", echo=False),
    "proxy's 502": lambda request: response(request, b"bad gateway", status=502, kind="text/plain", echo=False),
    "empty 200": lambda request: response(request, echo=False),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_somebody_else_answers_is_not_the_backends(name: str) -> None:
    with CannedServer(lambda request: [FOREIGN[name](request)]) as server, Transport(server.url) as transport:
        with pytest.raises(NotOurServer, match="guest network"):
            transport.post(wire.SIGN_IN_PATH, BODY)
        with pytest.raises(NotOurServer), transport.stream(wire.SYNC_PATH, BODY, token="t"):
            pass
    assert len(server.requests) == 2  # no redirect was followed


@pytest.mark.parametrize("kind", ["text/html", "application/json", ""])
def test_a_stream_of_another_type_is_not_ours(kind: str) -> None:
    lines, error = streamed(lambda request: [response(request, b'{"t":"h"}\n', kind=kind)])
    assert lines == []
    assert isinstance(error, NotOurServer)


def test_an_encoding_that_was_not_asked_for_is_not_ours() -> None:
    handler = lambda request: [response(request, b"...", kind=wire.NDJSON, headers={"Content-Encoding": "br"})]  # noqa: E731
    assert isinstance(streamed(handler)[1], NotOurServer)


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "signed_out"), (403, "account_disabled"), (409, "conflict"), (426, "upgrade_required")],
)
def test_a_refusal_carries_its_problem(status: int, code: str) -> None:
    with (
        calling(lambda request: [problem(request, code, status, "in \x1b[31mwords")]) as transport,
        pytest.raises(Refused) as caught,
    ):
        transport.post(wire.SYNC_PATH, BODY)
    assert caught.value.problem.code == code
    assert caught.value.problem.status == status
    assert caught.value.retry_after is None
    assert str(caught.value) == "The server refused: in ␛[31mwords"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), ("0", 0), ("-5", 0), ("99999999999999", 3600), ("inf", 3600), ("nan", 3600), ("soon", None)],
)
def test_how_long_to_wait(header: str, seconds: float | None) -> None:
    with (
        calling(lambda request: [problem(request, "unavailable", 503, headers={"Retry-After": header})]) as transport,
        pytest.raises(Refused) as caught,
    ):
        transport.post(wire.SYNC_PATH, BODY)
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(("ahead", "least", "most"), [(120, 60, 120), (-120, 0, 0), (10**8, 3600, 3600)])
def test_how_long_to_wait_as_a_date(ahead: int, least: float, most: float) -> None:
    date = email.utils.format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead), usegmt=True)
    with (
        calling(lambda request: [problem(request, "unavailable", 429, headers={"Retry-After": date})]) as transport,
        pytest.raises(Refused) as caught,
    ):
        transport.post(wire.SYNC_PATH, BODY)
    assert caught.value.retry_after is not None
    assert least <= caught.value.retry_after <= most


@pytest.mark.parametrize(("status", "code"), [(500, "internal"), (503, "unavailable"), (429, "unavailable")])
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"code":1}', b"\xff"])
def test_a_refusal_without_a_problem(status: int, code: str, body: bytes) -> None:
    with (
        calling(lambda request: [response(request, body, status=status, kind=wire.PROBLEM_JSON)]) as transport,
        pytest.raises(Refused) as caught,
    ):
        transport.post(wire.SYNC_PATH, BODY)
    assert (caught.value.problem.code, caught.value.problem.status) == (code, status)


def test_an_answer_that_cannot_be_understood_is_broken() -> None:
    with calling(lambda request: [response(request, b'{"device":7}')]) as transport:
        answer = transport.post(wire.SYNC_PATH, BODY)
    with pytest.raises(Broken, match="newer version"):
        answer.read(wire.SyncRequest)


# ------------------------------------------------------------------ nobody answers


def test_nothing_listens_there() -> None:
    with CannedServer(lambda request: []) as server:
        url = server.url
    with Transport(url) as transport, pytest.raises(UnknownServer, match="Nothing answers at 127"):
        transport.post("/", BODY)


def test_no_such_name() -> None:
    with Transport("https://sell.invalid") as transport, pytest.raises(UnknownServer, match=r"no server sell\.invalid"):
        transport.post("/", BODY)


def test_a_server_that_hangs_up() -> None:
    with calling(lambda request: []) as transport, pytest.raises(Unreachable, match="broke"):
        transport.post("/", BODY)


def test_silence_has_a_limit() -> None:
    released = threading.Event()

    def silent(request: Request) -> Iterator[bytes]:
        released.wait(20)
        yield b""

    with calling(silent, silent_seconds=0.05) as transport:
        with pytest.raises(Unreachable, match="in time"):
            transport.post("/", BODY)
        released.set()


# ------------------------------------------------------------------ TLS


def certificate(folder: Path, name: str, days: int = 1) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own for an address, and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Meridian")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=10))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path


def test_an_authority_of_the_companys_own(tmp_path: Path) -> None:
    tls, ca_file = certificate(tmp_path, "127.0.0.1")
    with (
        CannedServer(lambda request: [message(request, ASKED)], tls=tls) as server,
        Transport(server.url, ca_file=ca_file) as transport,
    ):
        assert transport.post("/", BODY).read(wire.SyncRequest) == ASKED


@pytest.mark.parametrize(
    ("name", "days", "known", "told"),
    [
        ("127.0.0.1", 1, False, "self-signed certificate"),
        ("127.0.0.1", -1, True, "certificate has expired"),
        ("127.0.0.2", 1, True, "IP address mismatch"),
    ],
)
def test_who_cannot_prove_to_be_the_server(tmp_path: Path, name: str, days: int, known: bool, told: str) -> None:
    tls, ca_file = certificate(tmp_path, name, days)
    with (
        CannedServer(lambda request: [message(request, ASKED)], tls=tls) as server,
        Transport(server.url, ca_file=ca_file if known else None) as transport,
        pytest.raises(CertificateRefused) as caught,
    ):
        transport.post("/", BODY)
    assert told in str(caught.value)
    assert "ca_file" in str(caught.value)
    assert server.requests == []


def test_https_to_a_server_of_plain_http() -> None:
    with (
        CannedServer(lambda request: [message(request, ASKED)]) as server,
        Transport(f"https://127.0.0.1:{server.port}") as transport,
        pytest.raises(CertificateRefused, match="does not speak https"),
    ):
        transport.post("/", BODY)


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_certificates_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_bytes(content)
    with Transport("https://127.0.0.1:9", ca_file=ca_file) as transport, pytest.raises(BadAddress, match=r"ca\.pem"):
        transport.post("/", BODY)


# ------------------------------------------------------------------ streams

LINES = [b'{"t":"h"}', b'{"n":"a\xe2\x80\xa8b\xc2\x85c\x0b\x0cd\re"}', b"", b'{"t":"e"}']
"""With what other programs take for line ends: U+2028, U+0085, VT, FF, CR."""
SENT = b"".join(line + b"\n" for line in LINES)


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_lines_come_whole_however_they_are_cut(encoding: str, size: int) -> None:
    body = zipped(SENT) if encoding else SENT
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    assert streamed(lambda request: chunked(request, pieces, encoding=encoding)) == (LINES, None)


def test_lines_come_as_they_are_sent() -> None:
    packer = zlib.compressobj(wbits=31)
    second = threading.Event()

    def slowly(request: Request) -> Iterator[bytes]:
        yield from chunked(
            request, [packer.compress(b"one\n") + packer.flush(zlib.Z_SYNC_FLUSH)], encoding="gzip", ends=False
        )
        second.wait(20)
        rest = packer.compress(b"two\n") + packer.flush()
        yield b"%x\r\n%s\r\n0\r\n\r\n" % (len(rest), rest)

    with calling(slowly) as transport, transport.stream(wire.SYNC_PATH, BODY, token="t") as lines:
        assert next(lines) == b"one"
        second.set()
        assert list(lines) == [b"two"]


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_stream_cut_anywhere_gives_its_whole_lines_and_is_broken(encoding: str) -> None:
    body = zipped(SENT) if encoding else SENT
    for end in range(len(body)):
        lines, error = streamed(
            lambda request, end=end: chunked(request, [body[:end]], encoding=encoding, ends=False)  # type: ignore[misc]
        )
        assert isinstance(error, Broken)
        assert lines == LINES[: len(lines)]
        if not encoding:
            assert len(lines) == body[:end].count(b"\n")


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (SENT + b"begun", ""),
        (zipped(SENT)[:-4], "gzip"),
        (zipped(SENT) + b"more", "gzip"),
        (zipped(SENT) + zipped(SENT), "gzip"),
        (zipped(SENT)[:-8] + b"\0" * 8, "gzip"),
        (SENT, "gzip"),
        (b"", "gzip"),
    ],
    ids=["begun line", "cut gzip", "garbage after", "second member", "wrong checksum", "not gzip", "no gzip at all"],
)
def test_an_answer_that_ends_well_and_is_not_sound_is_broken(body: bytes, encoding: str) -> None:
    lines, error = streamed(lambda request: chunked(request, [body], encoding=encoding))
    assert isinstance(error, Broken)
    assert lines == LINES[: len(lines)]


def test_a_line_that_is_too_long_is_broken_before_it_is_all_there() -> None:
    def endless(request: Request) -> Iterator[bytes]:
        def pieces() -> Iterator[bytes]:
            yield b"first\n"
            while True:
                yield b"x" * 65536

        return chunked(request, pieces())

    lines, error = streamed(endless)
    assert lines == [b"first"]
    assert isinstance(error, Broken)
    assert "far too long" in str(error)


def test_an_answer_that_is_too_long_is_broken() -> None:
    pieces = (b"y" * 65535 + b"\n" for _ in range(wire.MAX_ANSWER_BYTES // 65536 + 1))
    lines = lines_of(pieces)
    for _ in range(wire.MAX_ANSWER_BYTES // 65536):
        assert len(next(lines)) == 65535
    with pytest.raises(Broken, match="far too long"):
        next(lines)


def test_a_bomb_costs_no_memory() -> None:
    bomb = gzip_bomb(1 << 28, wire.NDJSON)
    head, _, packed = bomb.partition(b"\r\n\r\n")
    assert len(packed) < 2 << 20

    def handler(request: Request) -> Iterable[bytes]:
        return [head, f"\r\n{wire.NONCE_HEADER}: {request.nonce}\r\n\r\n".encode(), packed]

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines, error = streamed(handler)
    with calling(handler) as transport, pytest.raises(Broken, match="far too long"):
        transport.post("/", BODY)
    assert lines == []
    assert isinstance(error, Broken)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 64


@given(st.binary(max_size=2000).map(zipped), st.integers(1, 50))
def test_unpacking_is_exact(packed: bytes, size: int) -> None:
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert b"".join(gunzipped(pieces)) == zlib.decompress(packed, wbits=31)


@given(st.lists(st.binary(max_size=50)))
def test_lines_are_split_at_newlines_only(pieces: list[bytes]) -> None:
    whole = b"".join(pieces) + b"\n"
    assert b"".join(line + b"\n" for line in lines_of([*pieces, b"\n"])) == whole


def test_a_stream_left_early_ends_its_connection() -> None:
    ended = threading.Event()

    def endless(request: Request) -> Iterator[bytes]:
        try:
            yield from chunked(request, iter(lambda: b"line\n" * 10000, b""))
        finally:
            ended.set()

    with calling(endless) as transport:
        with transport.stream(wire.SYNC_PATH, BODY, token="t") as lines:
            assert next(lines) == b"line"
        assert ended.wait(20)


def test_through_a_proxy_that_drips() -> None:
    with (
        CannedServer(lambda request: chunked(request, [zipped(SENT)], encoding="gzip")) as server,
        FaultProxy(server.port) as proxy,
        Transport(proxy.url) as transport,
    ):
        proxy.otherwise = Plan(down=[drip(1)])
        with transport.stream(wire.SYNC_PATH, BODY, token="t") as lines:
            assert list(lines) == LINES


# ------------------------------------------------------------------ closing


@pytest.mark.parametrize("when", ["before the answer", "within the answer"])
@pytest.mark.parametrize("encrypted", [False, True])
def test_close_ends_a_call_that_waits(when: str, encrypted: bool, tmp_path: Path) -> None:
    tls, ca_file = certificate(tmp_path, "127.0.0.1")
    waiting, over = threading.Event(), threading.Event()

    def silent(request: Request) -> Iterator[bytes]:
        if when == "within the answer":
            yield from chunked(request, [b"first\n"], ends=False)
        waiting.set()
        over.wait(20)

    raised: list[BaseException] = []
    with CannedServer(silent, tls=tls if encrypted else None) as server:
        transport = Transport(server.url, ca_file=ca_file)

        def call() -> None:
            try:
                with transport.stream(wire.SYNC_PATH, BODY, token="t") as lines:
                    list(lines)
            except BaseException as error:  # noqa: BLE001 - looked at below
                raised.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        assert waiting.wait(20)
        transport.close()
        thread.join(10)  # far less than the silence that is allowed
        assert not thread.is_alive()
        over.set()
    assert [type(error) for error in raised] == [Interrupted]


def test_close_ends_a_connect_at_once() -> None:
    with never_connected() as server:
        transport = Transport(server, connect_seconds=20.0)
        raised: list[BaseException] = []

        def call() -> None:
            try:
                transport.post("/", BODY)
            except BaseException as error:  # noqa: BLE001 - looked at below
                raised.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        while not any(each.name == "send" for each in threading.enumerate()):
            thread.join(0.01)
        thread.join(0.2)
        assert thread.is_alive()  # it is being connected
        transport.close()
        thread.join(1.0)
        assert not thread.is_alive()
    assert [type(error) for error in raised] == [Interrupted]


def test_a_closed_transport_calls_nobody() -> None:
    with CannedServer(lambda request: [message(request, ASKED)]) as server:
        transport = Transport(server.url)
        transport.post("/", BODY)
        transport.close()
        transport.close()
        with pytest.raises(Interrupted):
            transport.post("/", BODY)
    assert len(server.requests) == 1


def test_httpx_is_not_imported_before_it_is_needed() -> None:
    script = (
        "import sys; from sellmode_tui.transport.client import Transport; Transport('https://sell.example.com')\n"
        "print([name for name in sys.modules if name in ('httpx', 'httpx2', 'truststore')])"
    )
    out = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert out.stdout == "[]\n"


# ------------------------------------------------------------------ events


def telling(*pieces: bytes, **named: Any) -> Handler:
    """A stream of events that the server ends."""

    def handler(request: Request) -> Iterator[bytes]:
        yield response(request, b"".join(pieces), kind=wire.EVENT_STREAM, **named)

    return handler


def heard(handler: Handler, silent_seconds: float = 20.0) -> tuple[list[bytes], TransportError | None]:
    lines: list[bytes] = []
    with calling(handler, silent_seconds) as transport:
        try:
            with transport.events(wire.EVENTS_PATH, token="t") as told:
                lines.extend(told)
        except TransportError as error:
            return lines, error
    return lines, None


def test_events_come_line_by_line() -> None:
    requests: list[Request] = []

    def handler(request: Request) -> Iterable[bytes]:
        requests.append(request)
        return telling(b": alive\n\nevent: poke\r\ndata: {}\n\nbegun")(request)

    assert heard(handler) == ([b": alive", b"", b"event: poke", b"data: {}", b""], None)
    assert requests[0].line.startswith(f"GET {wire.EVENTS_PATH} ")
    assert requests[0].headers["accept-encoding"] == "identity"
    assert requests[0].headers["authorization"] == "Bearer t"


@pytest.mark.parametrize(
    "handler",
    [
        telling(b": alive\n", echo=False),
        telling(b": alive\n", headers={"Content-Type": "text/html"}),
        telling(gzip.compress(b": alive\n"), headers={"Content-Encoding": "gzip"}),
        telling(status=302, headers={"Location": "/elsewhere"}),
    ],
    ids=["no echo", "another type", "compressed", "redirect"],
)
def test_events_of_somebody_else(handler: Handler) -> None:
    lines, error = heard(handler)
    assert lines == []
    assert isinstance(error, NotOurServer)


def test_a_refusal_to_tell_events_is_a_refusal() -> None:
    _, error = heard(lambda request: [problem(request, "signed_out", 401)])
    assert isinstance(error, Refused)
    assert error.problem.code == "signed_out"


def test_events_may_not_be_silent_for_too_long() -> None:
    ended = threading.Event()

    def handler(request: Request) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSync-Request: "
        yield request.nonce.encode() + b"\r\n\r\n: alive\n"
        ended.wait(20)

    lines: list[bytes] = []
    with calling(handler, silent_seconds=0.3) as transport:
        try:
            with pytest.raises(Broken), transport.events(wire.EVENTS_PATH, token="t") as told:
                lines.extend(told)
        finally:
            ended.set()
    assert lines == [b": alive"]


def test_another_way_is_closed_for_itself() -> None:
    opened, ended = threading.Event(), threading.Event()

    def handler(request: Request) -> Iterator[bytes]:
        if request.path != wire.EVENTS_PATH:
            yield message(request, ASKED)
            return
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nSync-Request: "
        yield request.nonce.encode() + b"\r\n\r\n"
        ended.wait(20)

    errors: list[TransportError] = []

    def listen(ear: Transport) -> None:
        try:
            with ear.events(wire.EVENTS_PATH, token="t") as told:
                opened.set()
                list(told)
        except TransportError as error:
            errors.append(error)

    with calling(handler) as transport:
        ear = transport.another(silent_seconds=20)
        listener = threading.Thread(target=listen, args=(ear,))
        listener.start()
        assert opened.wait(20)
        ear.close()
        listener.join(5)
        ended.set()
        assert not listener.is_alive()
        assert [type(error) for error in errors] == [Interrupted]
        assert transport.post("/v1/x", BODY).read(wire.SyncRequest) == ASKED


def test_an_event_without_end_is_broken() -> None:
    with pytest.raises(Broken, match="far too long"):
        list(event_lines(b"x" * 10_000 for _ in range(10)))

"""A server on loopback that answers as the test says, to the byte: for answers that no real backend gives."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from sellmode_contract import wire


@contextlib.contextmanager
def never_connected() -> Iterator[str]:
    """The address of a server to which no connection comes about: whoever tries waits."""
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):  # what is not accepted fills its queue
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"


class Request(NamedTuple):
    """A request as it came."""

    line: str
    headers: dict[str, str]
    """Names in small letters."""
    body: bytes

    @property
    def path(self) -> str:
        """Where it goes."""
        return self.line.split()[1]

    @property
    def nonce(self) -> str:
        """What an answer of the backend echoes."""
        return self.headers[wire.NONCE_HEADER.lower()]


Handler = Callable[[Request], Iterable[bytes]]
"""Gives the pieces of a whole HTTP response; the connection ends after the last."""


class CannedServer:
    """The server. Use as a context manager."""

    def __init__(self, handler: Handler, *, tls: ssl.SSLContext | None = None) -> None:
        self.handler = handler
        """May be changed between requests."""
        self.requests: list[Request] = []
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        """Base address."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(20)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._start(lambda connection=connection: self._serve(connection))  # type: ignore[misc]  # bound now

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, UnicodeDecodeError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            if self._tls is not None:
                connection = stack.enter_context(self._tls.wrap_socket(connection, server_side=True))
            file = stack.enter_context(connection.makefile("rb"))
            line = file.readline().decode().strip()
            if not line:
                return
            headers = {}
            while header := file.readline().decode().strip():
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            request = Request(line, headers, file.read(int(headers.get("content-length", "0"))))
            self.requests.append(request)
            for piece in self.handler(request):
                connection.sendall(piece)


def response(
    request: Request,
    body: bytes = b"",
    *,
    status: int = 200,
    kind: str = "application/json",
    headers: dict[str, str] | None = None,
    echo: bool = True,
) -> bytes:
    """A whole response of the backend; without `echo`, of somebody else."""
    fields = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    if echo:
        fields[wire.NONCE_HEADER] = request.nonce
    fields.update(headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Canned\r\n{head}\r\n".encode() + body


def message(request: Request, body: msgspec.Struct, status: int = 200) -> bytes:
    """A message of the contract."""
    return response(request, msgspec.json.encode(body), status=status)


def problem(request: Request, code: str, status: int, detail: str = "", headers: dict[str, str] | None = None) -> bytes:
    """A refusal."""
    body = msgspec.json.encode(wire.Problem(code=code, title="Refused", status=status, detail=detail))
    return response(request, body, status=status, kind=wire.PROBLEM_JSON, headers=headers)


def chunked(request: Request, pieces: Iterable[bytes], *, encoding: str = "", ends: bool = True) -> Iterator[bytes]:
    """A stream of lines in chunks, one a piece; without `ends`, the connection ends before the last chunk."""
    packing = f"Content-Encoding: {encoding}\r\n" if encoding else ""
    yield (
        f"HTTP/1.1 200 OK\r\nContent-Type: {wire.NDJSON}; charset=utf-8\r\n{packing}Transfer-Encoding: chunked\r\n"
        f"{wire.NONCE_HEADER}: {request.nonce}\r\nConnection: close\r\n\r\n"
    ).encode()
    for piece in pieces:
        if piece:
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
    if ends:
        yield b"0\r\n\r\n"


def zipped(body: bytes) -> bytes:
    """A body as gzip."""
    return gzip.compress(body, mtime=0)

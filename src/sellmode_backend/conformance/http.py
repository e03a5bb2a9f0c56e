"""HTTP by itself: one request at a time, every byte of it the check's own."""

from __future__ import annotations

import http.client
import json
import secrets
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from sellmode_contract import wire

GZIP = 16 + zlib.MAX_WBITS


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By names in small letters."""
    body: bytes
    """Unpacked."""

    def json(self) -> Any:
        """The body, if it is JSON; else None."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def problem(self) -> wire.Problem | None:
        """The body, if it is a problem."""
        try:
            return msgspec.json.decode(self.body, type=wire.Problem)
        except msgspec.MsgspecError:
            return None


class Asked(NamedTuple):
    """A request and what came back, for who listens (``Line``)."""

    path: str
    body: Any
    """As JSON has it; None if there was none, or if it was none."""
    answer: Answer


class Line:
    """The way to a backend."""

    def __init__(
        self,
        url: str,
        *,
        seconds: float = 30.0,
        context: ssl.SSLContext | None = None,
        listener: Callable[[Asked], None] = lambda _: None,
    ) -> None:
        """``listener`` hears of each request with its answer. Raises ValueError for what is no URL of a server."""
        parts = urlsplit(url)
        if parts.username is not None:
            raise ValueError("the URL holds a user name: nothing here asks for one, and it would be told on screens")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not the URL of a server: {url}")
        self._host, self._port, self._base = parts.hostname, parts.port, parts.path.rstrip("/")
        self._context = context or ssl.create_default_context() if parts.scheme == "https" else None
        self._seconds, self._listener = seconds, listener

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "",
        headers: Mapping[str, str | None] | None = None,
        raw: bytes | None = None,
        gzip: bool = False,
    ) -> Answer:
        """Send a request and read its answer; ``raw`` is a body as it is. A header that is None is left out.

        Raises OSError and http.client.HTTPException.
        """
        content = raw if raw is not None else b"" if body is None else msgspec.json.encode(body)
        connection = self._connection()
        try:
            sent = _headers(token, headers) | ({"Accept-Encoding": "gzip"} if gzip else {})
            connection.request(method, self._base + path, content or None, sent)
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            packed = response.read()
        finally:
            connection.close()
        try:
            unpacked = zlib.decompress(packed, GZIP) if told.get("content-encoding") == "gzip" else packed
        except zlib.error:
            raise http.client.HTTPException("the body is not the gzip that it says it is") from None
        answer = Answer(response.status, told, unpacked)
        self._listener(Asked(path, _plain(content), answer))
        return answer

    @contextmanager
    def listen(self, token: str) -> Iterator[Stream]:
        """The stream of events, open; its answer has come. Raises as ``ask``."""
        connection = self._connection()
        try:
            connection.request("GET", self._base + wire.EVENTS_PATH, headers=_headers(token, None))
            yield Stream(connection)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._context is not None:
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._seconds, context=self._context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)


class Stream:
    """Events as they come."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._socket = connection.sock
        self._response = connection.getresponse()
        self.heard: list[bytes] = []
        """All lines so far."""
        self.status = self._response.status
        self.headers = {name.lower(): value for name, value in self._response.getheaders()}

    def until(self, begins: bytes, seconds: float) -> bytes | None:
        """The next line that begins so; None if it has not come within the time, or the stream has ended."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            try:
                self._socket.settimeout(left)
                line = self._response.readline()
            except OSError:  # the time is over
                return None
            self.heard.append(line.rstrip(b"\r\n"))
            if line.startswith(begins):
                return self.heard[-1]
            if not line:
                return None
        return None


def _headers(token: str, more: Mapping[str, str | None] | None) -> dict[str, str]:
    """The headers of every request, with others in their place."""
    found: dict[str, str | None] = {
        wire.PROTOCOL_HEADER: str(wire.PROTOCOL),
        wire.NONCE_HEADER: secrets.token_urlsafe(12),
        "Authorization": f"Bearer {token}" if token else None,
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        **(more or {}),
    }
    return {name: value for name, value in found.items() if value is not None}


def _plain(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None

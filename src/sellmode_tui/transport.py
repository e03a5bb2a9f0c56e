"""HTTP to the backend, for sign-in, sync and previews: the one module that imports httpx.

It blocks, and is called from worker threads; `Transport.close` from any other thread ends what is under way. An answer
counts only if it echoes the random text of its request: everything else (a guest network's page, a proxy's error, a
redirect) came from somebody else and changes nothing. Answers are unpacked here with a bound on every step, because
httpx's own decoders have none: a few kilobytes of gzip can unpack to gigabytes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import ipaddress
import math
import secrets
import socket
import ssl
import threading
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar
from urllib.parse import urlsplit

import msgspec

from sellmode_contract import wire
from sellmode_contract.text import visible

if TYPE_CHECKING:
    import httpx2 as httpx

CONNECT_SECONDS: Final = 5.0
SILENT_SECONDS: Final = 30.0
"""How long the backend may send nothing; in a long answer it sends a sign of life at least every 10 seconds."""
LONGEST_WAIT: Final = 3600.0
"""A server that asks to wait longer is asked again after this many seconds all the same."""
HEALTH_PATH: Final = "/health"
"""Where the backend says how it is, to anybody."""
MAX_REPLY_BYTES: Final = 1024 * 1024
"""No unpacked answer but a stream's is longer."""
MAX_EVENT_BYTES: Final = 64 * 1024
"""No line of the events' stream is longer."""
_PIECE = 64 * 1024

T = TypeVar("T")


class TransportError(Exception):
    """A call that did not bring the backend's answer. The text is for the person at the screen."""


class BadAddress(TransportError):
    """The server's address cannot be used."""


class Unreachable(TransportError):
    """Nothing answers: offline, as far as this terminal can tell."""


class UnknownServer(Unreachable):
    """The address leads nowhere: no such name, or nothing listens there."""


class CertificateRefused(Unreachable):
    """Who answers cannot prove to be the server."""


class NotOurServer(Unreachable):
    """Somebody else answers: a guest network's sign-in page, a proxy, another site."""


class Refused(TransportError):
    """The backend's own refusal."""

    def __init__(self, problem: wire.Problem, retry_after: float | None = None) -> None:
        super().__init__(f"The server refused: {visible(problem.detail or problem.title)}")
        self.problem = problem
        self.retry_after = retry_after
        """Seconds to wait, where the backend said so; 0 to `LONGEST_WAIT`."""


class Broken(TransportError):
    """The backend's answer broke off or is not sound. What came before counts as far as its last checkpoint."""


class Interrupted(TransportError):
    """The transport was closed during the call, or before it."""

    def __init__(self) -> None:
        super().__init__("The connection was closed by this app.")


def server_address(text: str) -> str:
    """An address as people type it, in the one spelling that is used and stored: `https://sell.example.com`.

    Without a scheme https is meant. Raises BadAddress, also for plain http to anything but this machine.
    """
    typed = text.strip()
    host_typed = typed if "://" in typed else f"//{typed}"
    try:
        parts = urlsplit(host_typed)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or not typed.isprintable() or " " in typed or parts.query or parts.fragment:
        raise BadAddress(f"{visible(text)!r} is not a server's address. One looks like https://sell.example.com")
    if parts.username is not None:
        raise BadAddress("Leave the name and password out of the server's address.")
    local = _is_loopback(host)
    scheme = parts.scheme.lower() or ("http" if local else "https")
    if scheme == "http" and not local:
        raise BadAddress(f"http://{host} would send your password unencrypted. Use https://{host}")
    if scheme not in ("http", "https"):
        raise BadAddress(f"{scheme}:// is not for servers of Sellmode. Use https://{host}")
    name = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{name}{'' if port in (None, usual) else f':{port}'}{parts.path.rstrip('/')}"


class Answer:
    """A whole answer of the backend."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body

    def read(self, type_: type[T]) -> T:
        """The body as a message of the contract. Raises Broken."""
        try:
            return msgspec.json.decode(self.body, type=type_)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Broken("The server's answer cannot be understood. It may need a newer app.") from error


class Transport:
    """Calls to one backend. Connections are kept open between calls; any thread may call."""

    def __init__(
        self,
        server: str,
        *,
        ca_file: Path | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        """`ca_file` holds the certificates of an authority to trust besides the system's. Raises BadAddress."""
        self.server: Final = server_address(server)
        self._host = urlsplit(self.server).netloc
        self._ca_file = ca_file
        self._seconds = (connect_seconds, silent_seconds)
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._sockets: list[Any] = []
        self._under_way = 0
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def post(self, path: str, body: msgspec.Struct | None = None, *, token: str | None = None) -> Answer:
        """Send a message and take the whole answer. Raises TransportError."""
        with self._call("POST", path, body, token, "application/json") as response:
            return Answer(response.status_code, _whole(_unpacked(response)))

    def get(self, path: str) -> Answer:
        """Ask for something that needs no message and no session. Raises TransportError."""
        with self._call("GET", path, None, None, "application/json") as response:
            return Answer(response.status_code, _whole(_unpacked(response)))

    def preview(self, request: wire.PreviewRequest, *, token: str) -> wire.Preview:
        """Ask what a rule would do. Raises TransportError."""
        return self.post(wire.PREVIEW_PATH, request, token=token).read(wire.Preview)

    @contextlib.contextmanager
    def stream(self, path: str, body: msgspec.Struct, *, token: str) -> Iterator[Iterator[bytes]]:
        """Send a message and take the answer's lines as they come, each whole and without its newline.

        Raises TransportError; so does the iterator, after it has given every line that came whole.
        """
        with self._call("POST", path, body, token, wire.NDJSON) as response:
            if _media_type(response) != wire.NDJSON:
                raise NotOurServer(_NOT_OURS)
            yield self._told(_lines(_unpacked(response)))

    def close(self) -> None:
        """End all calls under way (they raise Interrupted) and drop the connections. May be called again."""
        with self._lock:
            self._closed = True
            sockets, self._sockets = self._sockets, []
            idle = self._client if self._under_way == 0 else None
        for each in sockets:
            # Not each.shutdown: that of a TLS socket takes itself apart under the thread that reads from it.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)
        if idle is not None:
            idle.close()

    # ------------------------------------------------------------------ inside

    def another(self, *, connect_seconds: float | None = None, silent_seconds: float | None = None) -> Transport:
        """Another way to the same backend, with connections of its own, to be closed for itself."""
        connect, silent = self._seconds
        return Transport(
            self.server,
            ca_file=self._ca_file,
            connect_seconds=connect if connect_seconds is None else connect_seconds,
            silent_seconds=silent if silent_seconds is None else silent_seconds,
        )

    @contextlib.contextmanager
    def events(self, path: str, *, token: str) -> Iterator[Iterator[bytes]]:
        """Listen to a stream of server-sent events: its lines as they come, without their newlines.

        Not compressed, so that nothing waits in a packer. Raises TransportError; so does the iterator, also when
        nothing came for as long as the backend may be silent.
        """
        with self._call("GET", path, None, token, wire.EVENT_STREAM, encoding="identity") as response:
            packed = response.headers.get("Content-Encoding", "identity").strip().lower() != "identity"
            if packed or _media_type(response) != wire.EVENT_STREAM:
                raise NotOurServer(_NOT_OURS)
            yield self._told(_event_lines(_raw(response)))

    @contextlib.contextmanager
    def _call(
        self,
        method: str,
        path: str,
        body: msgspec.Struct | None,
        token: str | None,
        accept: str,
        *,
        encoding: str = "gzip",
    ) -> Iterator[httpx.Response]:
        """An answer of the backend that is no refusal, with its body still to be read."""
        nonce = secrets.token_urlsafe(16)
        headers = {
            "Accept": f"{accept}, {wire.PROBLEM_JSON}",
            "Accept-Encoding": encoding,
            "Content-Type": "application/json",
            wire.PROTOCOL_HEADER: str(wire.PROTOCOL),
            wire.NONCE_HEADER: nonce,
        }
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        content = b"" if body is None else msgspec.json.encode(body)
        with self._client_in_use() as client, self._errors():
            request = client.build_request(
                method, f"{self.server}{path}", content=content, headers=headers, extensions={"trace": self._watch}
            )
            response = client.send(request, stream=True)
            try:
                if response.headers.get(wire.NONCE_HEADER) != nonce or 300 <= response.status_code < 400:
                    raise NotOurServer(_NOT_OURS)
                if response.status_code >= 400:
                    raise _refusal(response)
                yield response
            finally:
                response.close()

    @contextlib.contextmanager
    def _client_in_use(self) -> Iterator[httpx.Client]:
        client = self._take_client()
        try:
            yield client
        finally:
            if self._give_back():
                client.close()

    def _take_client(self) -> httpx.Client:
        with self._lock:
            if self._closed:
                raise Interrupted
            if self._client is None:
                self._client = self._make_client()
            self._under_way += 1
            return self._client

    def _give_back(self) -> bool:
        """End a call's use of the client; whether it is now for the caller to close."""
        with self._lock:
            self._under_way -= 1
            return self._closed and self._under_way == 0

    def _make_client(self) -> httpx.Client:
        http = _httpx()
        connect, silent = self._seconds
        encrypted = self.server.startswith("https:")
        client: httpx.Client = http.Client(
            verify=self._trusted() if encrypted else False,
            # Proxies of the environment; not for this machine itself, which is all that plain http goes to.
            trust_env=encrypted,
            follow_redirects=False,
            headers={"User-Agent": "sellmode"},
            timeout=http.Timeout(silent, connect=connect),
            # Shorter than servers keep idle connections, so that a call rarely meets one that is just being closed.
            limits=http.Limits(max_connections=4, max_keepalive_connections=2, keepalive_expiry=4.0),
        )
        return client

    def _trusted(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._ca_file is not None:
            try:
                context.load_verify_locations(self._ca_file)
            except (OSError, ssl.SSLError) as error:
                raise BadAddress(
                    f"The certificates in {self._ca_file} (ca_file in the settings) cannot be read: {error}."
                ) from error
        return context

    def _watch(self, event: str, info: dict[str, Any]) -> None:
        """Keep the sockets that httpx opens: only they can be ended from outside."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete", "proxy.start_tls.complete"):
            opened = info["return_value"].get_extra_info("socket")
            with self._lock:
                self._sockets = [each for each in self._sockets if each.fileno() >= 0]
                self._sockets.append(opened)
                closed = self._closed
            if closed:
                with contextlib.suppress(OSError):
                    opened.close()  # nobody else has it yet
                raise Interrupted

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        """Tell httpx's errors in our words."""
        http = _httpx()
        try:
            yield
        except (http.HTTPError, http.InvalidURL, UnicodeError) as error:
            raise (Interrupted() if self._closed else _explained(error, self._host)) from error
        except Broken:
            if self._closed:
                raise Interrupted from None
            raise

    def _told(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        """Lines whose end by an error is the answer's, not the server's absence."""
        try:
            with self._errors():
                yield from lines
        except Unreachable as error:
            raise Broken(_CUT) from error


def _explained(error: Exception, host: str) -> TransportError:  # noqa: PLR0911 - one for each meaning
    """What an error of httpx means, by what lies behind it."""
    http = _httpx()
    causes = list(_causes(error))
    for cause in causes:
        match cause:
            case ssl.SSLCertVerificationError():
                return CertificateRefused(
                    f"{host} cannot prove to be your server: {cause.verify_message}. Check the address, this "
                    "terminal's date and the network. If your company has an authority of its own, name its "
                    "certificates as ca_file in the settings."
                )
            case ssl.SSLError():
                return CertificateRefused(f"{host} does not speak https. Check the address and the network.")
            case socket.gaierror():
                return UnknownServer(f"There is no server {host}. Check the address, and whether the line is up.")
            case ConnectionRefusedError():
                return UnknownServer(f"Nothing answers at {host}. Check the address; the server may be down.")
            case http.InvalidURL() | UnicodeError():
                return BadAddress(f"{host} is not a server's address.")
    if isinstance(error, http.TimeoutException):
        return Unreachable(f"{host} does not answer in time. Check whether the line is up.")
    if isinstance(error, http.ProxyError):
        return Unreachable(f"The network's proxy does not let us to {host}. Ask who runs the network.")
    return Unreachable(f"The line to {host} broke. Check whether it is up, and try again.")


_NOT_OURS = (
    "Something else answers in the server's place: a guest network's sign-in page, a proxy or another site. "
    "Open a browser to sign in to the network, or check the server's address."
)
_CUT = "The line broke in the middle of an answer."


def _httpx() -> Any:
    """The maintained fork, or the original where only that is installed: the same interface. Imported when needed."""
    try:
        import httpx2
    except ImportError:
        import httpx  # type: ignore[import-not-found]  # the locked set-up has the fork

        return httpx
    return httpx2


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _causes(error: BaseException) -> Iterator[BaseException]:
    each: BaseException | None = error
    while each is not None:
        yield each
        each = each.__cause__ or each.__context__


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _refusal(response: httpx.Response) -> Refused:
    retry_after = _retry_after(response.headers.get("Retry-After"))
    try:
        if _media_type(response) != wire.PROBLEM_JSON:
            raise msgspec.DecodeError
        problem = msgspec.json.decode(_whole(_unpacked(response)), type=wire.Problem)
    except (msgspec.DecodeError, RecursionError, Broken):
        code = "unavailable" if response.status_code in (429, 503) else "internal"
        problem = wire.Problem(code=code, title=f"HTTP status {response.status_code}", status=response.status_code)
    if retry_after is None and problem.retry_after is not None:
        retry_after = _clamped(problem.retry_after)
    return Refused(problem, retry_after)


def _retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, which gives them or a date; None for neither."""
    if value is None:
        return None
    try:
        return _clamped(float(value))
    except ValueError:
        pass
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return _clamped((until - dt.datetime.now(dt.UTC)).total_seconds())


def _clamped(seconds: float) -> float:
    return LONGEST_WAIT if math.isnan(seconds) else min(max(0.0, seconds), LONGEST_WAIT)


# ------------------------------------------------------------------ bodies


def _unpacked(response: httpx.Response) -> Iterator[bytes]:
    """A body's bytes, unpacked in pieces of bounded size. Raises Broken, NotOurServer."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "identity":
        return _raw(response)
    if encoding == "gzip":
        return _gunzipped(_raw(response))
    raise NotOurServer(_NOT_OURS)  # we asked for neither


def _raw(response: httpx.Response) -> Iterator[bytes]:
    return iter(response.iter_raw())


def _gunzipped(packed: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    for chunk in packed:
        if unpacker.eof:
            raise Broken("The server's answer goes on after its end.")
        rest = chunk
        while True:
            try:
                piece = unpacker.decompress(rest, _PIECE)
            except zlib.error as error:
                raise Broken("The server's answer is damaged.") from error
            if piece:
                yield piece
            rest = unpacker.unconsumed_tail
            if not rest and len(piece) < _PIECE:
                break
        if unpacker.unused_data:
            raise Broken("The server's answer goes on after its end.")
    if not unpacker.eof:
        raise Broken(_CUT)


def _whole(pieces: Iterable[bytes]) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > MAX_REPLY_BYTES:
            raise Broken("The server's answer is far too long.")
    return bytes(body)


def _event_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines of a stream that has no end; what is begun when it ends all the same is forgotten. Raises Broken."""
    begun = b""
    for piece in pieces:
        *whole, begun = (begun + piece).split(b"\n")
        yield from (line.rstrip(b"\r") for line in whole)
        if len(begun) > MAX_EVENT_BYTES:
            raise Broken("A line of the server's answer is far too long.")


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines; split at newlines only, as other line ends are part of what somebody wrote. Raises Broken."""
    begun = b""
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > wire.MAX_ANSWER_BYTES:
            raise Broken("The server's answer is far too long.")
        *whole, begun = (begun + piece).split(b"\n")
        for line in whole:
            if len(line) > wire.MAX_LINE_BYTES:
                raise Broken("A line of the server's answer is far too long.")
            yield line
        if len(begun) > wire.MAX_LINE_BYTES:
            raise Broken("A line of the server's answer is far too long.")
    if begun:
        raise Broken(_CUT)

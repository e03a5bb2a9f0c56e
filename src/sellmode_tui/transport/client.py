"""Calls to the backend over HTTP. They block, and are made in worker threads."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, InvalidStateError
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from sellmode_contract import wire
from sellmode_tui.language import tr
from sellmode_tui.transport.address import server_address
from sellmode_tui.transport.bodies import event_lines, lines_of, unpacked, whole
from sellmode_tui.transport.errors import CUT, NOT_OURS, BadAddress, Broken, Interrupted, NotOurServer, Unreachable
from sellmode_tui.transport.httpx_errors import date_of, explained, load_httpx, media_type, refusal

if TYPE_CHECKING:
    import httpx2 as httpx

CONNECT_SECONDS: Final = 5.0
SILENT_SECONDS: Final = 30.0
"""How long the backend may send nothing; in a long answer it sends a sign of life at least every 10 seconds."""
_SAME: Final = 304
"""What has the tag that was sent with the question."""
HEALTH_PATH: Final = "/health"
"""Where the backend says how it is, to anybody."""

T = TypeVar("T")


class Answer:
    """A whole answer of the backend."""

    def __init__(self, status: int, body: bytes, at: dt.datetime | None = None) -> None:
        self.status = status
        self.body = body
        self.at = at
        """When it was sent, by the backend's clock, to the second; None if it does not say."""

    def read(self, type_: type[T]) -> T:
        """The body as a message of the contract. Raises Broken."""
        try:
            return msgspec.json.decode(self.body, type=type_)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Broken(tr("The server's answer cannot be read. You may need a newer version of Sellmode.")) from error


class Picture(NamedTuple):
    """A product's picture."""

    png: bytes | None
    """None: there is none."""
    tag: str
    """What the backend calls this one."""


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
        self._sending: set[Future[httpx.Response]] = set()
        """Calls that have no answer yet."""
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
            return Answer(response.status_code, whole(unpacked(response)))

    def get(self, path: str) -> Answer:
        """Ask for something that needs no message and no session. Raises TransportError."""
        with self._call("GET", path, None, None, "application/json") as response:
            return Answer(response.status_code, whole(unpacked(response)), date_of(response))

    def preview(self, request: wire.PreviewRequest, *, token: str) -> wire.Preview:
        """Ask what a rule would do. Raises TransportError."""
        return self.post(wire.PREVIEW_PATH, request, token=token).read(wire.Preview)

    def picture(self, product: str, tag: str, *, token: str) -> Picture | None:
        """Ask for a product's picture; None if it is the one with this tag. Raises TransportError."""
        path = wire.PICTURE_PATH.format(product=quote(product, safe=""))
        with self._call("GET", path, None, token, "image/png", encoding="identity", tag=tag) as response:
            if response.status_code == _SAME:
                return None
            if media_type(response) != "image/png":
                raise NotOurServer(NOT_OURS)
            return Picture(whole(unpacked(response), wire.MAX_PICTURE_BYTES), response.headers.get("ETag", ""))

    @contextlib.contextmanager
    def stream(self, path: str, body: msgspec.Struct, *, token: str) -> Iterator[Iterator[bytes]]:
        """Send a message and take the answer's lines as they come, each whole and without its newline.

        Raises TransportError; so does the iterator, after it has given every line that came whole.
        """
        with self._call("POST", path, body, token, wire.NDJSON) as response:
            if media_type(response) != wire.NDJSON:
                raise NotOurServer(NOT_OURS)
            yield self._told(lines_of(unpacked(response)))

    def close(self) -> None:
        """End all calls under way (they raise Interrupted) and drop the connections. May be called again."""
        with self._lock:
            self._closed = True
            sockets, self._sockets = self._sockets, []
            sending = [*self._sending]
            idle = self._client if self._under_way == 0 else None
        # First: whose call is cancelled closes the sockets, and a thread that reads from one would not hear of it.
        for each in sockets:
            # Not each.shutdown: that of a TLS socket takes itself apart under the thread that reads from it.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)
        for call in sending:
            call.cancel()
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
            if packed or media_type(response) != wire.EVENT_STREAM:
                raise NotOurServer(NOT_OURS)
            yield self._told(event_lines(response.iter_raw()))

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
        tag: str = "",
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
        if tag:
            headers["If-None-Match"] = tag
        content = b"" if body is None else msgspec.json.encode(body)
        with self._client_in_use() as client, self._errors():
            request = client.build_request(
                method, f"{self.server}{path}", content=content, headers=headers, extensions={"trace": self._watch}
            )
            response = self._send(client, request)
            try:
                elsewhere = 300 <= response.status_code < 400 and not (tag and response.status_code == _SAME)
                if response.headers.get(wire.NONCE_HEADER) != nonce or elsewhere:
                    raise NotOurServer(NOT_OURS)
                if response.status_code >= 400:
                    raise refusal(response)
                yield response
            finally:
                response.close()

    def _send(self, client: httpx.Client, request: httpx.Request) -> httpx.Response:
        """Send in a thread of its own, which nobody waits for once this is closed: nothing else ends a connect."""
        answer: Future[httpx.Response] = Future()

        def send() -> None:
            try:
                response = client.send(request, stream=True)
            except BaseException as error:  # noqa: BLE001  # the caller's
                with contextlib.suppress(InvalidStateError):
                    answer.set_exception(error)
            else:
                try:
                    answer.set_result(response)
                except InvalidStateError:
                    response.close()

        with self._lock:
            if self._closed:
                raise Interrupted
            self._sending.add(answer)
        try:
            threading.Thread(target=send, name="send", daemon=True).start()
            return answer.result()
        except CancelledError:
            raise Interrupted from None
        finally:
            with self._lock:
                self._sending.discard(answer)

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
        http = load_httpx()
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
                    tr(
                        "The certificates in {ca_file} (ca_file in the settings) cannot be read: {error}.",
                        ca_file=self._ca_file,
                        error=error,
                    )
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
        http = load_httpx()
        try:
            yield
        except (http.HTTPError, http.InvalidURL, UnicodeError) as error:
            raise (Interrupted() if self._closed else explained(error, self._host)) from error
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
            raise Broken(CUT) from error

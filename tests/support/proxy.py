"""A TCP proxy that breaks things on purpose, between a real client and a real server on loopback.

Mocks and in-process transports cannot show a half body, a reset or a mute line; this can. A `Plan` says what happens on
one connection: a chain of faults for each direction, or a canned reply in place of the server. A fault is a function
from a stream of bytes to a stream of bytes, so faults combine by being listed, and a test may bring its own.

    with FaultProxy(server.port) as proxy:
        proxy.script = [Plan(down=[after_head(cut(100))])]     # the first connection; later ones pass
        ...client talks to proxy.port...
        assert proxy.accepted == 2

Offsets count bytes of the stream, heads included; `after_head` makes them count from the first body on.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import socket
import struct
import threading
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

Stream = AsyncGenerator[bytes, None]
Fault = Callable[[Stream], Stream]

DEADLINE = 20.0
"""Seconds a wait may take before the test fails."""


class CutError(Exception):
    """Ends a connection on both sides; with `reset` by a TCP reset, else by an orderly close."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__("reset" if reset else "close")
        self.reset = reset


class Gate:
    """Where a stream waits until the test lets it go on."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._open: Future[None] = Future()

    def wait_reached(self, timeout: float = DEADLINE) -> None:
        """Block until a stream stands at the gate; raises TimeoutError if none comes."""
        if not self._reached.wait(timeout):
            raise TimeoutError("no stream has come to the gate")

    def release(self) -> None:
        """Let everything through, now and later."""
        if not self._open.done():
            self._open.set_result(None)

    async def passed(self) -> None:
        """Awaited by the stream."""
        self._reached.set()
        await asyncio.wrap_future(self._open)


# --- faults: each returns a function from stream to stream


async def _split(stream: Stream, at: int) -> AsyncGenerator[tuple[bool, bytes], None]:
    """The chunks of a stream, none across offset `at`; the flag says whether a chunk lies behind it."""
    passed = 0
    async for chunk in stream:
        before = chunk[: max(0, at - passed)]
        passed += len(chunk)
        if before:
            yield False, before
        if len(before) < len(chunk):
            yield True, chunk[len(before) :]


def cut(after: int, *, reset: bool = False) -> Fault:
    """End the connection when `after` bytes have passed: 0 ends it before anything is read."""

    async def fault(stream: Stream) -> Stream:
        left = after
        if left:
            async for chunk in stream:
                yield chunk[:left]
                left -= min(left, len(chunk))
                if not left:
                    break
        if not left:
            raise CutError(reset=reset)

    return fault


def cut_before_end(left: int, *, reset: bool = False) -> Fault:
    """End the connection `left` bytes (1 to 7, framing included) before the end of a chunked body.

    An answer's length may differ by a byte or two from one asking to the next, so that places near its end cannot be
    counted from its beginning.
    """

    async def fault(stream: Stream) -> Stream:
        held = b""
        async for chunk in stream:
            held += chunk
            if held.endswith(_LAST_CHUNK):
                break
            yield held[: -len(_LAST_CHUNK)]
            held = held[-len(_LAST_CHUNK) :]
        yield held[:-left]
        raise CutError(reset=reset)

    return fault


def mute(after: int = 0) -> Fault:
    """Swallow everything behind `after` bytes, silently: the connection stays open and nothing comes."""

    async def fault(stream: Stream) -> Stream:
        async for behind, chunk in _split(stream, after):
            if not behind:
                yield chunk
        await asyncio.Event().wait()

    return fault


def hold(gate: Gate, after: int = 0) -> Fault:
    """Stop before byte `after` until the gate is released; nothing is lost."""

    async def fault(stream: Stream) -> Stream:
        async for behind, chunk in _split(stream, after):
            if behind:
                await gate.passed()
            yield chunk

    return fault


def drip(size: int, every: float = 0.0) -> Fault:
    """Send pieces of `size` bytes, each its own write, `every` seconds before each: size / every is the bandwidth."""

    async def fault(stream: Stream) -> Stream:
        async for chunk in stream:
            for start in range(0, len(chunk), size):
                await asyncio.sleep(every)
                yield chunk[start : start + size]

    return fault


def flip(at: int, bit: int = 0) -> Fault:
    """Invert one bit of byte `at`."""

    async def fault(stream: Stream) -> Stream:
        passed = 0
        async for chunk in stream:
            copy = bytearray(chunk)
            if 0 <= at - passed < len(copy):
                copy[at - passed] ^= 1 << bit
            passed += len(copy)
            yield bytes(copy)

    return fault


def repeat(start: int, stop: int) -> Fault:
    """Send the block from `start` to `stop` twice, one directly after the other."""

    async def fault(stream: Stream) -> Stream:
        block = b""
        passed = 0
        async for chunk in stream:
            block += chunk[max(0, start - passed) : max(0, stop - passed)]
            end = stop - passed
            passed += len(chunk)
            yield chunk[:end] + block + chunk[end:] if 0 < end <= len(chunk) else chunk

    return fault


def swap(start: int, middle: int, stop: int) -> Fault:
    """Send blocks `start`..`middle` and `middle`..`stop` in the other order; a stream that ends before is unchanged."""

    async def fault(stream: Stream) -> Stream:
        held = b""
        passed = 0
        async for chunk in stream:
            passed += len(chunk)
            if passed - len(chunk) >= stop:
                yield chunk
                continue
            held += chunk
            if passed >= stop:
                yield held[:start] + held[middle:stop] + held[start:middle] + held[stop:]
                held = b""
        if held:
            yield held

    return fault


def oversize(at: int, extra: int, filler: bytes = b" ") -> Fault:
    """Insert `extra` bytes of `filler` at offset `at`."""

    async def fault(stream: Stream) -> Stream:
        inserted = False
        async for behind, chunk in _split(stream, at):
            if behind and not inserted:
                inserted = True
                for start in range(0, extra, 65536):
                    yield (filler * 65536)[: min(65536, extra - start)]
            yield chunk

    return fault


def after_head(fault: Fault) -> Fault:
    """Apply a fault to what follows the first HTTP head, so that its offsets count from the first byte of the body."""

    async def outer(stream: Stream) -> Stream:
        reader = _HttpReader(stream)
        yield await reader.head()
        async with contextlib.aclosing(fault(reader.remainder())) as broken:
            async for chunk in broken:
                yield chunk

    return outer


def rewrite_lines(edit: Callable[[list[bytes]], Iterable[bytes]]) -> Fault:
    """Give the lines of each response's body (newline included) to `edit` and send what it returns.

    For faults that HTTP itself does not notice: lines repeated, left out, reordered, changed. The body is taken whole,
    out of its chunks and its gzip, and sent with a right Content-Length, compressed again if it was.
    """

    async def fault(stream: Stream) -> Stream:
        reader = _HttpReader(stream)
        while head := await reader.head():
            body = await reader.body(head)
            packed = _header(head, b"content-encoding") == b"gzip"
            lines = (gzip.decompress(body) if packed else body).splitlines(keepends=True)
            body = b"".join(edit(lines))
            if packed:
                body = gzip.compress(body)
            kept = [
                line
                for line in head.removesuffix(_HEAD_END).split(b"\r\n")
                if not line.lower().startswith((b"content-length:", b"transfer-encoding:"))
            ]
            yield b"\r\n".join([*kept, b"content-length: %d" % len(body), b"", b""]) + body

    return fault


_HEAD_END = b"\r\n\r\n"
_LAST_CHUNK = b"\r\n0\r\n\r\n"


def _header(head: bytes, name: bytes) -> bytes:
    """Value of a header field in lower case, empty if it is not there."""
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip().lower()
    return b""


class _HttpReader:
    """Takes HTTP messages from a stream, one after the other (not for answers to HEAD, which have no body)."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._buffer = b""

    async def head(self) -> bytes:
        """A message's head with its empty line; what there is, if the stream ends before."""
        while _HEAD_END not in self._buffer and await self._more():
            pass
        end = self._buffer.find(_HEAD_END)
        return self._take(len(self._buffer) if end < 0 else end + len(_HEAD_END))

    async def body(self, head: bytes) -> bytes:
        """The body that belongs to a head, out of its chunks."""
        if _header(head, b"transfer-encoding") == b"chunked":
            body = b""
            while size := int((await self._line()).split(b";")[0] or b"0", 16):
                body += await self._exactly(size)
                await self._line()
            while (await self._line()).strip():
                pass
            return body
        if length := _header(head, b"content-length"):
            return await self._exactly(int(length))
        if not head.startswith(b"HTTP/") or head.split(b" ")[1].startswith((b"1", b"204", b"304")):
            return b""
        while await self._more():
            pass
        return self._take(len(self._buffer))

    async def remainder(self) -> Stream:
        """Everything not taken yet, as a stream."""
        if self._buffer:
            yield self._take(len(self._buffer))
        async for chunk in self._stream:
            yield chunk

    async def _line(self) -> bytes:
        while b"\r\n" not in self._buffer and await self._more():
            pass
        return self._take(self._buffer.find(b"\r\n") + 2)

    async def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size and await self._more():
            pass
        return self._take(size)

    async def _more(self) -> bool:
        chunk = await anext(self._stream, b"")
        self._buffer += chunk
        return bool(chunk)

    def _take(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken


# --- replies in place of the server


def canned(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """A whole HTTP response that ends its connection: `canned(503, headers={"Retry-After": "30"})`."""
    fields = {"Content-Type": "text/plain", **(headers or {}), "Content-Length": str(len(body)), "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Canned\r\n{head}\r\n".encode() + body


def captive_portal() -> bytes:
    """What a guest network's sign-in page looks like to a program: success, and HTML."""
    page = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please accept the terms.</body></html>"
    return canned(200, page, {"Content-Type": "text/html; charset=utf-8"})


def gzip_bomb(size: int, content_type: str = "application/x-ndjson") -> bytes:
    """A small response whose body unpacks to `size` spaces."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0) as out:
        for start in range(0, size, 1 << 20):
            out.write(b" " * min(1 << 20, size - start))
    return canned(200, packed.getvalue(), {"Content-Type": content_type, "Content-Encoding": "gzip"})


# --- the proxy


@dataclass(frozen=True)
class Plan:
    """What happens on one connection. Without anything said, it passes."""

    up: Sequence[Fault] = ()
    """Faults from client to server, the first listed is the first met."""
    down: Sequence[Fault] = ()
    """Faults from server to client."""
    reply: bytes | None = None
    """Sent when a whole request is in, in place of the server, which never hears of it; `down` applies to it."""


PASS = Plan()
RESET = Plan(up=(cut(0, reset=True),))
"""Accepts and resets at once."""


@dataclass
class Connection:
    """What went over one accepted connection."""

    plan: Plan
    from_client: bytearray = field(default_factory=bytearray)
    """As the client sent it."""
    to_server: bytearray = field(default_factory=bytearray)
    """As the server got it, after the faults."""
    from_server: bytearray = field(default_factory=bytearray)
    """As the server (or the canned reply) sent it."""
    to_client: bytearray = field(default_factory=bytearray)
    """As the client got it, after the faults."""
    closed: bool = False
    dead: bool = False
    """Whether nothing goes over it any more, without either side being told."""


class FaultProxy:
    """The proxy, on a loopback port and an event loop of its own. A context manager, for sync and async tests."""

    def __init__(self, upstream_port: int, upstream_host: str = "127.0.0.1") -> None:
        self.upstream = (upstream_host, upstream_port)
        """Where connections go on to; may be changed between them."""
        self.script: Sequence[Plan] = ()
        """Plans of the next connections, in order; each is used once. Set anew at any time."""
        self.otherwise = PASS
        """The plan of connections beyond the script."""
        self.connections: list[Connection] = []
        """Every connection accepted, oldest first."""
        self.port = 0
        """Loopback port to give to the client."""
        self._silent = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._changed = threading.Condition()
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy")
        self._thread.start()
        self._keeper = _bound_socket(0)
        self.port = self._keeper.getsockname()[1]
        self.accept()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()
        self.drop_all()
        self._run(self._loop.shutdown_asyncgens())
        self._keeper.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if self._failure is not None and error is None:
            raise self._failure  # a fault of the test's own went wrong

    @property
    def url(self) -> str:
        """Base address for an HTTP client."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def accepted(self) -> int:
        """Connections accepted so far."""
        return len(self.connections)

    @property
    def bytes_up(self) -> int:
        """Bytes that clients sent, over all connections."""
        return sum(len(connection.from_client) for connection in self.connections)

    @property
    def bytes_down(self) -> int:
        """Bytes that clients got, over all connections."""
        return sum(len(connection.to_client) for connection in self.connections)

    def wait_until(self, condition: Callable[[FaultProxy], bool], timeout: float = DEADLINE) -> None:
        """Block until something about the proxy holds, looked at whenever bytes move; raises TimeoutError."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not condition(self):
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TimeoutError("the proxy did not come to the wanted state")

    def refuse(self) -> None:
        """Refuse new connections (ECONNREFUSED) until `accept`, keeping the port; open ones go on."""

        self._run(self._stop_listening())

    def accept(self) -> None:
        """Listen (again)."""

        async def start() -> None:
            if self._server is None:
                self._server = await asyncio.start_server(self._accepted, sock=_bound_socket(self.port))

        self._run(start())

    def drop_all(self, *, reset: bool = False) -> None:
        """End every open connection now, so that a client with a pool has to open a new one."""
        self._run(self._drop(reset=reset))

    def fall_silent(self) -> None:
        """Let nothing through any more, without a word to either side; connections are still accepted."""
        self._silent = True
        for connection in self.connections:
            connection.dead = True

    def speak_again(self) -> None:
        """Let new connections through; those of the silence and before stay half-open."""
        self._silent = False

    def replay(self, index: int) -> bytes:
        """Send the server what it got on connection `index` once more, on a new connection; returns its whole answer.

        Reads until the server closes, so the recorded request must have asked for that (`Connection: close`), or until
        the server has been silent for a second.
        """
        with socket.create_connection(self.upstream, timeout=1.0) as again:
            again.sendall(bytes(self.connections[index].to_server))
            answer = b""
            with contextlib.suppress(TimeoutError):
                while chunk := again.recv(65536):
                    answer += chunk
            return answer

    # --- inside the loop

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE)

    async def _stop_listening(self) -> None:
        """Closes the listening socket. What it has accepted already becomes a connection like any other.

        A server that is closed between accepting a connection and making its transport would leave it open for good.
        """
        if self._server is not None:
            server, self._server = self._server, None
            for listener in server.sockets:
                self._loop.remove_reader(listener.fileno())
            await asyncio.sleep(0)  # transports of what was accepted are made in this step
            server.close()

    async def _drop(self, *, reset: bool) -> None:
        for _ in range(5):  # what was accepted just now has its task by then
            await asyncio.sleep(0)
        tasks = list(self._tasks)
        # Cancelled before its first step a task would never come to closing its connection: after this each has begun.
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel("reset" if reset else "close")
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # transports close their sockets a step later: a client that asks now finds them closed

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        plan, self.script = (self.script[0], self.script[1:]) if self.script else (self.otherwise, ())
        connection = Connection(plan, dead=self._silent)
        self.connections.append(connection)
        task = self._loop.create_task(self._serve(connection, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        self._notify()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()

    async def _serve(self, connection: Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        reset = True  # what an error of any kind does to the connection
        try:
            await self._join(connection, reader, writers)
        except* CutError as cuts:
            reset = any(isinstance(error, CutError) and error.reset for error in cuts.exceptions)
            if not reset:
                await self._end(connection, reader, writer)
        except* OSError:
            pass  # the server is not there, or one side has reset
        except* asyncio.CancelledError as cancelled:
            reset = cancelled.exceptions[0].args == ("reset",)
        finally:
            for each in writers:
                _close(each, reset=reset)
            connection.closed = True
            self._notify()

    async def _join(
        self, connection: Connection, reader: asyncio.StreamReader, writers: list[asyncio.StreamWriter]
    ) -> None:
        """Pump both directions until one of them ends the connection. Writers: the client's, then the server's."""
        plan = connection.plan
        async with asyncio.TaskGroup() as group:
            if plan.reply is not None:
                source = self._canned(connection, reader, plan.reply)
            else:
                server_reader, server_writer = await asyncio.open_connection(*self.upstream)
                writers.append(server_writer)
                request = self._recorded(reader, connection.from_client)
                group.create_task(
                    self._pump(connection, request, plan.up, server_writer, connection.to_server, ends=False)
                )
                source = self._recorded(server_reader, connection.from_server)
            group.create_task(self._pump(connection, source, plan.down, writers[0], connection.to_client, ends=True))

    async def _end(self, connection: Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """An orderly close towards the client. Reads on, as the kernel turns a close with unread bytes into a reset."""
        connection.closed = True
        self._notify()
        # `drop_all` may end the wait for the client; this is the task's last step either way.
        with contextlib.suppress(OSError, asyncio.CancelledError):
            writer.write_eof()
            while await reader.read(65536):
                pass

    async def _recorded(self, reader: asyncio.StreamReader, record: bytearray) -> Stream:
        while chunk := await reader.read(65536):
            record += chunk
            self._notify()
            yield chunk

    async def _canned(self, connection: Connection, reader: asyncio.StreamReader, reply: bytes) -> Stream:
        """The plan's reply, once the client has sent a whole request."""
        request = _HttpReader(self._recorded(reader, connection.from_client))
        if head := await request.head():
            await request.body(head)
            connection.from_server += reply
            yield reply

    async def _pump(
        self,
        connection: Connection,
        source: Stream,
        faults: Sequence[Fault],
        writer: asyncio.StreamWriter,
        record: bytearray,
        *,
        ends: bool,
    ) -> None:
        """Bytes from a source through faults to a writer. A server's end ends the connection, a client's its half."""
        stream = source
        for fault in faults:
            stream = fault(stream)
        async with contextlib.aclosing(stream) as chunks:
            async for chunk in chunks:
                if connection.dead:
                    break
                record += chunk  # before the client can have it, so that a test finds there what the client got
                writer.write(chunk)
                self._notify()
                await writer.drain()
        if connection.dead:
            await asyncio.Event().wait()
        if ends:
            raise CutError(reset=False)
        writer.write_eof()


def _bound_socket(port: int) -> socket.socket:
    """Bound and not listening: it keeps the port, and connecting to it is refused. Another may listen there."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _close(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    if reset:
        raw = writer.get_extra_info("socket")
        with contextlib.suppress(OSError):  # already closed by the other side
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    else:
        writer.close()

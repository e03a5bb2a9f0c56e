"""Baselines of writing and syncing: the least that a durable write, a call or an endpoint costs on this machine.

``python -m benchmarks.bare BYTES`` is the endpoint: Starlette and uvicorn as the backend has them, and behind them
nothing but an answer of so many bytes. It prints its address and ends with its standard input.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sellmode_contract import wire
from sellmode_tui import sealed
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import Refused


class Commits:
    """An encrypted file in which each row is a commit that is on the disk when it is done."""

    def __init__(self, path: Path) -> None:
        self._connection = sealed.connect(path, bytes(32), create=True, synchronous="FULL")
        self._connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB)")

    def add(self, body: bytes) -> None:
        """Insert a row."""
        self._connection.execute("INSERT INTO row (body) VALUES (?)", (body,))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def call(transport: Transport) -> None:
    """A call to a backend that costs nothing beyond being one: its routes do not know the path."""
    with contextlib.suppress(Refused):
        transport.get("/nothing")


@contextlib.contextmanager
def endpoint(size: int) -> Iterator[str]:
    """Where the bare endpoint answers with so many bytes, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(size)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    with process:  # closes its standard input and waits
        assert process.stdout is not None  # noqa: S101 # for the type checker
        yield process.stdout.readline().strip()


def _serve(size: int) -> None:
    body = bytes(size)

    async def answer(request: Request) -> Response:
        await request.body()
        return Response(body, media_type=wire.NDJSON)

    app = Starlette(routes=[Route(wire.SYNC_PATH, answer, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, http="h11", ws="none", access_log=False, log_config=None))

    def end_with_input() -> None:
        sys.stdin.read()
        server.should_exit = True

    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        threading.Thread(target=end_with_input, daemon=True).start()
        server.run(sockets=[listener])


if __name__ == "__main__":
    _serve(int(sys.argv[1]))

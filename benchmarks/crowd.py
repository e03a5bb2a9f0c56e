"""Many who ask a server at once: how often a second it answers."""

from __future__ import annotations

import contextlib
import itertools
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit

CONNECTIONS = 8


class Crowd:
    """Connections that ask the same things in turn, with the least work on this side."""

    def __init__(self, url: str, requests: Sequence[bytes]) -> None:
        address = urlsplit(url)
        self._address = (address.hostname or "", address.port or 0)
        self._requests = itertools.cycle(requests)  # the next of it is one step, whichever thread asks

    def ask(self) -> bytes:
        """The answer's body."""
        with self._connected() as connection:
            return self._asked(connection)

    def rate(self, slice_seconds: float) -> float:
        """Answers a second, on connections that are open already."""
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(self._connected()) for _ in range(CONNECTIONS)]
            pool = stack.enter_context(ThreadPoolExecutor(CONNECTIONS))
            start = time.perf_counter()
            asked = sum(pool.map(partial(self._ask_until, start + slice_seconds), connections))
            return asked / (time.perf_counter() - start)

    def _connected(self) -> socket.socket:
        return socket.create_connection(self._address, timeout=20)

    def _ask_until(self, end: float, connection: socket.socket) -> int:
        asked = 0
        while time.perf_counter() < end:
            self._asked(connection)
            asked += 1
        return asked

    def _asked(self, connection: socket.socket) -> bytes:
        connection.sendall(next(self._requests))
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more(connection)
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"it was refused: {head.decode()}")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < length:
            body += self._more(connection)
        return body

    @staticmethod
    def _more(connection: socket.socket) -> bytes:
        data = connection.recv(65536)
        if not data:
            raise RuntimeError("the connection was closed")
        return data

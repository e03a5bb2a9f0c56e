"""Keep this process off every network but the loopback.

The guard sits in Python's socket module. Libraries that open sockets in C (libpq, uvloop) do not pass it; the tests
only ever give those a socket file or a loopback address.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any


class NetworkForbidden(RuntimeError):
    """A test tried to leave the machine.

    Not an OSError: the code under test would take that for a line that is down, and the test would pass.
    """


def _is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _check(sock: socket.socket, address: Any) -> None:
    if sock.family == socket.AF_UNIX or (isinstance(address, tuple) and _is_loopback(address[0])):
        return
    raise NetworkForbidden(f"tests connect to the loopback only, not to {address!r}")


def forbid_network() -> None:
    """From now on sockets connect to the loopback and to socket files only, and no name but localhost is known."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check(self, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        # A name server is not asked. That answers like one that does not know the name, which is worth testing.
        if host is not None and not _is_loopback(host):
            try:
                ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
            except ValueError:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
        return getaddrinfo(host, *args, **kwargs)

    # mypy: methods and functions are replaced on purpose.
    socket.socket.connect = guarded_connect  # type: ignore[method-assign,assignment]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = guarded_getaddrinfo

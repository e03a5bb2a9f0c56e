"""Fetching a picture from a host that the retailer has named, without letting its address lead anywhere else.

A name is looked up once and all its addresses have to be public; the connection goes to one that was looked at, so that
no second look-up can lead elsewhere. There are no redirects, and a bound on bytes and on the time of it all.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from typing import Final
from urllib.parse import urlsplit

from sellmode_backend.shopper.brand import is_allowed

MOST_BYTES: Final = 8 * 1024 * 1024
SECONDS: Final = 10.0
"""From the first byte that is sent to the last one that comes."""
_CONNECT_SECONDS: Final = 3.0
_PORTS: Final = {"https": 443, "http": 80}
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class NotFetched(Exception):
    """A picture cannot be had; says why."""


def fetch(url: str, hosts: tuple[str, ...], *, seconds: float = SECONDS, most: int = MOST_BYTES) -> bytes:
    """What is at an address of one of these hosts. Raises NotFetched."""
    if not is_allowed(url, hosts):
        raise NotFetched("its address is on no host that may be asked")
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme])
    late = threading.Event()
    answer, end = None, None
    try:
        connection.connect()
        # The socket, not the connection: that forgets it as soon as it knows that nothing is to follow the answer.
        end = threading.Timer(seconds, _cut, [connection.sock, late])
        end.start()
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        connection.request("GET", target, headers={"Accept": "image/*", "Accept-Encoding": "identity"})
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise NotFetched(f"the shop answers {answer.status}")
        data = answer.read(most + 1)
        if len(data) > most:
            raise NotFetched(f"it has more than {most} bytes")
        if late.is_set():
            raise NotFetched(f"it takes more than {seconds:g} seconds")
        if answer.length:  # bytes that it has announced and not sent
            raise NotFetched("it comes in part only")
        return data
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotFetched(f"it does not come whole: {type(error).__name__}") from None
    finally:
        if end is not None:
            end.cancel()
        if answer is not None:
            answer.close()
        connection.close()


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _NAT64:
            return False
        parsed = parsed.ipv4_mapped or parsed.sixtofour or parsed
    return parsed.is_global and not parsed.is_multicast


def _connection(scheme: str, host: str, port: int) -> http.client.HTTPConnection:
    address = _checked(host, port)
    if scheme == "https":
        return _Pinned(host, address, port)
    return http.client.HTTPConnection(address, port, timeout=_CONNECT_SECONDS)


class _Pinned(http.client.HTTPSConnection):
    """Goes to one address, and expects the certificate of a name."""

    def __init__(self, host: str, address: str, port: int) -> None:
        self._trust = ssl.create_default_context()
        super().__init__(host, port, timeout=_CONNECT_SECONDS, context=self._trust)
        self._address = address

    def connect(self) -> None:
        """Connect."""
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)


def _checked(host: str, port: int) -> str:
    """The address to go to. A host of this machine was named by the operator, by its number."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise NotFetched("the shop's host is not known") from None
    named = host in ("127.0.0.1", "localhost")
    if not found or not all(named or is_public(address) for address in found):
        raise NotFetched("the shop's host is none of the public internet")
    return found[0]


def _cut(connection: socket.socket, late: threading.Event) -> None:
    late.set()
    with contextlib.suppress(OSError):  # it is over already
        connection.shutdown(socket.SHUT_RDWR)

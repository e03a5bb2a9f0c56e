"""What is for who runs the backend alone: its counters, and the API document."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final, TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sellmode_backend import metrics, openapi
from sellmode_backend.http import address_of, json_response

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

THIS_MACHINE: Final[Sequence[Network]] = tuple(map(ipaddress.ip_network, ("127.0.0.0/8", "::1")))


def networks(text: str) -> Sequence[Network]:
    """Addresses and networks with commas between them: ``10.0.0.7, 10.1.0.0/16``. Raises ValueError."""
    return tuple(ipaddress.ip_network(each.strip()) for each in text.split(","))


class MonitoringEndpoints:
    """They are there for some addresses. For all others there is nothing, as on any other path."""

    def __init__(self, counters: metrics.Metrics, addresses: Sequence[Network]) -> None:
        self._counters, self._addresses = counters, addresses
        self.routes = [Route(openapi.PATH, self._document), Route("/metrics", self._counted)]

    async def _document(self, request: Request) -> Response:
        self._check(request)
        return json_response(openapi.encoded())

    async def _counted(self, request: Request) -> Response:
        self._check(request)
        return Response(self._counters.text(), media_type=metrics.CONTENT_TYPE)

    def _check(self, request: Request) -> None:
        try:
            address = ipaddress.ip_address(address_of(request))
        except ValueError:
            raise HTTPException(404) from None
        # An IPv4 client of a socket that takes both.
        known = (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped) or address
        if not any(known in network for network in self._addresses):
            raise HTTPException(404)

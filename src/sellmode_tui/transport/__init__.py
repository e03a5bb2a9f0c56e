"""HTTP to the backend, for sign-in, sync and previews: the one package that imports httpx.

An answer counts only if it echoes the random text of its request: everything else (a guest network's page, a proxy's
error, a redirect) came from somebody else and changes nothing. `Transport.close`, from any thread, ends what is under
way.
"""

from __future__ import annotations

from sellmode_tui.transport.address import server_address
from sellmode_tui.transport.client import HEALTH_PATH, Answer, Transport
from sellmode_tui.transport.errors import (
    BadAddress,
    Broken,
    CertificateRefused,
    Interrupted,
    NotOurServer,
    Refused,
    TransportError,
    UnknownServer,
    Unreachable,
)

__all__ = [
    "HEALTH_PATH",
    "Answer",
    "BadAddress",
    "Broken",
    "CertificateRefused",
    "Interrupted",
    "NotOurServer",
    "Refused",
    "Transport",
    "TransportError",
    "UnknownServer",
    "Unreachable",
    "server_address",
]

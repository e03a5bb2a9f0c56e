"""A server's address as people type it, in one spelling."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from sellmode_contract.text import visible
from sellmode_tui.language import tr
from sellmode_tui.transport.errors import BadAddress


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
        raise BadAddress(
            tr("{text!r} is not a server's address. One looks like https://sell.example.com", text=visible(text))
        )
    if parts.username is not None:
        raise BadAddress(tr("Leave the name and password out of the server's address."))
    local = _is_loopback(host)
    scheme = parts.scheme.lower() or ("http" if local else "https")
    if scheme == "http" and not local:
        raise BadAddress(tr("http://{host} would send your password unencrypted. Use https://{host}", host=host))
    if scheme not in ("http", "https"):
        raise BadAddress(tr("{scheme}:// is not for servers of Sellmode. Use https://{host}", scheme=scheme, host=host))
    name = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{name}{'' if port in (None, usual) else f':{port}'}{parts.path.rstrip('/')}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""What httpx's errors and the backend's refusals mean, in our words."""

from __future__ import annotations

import datetime as dt
import email.utils
import math
import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from sellmode_contract import wire
from sellmode_tui.language import tr
from sellmode_tui.transport.bodies import unpacked, whole
from sellmode_tui.transport.errors import (
    MAX_WAIT,
    BadAddress,
    Broken,
    CertificateRefused,
    Refused,
    TransportError,
    UnknownServer,
    Unreachable,
)

if TYPE_CHECKING:
    import httpx2 as httpx


def load_httpx() -> Any:
    """The maintained fork, or the original where only that is installed: the same interface. Imported when needed."""
    try:
        import httpx2
    except ImportError:
        import httpx  # type: ignore[import-not-found]  # the locked set-up has the fork

        return httpx
    return httpx2


def explained(error: Exception, host: str) -> TransportError:  # noqa: PLR0911 - one for each meaning
    """What an error of httpx means, by what lies behind it."""
    http = load_httpx()
    causes = list(_causes(error))
    for cause in causes:
        match cause:
            case ssl.SSLCertVerificationError():
                return CertificateRefused(
                    tr(
                        "{host} cannot prove to be your server: {verify_message}. Check the address, this "
                        "terminal's date and the network. If your company has an authority of its own, name its "
                        "certificates as ca_file in the settings.",
                        host=host,
                        verify_message=cause.verify_message,
                    )
                )
            case ssl.SSLError():
                return CertificateRefused(
                    tr("{host} does not speak https. Check the address and the network.", host=host)
                )
            case socket.gaierror():
                return UnknownServer(
                    tr("There is no server {host}. Check the address, and whether the line is up.", host=host)
                )
            case ConnectionRefusedError():
                return UnknownServer(
                    tr("Nothing answers at {host}. Check the address; the server may be down.", host=host)
                )
            case http.InvalidURL() | UnicodeError():
                return BadAddress(tr("{host} is not a server's address.", host=host))
    if isinstance(error, http.TimeoutException):
        return Unreachable(tr("{host} does not answer in time. Check whether the line is up.", host=host))
    if isinstance(error, http.ProxyError):
        return Unreachable(tr("The network's proxy does not let us to {host}. Ask who runs the network.", host=host))
    return Unreachable(tr("The line to {host} broke. Check whether it is up, and try again.", host=host))


def _causes(error: BaseException) -> Iterator[BaseException]:
    each: BaseException | None = error
    while each is not None:
        yield each
        each = each.__cause__ or each.__context__


def media_type(response: httpx.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def refusal(response: httpx.Response) -> Refused:
    retry_after = _retry_after(response.headers.get("Retry-After"))
    try:
        if media_type(response) != wire.PROBLEM_JSON:
            raise msgspec.DecodeError
        problem = msgspec.json.decode(whole(unpacked(response)), type=wire.Problem)
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
    until = _date(value)
    return _clamped((until - dt.datetime.now(dt.UTC)).total_seconds()) if until else None


def date_of(response: httpx.Response) -> dt.datetime | None:
    """When an answer was sent, by the server's clock."""
    return _date(response.headers.get("Date", ""))


def _date(value: str) -> dt.datetime | None:
    try:
        read = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=dt.UTC)


def _clamped(seconds: float) -> float:
    return MAX_WAIT if math.isnan(seconds) else min(max(0.0, seconds), MAX_WAIT)

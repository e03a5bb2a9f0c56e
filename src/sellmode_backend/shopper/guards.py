"""What a page carries to prove that an answer comes from it: made from a secret of the database, and kept nowhere."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from typing import Final

from sqlalchemy.engine import Connection
from starlette.requests import Request

from sellmode_backend.http import Bodies, Refused
from sellmode_backend.store import setting_values
from sellmode_backend.store.setting_values import Key

GOOD_FOR: Final = dt.timedelta(days=2)
"""So long a page may lie open before its forms are refused."""


def secret_of(connection: Connection) -> bytes:
    """The database's secret; empty before ``make_secret``."""
    return bytes.fromhex(setting_values.read(connection, Key.SHOPPER_SECRET) or "")


def make_secret(connection: Connection) -> bytes:
    """The database's secret, made if there is none."""
    if secret := secret_of(connection):
        return secret
    setting_values.write_first(connection, Key.SHOPPER_SECRET, secrets.token_hex(32))
    return secret_of(connection)


def make(secret: bytes, purpose: str, token: str, now: dt.datetime) -> str:
    """A guard for one purpose on the page of one link; no two are the same."""
    begun = f"{int(now.timestamp())}.{secrets.token_urlsafe(9)}"
    return f"{begun}.{_signed(secret, purpose, token, begun)}"


def is_good(secret: bytes, guard: str, purpose: str, token: str, now: dt.datetime) -> bool:
    """Whether a guard was made here for this purpose and link, lately."""
    begun, _, signature = guard.rpartition(".")
    if not secret or not hmac.compare_digest(signature.encode(), _signed(secret, purpose, token, begun).encode()):
        return False
    age = now.timestamp() - int(begun.partition(".")[0])
    return -60 <= age <= GOOD_FOR.total_seconds()


def age(guard: str, now: dt.datetime) -> dt.timedelta:
    """How long ago a good guard was made."""
    return dt.timedelta(seconds=now.timestamp() - int(guard.partition(".")[0]))


def derived(secret: bytes, purpose: str, guard: str, size: int) -> bytes:
    """Bytes that follow from a guard, the same each time; nobody can tell them who does not have the secret."""
    return hmac.new(secret, f"{purpose}\x1f{guard}".encode(), hashlib.sha256).digest()[:size]


async def own_form(bodies: Bodies, request: Request, most: int) -> dict[str, str]:
    """The fields of a form of ours, if the browser does not say that another site sent it. Raises Refused."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Refused("bad_request", "The form was sent by another site.")
    return await bodies.read_form(request, most)


def _signed(secret: bytes, purpose: str, token: str, begun: str) -> str:
    message = f"{purpose}\x1f{token}\x1f{begun}".encode(errors="replace")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:32]

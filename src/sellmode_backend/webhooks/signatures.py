"""Whether an event was signed by who has the secret: Shopify's way, and that of Standard Webhooks 1.0."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Final

STANDARD_BEGINS: Final = "whsec_"
"""How secrets of Standard Webhooks are written: this, and base64."""
MOST_APART: Final = dt.timedelta(minutes=5)
"""So far from now a signature of Standard Webhooks may have been made: what is replayed later is refused."""
_LONGEST: Final = 2_000
"""Characters of a header that is looked at."""
_MOST_SIGNATURES: Final = 10


def by_shopify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the raw body has an HMAC-SHA256 with one of the secrets, in base64."""
    given = headers.get("x-shopify-hmac-sha256", "")
    return _is_any(given, [_mac(secret.encode(), body) for secret in secrets])


def by_standard(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: dt.datetime) -> bool:
    """Whether one of the signatures is of this id, moment and raw body, and the moment is now."""
    id, moment, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (moment.isascii() and moment.isdigit() and len(moment) <= len("9999999999")) or len(given) > _LONGEST:
        return False
    if not id or abs(now.timestamp() - int(moment)) > MOST_APART.total_seconds():
        return False
    signed = f"{id}.{moment}.".encode(errors="replace") + body
    wanted = [_mac(key, signed) for secret in secrets if (key := _key(secret))]
    versions = (each.partition(",") for each in given.split()[:_MOST_SIGNATURES])
    return any(_is_any(signature, wanted) for version, _, signature in versions if version == "v1")


def is_standard(secret: str) -> bool:
    """Whether a secret is written as Standard Webhooks has it: any other one signs nothing."""
    return bool(_key(secret))


def sign(secret: str, id: str, moment: dt.datetime, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks, as a sender makes them."""
    seconds = str(int(moment.timestamp()))
    signature = base64.b64encode(_mac(_key(secret), f"{id}.{seconds}.".encode() + body)).decode()
    return {"webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": f"v1,{signature}"}


def sign_as_shopify(secret: str, body: bytes) -> str:
    """The value of ``X-Shopify-Hmac-Sha256``."""
    return base64.b64encode(_mac(secret.encode(), body)).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(STANDARD_BEGINS), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


def _is_any(given: str, wanted: Iterable[bytes]) -> bool:
    """Whether what was given is one of those, after a time that does not tell how nearly."""
    try:
        decoded = base64.b64decode(given[:_LONGEST], validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    return any(hmac.compare_digest(decoded, each) for each in wanted)

"""The cursor: where a terminal is in each of its scopes. Opaque to the terminal, which keeps it for the backend.

Nothing in it is trusted: a made-up cursor can only make its owner miss records of scopes that they may see.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

import msgspec

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Scope = Annotated[str, msgspec.Meta(pattern=r"\A(own|team)/(all|(store|lead):[^:/]+|person:[^:/]+:[^:/]+)\Z")]


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a terminal is in one scope."""

    after: _Count = 0
    """It has everything of the scope's feed up to this number."""
    gen: _Count = 0
    """The reset under way that delivers the scope anew; 0 if there is none."""
    start: _Count = 0
    """What the feed's clock showed when that reset began: removals up to there need not be sent."""
    left: _Count = 0
    """About how many records that reset has still to bring."""


class Cursor(msgspec.Struct, frozen=True):
    """The places of all scopes, in the history that an epoch names."""

    epoch: str
    places: dict[_Scope, Place]


def encode(cursor: Cursor) -> str:
    """A cursor as text for a checkpoint."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).rstrip(b"=").decode()


def decode(text: str | None) -> Cursor | None:
    """The cursor that a terminal sent back; None for none and for what cannot be read, which is then begun anew."""
    if text is None:
        return None
    try:
        return _DECODER.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, msgspec.MsgspecError, RecursionError):
        return None


_DECODER = msgspec.json.Decoder(Cursor)

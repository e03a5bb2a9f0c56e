"""When a call says that the person writes to a customer: decisions without I/O. Nothing of it is kept."""

from __future__ import annotations

import math
from typing import Final

TYPING_APART: Final = 4.0
"""It is said no more often than this, in seconds: in time before the last word of it is over at the backend. What was
typed longer ago is said no more."""


class TypingNotice:
    """What was typed last, and when it was last said."""

    def __init__(self) -> None:
        self._request = ""
        self._typed_at = self._said_at = -math.inf

    def typed(self, request: str, now: float) -> bool:
        """The person typed on their answer to a request; whether the next call is to say so."""
        if now < self._said_at + TYPING_APART:
            return False
        self._request, self._typed_at = request, now
        return True

    def said(self, now: float) -> str:
        """A call is made: the request that it names, if any."""
        request, self._request = self._request, ""
        if not request or now >= self._typed_at + TYPING_APART:
            return ""
        self._said_at = now
        return request

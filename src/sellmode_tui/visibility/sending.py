"""What is not sent yet, in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Unsent:
    """A change that the backend has not answered for yet."""

    mid: str
    words: str
    """What was changed and of whom: ``phone number of Anna Muster``; ``of a customer`` for one who is not visible."""
    since: dt.datetime
    """When it was made, UTC."""
    said: str = ""
    """What the backend last said of it; empty unless it failed at it."""
    tries: int = 0
    """How often it did."""
    sent: bool = False
    """Whether it has been in a call, so that the backend may have it already. Until then undo withdraws it."""

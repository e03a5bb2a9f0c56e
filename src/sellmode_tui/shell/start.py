"""What the app is started with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final, NamedTuple

from sellmode_tui.journal.clock import since_boot
from sellmode_tui.records.store import utc_now


class Clock(NamedTuple):
    """Where times come from."""

    now: Callable[[], dt.datetime]
    """UTC."""
    seconds: Callable[[], float]
    """Since any moment; goes on while the machine sleeps."""


CLOCK: Final = Clock(utc_now, since_boot)


class Start(NamedTuple):
    """What was said when the app was called."""

    server: str = ""
    user_name: str = ""
    password: str | None = None
    """Signs in at once."""

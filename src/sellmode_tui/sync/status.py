"""How things stand between this terminal and the backend, for status lines and commands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from sellmode_contract import wire
from sellmode_tui.language import tr


class Line(Enum):
    """Whether the backend can be reached."""

    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"
    SIGNED_OUT = "signed out"
    """Reached, but it wants a new sign-in."""
    DISABLED = "disabled"
    """Reached, but the account was disabled."""
    REFUSED = "refused"
    """Reached, but it will not sync with this version of the app; or another version has taken its place here."""
    DAMAGED = "damaged"
    """The cache file cannot be used any more and is to be replaced."""


@dataclass(frozen=True)
class SyncStatus:
    """A moment's state. Instants are UTC."""

    line: Line = Line.CONNECTING
    since: dt.datetime | None = None
    """When ``line`` became what it is."""
    synced_at: dt.datetime | None = None
    """The end of the last complete pass."""
    received: int = 0
    """Records received in the pass that is running; 0 between passes."""
    left: int | None = None
    """About how many are still to come, while a first sync runs."""
    unsent: int = 0
    """Changes that the backend has not settled yet."""
    attention: int = 0
    """Changes that were refused and wait for somebody to see to them."""
    problem: str = ""
    """What is wrong and what to do, in words, if anything is."""
    leading: bool = True
    """Whether this process syncs; another one on this machine does otherwise."""


def upgrade_problem(problem: wire.Problem) -> str:
    """What is wrong where the two speak different protocols."""
    if problem.min_protocol is not None and problem.min_protocol <= wire.PROTOCOL:
        return tr("The server is older than this app and does not understand it. Ask whoever looks after the server.")
    return tr("The server requires a newer version of Sellmode. Ask your administrator to update it.")

"""What the backend answered to a mutation, in the journal's tables: for the outbox's transactions."""

from __future__ import annotations

import datetime as dt

import msgspec

from sellmode_contract.wire import Result
from sellmode_tui.journal import tray
from sellmode_tui.journal.schema import count_change
from sellmode_tui.sealed import Connection


def failed(connection: Connection, result: Result, at: dt.datetime) -> None:
    """The backend failed at it. What is said is shown; the fold stays as it is."""
    counted = connection.execute(
        "UPDATE mutation SET said = ?, tries = tries + 1, said_at = ?2"
        " WHERE mid = ? AND state = 'waiting' AND said_at IS NOT ?2",
        (result.detail, at.isoformat(), result.mid),
    )
    if counted.rowcount:
        count_change(connection)


def hold(connection: Connection, result: Result) -> None:
    """The backend is too old for it: it has not been done, and may be taken back as if it had not been sent."""
    held = connection.execute(
        "UPDATE mutation SET held = 1, sent = 0, cid = NULL, seq = NULL, said = ? WHERE mid = ? AND state = 'waiting'",
        (result.detail, result.mid),
    )
    if held.rowcount:
        count_change(connection)


def release(connection: Connection) -> bool:
    """What the backend was too old for is to be sent again; whether there is any."""
    released = connection.execute("UPDATE mutation SET held = 0, said = '' WHERE held").rowcount > 0
    if released:
        count_change(connection)
    return released


def settled(connection: Connection, result: Result, at: dt.datetime) -> None:
    """The backend has done it or refused it; what is settled already stays."""
    row = connection.execute("SELECT 1 FROM mutation WHERE mid = ? AND state = 'waiting'", (result.mid,)).fetchone()
    if row is None:  # settled already, or by another terminal of this account
        return
    kept = msgspec.json.encode(result).decode()
    refused = result.st in ("rejected", "parked")
    connection.execute(
        "UPDATE mutation SET state = ?, folds = folds AND NOT ?, result = ?, settled_at = ?, sent = 1, change = ?"
        " WHERE mid = ?",
        (
            "refused" if refused else "applied",
            refused,
            kept,
            at.isoformat(),
            count_change(connection),
            result.mid,
        ),
    )
    if refused:
        tray.refused(connection, result.mid)
    else:
        tray.applied(connection, result.mid)

"""How a command can end: its exit codes, and which error means which."""

from __future__ import annotations

from enum import IntEnum
from typing import IO, Any

import click

from sellmode_contract.refusals import Rejected
from sellmode_contract.text import visible
from sellmode_tui import errors, sealed
from sellmode_tui.account.settings import BadSettings
from sellmode_tui.transport.errors import BadAddress, Refused, TransportError


class Exit(IntEnum):
    """Exit codes of ``sellmode``, as docs/commands.md tells them."""

    OK = 0
    NOTHING = 1
    USAGE = 2
    LOCKED = 3
    OFFLINE = 4
    REFUSED = 5
    DAMAGED = 6
    AGAINST_RULES = 7
    FAULT = 70
    STALLED = 75
    INTERRUPTED = 130
    PIPE = 141


MEANINGS: dict[Exit, str] = {
    Exit.OK: "done",
    Exit.NOTHING: "nothing found, or not visible to you",
    Exit.USAGE: "wrong usage; a filter that cannot be read",
    Exit.LOCKED: "not signed in: no password, a wrong one, or an expired lease",
    Exit.OFFLINE: "the server cannot be reached or is busy; trying again later may help",
    Exit.REFUSED: "the server refused: the account is disabled, or a newer app is required",
    Exit.DAMAGED: (
        "files on this machine are damaged or open to others, the disk is full, or the output cannot be written"
    ),
    Exit.AGAINST_RULES: "nothing was written: a rule forbids it, or the customer may already exist",
    Exit.FAULT: "an internal error; a report was written",
    Exit.STALLED: "the app stopped responding: it locked the account and closed; a report was written",
    Exit.INTERRUPTED: "interrupted",
}
"""For the help and the documents. A reader of the output that goes away ends a command quietly, with 141."""


class Failure(click.ClickException):
    """Ends a command with a message and an exit code."""

    def __init__(self, message: str, exit_code: Exit) -> None:
        super().__init__(message)
        vars(self)["exit_code"] = int(exit_code)  # click declares it for the class and reads it from the instance


class Nothing(Failure):
    """Ends a list that is empty, which is nobody's mistake: said plainly, with exit code 1."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Exit.NOTHING)

    def show(self, file: IO[Any] | None = None) -> None:
        """Say it without calling it an error."""
        click.echo(self.format_message(), file=file, err=True)


def failure(error: Exception) -> Failure | None:
    """The failure that an expected error means; None for one that nobody expects."""
    code: Exit | None = None
    match error:
        case Rejected():
            return _not_written(error)
        case Refused():
            code = _REFUSALS.get(error.problem.code, Exit.REFUSED)
        case BadAddress() | BadSettings():
            code = Exit.USAGE
        case TransportError() | errors.ServerBusy() | errors.TooManyAttempts():
            code = Exit.OFFLINE
        case errors.UnsafeFile() | errors.DamagedFile() | errors.NotStored() | sealed.SealedError():
            code = Exit.DAMAGED
        case (
            errors.AccountDisabled()
            | errors.UpgradeNeeded()
            | errors.SignInRefused()
            | errors.OtherAccountAnswered()
            | errors.WeakPassword()
        ):
            code = Exit.REFUSED
        case errors.AccountError():
            code = Exit.LOCKED
    return None if code is None else Failure(str(error), code)


def _not_written(error: Rejected) -> Failure:
    """Names the rule and the field; neither repeats a value."""
    field = f" (field {visible(error.field)})" if error.field else ""
    code = Exit.NOTHING if error.code == "not_found" else Exit.AGAINST_RULES
    return Failure(f"Nothing was written. {visible(error.detail)}{field}", code)


_REFUSALS = {
    "signed_out": Exit.LOCKED,
    "too_many_attempts": Exit.OFFLINE,
    "unavailable": Exit.OFFLINE,
    "internal": Exit.OFFLINE,
}

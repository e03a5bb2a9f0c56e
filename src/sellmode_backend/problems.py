"""Refusals as RFC 9457 problems."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
import sqlalchemy as sa
from starlette.responses import Response

from sellmode_backend.accounts.limits import TooManyAttempts
from sellmode_backend.accounts.passwords import WeakPassword
from sellmode_backend.accounts.sessions import AccountDisabled, SignedOut
from sellmode_backend.accounts.signing_in import WrongCode, WrongCredentials
from sellmode_backend.rules.asked import BadQuestion, NotForThem, TookTooLong
from sellmode_backend.store.settings import SettingError
from sellmode_backend.sync.asked import BadPush
from sellmode_backend.sync.push import ClientForked
from sellmode_backend.sync.salvage import NotDisabled
from sellmode_contract import wire

BUSY_RETRY_S = 5
"""When to come back to a database that could not be reached."""

_PROBLEMS: dict[wire.ProblemCode, tuple[int, str]] = {
    "bad_request": (400, "The request cannot be read"),
    "body_too_large": (413, "The request's body is too large"),
    "wrong_credentials": (401, "User name or password is wrong"),
    "wrong_code": (401, "The activation code is wrong, was used or has expired"),
    "weak_password": (422, "The new password will not do"),
    "signed_out": (401, "The session has ended"),
    "account_disabled": (403, "The account is disabled"),
    "too_many_attempts": (429, "Too many attempts"),
    "upgrade_required": (426, "This backend speaks another version of the protocol"),
    "client_forked": (409, "Another journal writes under this client's name"),
    "conflict": (409, "The request does not fit what is there"),
    "not_found": (404, "There is nothing here"),
    "method_not_allowed": (405, "This is not done that way"),
    "unavailable": (503, "The backend cannot answer just now"),
    "internal": (500, "The backend failed"),
}


class Refused(Exception):
    """A request is answered with a problem."""

    def __init__(self, code: wire.ProblemCode, detail: str = "", *, retry_after: int | None = None) -> None:
        """``retry_after`` is in seconds."""
        status, title = _PROBLEMS[code]
        self.problem = wire.Problem(
            code=code,
            title=title,
            status=status,
            detail=detail,
            retry_after=retry_after,
            min_protocol=wire.PROTOCOL if code == "upgrade_required" else None,
        )
        super().__init__(code)


def refusal(error: Exception) -> Refused | None:  # noqa: C901, PLR0911, PLR0912  # a table of cases
    """The refusal that an error stands for; None for errors that nobody expected."""
    match error:
        case Refused():
            return error
        case SignedOut():
            return Refused("signed_out")
        case AccountDisabled():
            return Refused("account_disabled", "Your account was disabled. Ask your manager or the operator.")
        case WrongCredentials():
            return Refused("wrong_credentials")
        case WrongCode():
            return Refused("wrong_code", "Ask the operator for a new code.")
        case WeakPassword():
            return Refused("weak_password", str(error))
        case TooManyAttempts():
            return Refused("too_many_attempts", retry_after=error.retry_after)
        case BadPush() | BadQuestion():
            return Refused("bad_request", str(error))
        case NotForThem():
            return Refused("not_found", "There is no such store for you, or you do not look after rules.")
        case TookTooLong():
            return Refused("unavailable", "The preview takes too long here; the operator's `rules preview` has time.")
        case ClientForked():
            return Refused("client_forked", "Take a new name, count from 1 again, and send what is not settled.")
        case NotDisabled():
            return Refused("conflict", "The account is not disabled: sign in, and send it as usual.")
        case SettingError():
            return Refused("unavailable", "The backend's database holds no retailer yet.", retry_after=60)
        case sa.exc.OperationalError() | sa.exc.InterfaceError() | sa.exc.TimeoutError():
            return Refused("unavailable", "The backend's database cannot be reached.", retry_after=BUSY_RETRY_S)
    return None


def response(problem: wire.Problem) -> Response:
    """A problem as an HTTP answer."""
    headers = {"Cache-Control": "no-store"}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        msgspec.json.encode(problem), status_code=problem.status, headers=headers, media_type=wire.PROBLEM_JSON
    )

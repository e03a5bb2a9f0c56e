"""Maps exceptions to RFC 9457 problems."""

from __future__ import annotations

import sqlalchemy as sa

from sellmode_backend.accounts.limits import TooManyAttempts
from sellmode_backend.accounts.passwords import WeakPassword
from sellmode_backend.accounts.sessions import AccountDisabled, SignedOut
from sellmode_backend.accounts.signing_in import WrongCode, WrongCredentials
from sellmode_backend.http import Refused
from sellmode_backend.rules.preview_requests import BadQuestion, NotForThem, TookTooLong
from sellmode_backend.store.settings import SettingError
from sellmode_backend.sync.incoming import BadPush
from sellmode_backend.sync.push import ClientForked
from sellmode_backend.sync.salvage import NotDisabled

BUSY_RETRY_S = 5
"""When to come back to a database that could not be reached."""


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

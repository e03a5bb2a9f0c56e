"""What can go wrong with an account. Each text says what is wrong and what to do, to an associate at a counter."""

from __future__ import annotations

from pathlib import Path

from sellmode_contract.text import visible
from sellmode_tui.language import tr, trd, trn


class AccountError(Exception):
    """An account cannot be used. The text is for the person at the screen; it holds no secret."""


class WrongPassword(AccountError):
    """Online: no such user name and password. Offline: the password does not open this terminal's key."""

    def __init__(self, *, offline: bool = False) -> None:
        self.offline = offline
        super().__init__(
            tr("The password is not the one last used on this terminal. If it was changed since, sign in while online.")
            if offline
            else tr(
                "The user name or the password is wrong. Check both. If you forgot your password, ask your "
                "manager for an activation code."
            )
        )


class CodeRefused(AccountError):
    """An activation code is wrong, used or expired."""

    def __init__(self) -> None:
        super().__init__(
            tr("The code is wrong, was used already or has expired. Check it, or ask your manager for a new one.")
        )


class WeakPassword(AccountError):
    """The backend does not take a new password."""

    def __init__(self, detail: str) -> None:
        why = visible(detail) or tr("this one is too easy to guess.")
        super().__init__(tr("Choose another password: {why}", why=why))


class AccountDisabled(AccountError):
    """The retailer switched the account off; its files stay sealed."""

    def __init__(self, left: int | None = None) -> None:
        """``left``: how many changes were not sent or were refused; None where that is not known."""
        kept = tr("Your unsent changes are kept on this terminal, encrypted.")
        handed_in = tr("All your changes have been sent.")
        what = handed_in if left == 0 else kept
        super().__init__(tr("This account is disabled. {what} Ask your manager.", what=what))


class UpgradeNeeded(AccountError):
    """The backend speaks a newer protocol only."""

    def __init__(self) -> None:
        super().__init__(tr("The server requires a newer version of Sellmode. Ask your administrator to update it."))


class TooManyAttempts(AccountError):
    """The backend hears no more attempts for a while."""

    def __init__(self, seconds: float) -> None:
        super().__init__(tr("Too many attempts. Wait {duration}, then try again.", duration=_duration(seconds)))
        self.seconds = seconds


class ServerBusy(AccountError):
    """The backend is there and cannot answer now."""

    def __init__(self, seconds: float) -> None:
        super().__init__(tr("The server is busy. Try again in {duration}.", duration=_duration(seconds)))
        self.seconds = seconds


class SignInRefused(AccountError):
    """The backend refused for a reason that this version does not know."""

    def __init__(self, title: str, detail: str) -> None:
        why = visible(f"{title}. {detail}" if detail else title)
        super().__init__(tr("The server refused: {why}", why=why))


class OtherAccountAnswered(AccountError):
    """The backend answered for another account than asked."""

    def __init__(self) -> None:
        super().__init__(tr("The server answered for another account. Nothing was changed. Tell your administrator."))


class LeaseOver(AccountError):
    """No contact for so long that the key was deleted; the files stay sealed."""

    def __init__(self) -> None:
        super().__init__(
            tr(
                "This terminal was offline for too long, so its data is locked. Sign in while online; "
                "nothing you wrote is lost."
            )
        )


class ClockChanged(AccountError):
    """The terminal's clock was set back."""

    def __init__(self) -> None:
        super().__init__(
            tr("This terminal's clock was set back, so its data is locked. Correct the clock, or sign in while online.")
        )


class SignInNeeded(AccountError):
    """The account cannot be opened offline."""


class NotSignedIn(AccountError):
    """A session was used after it was closed."""

    def __init__(self) -> None:
        super().__init__(tr("The session is locked. Sign in again."))


class UnsafeFile(AccountError):
    """A file or folder of ours could be used by others, or is not what it seems to be."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{path} {text}")
        self.path = path


class NotStored(AccountError):
    """A file could not be written: no room, or no right to."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            tr(
                "Nothing can be saved in {parent}: {strerror}. Free some space, or ask your administrator.",
                parent=path.parent,
                strerror=error.strerror,
            )
        )
        self.path = path


class DamagedFile(AccountError):
    """A small file of an account cannot be understood."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(
            tr("{path} is damaged ({text}). Sign in while online to create it again.", path=path, text=text)
        )
        self.path = path


class KeyringUnavailable(AccountError):
    """There is no keyring that may be used."""

    def __init__(self, reason: str, *, unsure: bool = False) -> None:
        super().__init__(tr("The keyring of this machine cannot be used: {reason}.", reason=visible(trd(reason))))
        self.unsure = unsure
        """Whether it may have done what was asked all the same."""


def _duration(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 120:
        return trn("{number:,} second", "{number:,} seconds", whole)
    return trn("{number:,} minute", "{number:,} minutes", -(-whole // 60))

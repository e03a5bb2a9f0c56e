"""What can go wrong with an account. Each text says what is wrong and what to do, to an associate at a counter."""

from __future__ import annotations

from pathlib import Path

from sellmode_contract.text import visible


class AccountError(Exception):
    """An account cannot be used. The text is for the person at the screen; it holds no secret."""


class WrongPassword(AccountError):
    """Online: no such user name and password. Offline: the password does not open this terminal's key."""

    def __init__(self, *, offline: bool = False) -> None:
        super().__init__(
            "The password is not the one last used on this terminal. If it was changed since, sign in while online."
            if offline
            else "The user name or the password is wrong. Check both. If you forgot your password, ask your manager "
            "for an activation code."
        )


class CodeRefused(AccountError):
    """An activation code is wrong, used or expired."""

    def __init__(self) -> None:
        super().__init__(
            "The code is wrong, was used already or has expired. Check it, or ask your manager for a new one."
        )


class WeakPassword(AccountError):
    """The backend does not take a new password."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"Choose another password: {visible(detail) or 'this one is too easy to guess.'}")


class AccountDisabled(AccountError):
    """The retailer switched the account off; its files stay sealed."""

    def __init__(self, left: int | None = None) -> None:
        """``left``: how many changes were not sent or were refused; None where that is not known."""
        kept = "Your unsent changes are kept on this terminal, encrypted."
        handed_in = "All your changes have been sent."
        super().__init__(f"This account is disabled. {handed_in if left == 0 else kept} Ask your manager.")


class UpgradeNeeded(AccountError):
    """The backend speaks a newer protocol only."""

    def __init__(self) -> None:
        super().__init__("The server requires a newer version of Sellmode. Ask your administrator to update it.")


class TooManyAttempts(AccountError):
    """The backend hears no more attempts for a while."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Too many attempts. Wait {_duration(seconds)}, then try again.")
        self.seconds = seconds


class ServerBusy(AccountError):
    """The backend is there and cannot answer now."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The server is busy. Try again in {_duration(seconds)}.")
        self.seconds = seconds


class SignInRefused(AccountError):
    """The backend refused for a reason that this version does not know."""

    def __init__(self, title: str, detail: str) -> None:
        super().__init__(f"The server refused: {visible(f'{title}. {detail}' if detail else title)}")


class OtherAccountAnswered(AccountError):
    """The backend answered for another account than asked."""

    def __init__(self) -> None:
        super().__init__("The server answered for another account. Nothing was changed. Tell your administrator.")


class LeaseOver(AccountError):
    """No contact for so long that the key was deleted; the files stay sealed."""

    def __init__(self) -> None:
        super().__init__(
            "This terminal was offline for too long, so its data is locked. Sign in while online; "
            "nothing you wrote is lost."
        )


class ClockChanged(AccountError):
    """The terminal's clock was set back."""

    def __init__(self) -> None:
        super().__init__(
            "This terminal's clock was set back, so its data is locked. Correct the clock, or sign in while online."
        )


class SignInNeeded(AccountError):
    """The account cannot be opened offline."""


class NotSignedIn(AccountError):
    """A session was used after it was closed."""

    def __init__(self) -> None:
        super().__init__("The session is locked. Sign in again.")


class UnsafeFile(AccountError):
    """A file or folder of ours could be used by others, or is not what it seems to be."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{path} {text}")
        self.path = path


class NotStored(AccountError):
    """A file could not be written: no room, or no right to."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"Nothing can be saved in {path.parent}: {error.strerror}. Free some space, or ask your administrator."
        )
        self.path = path


class DamagedFile(AccountError):
    """A small file of an account cannot be understood."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{path} is damaged ({text}). Sign in while online to create it again.")
        self.path = path


class KeyringUnavailable(AccountError):
    """There is no keyring that may be used."""

    def __init__(self, reason: str, *, unsure: bool = False) -> None:
        super().__init__(f"The keyring of this machine cannot be used: {visible(reason)}.")
        self.unsure = unsure
        """Whether it may have done what was asked all the same."""


def _duration(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 120:
        return "1 second" if whole == 1 else f"{whole} seconds"
    return f"{-(-whole // 60)} minutes"

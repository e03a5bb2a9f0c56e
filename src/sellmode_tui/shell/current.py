"""The account that is open, and work with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.shell.background import Background
from sellmode_tui.workspace import Workspace

Result = TypeVar("Result")


class OpenAccount(NamedTuple):
    """An account that somebody works in."""

    workspace: Workspace
    desk: Desk


class CurrentAccount:
    """Which account is open, if any."""

    def __init__(self, background: Background) -> None:
        self.account: OpenAccount | None = None
        self._background = background

    @property
    def workspace(self) -> Workspace | None:
        """Of the open account."""
        return self.account and self.account.workspace

    @property
    def desk(self) -> Desk | None:
        """Of the open account."""
        return self.account and self.account.desk

    def close(self) -> OpenAccount | None:
        """Forget the open account, for the caller to close."""
        account, self.account = self.account, None
        return account

    def hand_back(self, account: OpenAccount, take: Callable[[Result], object], result: Result) -> None:
        """Have the app's task take something, if an account is still open by then. From any thread."""
        self._background.hand_back(take, result, wanted=lambda: self.account is account)

    def run(
        self, work: Callable[[OpenAccount], Result], then: Callable[[Result], object] | None = None, **options: Any
    ) -> None:
        """Do something with the open account, if there is one; ``options`` as of `Background.run`.

        What comes of it counts only while that account is open.
        """
        account = self.account
        if account is not None:
            self._background.run(lambda: work(account), then, wanted=lambda: self.account is account, **options)

"""What a call may fail with. The texts are for the person at the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sellmode_contract.text import visible
from sellmode_tui.language import marked, tr, trd

if TYPE_CHECKING:
    from sellmode_contract import wire

MAX_WAIT: Final = 3600.0
"""A server that asks to wait longer is asked again after this many seconds all the same."""

NOT_OURS = marked(
    "Something else answers in the server's place: a guest network's sign-in page, a proxy or "
    "another site. Open a browser to sign in to the network, or check the server's address."
)
CUT = marked("The line broke in the middle of an answer.")


class TransportError(Exception):
    """A call that did not bring the backend's answer. The text is for the person at the screen."""

    def __init__(self, text: str) -> None:
        super().__init__(trd(text))


class BadAddress(TransportError):
    """The server's address cannot be used."""


class Unreachable(TransportError):
    """Nothing answers: offline, as far as this terminal can tell."""


class UnknownServer(Unreachable):
    """The address leads nowhere: no such name, or nothing listens there."""


class CertificateRefused(Unreachable):
    """Who answers cannot prove to be the server."""


class NotOurServer(Unreachable):
    """Somebody else answers: a guest network's sign-in page, a proxy, another site."""


class Refused(TransportError):
    """The backend's own refusal."""

    def __init__(self, problem: wire.Problem, retry_after: float | None = None) -> None:
        super().__init__(tr("The server refused: {why}", why=visible(problem.detail or problem.title)))
        self.problem = problem
        self.retry_after = retry_after
        """Seconds to wait, where the backend said so; 0 to `MAX_WAIT`."""


class Broken(TransportError):
    """The backend's answer broke off or is not sound. What came before counts as far as its last checkpoint."""


class Interrupted(TransportError):
    """The transport was closed during the call, or before it."""

    def __init__(self) -> None:
        super().__init__(tr("The connection was closed by this app."))

"""What an account that was disabled had not sent is offered to the backend: decisions without I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sellmode_contract import wire
from sellmode_contract.wire import Result
from sellmode_tui.sync.events import CallSalvage, Effect, Outgoing, Prepare, Release, Settle
from sellmode_tui.sync.sending import BATCH_BYTES, queued
from sellmode_tui.transport.errors import Refused

SALVAGE_TRIES: Final = 3
"""How often in a row it is offered in vain, before the account's files are closed."""


class Salvage:
    """Offers it until all is settled. Each step gives what is to be done, and nothing once it has come to its end."""

    def __init__(self, refusal: Refused) -> None:
        self.refusal = refusal
        """That the account is disabled."""
        self.sent: Mapping[str, int] = {}
        """Mutations by mid, with their numbers."""
        self._tries = 0
        """In vain, in a row."""

    def begin(self) -> list[Effect]:
        """Offer all of it, once more what the backend was too old for, too."""
        return [Release(), *self.read()]

    def read(self) -> list[Effect]:
        """See what there is to offer."""
        return [Prepare(wire.MAX_MUTATIONS, BATCH_BYTES, fresh=True)]

    def offer(self, cid: str, mutations: list[Outgoing]) -> list[Effect]:
        """That is it."""
        self.sent = {each.mid: each.seq for each in mutations}
        return [CallSalvage(cid, queued(mutations))] if mutations else []

    def take(self, results: tuple[Result, ...]) -> list[Effect]:
        """The backend has answered."""
        done = tuple(each for each in results if each.mid in self.sent and each.st not in ("retry", "gap"))
        if not done:
            return self.again()
        self._tries = 0
        return [Settle(done), *self.read()]

    def again(self) -> list[Effect]:
        """Try it a little longer: the key is at hand for the last time, and a line that broke once may hold."""
        self._tries += 1
        return self.read() if self._tries < SALVAGE_TRIES else []

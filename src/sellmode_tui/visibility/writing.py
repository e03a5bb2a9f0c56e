"""How a change is kept: judged in the reading it was made in, made durable, shown, and sent as soon as can be."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sellmode_contract import text
from sellmode_contract.ids import new_id
from sellmode_contract.mutations import (
    Accept,
    Discard,
    Dismiss,
    Merge,
    Operation,
    Outcome,
    Park,
    Rejected,
    SetConsent,
    World,
    apply,
    capability,
    check_author_sees,
    decode,
    encode,
    target,
)
from sellmode_contract.mutations.operations import plain
from sellmode_contract.records import kind_of
from sellmode_contract.visibility import may
from sellmode_tui.cache.outbox import Leaving, Left, Made, Outbox
from sellmode_tui.cache.store import Cache, Interrupted
from sellmode_tui.sealed import SealedError
from sellmode_tui.visibility.readings import Readings
from sellmode_tui.visibility.seen import Seen
from sellmode_tui.visibility.wording import describe

_Told = TypeVar("_Told")


@dataclass(frozen=True)
class Written:
    """A change that is kept for good on this machine and on its way to the backend."""

    mid: str
    """Names it: for the Sync screen, *Needs attention* and undo. Empty if nothing was written."""
    id: str
    """Of the record: a new one's, too."""
    words: str
    """What was changed and of whom, for people: ``phone number of Anna Muster``. Hostile text is as it came."""
    final: bool = False
    """Undo does not take it back once it is sent."""
    nothing: bool = False
    """Everything was like this already, so nothing was written."""
    shown: bool = True
    """Whether lists and profiles show it already. If not, the local copy is broken or the disk is full: the change is
    kept all the same, is sent, and shows once the copy is whole again."""


class NotVisible(Rejected):
    """There is no such record for this account: whether it does not exist or is not visible cannot be told apart."""

    def __init__(self, kind: str = "record") -> None:
        """``kind`` is the record's."""
        super().__init__("not_found", f"There is no such {kind.replace('_', ' ')} for you.")


class CannotWrite(Exception):
    """Nothing can be written through this door: it was opened without a journal."""


def made_id() -> str:
    """A new id, for a mutation or a record."""
    return new_id(time.time_ns() // 1_000_000, os.urandom(10))


def made_now() -> Made:
    """This moment by the wall clock alone, for a door that nobody gives a better one."""
    return Made(dt.datetime.now(dt.UTC), "", 0.0)


class Writer:
    """Keeps what an account writes. Any thread may."""

    def __init__(
        self,
        readings: Readings,
        cache: Cache,
        outbox: Outbox | None,
        *,
        ids: Callable[[], str],
        made: Callable[[], Made],
        wrote: Callable[[], None],
    ) -> None:
        """``wrote`` is called after each change of what is to be sent; it wakes the sync."""
        self._readings = readings
        self._cache = cache
        self._outbox = outbox
        self._made = made
        self._wrote = wrote
        self.new_id = ids

    @property
    def outbox(self) -> Outbox:
        """What waits to be sent. Raises CannotWrite."""
        if self._outbox is None:
            raise CannotWrite("What is written here could not be kept: there is no journal.")
        return self._outbox

    def write(
        self, mean: Callable[[Seen], Operation], *, undoes: str | None = None, leaves: Leaving | None = None
    ) -> Written:
        """Keep the operation that ``mean`` makes of what is visible; returned, it is on the disk.

        Raises Rejected for what would be refused anyway (NotVisible for what is about a record that is not visible),
        CannotWrite, and SealedError if it could not be kept. What changes nothing is not written, unless it takes
        something back: that is to be remembered.

        ``undoes`` and ``leaves`` are as in `Outbox.add`, which may raise TakenBack and NotInTray. What ``leaves`` names
        stays in the tray if nothing is written.
        """
        outbox, mid, made = self.outbox, self.new_id(), self._made()
        with self._readings.open() as reading:
            seen = Seen(reading, self._readings.surroundings(reading))
            operation = _storable(mean(seen))
            outcome = judge(operation, seen, mid, made)
            before = _before(operation, outcome, seen)
            words = describe(operation, before, seen.name_of, seen.retailer)
        if not (outcome.puts or outcome.removes or undoes):
            return Written("", operation.id, words, nothing=True)
        outbox.add(operation, mid=mid, made=made, before=before, undoes=undoes, leaves=leaves)
        return Written(mid, operation.id, words, final=_is_final(operation), shown=self.changed())

    def read(self, tell: Callable[[Seen], _Told]) -> _Told:
        """What ``tell`` makes of what is visible."""
        with self._readings.open() as reading:
            return tell(Seen(reading, self._readings.surroundings(reading)))

    def leave_tray(self, mid: str, how: Left) -> None:
        """Somebody has seen to something that was refused."""
        self.outbox.leave_tray(mid, how, self._made().wall)

    def changed(self) -> bool:
        """Let what is to be sent take effect, after a change of it; whether it shows."""
        try:
            self._cache.fold()
        except (SealedError, Interrupted):
            shown = False  # the journal has it: it is folded in when the copy is opened again, or made anew
        else:
            shown = True
        self._wrote()
        return shown


def judge(operation: Operation, seen: Seen, mid: str, made: Made) -> Outcome:
    """What an operation will make of what is visible. Raises Rejected, as the backend would."""
    if seen.account is None:
        raise Rejected("not_allowed", "Nothing can be written before the server has said who you are: sync first.")
    if not may(seen.account, needed := capability(operation)):
        raise Rejected("not_allowed", f"Your role does not allow this: it takes the right to {needed}.")
    try:
        outcome = apply(operation, World(seen, seen.account, seen.retailer, mid, made.wall))
        check_author_sees(operation, outcome, seen, seen.mode, seen.account)
    except Rejected as error:
        if error.code == "not_found" and not isinstance(error, NotVisible):
            raise NotVisible from error
        raise
    return outcome


def _is_final(operation: Operation) -> bool:
    """Whether others may act on it as soon as it is sent, or only the customer can go back on it."""
    if isinstance(operation, SetConsent):
        return operation.state == "unsubscribed"
    return isinstance(operation, Merge | Dismiss | Park | Accept | Discard)


def _storable(operation: Operation) -> Operation:
    """The operation as it is read from a journal. Raises Rejected, naming the field that cannot be kept."""
    _refuse_unstorable(plain(operation), "")
    return decode(encode(operation))


def _refuse_unstorable(value: Any, path: str) -> None:
    match value:
        case str():
            field = path.removeprefix("set.").removeprefix("doc.")
            try:
                text.refuse(value, field)
            except text.UnstorableText as error:
                raise Rejected("invalid", f"{error}.", field=field) from None
        case Mapping():
            for name, item in value.items():
                _refuse_unstorable(name, "the name of a field")
                _refuse_unstorable(item, f"{path}.{name}" if path else name)
        case list() | tuple():
            for item in value:
                _refuse_unstorable(item, path)


def _before(operation: Operation, outcome: Outcome, seen: Seen) -> dict[str, str | None]:
    """The records that a change is about and touches, as they are shown before it."""
    touched = [target(operation), *((kind_of(record), record.id) for record in outcome.puts), *outcome.removes]
    return {f"{kind}/{id}": seen.document(kind, id) for kind, id in touched}

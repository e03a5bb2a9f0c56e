"""How a change is kept: judged in the reading it was made in, made durable, shown, and sent as soon as can be."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from sellmode_contract import text
from sellmode_contract.ids import new_id
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.mutations import (
    Accept,
    Discard,
    Dismiss,
    Merge,
    Operation,
    Outcome,
    Park,
    Rejected,
    Remove,
    SetConsent,
    Withdraw,
    World,
    apply,
    capability,
    check_author_sees,
    decode,
    encode,
    target,
)
from sellmode_contract.mutations.operations import plain
from sellmode_contract.refusals import named
from sellmode_contract.visibility import may
from sellmode_tui.cache.store import Cache, Interrupted
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.entries import Kept, Leaving, Left
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records.changes.pending import Pending, PendingReader
from sellmode_tui.records.readings import Readings
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.wording import describe
from sellmode_tui.sealed import SealedError

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

    def __init__(self, kind: str = marked("record")) -> None:
        """``kind`` is what one is called."""
        what = trd(kind.replace("_", " "))
        super().__init__("not_found", tr("This {record} does not exist, or you cannot see it.", record=what))


class RefusedAmong(Rejected):
    """One of several changes would be refused, so none was written."""

    def __init__(self, number: int, refusal: Rejected) -> None:
        """``number`` is the place, from 0, of the one that ``refusal`` is about."""
        super().__init__(refusal.code, refusal.detail, field=refusal.field, winner=refusal.winner)
        self.number = number


class CannotWrite(Exception):
    """Nothing can be written: this store of records was opened without a journal."""


def made_id() -> str:
    """A new id, for a mutation or a record."""
    return new_id(time.time_ns() // 1_000_000, os.urandom(10))


def made_now() -> ClockReading:
    """This moment by the wall clock alone, where nobody gives a better one."""
    return ClockReading(dt.datetime.now(dt.UTC), "", 0.0)


class _Judged(NamedTuple):
    """A change that may be kept."""

    kept: Kept
    words: str
    changes: bool
    """Whether it changes anything."""

    def written(self, *, nothing: bool = False, shown: bool = True) -> Written:
        operation = self.kept.operation
        mid = "" if nothing else self.kept.mid
        return Written(mid, operation.id, self.words, not nothing and _is_final(operation), nothing, shown)


MAX_AT_ONCE = 500
"""So many changes may be written at once."""


class Writer:
    """Keeps what an account writes. Any thread may."""

    def __init__(
        self,
        readings: Readings,
        cache: Cache,
        outbox: Outbox | None,
        *,
        ids: Callable[[], str],
        made: Callable[[], ClockReading],
        wrote: Callable[[], None],
    ) -> None:
        """``wrote`` is called after each change of what is to be sent; it wakes the sync."""
        self._readings = readings
        self._cache = cache
        self._outbox = outbox
        self._made = made
        self._wrote = wrote
        self.new_id = ids
        self._pending = PendingReader(outbox) if outbox is not None else None

    def pending(self) -> Pending:
        """By customer, what of one's own is not with the server yet or was refused; cheap enough for every page."""
        return self._pending.read() if self._pending is not None else Pending()

    @property
    def outbox(self) -> Outbox:
        """What waits to be sent. Raises CannotWrite."""
        if self._outbox is None:
            raise CannotWrite(tr("Changes cannot be saved here: there is no journal."))
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
        outbox, made = self.outbox, self._made()
        with self._readings.open() as reading:
            seen = Seen(reading, self._readings.context(reading))
            judged = self._judged(_meant(mean, seen), seen, made)
        if not (judged.changes or undoes):
            return judged.written(nothing=True)
        kept = judged.kept._replace(undoes=undoes)
        outbox.add_all([kept], made=made, leaves=leaves)
        return judged.written(shown=self.changed())

    def write_all(
        self, means: Sequence[Callable[[Seen], Operation]], *, undoes: Sequence[str] | None = None
    ) -> list[Written]:
        """Keep several operations, each about a record of its own, at once: all, or none if one would be refused.

        Raises as ``write``; RefusedAmong tells which of several it was. ``undoes`` has a change for each.
        """
        outbox, made = self.outbox, self._made()
        if len(means) > MAX_AT_ONCE:
            why = tr("At most {most} can be changed at once; these are {number}.", most=MAX_AT_ONCE, number=len(means))
            raise Rejected("invalid", why)
        judged = []
        with self._readings.open() as reading:
            seen = Seen(reading, self._readings.context(reading))
            for number, mean in enumerate(means):
                try:
                    judged.append(self._judged(_meant(mean, seen), seen, made))
                except Rejected as error:
                    raise RefusedAmong(number, error) if len(means) > 1 else error from None
        kept = [each.kept for each in judged if each.changes]
        if undoes is not None:
            kept = [each.kept._replace(undoes=mid) for each, mid in zip(judged, undoes, strict=True)]
        if not kept:
            return [each.written(nothing=True) for each in judged]
        outbox.add_all(kept, made=made)
        shown = self.changed()
        return [each.written(nothing=not each.changes, shown=shown) for each in judged]

    def _judged(self, operation: Operation, seen: Seen, made: ClockReading) -> _Judged:
        mid, operation = self.new_id(), _storable(operation)
        outcome = judge(operation, seen, mid, made)
        before = _before(operation, outcome, seen)
        words = describe(operation, before, seen.name_of, seen.retailer)
        return _Judged(Kept(operation, mid, before), words, bool(outcome.puts or outcome.removes))

    def read(self, tell: Callable[[Seen], _Told]) -> _Told:
        """What ``tell`` makes of what is visible."""
        with self._readings.open() as reading:
            return tell(Seen(reading, self._readings.context(reading)))

    def leave_tray(self, mid: str, how: Left) -> None:
        """Somebody has seen to something that was refused."""
        self.outbox.tray.leave(mid, how, self._made().wall)

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


def judge(operation: Operation, seen: Seen, mid: str, made: ClockReading) -> Outcome:
    """What an operation will make of what is visible. Raises Rejected, as the backend would."""
    if seen.account is None:
        raise Rejected("not_allowed", "Nothing can be changed before the first sync.")
    if not may(seen.account, needed := capability(operation)):
        why = tr("Your role does not allow this: you need the {permission} permission.", permission=needed)
        raise Rejected("not_allowed", why)
    try:
        outcome = apply(operation, World(seen, seen.account, seen.retailer, mid, made.wall))
        check_author_sees(operation, outcome, seen, seen.mode, seen.account)
    except Rejected as error:
        if error.code == "not_found" and not isinstance(error, NotVisible):
            raise NotVisible from error
        if error.field:
            raise _naming(error, getattr(operation, "kind", ""), seen) from None
        raise
    return outcome


def _meant(mean: Callable[[Seen], Operation], seen: Seen) -> Operation:
    """The operation; what is refused while it is made is about a customer, whose fields are folded into one another."""
    try:
        return mean(seen)
    except NotVisible:
        raise
    except Rejected as error:
        raise _naming(error, "customer", seen) from None


def _naming(error: Rejected, kind: str, seen: Seen) -> Rejected:
    """The refusal, in a sentence that begins with what people call the field."""
    why = named(trd(_heading(kind, error.field, seen)), trd(error.detail), error.field)
    return Rejected(error.code, why, field=error.field, winner=error.winner)


def _heading(of: str, path: str, seen: Seen) -> str:
    """What people call the field of a path; empty for one that they do not write."""
    name, _, own = path.partition(".")
    if name == "custom":
        defined = seen.retailer.custom_fields if seen.retailer else ()
        return next((each.label or each.name for each in defined if each.name == own.partition(".")[0]), "")
    kind = KINDS.get(of)
    field = kind.by_name.get(name) if kind else None
    return field.title if field else ""


def _is_final(operation: Operation) -> bool:
    """Whether others may act on it as soon as it is sent, or only the customer can go back on it."""
    if isinstance(operation, SetConsent):
        return operation.state == "unsubscribed"
    if isinstance(operation, Remove):
        return operation.kind == "corporate_brief"
    return isinstance(operation, Merge | Dismiss | Park | Accept | Discard | Withdraw)


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
                raise Rejected("invalid", f"{trd(error)}.", field=field) from None
        case Mapping():
            for name, item in value.items():
                _refuse_unstorable(name, tr("the name of a field"))
                _refuse_unstorable(item, f"{path}.{name}" if path else name)
        case list() | tuple():
            for item in value:
                _refuse_unstorable(item, path)


def _before(operation: Operation, outcome: Outcome, seen: Seen) -> dict[str, str | None]:
    """The records that a change is about and touches, as they are shown before it."""
    touched = [target(operation), *((kind_of(record), record.id) for record in outcome.puts), *outcome.removes]
    return {f"{kind}/{id}": seen.document(kind, id) for kind, id in touched}

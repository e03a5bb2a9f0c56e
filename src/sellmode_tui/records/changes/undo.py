"""Taking back what one has written: the last change that still stands, then the one before it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import msgspec

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.mutations import (
    Assign,
    Available,
    Claim,
    Create,
    Delegate,
    Edit,
    Finish,
    MarkSeen,
    Operation,
    Rejected,
    Release,
    Remove,
    Renew,
    Reopen,
    Revoke,
    SetConsent,
    Share,
    Transfer,
    Undelegate,
    Withdraw,
    target,
)
from sellmode_contract.mutations.consent import STRICTNESS, UNSAID
from sellmode_tui.cache.tables import decode
from sellmode_tui.dates.moments import moment_words
from sellmode_tui.journal.entries import Entry
from sellmode_tui.journal.outbox import TakenBack
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import of_kinds
from sellmode_tui.records.changes.sending import words_of
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.tasks import changes as task_changes
from sellmode_tui.records.values import values_of
from sellmode_tui.records.wording import document_before
from sellmode_tui.records.writing import Writer

LOOKED_AT = 1000
"""So many of one's last changes are remembered for this."""


@dataclass(frozen=True)
class Undone:
    """One's last change is taken back."""

    words: str
    """What it was: ``phone number of Anna Muster``."""
    how: Literal["withdrawn", "inverse"]
    """Withdrawn: it was never sent, and is as if it had never been. Inverse: a change that takes it back is on its way,
    which the backend refuses if somebody has changed the same since."""
    records: tuple[tuple[str, str], ...]
    """Kind and id of what was changed, in the order in which it was."""
    shown: bool = True
    """As in ``Written``."""


class NothingToUndo(Exception):
    """There is no change of one's own that could be taken back."""


class CannotUndo(Exception):
    """One's last change cannot be taken back."""

    def __init__(self, words: str, why: str) -> None:
        """``words`` say what it was, ``why`` is a sentence for people."""
        super().__init__(why)
        self.words = words
        self.why = why


def undo(writer: Writer) -> Undone:
    """Take back one's last change that still stands; if others were written at once with it, all of them.

    Raises NothingToUndo, CannotUndo, and what ``write`` raises.
    """
    while True:
        entries = writer.outbox.latest(LOOKED_AT)
        undone = {entry.undoes for entry in entries}
        standing = [
            each
            for each in entries
            if each.undoes is None and each.mid not in undone and _stands(each) and not _is(each, MarkSeen)
        ]
        if not standing:
            raise NothingToUndo(tr("Nothing to undo."))
        last = standing[0]
        bulk = [each for each in standing if each.bulk == last.bulk] if last.bulk else [last]
        with contextlib.suppress(TakenBack):  # by somebody else, a moment ago: then it is the turn of the one before
            return _take_back(writer, bulk, _new_ids(entries))


def _stands(entry: Entry) -> bool:
    """Whether it is done, or will be as far as is known; what was refused or handed over is in *Needs attention*.

    Being available is no change that anybody means by undoing the last one.
    """
    return (entry.result is None or entry.result.st in ("applied", "merged")) and not _is(entry, Available)


def _new_ids(entries: list[Entry]) -> Mapping[str, str]:
    """The ids that removed records have since their removal was taken back, by the ids that they had."""
    removed = {entry.mid: entry.operation.id for entry in entries if _is(entry, Remove)}
    return {
        removed[entry.undoes]: entry.operation.id for entry in entries if entry.undoes in removed and _is(entry, Create)
    }


def _is(entry: Entry, of: type[Operation]) -> bool:
    try:
        return isinstance(entry.operation, of)
    except Rejected:
        return False


def _take_back(writer: Writer, bulk: list[Entry], new_ids: Mapping[str, str]) -> Undone:
    """Take back changes that were written at once: what was not sent is withdrawn, the rest gets its inverse.

    The inverses come first, because they may be refused: then all stays as it is.
    """
    words = writer.read(lambda seen: _words(bulk, seen))
    sent, fresh = ([entry for entry in bulk if entry.sent is was] for was in (True, False))
    try:
        shown = not sent or _invert(writer, sent, new_ids)
        if fresh:
            withdrawn = writer.outbox.withdraw(*(entry.mid for entry in fresh))
            shown = (not withdrawn or writer.changed()) and shown
            if left := [entry.mid for entry in fresh if entry.mid not in withdrawn]:
                sent = _sent_meanwhile(writer, left)
                shown = _invert(writer, sent, new_ids) and shown
    except _No as no:
        raise CannotUndo(words, no.why) from None
    except Rejected as error:
        gone = tr("It was removed, or you can no longer see it.")
        why = gone if error.code == "not_found" else writer.read(partial(_refused, error, bulk))
        raise CannotUndo(words, why) from None
    return Undone(words, "inverse" if sent else "withdrawn", _targets(bulk), shown=shown)


def _refused(error: Rejected, bulk: list[Entry], seen: Seen) -> str:
    """Why an inverse was refused; of a field that somebody has changed since, who, when and what stands there now."""
    reason = trd(error.detail)
    for entry in bulk:
        for value in values_of(entry.operation, seen):
            if value.field == error.field and value.edit is not None and value.edit.by == error.winner:
                return tr(
                    "{reason} It is now {value} ({person}, {time}).",
                    reason=reason,
                    value=f'"{value.present_text}"' if value.present_text else tr("nothing"),
                    person=value.edited_by,
                    time=moment_words(value.edit.at, seen.around.zone),
                )
    who = seen.around.name_of(error.winner)
    return tr("{reason}: {person}.", reason=reason.removesuffix("."), person=who) if who else reason


def _targets(bulk: list[Entry]) -> tuple[tuple[str, str], ...]:
    found = []
    for entry in reversed(bulk):
        with contextlib.suppress(Rejected):  # of another version
            found.append(target(entry.operation))
    return tuple(found)


def _invert(writer: Writer, entries: list[Entry], new_ids: Mapping[str, str]) -> bool:
    """Write the inverses of what was sent, all or none; whether that shows. Raises _No and what ``write`` raises."""
    changes = [partial(_inverse, entry, new_ids, writer.new_id()) for entry in entries]
    return all(each.shown for each in writer.write_all(changes, undoes=[entry.mid for entry in entries]))


def _sent_meanwhile(writer: Writer, mids: list[str]) -> list[Entry]:
    """What could not be withdrawn, because it is being sent. Raises TakenBack and _No."""
    found = [writer.outbox.entry(mid) for mid in mids]
    entries = [entry for entry in found if entry is not None]
    if len(entries) < len(found):
        raise TakenBack
    if not all(entry.sent for entry in entries):
        raise _No(tr("A later change of yours depends on it: undo that first."))
    return entries


def _words(bulk: list[Entry], seen: Seen) -> str:
    """What changes were: of several, the first and how many more."""
    words = words_of(bulk[-1], seen)
    return words if len(bulk) == 1 else tr("{change} and {number:,} more", change=words, number=len(bulk) - 1)


class _No(Exception):
    def __init__(self, why: str) -> None:
        self.why = why


def _inverse(  # noqa: C901, PLR0911, PLR0912 -- one for each operation
    entry: Entry, new_ids: Mapping[str, str], new_id: str, seen: Seen
) -> Operation:
    """The change that takes another back, guarded: it does nothing if somebody has changed the same since."""
    try:
        operation = entry.operation
    except Rejected:
        raise _No(tr("It was made with another version of Sellmode.")) from None
    match operation:
        case Edit():
            return _edit_back(operation, entry, new_ids)
        case Create(kind="chat_line"):
            raise _No(tr("It was sent, and the customer may have read it."))
        case Create():
            return _remove_created(operation, new_ids, seen)
        case Remove():
            return _create_again(operation, entry, new_id)
        case SetConsent():
            return _consent_back(operation, entry)
        case Assign():
            return Assign(id=new_ids.get(operation.id, operation.id), to=operation.was, was=operation.to, back=True)
        case Claim():
            return Release(kind=operation.kind, id=operation.id)
        case Release():
            return Claim(kind=operation.kind, id=operation.id)
        case Transfer():
            return _passed_back(operation)
        case Finish():
            return Reopen(kind=operation.kind, id=operation.id)
        case Reopen():
            was = document_before(entry.before, operation.kind, operation.id)
            how, reason = was.get("state", "done"), was.get("reason", "")
            return Finish(kind=operation.kind, id=operation.id, how=how, reason=reason)
        case Share() | Renew() | Revoke():
            return _link_back(operation, entry)
        case Delegate():
            return Undelegate(id=operation.id, taker=operation.taker)
        case Undelegate():
            return _delegated_again(operation, entry)
    raise _No(tr("It was sent, and others may have acted on it: it could only be undone before it was sent."))


def _passed_back(operation: Transfer) -> Transfer:
    if operation.was is None:
        raise _No(tr("Nobody had it before: take it, then release it."))
    return Transfer(id=operation.id, to=operation.was, was=operation.to)


def _link_back(operation: Share | Renew | Revoke, entry: Entry) -> Renew | Revoke:
    """The change after which a lookbook's link is what it was: what was not shared before is revoked."""
    look = decode("lookbook", msgspec.json.encode(document_before(entry.before, "lookbook", operation.id)))
    assert isinstance(look, Lookbook)  # noqa: S101  # for the type checker
    if isinstance(operation, Share) and look.shared_at is not None:
        raise _No(tr("It was already shared before: revoke its link to stop it working."))
    if look.shared_at is None or look.revoked_at is not None:
        return Revoke(id=look.id)
    return Renew(id=look.id, expires_at=look.expires_at)


def _delegated_again(operation: Undelegate, entry: Entry) -> Delegate:
    picks = decode("pick_list", msgspec.json.encode(document_before(entry.before, "pick_list", operation.id)))
    assert isinstance(picks, PickList)  # noqa: S101  # for the type checker
    given = [each for each in picks.delegations if each.taker == operation.taker and each.revoked_at is None]
    if not given:
        raise _No(tr("It was not delegated to this colleague."))
    return Delegate(id=picks.id, taker=given[-1].taker, from_day=given[-1].from_day, to_day=given[-1].to_day)


def _edit_back(operation: Edit, entry: Entry, new_ids: Mapping[str, str]) -> Edit:
    former = dict(operation.was)
    if entry.result is not None:  # what somebody else had written meanwhile comes back, not what one had seen
        former.update({field: conflict.theirs for field, conflict in entry.result.conf.items()})
    before = document_before(entry.before, operation.kind, operation.id)
    also = task_changes.came_with(operation, before)
    return Edit(
        kind=operation.kind,
        id=new_ids.get(operation.id, operation.id),
        set={**{field: former.get(field) for field in operation.set}, **{name: was for name, (was, _) in also.items()}},
        was={**operation.set, **{name: now for name, (_, now) in also.items()}},
        add=operation.remove,
        remove=operation.add,
        guard=True,
    )


def _remove_created(operation: Create, new_ids: Mapping[str, str], seen: Seen) -> Remove | Withdraw:
    """The removal of what was made, as long as it is as it was made."""
    id, kind = new_ids.get(operation.id, operation.id), operation.kind
    if kind == "dispute":
        raise _No(tr("It is with the store's manager now, whose answer stays on record."))
    if kind == "manual_task":
        card = source_id("task_card", "sellmode", id)
        if seen.get(kind, id) is None and seen.get("task_card", card) is not None:
            return Withdraw(id=card, reason=marked("undone by its creator"))  # it is with who it was given to
    return of_kinds.remove_made(operation, id)


def _create_again(operation: Remove, entry: Entry, new_id: str) -> Create:
    before = document_before(entry.before, operation.kind, operation.id)
    if operation.kind == "corporate_brief":
        raise _No(tr("It was withdrawn: create a new one."))
    if operation.kind == "customer" or not before:
        raise _No(tr("The removed record is no longer available."))
    record = decode(operation.kind, msgspec.json.encode(before))
    if isinstance(record, ManualTask):
        return task_changes.create_again(new_id, record)
    return of_kinds.make_again(record, new_id)


def _consent_back(operation: SetConsent, entry: Entry) -> SetConsent:
    before = document_before(entry.before, "consent", operation.id)
    state, evidence = before.get("state", UNSAID), before.get("evidence", "")
    if operation.state == "unsubscribed":
        raise _No(tr("The customer has unsubscribed: only the customer can undo that."))
    if STRICTNESS[state] < STRICTNESS[operation.state] and not evidence.strip():
        raise _No(tr("How the customer had agreed is not on record: enter the consent again, with evidence."))
    return SetConsent(
        id=operation.id,
        customer=operation.customer,
        channel=operation.channel,
        state=state,
        was=operation.state,
        evidence=evidence,
    )

"""Taking back what one has written: the last change that still stands, then the one before it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from sellmode_contract.mutations import (
    EDITABLE_FIELDS,
    EDITABLE_SETS,
    Claim,
    Create,
    Edit,
    Operation,
    Rejected,
    Release,
    Remove,
    SetConsent,
)
from sellmode_contract.mutations.consent import STRICTNESS, UNSAID
from sellmode_contract.mutations.customers import MAPS
from sellmode_tui.cache.outbox import Entry, TakenBack
from sellmode_tui.cache.tables import decode
from sellmode_tui.visibility import editing
from sellmode_tui.visibility.sending import words_of
from sellmode_tui.visibility.wording import document_before
from sellmode_tui.visibility.writing import NotVisible, Writer

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
    """Take back one's last change that still stands. Raises NothingToUndo, CannotUndo, and what ``write`` raises."""
    while True:
        entries = writer.outbox.latest(LOOKED_AT)
        undone = {entry.undoes for entry in entries}
        stands = (each for each in entries if each.undoes is None and each.mid not in undone and _stands(each))
        last = next(stands, None)
        if last is None:
            raise NothingToUndo("There is nothing that you could take back.")
        with contextlib.suppress(TakenBack):  # by somebody else, a moment ago: then it is the turn of the one before
            return _take_back(writer, last, _new_ids(entries))


def _stands(entry: Entry) -> bool:
    """Whether it is done, or will be as far as is known; what was refused or handed over is in *Needs attention*."""
    return entry.result is None or entry.result.st in ("applied", "merged")


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


def _take_back(writer: Writer, entry: Entry, new_ids: Mapping[str, str]) -> Undone:
    words = writer.read(lambda seen: words_of(entry, seen))
    if not entry.sent:
        if writer.outbox.withdraw(entry.mid):
            return Undone(words, "withdrawn", shown=writer.changed())
        now = writer.outbox.entry(entry.mid)
        if now is None:
            raise TakenBack
        entry = now
        if not entry.sent:
            raise CannotUndo(words, "Something that you wrote later builds on it: take that back first.")
    try:
        inverse = _inverse(entry, new_ids, writer.new_id())
        written = writer.write(lambda _: inverse, undoes=entry.mid)
    except _No as no:
        raise CannotUndo(words, no.why) from None
    except NotVisible:
        raise CannotUndo(words, "It is not in your view any more, or is no more.") from None
    except Rejected as error:
        raise CannotUndo(words, error.detail) from None
    return Undone(words, "inverse", shown=written.shown)


class _No(Exception):
    def __init__(self, why: str) -> None:
        self.why = why


def _inverse(entry: Entry, new_ids: Mapping[str, str], new_id: str) -> Operation:
    """The change that takes another back, guarded: it does nothing if somebody has changed the same since."""
    try:
        operation = entry.operation
    except Rejected:
        raise _No("Another version of Sellmode wrote it.") from None
    match operation:
        case Edit():
            return _edit_back(operation, entry, new_ids)
        case Create():
            return _remove_created(operation, new_ids)
        case Remove():
            return _create_again(operation, entry, new_id)
        case SetConsent():
            return _consent_back(operation, entry)
        case Claim():
            return Release(kind=operation.kind, id=operation.id)
        case Release():
            return Claim(kind=operation.kind, id=operation.id)
    raise _No("It is sent, and others may have acted on it: only what is not sent yet can be taken back.")


def _edit_back(operation: Edit, entry: Entry, new_ids: Mapping[str, str]) -> Edit:
    former = dict(operation.was)
    if entry.result is not None:  # what somebody else had written meanwhile comes back, not what one had seen
        former.update({field: conflict.theirs for field, conflict in entry.result.conf.items()})
    return Edit(
        kind=operation.kind,
        id=new_ids.get(operation.id, operation.id),
        set={field: former.get(field) for field in operation.set},
        was=dict(operation.set),
        add=operation.remove,
        remove=operation.add,
        guard=True,
    )


def _remove_created(operation: Create, new_ids: Mapping[str, str]) -> Remove:
    """The removal of what was made, as long as it is as it was made."""
    id, kind = new_ids.get(operation.id, operation.id), operation.kind
    if kind == "contact":  # nobody can change one
        return Remove(kind=kind, id=id)
    return Remove(kind=kind, id=id, was={**_BLANK[kind], **editing.written_fields(operation)})


_BLANK: dict[str, dict[str, Any]] = {
    "customer": dict.fromkeys((*EDITABLE_FIELDS, *EDITABLE_SETS, *MAPS)),
    "note": {"private": False},
    "date": {"year": None, "about": ""},
}
"""What stands in fields that nobody wrote."""


def _create_again(operation: Remove, entry: Entry, new_id: str) -> Create:
    before = document_before(entry.before, operation.kind, operation.id)
    if operation.kind == "customer" or not before:
        raise _No("What was removed is not known any more.")
    record = decode(operation.kind, msgspec.json.encode(before))
    return editing.create(operation.kind, new_id, record.customer, editing.content(record))


def _consent_back(operation: SetConsent, entry: Entry) -> SetConsent:
    before = document_before(entry.before, "consent", operation.id)
    state, evidence = before.get("state", UNSAID), before.get("evidence", "")
    if operation.state == "unsubscribed":
        raise _No("The customer has unsubscribed: only the customer can take that back.")
    if STRICTNESS[state] < STRICTNESS[operation.state] and not evidence.strip():
        raise _No("It is not known how the customer had agreed: note the consent anew, with its evidence.")
    return SetConsent(
        id=operation.id,
        customer=operation.customer,
        channel=operation.channel,
        state=state,
        was=operation.state,
        evidence=evidence,
    )

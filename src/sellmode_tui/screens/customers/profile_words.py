"""What profiles say in words: channels, consent, what happened, and what the server does not have as it is shown."""

from __future__ import annotations

from typing import Final

from sellmode_contract.kinds.consent import Channel, Consent, ConsentState
from sellmode_contract.kinds.contact import CONTACTS as CONTACT_WORDS
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.sent_lookbook import WAYS, SentLookbook
from sellmode_contract.kinds.task import Task
from sellmode_tui.figures import priced
from sellmode_tui.records import Profile, TimelineEntry
from sellmode_tui.records.wording import history_kind, label_of
from sellmode_tui.screens.kit.words import counted
from sellmode_tui.widgets import meanings
from sellmode_tui.widgets.meanings import Meaning

CHANNELS: Final[dict[Channel, str]] = {"email": "E-mail", "sms": "SMS", "phone": "Phone"}
CONSENT: Final[dict[ConsentState, str]] = {
    "subscribed": "yes",
    "one_to_one": "personal messages only",
    "unsubscribed": "no",
}
_NOT_ASKED = "not asked"
CONTACTS: Final = {channel: word[0].upper() + word[1:] for channel, word in CONTACT_WORDS.items()}
NOT_SENT: Final = "not sent"
REFUSED: Final = "your change was refused: F3"
_EVENTS = {
    "assigned": "Assigned to",
    "unassigned": "No longer assigned to",
    "moved": "Moved to",
    "created": "Added",
    "merged": "Merged",
    "overwritten": "Replaced",
}


def standing_lines(profile: Profile) -> list[tuple[Meaning, str]]:
    """What of one's own changes the server does not have, and where to see them."""
    lines = []
    if number := profile.unsent.number:
        lines.append((meanings.UNSENT, f"{counted(number, 'change')} not sent yet: F4 lists them."))
    if number := profile.refused.number:
        lines.append((meanings.REFUSED, f"{counted(number, 'change')} refused by the server: F3 shows why."))
    return lines


def mark(profile: Profile, *, field: str = "", record: str = "") -> str:
    """What is said beside a field of the customer, or something of theirs, that the server does not have as shown."""
    said = []
    for marks, words in ((profile.unsent, NOT_SENT), (profile.refused, REFUSED)):
        if field in marks.fields or record in marks.records:
            said.append(words)
    return beside(*said)


def beside(*notes: str) -> str:
    """What is said beside something, as one."""
    return ", ".join(filter(None, notes))


def consents(profile: Profile) -> dict[Channel, str]:
    """What is allowed on each channel."""
    known: dict[Channel, str] = {consent.channel: CONSENT[consent.state] for consent in profile.consents}
    return {channel: known.get(channel, _NOT_ASKED) for channel in CHANNELS}


def happened(entry: TimelineEntry) -> tuple[str, str]:  # noqa: PLR0911  # one for each sort of record
    """What happened, and what there is to say of it."""
    record = entry.record
    match record:
        case Order():
            number = sum(abs(line.quantity) for line in record.lines if line.kind in ("sale", "return"))
            items = ", ".join(filter(None, map(_item, record.lines)))
            pieces = "" if not number and items else counted(number, "item")
            total = beside(pieces, priced(record.total, record.currency), "cancelled" if record.cancelled_at else "")
            said = f"{total}: {items}" if items else total
            return "Returned" if entry.kind == "return" else "Bought", said
        case Contact():
            from_them = "from the customer" if record.inbound else ""
            return CONTACTS.get(record.channel, record.channel), beside(from_them, record.summary)
        case Note():
            return "Private note" if record.private else "Note", record.text
        case Consent():
            return "Consent", f"{CHANNELS.get(record.channel, record.channel)} {CONSENT[record.state]}"
        case HistoryEntry():
            return _EVENTS.get(record.event, record.event), _of_event(record, entry)
        case SentLookbook():
            products = counted(len(record.items), "product")
            return "Lookbook", f"{record.title}: {products}, by {WAYS.get(record.how, record.how)}"
        case Task():
            reason = f" ({record.reason})" if record.reason else ""
            return f"Task {record.state}", f"{record.title}{reason}"
    return entry.kind.capitalize(), ""


def _item(line: OrderLine) -> str:
    """What a line is in a list of all; empty for what needs no words."""
    match line.kind:
        case "rounding":
            return ""
        case "tip":
            return "tip"
        case "gift_card":
            return f"gift card ({line.title})" if line.title else "gift card"
    return line.title


def _of_event(record: HistoryEntry, entry: TimelineEntry) -> str:
    if record.event == "overwritten":
        lost = f"was: {record.value}" if record.value else "was empty"
        return f"{label_of(record.field, history_kind(record.field))}, {lost}"
    return record.value if record.event == "merged" else entry.subject

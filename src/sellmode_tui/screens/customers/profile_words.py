"""What profiles say in words: channels, consent, what happened, and what the server does not have as it is shown."""

from __future__ import annotations

from typing import Final

from sellmode_contract.kinds.consent import Channel, Consent, ConsentState
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.request import OUTCOMES, Request
from sellmode_contract.kinds.request import WAYS as WAYS_TO_ASK
from sellmode_contract.kinds.sent_lookbook import WAYS, SentLookbook
from sellmode_contract.kinds.task import Task
from sellmode_tui.figures import priced
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import Profile, TimelineEntry
from sellmode_tui.records.wording import history_kind, label_of
from sellmode_tui.widgets import meanings
from sellmode_tui.widgets.meanings import Meaning

CHANNELS: Final[dict[Channel, str]] = {"email": marked("E-mail"), "sms": marked("SMS"), "phone": marked("Phone")}
CONSENT: Final[dict[ConsentState, str]] = {
    "subscribed": marked("yes"),
    "one_to_one": marked("personal messages only"),
    "unsubscribed": marked("no"),
}
_NOT_ASKED = marked("not asked")
CONTACTS: Final = {
    "call": marked("Call"),
    "visit": marked("Visit"),
    "email": marked("E-mail"),
    "sms": marked("SMS"),
    "chat": marked("Chat"),
}
NOT_SENT: Final = marked("not sent")
REFUSED: Final = marked("your change was refused: F3")
_EVENTS = {
    "assigned": marked("Assigned to"),
    "unassigned": marked("No longer assigned to"),
    "moved": marked("Moved to"),
    "created": marked("Added"),
    "merged": marked("Merged"),
    "overwritten": marked("Replaced"),
}
_TASKS = {
    "open": marked("Task open"),
    "done": marked("Task done"),
    "dismissed": marked("Task dismissed"),
    "expired": marked("Task expired"),
}


def standing_lines(profile: Profile) -> list[tuple[Meaning, str]]:
    """What of one's own changes the server does not have, and where to see them."""
    lines = []
    if number := profile.unsent.number:
        unsent = trn(
            "{number:,} change not sent yet: F4 lists them.", "{number:,} changes not sent yet: F4 lists them.", number
        )
        lines.append((meanings.UNSENT, unsent))
    if number := profile.refused.number:
        refused = trn(
            "{number:,} change refused by the server: F3 shows why.",
            "{number:,} changes refused by the server: F3 shows why.",
            number,
        )
        lines.append((meanings.REFUSED, refused))
    return lines


def mark(profile: Profile, *, field: str = "", record: str = "") -> str:
    """What is said beside a field of the customer, or something of theirs, that the server does not have as shown."""
    said = []
    for marks, words in ((profile.unsent, NOT_SENT), (profile.refused, REFUSED)):
        if field in marks.fields or record in marks.records:
            said.append(trd(words))
    return beside(*said)


def beside(*notes: str) -> str:
    """What is said beside something, as one."""
    return ", ".join(filter(None, notes))


def consents(profile: Profile) -> dict[Channel, str]:
    """What is allowed on each channel."""
    known: dict[Channel, str] = {consent.channel: trd(CONSENT[consent.state]) for consent in profile.consents}
    return {channel: known.get(channel) or trd(_NOT_ASKED) for channel in CHANNELS}


def happened(entry: TimelineEntry) -> tuple[str, str]:  # noqa: PLR0911  # one for each sort of record
    """What happened, and what there is to say of it."""
    record = entry.record
    match record:
        case Order():
            number = sum(abs(line.quantity) for line in record.lines if line.kind in ("sale", "return"))
            items = ", ".join(filter(None, map(_item, record.lines)))
            pieces = "" if not number and items else trn("{number:,} item", "{number:,} items", number)
            total = beside(
                pieces, priced(record.total, record.currency), tr("cancelled") if record.cancelled_at else ""
            )
            said = f"{total}: {items}" if items else total
            return tr("Returned") if entry.kind == "return" else tr("Bought"), said
        case Contact():
            from_them = tr("from the customer") if record.inbound else ""
            return trd(CONTACTS.get(record.channel, record.channel)), beside(from_them, record.summary)
        case Note():
            return tr("Private note") if record.private else tr("Note"), record.text
        case Consent():
            channel = trd(CHANNELS.get(record.channel, record.channel))
            return tr("Consent"), f"{channel} {trd(CONSENT[record.state])}"
        case HistoryEntry():
            return trd(_EVENTS.get(record.event, record.event)), _of_event(record, entry)
        case SentLookbook():
            products = trn("{number:,} product", "{number:,} products", len(record.items))
            way = trd(WAYS.get(record.how, record.how))
            return tr("Lookbook"), tr("{title}: {products}, by {way}", title=record.title, products=products, way=way)
        case Request():
            outcome = trd(OUTCOMES[record.outcome]) if record.outcome else tr("open")
            return tr("Request"), tr(
                "{way}, {outcome}: {text}", way=trd(WAYS_TO_ASK[record.way]), outcome=outcome, text=record.preview
            )
        case Task():
            reason = f" ({trd(record.reason)})" if record.reason else ""
            return trd(_TASKS[record.state]), f"{record.title}{reason}"
    return entry.kind.capitalize(), ""


def _item(line: OrderLine) -> str:
    """What a line is in a list of all; empty for what needs no words."""
    match line.kind:
        case "rounding":
            return ""
        case "tip":
            return tr("tip")
        case "gift_card":
            return tr("gift card ({title})", title=line.title) if line.title else tr("gift card")
    return line.title


def _of_event(record: HistoryEntry, entry: TimelineEntry) -> str:
    if record.event == "overwritten":
        field = label_of(record.field, history_kind(record.field))
        if record.value and entry.subject:
            return tr("{field}, was: {value} ({person})", field=field, value=record.value, person=entry.subject)
        if record.value:
            return tr("{field}, was: {value}", field=field, value=record.value)
        return tr("{field}, was empty", field=field)
    return record.value if record.event == "merged" else entry.subject

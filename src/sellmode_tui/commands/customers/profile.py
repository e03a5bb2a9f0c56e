"""A customer's profile, as plain text and as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import CustomValue
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.sent_lookbook import WAYS, SentLookbook
from sellmode_contract.kinds.task import Task
from sellmode_contract.money import priced
from sellmode_contract.records import Record
from sellmode_contract.text import visible, visible_lines
from sellmode_tui.commands.kit.output import day, minute, plain, sections
from sellmode_tui.commands.tasks.lines import line_object, short_id
from sellmode_tui.records import Profile, TaskLine, TimelineEntry
from sellmode_tui.records.wishes import WishLine

_LABEL = 16
_FIELDS = (
    "customer", "name", "owner_name", "store_name", "totals", "consents", "dates", "orders", "notes", "contacts",
    "history", "wishes", "tasks", "timeline", "names", "unsent", "refused",
)  # fmt: skip
"""Of a profile as JSON."""


def as_json_object(profile: Profile) -> dict[str, Any]:
    """A profile as ``--json`` prints it: the records as they are, and the names of the ids in them."""
    timeline = [
        {"at": entry.at, "kind": entry.kind, "record": entry.record.id, "who": entry.who, "subject": entry.subject}
        for entry in profile.timeline
    ]
    worked_out = {"name": profile.customer.name, "tasks": list(map(line_object, profile.tasks)), "timeline": timeline}
    return {name: plain(worked_out[name] if name in worked_out else getattr(profile, name)) for name in _FIELDS}


def profile_lines(profile: Profile, zone: dt.tzinfo) -> Iterator[str]:
    """A profile as a person reads it: a heading for each part that has something, then lines."""
    yield visible(profile.customer.name) or "(no name)"
    for number, said in (
        (profile.unsent.number, "not sent yet; see `sellmode unsent`"),
        (profile.refused.number, "refused; see `sellmode attention list`"),
    ):
        if number:
            yield f"{number:,} of your changes {said}"
    yield from sections(_parts(profile, zone))


def _parts(profile: Profile, zone: dt.tzinfo) -> Iterator[tuple[str, Iterable[str]]]:
    yield "CUSTOMER", _about(profile)
    yield "FIGURES", _figures(profile, zone)
    yield "TASKS", map(_task, profile.tasks)
    yield "CONSENT", map(_consent, profile.consents)
    yield "IMPORTANT DATES", map(_date, profile.dates)
    yield "CUSTOM FIELDS", _own_fields(profile)
    yield "WISH LIST", map(_wish, profile.wishes)
    yield "PURCHASES", (line for order in profile.orders for line in _order(order, profile, zone))
    yield "TIMELINE", (line for entry in profile.timeline for line in _event(entry, zone))


def _field(label: str, value: str, source: str = "") -> Iterator[str]:
    if value:
        yield f"{label:{_LABEL}}{visible(value)}{f'  (from {visible(source)})' if source else ''}"


def _about(profile: Profile) -> Iterator[str]:
    customer = profile.customer
    source = customer.sources.get
    yield from _field("number", customer.number, source("number", ""))
    yield from _field("e-mail", customer.email, source("email", ""))
    yield from _field("phone", customer.phone or customer.phone_e164, source("phone", ""))
    if address := customer.address:
        parts = (address.company, *address.lines, address.postcode, address.city, address.province, address.country)
        yield from _field("address", ", ".join(part for part in parts if part), source("address", ""))
    yield from _field("language", customer.language, source("language", ""))
    yield from _field("channel", customer.preferred_channel or "")
    yield from _field("tier", customer.tier, source("tier", ""))
    yield from _field("tags", ", ".join(customer.tags), source("tags", ""))
    yield from _field("sizes", ", ".join(f"{what} {size}" for what, size in customer.sizes.items()))
    yield from _field("likes", ", ".join(customer.preferences))
    yield from _field("owner", profile.owner_name or ("nobody" if customer.owner is None else customer.owner))
    yield from _field("store", profile.store_name)
    yield from _field("id", customer.id)


def _figures(profile: Profile, zone: dt.tzinfo) -> Iterator[str]:
    totals = profile.totals
    yield from _field("spend", priced(totals.spend, totals.currency))
    for currency, amount in totals.other_spend.items():
        yield from _field("", priced(amount, currency))
    yield from _field("orders", f"{totals.orders:,}")
    yield from _field("units", f"{totals.units:,}")
    if totals.average_order is not None:
        yield from _field("average order", priced(totals.average_order, totals.currency))
    if totals.units_per_order is not None:
        yield from _field("units per order", f"{totals.units_per_order:.2f}")
    categories = (f"{name or 'without type'} {priced(amount, totals.currency)}" for name, amount in totals.categories)
    yield from _field("categories", ", ".join(categories))
    yield from _field("first purchase", day(totals.first_purchase, zone))
    ago = f", {totals.days_since} days ago" if totals.days_since is not None else ""
    if totals.last_purchase:
        yield from _field("last purchase", f"{day(totals.last_purchase, zone)}{ago}")
    if totals.days_between is not None:
        yield from _field("buys every", f"{totals.days_between:.0f} days on average")
    yield from _field("last contact", day(totals.last_contact, zone))


def _task(line: TaskLine) -> str:
    why = f" ({visible(line.because)})" if line.because else ""
    due = f"{line.due_words}{', overdue' if line.section == 'overdue' else ''}" or "any time"
    return f"{due:{_LABEL}}{visible(line.title)}{why}  {short_id(line)}"


def _consent(consent: Consent) -> str:
    since = f" since {consent.changed_at:%Y-%m-%d}" if consent.changed_at else ""
    return f"{consent.channel:{_LABEL}}{consent.state.replace('_', ' ')}{since}"


def _date(date: ImportantDate) -> str:
    year = f"{date.year:04}-" if date.year else ""
    about = f" ({visible(date.about)})" if date.about else ""
    return f"{year}{date.month:02}-{date.day:02}  {visible(date.label)}{about}"


def _wish(line: WishLine) -> str:
    note = " ".join(line.wish.note.split())
    return f"{visible(line.wish.sku):{_LABEL}}{visible(line.name)}{f' ({visible(note)})' if note else ''}"


def _own_fields(profile: Profile) -> Iterator[str]:
    for field in profile.own_fields:
        label = field.defined.label if field.defined else field.name
        groups = field.value if isinstance(field.value, list) else None
        if groups is None:
            yield f"{visible(label):{_LABEL}}{visible(_value(field.value))}"
        for group in groups or ():
            parts = ", ".join(f"{name} {_value(value)}" for name, value in group.items())
            yield f"{visible(label):{_LABEL}}{visible(parts)}"


def _value(value: CustomValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _order(order: Order, profile: Profile, zone: dt.tzinfo) -> Iterator[str]:
    where = profile.names.get(order.store or "", "") or order.channel
    state = "  cancelled" if order.cancelled_at else ""
    refunded = f"  refunded {priced(order.refunded, order.currency)}" if order.refunded else ""
    yield (
        f"{day(order.placed_at, zone)}  {visible(order.number)}  {priced(order.total, order.currency)}"
        f"  {visible(where)}{refunded}{state}"
    )
    for line in order.lines:
        what = (
            f"{line.quantity} x {visible(line.title)}"
            if line.kind == "sale"
            else f"{line.kind.replace('_', ' ')}: {visible(line.title)}"
        )
        yield f"    {what}  {priced(line.amount, order.currency)}"


def _event(entry: TimelineEntry, zone: dt.tzinfo) -> Iterator[str]:
    who = f", {visible(entry.who)}" if entry.who else ""
    first, *rest = _told(entry.record, entry)
    yield f"{minute(entry.at, zone)}  {first}{who}"
    for line in rest:
        yield f"{'':18}{line}"


def _told(record: Record, entry: TimelineEntry) -> list[str]:  # noqa: PLR0911  # one for each sort of record
    match record:
        case Order():
            return [f"{entry.kind} {visible(record.number)} {priced(record.total, record.currency)}"]
        case Contact():
            way = "from the customer" if record.inbound else "to the customer"
            return [f"{record.channel} {way}", *(visible_lines(record.summary) if record.summary else ())]
        case Note():
            return ["private note" if record.private else "note", *visible_lines(record.text)]
        case Consent():
            return [f"consent to {record.channel}: {record.state.replace('_', ' ')}"]
        case HistoryEntry():
            return [f"{record.event} {visible(entry.subject)}".rstrip()]
        case SentLookbook():
            return [f"lookbook {visible(record.title)}, by {WAYS.get(record.how, record.how)}"]
        case Task():
            return [f"task {record.state}: {visible(record.title)}", *filter(None, [visible(record.reason)])]
    return [entry.kind]

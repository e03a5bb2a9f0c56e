"""A customer's profile as a page of text."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from textual.content import Content

from sellmode_contract.kinds.consent import Channel, Consent, ConsentState
from sellmode_contract.kinds.contact import CONTACTS as CONTACT_WORDS
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import CustomValue
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.money import money, priced
from sellmode_contract.text import visible, visible_lines
from sellmode_tui.records import Profile, TimelineEntry
from sellmode_tui.records.wording import history_kind, label_of
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.words import Words, counted
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


def profile_page(profile: Profile, words: Words, width: int) -> Page:
    """The whole profile, for a width in cells."""
    page = Page(width, words)
    _header(page, profile)
    _contact(page, profile)
    _consent(page, profile)
    _dates(page, profile)
    _own_fields(page, profile)
    _tastes(page, profile)
    _figures(page, profile)
    _purchases(page, profile)
    _timeline(page, profile)
    return page


# ------------------------------------------------------------------ who


def _header(page: Page, profile: Profile) -> None:
    customer, words = profile.customer, page.words
    totals = profile.totals
    spent = priced(totals.spend, totals.currency)
    page.title(customer.name, words.between.join(filter(None, (customer.tier, customer.number, spent))))
    prefers = CHANNELS.get(customer.preferred_channel) if customer.preferred_channel else None
    allowed = _consents(profile)
    consent = words.between.join(f"{CHANNELS[channel]} {text}" for channel, text in allowed.items())
    page.text(f"Prefers {prefers}. {consent}" if prefers else consent, indent=0)
    bought = f"Bought {words.day_ago(totals.last_purchase)}" if totals.last_purchase else "Nothing bought yet"
    contacted = f"contacted {words.day_ago(totals.last_contact)}" if totals.last_contact else "no contact noted"
    page.text(words.between.join((bought, contacted)), indent=0)
    page.text(
        words.between.join(filter(None, (f"Owner {profile.owner_name or 'nobody'}", profile.store_name))),
        indent=0,
        style=MUTED,
    )
    for meaning, said in standing_lines(profile):
        page.marked(meaning, said)


def standing_lines(profile: Profile) -> list[tuple[Meaning, str]]:
    """What of one's own changes the server does not have, and where to see them."""
    lines = []
    if number := profile.unsent.number:
        lines.append((meanings.UNSENT, f"{counted(number, 'change')} not sent yet: F4 lists what is on its way."))
    if number := profile.refused.number:
        lines.append((meanings.REFUSED, f"{counted(number, 'change')} refused by the server: F3 shows why."))
    return lines


def _mark(profile: Profile, *, field: str = "", record: str = "") -> str:
    """What is said beside a field of the customer, or something of theirs, that the server does not have as shown."""
    said = []
    for marks, words in ((profile.unsent, NOT_SENT), (profile.refused, REFUSED)):
        if field in marks.fields or record in marks.records:
            said.append(words)
    return ", ".join(said)


def _beside(*notes: str) -> str:
    return ", ".join(filter(None, notes))


def _contact(page: Page, profile: Profile) -> None:
    customer = profile.customer
    page.heading("Contact")
    for label, field, value in (
        ("E-mail", "email", customer.email),
        ("Phone", "phone", customer.phone or customer.phone_e164),
    ):
        source = _source(profile, field) if value else ""
        page.field(label, value or page.words.nothing, _beside(source, _mark(profile, field=field)))
    if address := customer.address:
        town = " ".join(filter(None, (address.postcode, address.city)))
        parts = (address.company, *address.lines, town, address.province, address.country)
        beside = _beside(_source(profile, "address"), _mark(profile, field="address"))
        page.field("Address", ", ".join(filter(None, parts)), beside)
    if customer.language:
        beside = _beside(_source(profile, "language"), _mark(profile, field="language"))
        page.field("Language", customer.language, beside)
    if customer.created_at:
        page.field("Customer since", page.words.day(customer.created_at))


def _source(profile: Profile, field: str) -> str:
    """Where a value came from, if it was not written by hand."""
    source = profile.customer.sources.get(field, "")
    return f"from {source}" if source else ""


def _consents(profile: Profile) -> dict[Channel, str]:
    known: dict[Channel, str] = {consent.channel: CONSENT[consent.state] for consent in profile.consents}
    return {channel: known.get(channel, _NOT_ASKED) for channel in CHANNELS}


def _consent(page: Page, profile: Profile) -> None:
    page.heading("Consent")
    consent_lines(page, profile)


def consent_lines(page: Page, profile: Profile) -> None:
    """What is allowed on each channel, who said so, when, and what shows it."""
    known = {consent.channel: consent for consent in profile.consents}
    for channel, text in _consents(profile).items():
        consent = known.get(channel)
        mark = _mark(profile, record=consent.id) if consent else ""
        page.field(CHANNELS[channel], text, _beside(_proof(consent, profile, page.words), mark))


def _proof(consent: Consent | None, profile: Profile, words: Words) -> str:
    """Who said so, when, and what shows it."""
    if consent is None:
        return ""
    who = profile.names.get(consent.actor, consent.actor)
    return ", ".join(filter(None, (words.day(consent.changed_at), f"by {who}" if who else "", consent.evidence)))


def _dates(page: Page, profile: Profile) -> None:
    if not profile.dates:
        return
    words = page.words
    page.heading("Important dates")
    for date in profile.dates:
        label = date.label[:1].upper() + date.label[1:]
        day = words.recurring(date.month, date.day, date.year)
        when = words.next_time(date.month, date.day)
        page.field(label, day, _beside(date.about, words.ago(when) if when else "", _mark(profile, record=date.id)))


# ------------------------------------------------------------------ what the retailer wants to know


def _own_fields(page: Page, profile: Profile) -> None:
    if not profile.own_fields:
        return
    page.heading("More about them")
    for own in profile.own_fields:
        label = own.defined.label if own.defined else own.name
        mark = _mark(profile, field=f"custom.{own.name}")
        if isinstance(own.value, list):
            for number, item in enumerate(own.value):
                page.field("" if number else label, _group(own.defined, item, page.words), "" if number else mark)
        else:
            page.field(label, _value(own.defined, own.value, page.words), mark)


def _group(defined: CustomField | None, item: dict[str, Any], words: Words) -> str:
    """One of several (a pet): its first value, then the others with their labels."""
    fields = defined.parts if defined else {}
    item = {defined.key_of(name) if defined else name: value for name, value in item.items()}
    ordered = [name for name in fields if name in item] + [name for name in item if name not in fields]
    said = []
    for place, name in enumerate(ordered):
        field = fields.get(name)
        value = _value(field, item[name], words)
        label = (field.label if field else name).lower()
        said.append(value if place == 0 else f"{label} {value}")
    return ", ".join(said)


def _value(defined: CustomField | None, value: CustomValue, words: Words) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    text = str(value)
    if defined and defined.type == "date":
        try:
            return words.day(dt.date.fromisoformat(text))
        except ValueError:
            return text
    return text


def _tastes(page: Page, profile: Profile) -> None:
    customer = profile.customer
    if not (customer.sizes or customer.preferences or customer.tags):
        return
    page.heading("Sizes, tastes, tags")
    if customer.sizes:
        sizes = ", ".join(f"{what} {size}" for what, size in customer.sizes.items())
        page.field("Sizes", sizes, _mark(profile, field="sizes"))
    if customer.preferences:
        page.field("Likes", ", ".join(customer.preferences), _mark(profile, field="preferences"))
    if customer.tags:
        page.field("Tags", ", ".join(customer.tags), _mark(profile, field="tags"))


def _figures(page: Page, profile: Profile) -> None:
    totals, words = profile.totals, page.words
    page.heading("Figures")
    others = [priced(amount, currency) for currency, amount in totals.other_spend.items()]
    average, units, every = totals.average_order, totals.units_per_order, totals.days_between
    page.pairs(
        (
            ("Lifetime spend", " + ".join((priced(totals.spend, totals.currency), *others))),
            ("Orders", f"{totals.orders:,}"),
            ("Average order", words.nothing if average is None else priced(average, totals.currency)),
            ("Items an order", words.nothing if units is None else f"{units:.1f}"),
            ("First purchase", words.day(totals.first_purchase) or words.nothing),
            ("Last purchase", words.day(totals.last_purchase) or words.nothing),
            ("Buys every", words.nothing if every is None else counted(max(1, round(every)), "day")),
            ("Since then", words.nothing if totals.days_since is None else counted(max(0, totals.days_since), "day")),
        )
    )
    if totals.categories:
        page.field(
            "Buys most", ", ".join(f"{name} {priced(spend, totals.currency)}" for name, spend in totals.categories)
        )


# ------------------------------------------------------------------ what happened


def _purchases(page: Page, profile: Profile) -> None:
    page.heading(f"Purchases ({len(profile.orders):,})" if profile.orders else "Purchases")
    if not profile.orders:
        page.text("Nothing bought yet.")
    for number, order in enumerate(profile.orders):
        if number:
            page.gap()
        _purchase(page, profile, order)


def _purchase(page: Page, profile: Profile, order: Order) -> None:
    words = page.words
    place = "online" if order.channel == "online" else profile.names.get(order.store or "", "in store")
    seller = profile.names.get(order.sold_by or "", "")
    told = words.between.join(filter(None, (words.day(order.placed_at), order.number, place, seller)))
    page.amount(Content.assemble((visible(told), "bold")), priced(order.total, order.currency))
    for line in order.lines:
        page.amount(Content(visible(_line(line))), money(line.amount, order.currency), indent=4)
    if order.refunded:
        page.amount(Content("refunded"), money(-order.refunded, order.currency), indent=4)
    if order.cancelled_at:
        page.text(f"cancelled {words.day(order.cancelled_at)}", indent=4)


def _line(line: OrderLine) -> str:
    if line.kind == "rounding":
        return line.title or "tax, shipping, rounding"
    number = f"{abs(line.quantity)} x " if abs(line.quantity) != 1 else ""
    return f"{'returned: ' if line.kind == 'return' else ''}{number}{line.title}"


def _timeline(page: Page, profile: Profile) -> None:
    page.heading("Timeline")
    if not profile.timeline:
        page.text("Nothing has happened yet.")
    for entry in profile.timeline:
        page.entry(page.words.day(entry.at), Content.assemble(*_happened(entry, profile)))


def _told(record: HistoryEntry, entry: TimelineEntry) -> str:
    """What an event says besides its name."""
    if record.event == "overwritten":
        lost = f"was: {record.value}" if record.value else "was empty"
        return f"{label_of(record.field, history_kind(record.field))}, which {lost}"
    return record.value if record.event == "merged" else entry.subject


def _happened(entry: TimelineEntry, profile: Profile) -> list[str | tuple[str, str]]:
    """A line of the timeline: what in bold, the rest as it is, who muted."""
    record = entry.record
    what, rest = entry.kind.capitalize(), ""
    if isinstance(record, Order):
        what = "Returned" if entry.kind == "return" else "Bought"
        number = sum(abs(line.quantity) for line in record.lines if line.kind != "rounding")
        rest = f"{counted(number, 'item')}, {priced(record.total, record.currency)}"
        if record.cancelled_at:
            rest += ", cancelled"
    elif isinstance(record, Contact):
        what = CONTACTS.get(record.channel, record.channel)
        rest = ", ".join(filter(None, ("from the customer" if record.inbound else "", record.summary)))
    elif isinstance(record, Note):
        what, rest = "Private note" if record.private else "Note", record.text
    elif isinstance(record, Consent):
        what, rest = "Consent", f"{CHANNELS.get(record.channel, record.channel)} {CONSENT[record.state]}"
    elif isinstance(record, HistoryEntry):
        what, rest = _EVENTS.get(record.event, record.event), _told(record, entry)
    who = profile.names.get(entry.who, entry.who)
    parts: list[str | tuple[str, str]] = [(what, "bold")]
    if rest:
        parts.append("  " + "\n".join(visible_lines(rest)))
    if beside := _beside(visible(who), _mark(profile, record=record.id)):
        parts.append((f"  {beside}", MUTED))
    return parts

"""A customer's profile as a page of text: who, on top for good, then what there is to do, and what helps to sell."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.text import visible
from sellmode_tui import language
from sellmode_tui.figures import priced
from sellmode_tui.language import tr, trd, trn
from sellmode_tui.records import Profile
from sellmode_tui.records.tasks.lines import TaskLine
from sellmode_tui.screens.customers.details_page import preferences
from sellmode_tui.screens.customers.profile_words import (
    CHANNELS,
    beside,
    consents,
    happened,
    mark,
    standing_lines,
)
from sellmode_tui.screens.kit.page import MUTED, Page
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.widgets.meanings import OVERDUE

_TASKS: Final = 5
_NOTES: Final = 3
_NOTE_LINES: Final = 3
_WISHES: Final = 5
_ORDERS: Final = 3
"""As many as are shown; the key in the heading shows all."""


def profile_page(profile: Profile, words: Words, width: int) -> Page:
    """The profile, for a width in cells."""
    page = Page(width, words)
    _top(page, profile)
    for meaning, said in standing_lines(profile):
        page.marked(meaning, said)
    _to_do(page, profile)
    _said(page, profile)
    _preferences(page, profile)
    _wishes(page, profile)
    _purchases(page, profile)
    _about(page, profile)
    return page


def _top(page: Page, profile: Profile) -> None:
    """Who, and the figures that every sale begins with."""
    customer, words, totals = profile.customer, page.words, profile.totals
    page.title(customer.name, words.between.join(filter(None, (customer.tier, customer.number))))
    bought, contacted = words.day_ago(totals.last_purchase), words.day_ago(totals.last_contact)
    page.on_top(
        tr("Spend {amount}", amount=priced(totals.spend, totals.currency)),
        tr("Last purchase {when}", when=bought) if bought else tr("No purchases yet"),
        tr("Last contact {when}", when=contacted) if contacted else tr("No contact yet"),
    )


def _to_do(page: Page, profile: Profile) -> None:
    tasks = profile.tasks
    page.heading(_of_all(tr("To do"), len(tasks)), "t")
    if not tasks:
        page.text(tr("No open tasks."), style=MUTED)
    for line in tasks[:_TASKS]:
        page.entry(_due(line), Content.assemble(visible(line.title), (_why(line), MUTED)))
    _more(page, len(tasks) - _TASKS, "t")


def _due(line: TaskLine) -> str:
    due = line.due_words or tr("any time")
    return f"{OVERDUE.sign} {due}" if line.section == "overdue" else due


def _why(line: TaskLine) -> str:
    said = beside(line.because, line.claimed_name or line.whose_name)
    return f"  {visible(said)}" if said else ""


def _more(page: Page, number: int, key: str) -> None:
    """How many more there are than are shown."""
    if number > 0:
        page.text(trn("{number:,} more: {key}", "{number:,} more: {key}", number, key=key), style=MUTED)


def _of_all(title: str, number: int) -> str:
    """A heading with how many there are, if there are any."""
    return f"{title} ({language.number(number)})" if number else title


def _said(page: Page, profile: Profile) -> None:
    """The last notes and contacts."""
    entries = [entry for entry in profile.timeline if entry.kind in ("note", "contact")]
    page.heading(_of_all(tr("Notes and contacts"), len(entries)), "h")
    if not entries:
        page.text(tr("No notes yet. n adds one."), style=MUTED)
    for entry in entries[:_NOTES]:
        what, said = happened(entry)
        by = beside(what, profile.names.get(entry.who, entry.who), mark(profile, record=entry.record.id))
        page.entry(page.words.day(entry.at), Content.assemble((visible(by), MUTED)))
        if said:
            page.text(said, most=_NOTE_LINES)
    _more(page, len(entries) - _NOTES, "h")


def _preferences(page: Page, profile: Profile) -> None:
    customer = profile.customer
    if customer.sizes or customer.preferences or customer.tags or profile.own_fields:
        page.heading(tr("Sizes and preferences"), "e")
        preferences(page, profile)


def _wishes(page: Page, profile: Profile) -> None:
    """What the customer would like to have; nothing where there is nothing."""
    if not profile.wishes:
        return
    page.heading(_of_all(tr("Wish list"), len(profile.wishes)), "W")
    for line in profile.wishes[:_WISHES]:
        said = beside(" ".join(line.wish.note.split()), mark(profile, record=line.wish.id))
        price = "" if line.product.price is None else priced(line.product.price, line.product.currency)
        page.amount(Content.assemble(visible(line.name), (f"  {visible(said)}" if said else "", MUTED)), price)
    _more(page, len(profile.wishes) - _WISHES, "W")


def _purchases(page: Page, profile: Profile) -> None:
    orders = profile.orders
    page.heading(_of_all(tr("Purchases"), len(orders)), "b")
    if not orders:
        page.text(tr("No purchases yet."), style=MUTED)
    for number, order in enumerate(orders[:_ORDERS]):
        if number:
            page.gap()
        purchase(page, profile, order)
    _more(page, len(orders) - _ORDERS, "b")


def _about(page: Page, profile: Profile) -> None:
    """A line each; the details have the rest."""
    customer, words = profile.customer, page.words
    page.heading(tr("Details"), "i")
    prefers = CHANNELS.get(customer.preferred_channel) if customer.preferred_channel else None
    ways = (
        customer.email,
        customer.phone or customer.phone_e164,
        tr("prefers {channel}", channel=trd(prefers)) if prefers else "",
    )
    marks = (mark(profile, field=field) for field in ("email", "phone", "address", "preferred_channel"))
    page.field(tr("Contact"), words.between.join(filter(None, ways)) or words.nothing, beside(*dict.fromkeys(marks)))
    allowed = words.between.join(f"{trd(CHANNELS[channel])} {text}" for channel, text in consents(profile).items())
    marks = (mark(profile, record=consent.id) for consent in profile.consents)
    page.field(tr("Consent"), allowed, beside(*dict.fromkeys(marks)))
    coming = [(words.next_time(date.month, date.day), date) for date in profile.dates]
    for when, date in sorted(((when, date) for when, date in coming if when), key=lambda pair: pair[0]):
        label = " ".join(filter(None, (date.label[:1].upper() + date.label[1:], date.about)))
        day = words.recurring(date.month, date.day, date.year)
        page.field(label, day, beside(words.ago(when), mark(profile, record=date.id)))
    page.field(tr("Owner"), profile.owner_name or tr("nobody"), profile.store_name)


# ------------------------------------------------------------------ an order


def purchase(page: Page, profile: Profile, order: Order) -> None:
    """An order with its lines."""
    words = page.words
    place = tr("online") if order.channel == "online" else profile.names.get(order.store or "", tr("in store"))
    seller = profile.names.get(order.sold_by or "", "")
    told = words.between.join(filter(None, (words.day(order.placed_at), order.number, place, seller)))
    page.amount(Content.assemble((visible(told), "bold")), priced(order.total, order.currency))
    for line in order.lines:
        page.amount(Content(visible(_line(line))), priced(line.amount, order.currency), indent=4)
    if order.refunded:
        page.amount(Content(tr("refunded")), priced(-order.refunded, order.currency), indent=4)
    if order.cancelled_at:
        page.text(tr("cancelled {day}", day=words.day(order.cancelled_at)), indent=4)


def _line(line: OrderLine) -> str:
    if line.kind == "rounding":
        return line.title or tr("tax, shipping, rounding")
    if line.kind == "tip":
        return tr("tip")
    what = f"{abs(line.quantity)} x {line.title}" if abs(line.quantity) != 1 else line.title
    match line.kind:
        case "return":
            return tr("returned: {what}", what=what)
        case "gift_card":
            return tr("gift card: {what}", what=what)
    return what

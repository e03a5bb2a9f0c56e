"""Everything about a customer that stands for itself: contact data, consent, dates, figures, as a page of text."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.customer import CustomValue
from sellmode_contract.kinds.retailer import CustomField
from sellmode_tui import language
from sellmode_tui.figures import decimal, priced
from sellmode_tui.language import tr, trd, trn
from sellmode_tui.records import Profile
from sellmode_tui.screens.customers.profile_words import CHANNELS, beside, consents, mark, standing_lines
from sellmode_tui.screens.kit.page import Page
from sellmode_tui.screens.kit.words import Words


def details_page(profile: Profile, words: Words, width: int) -> Page:
    """The details, for a width in cells."""
    page, customer = Page(width, words), profile.customer
    page.title(customer.name, words.between.join(filter(None, (customer.tier, customer.number))))
    for meaning, said in standing_lines(profile):
        page.marked(meaning, said)
    _contact(page, profile)
    page.heading(tr("Consent"))
    consent_lines(page, profile)
    _dates(page, profile)
    if customer.sizes or customer.preferences or customer.tags or profile.own_fields:
        page.heading(tr("Sizes, preferences, tags"))
        preferences(page, profile)
    _figures(page, profile)
    return page


def _contact(page: Page, profile: Profile) -> None:
    customer = profile.customer
    page.heading(tr("Contact"))
    for label, field, value in (
        (tr("E-mail"), "email", customer.email),
        (tr("Phone"), "phone", customer.phone or customer.phone_e164),
    ):
        source = _source(profile, field) if value else ""
        page.field(label, value or page.words.nothing, beside(source, mark(profile, field=field)))
    if address := customer.address:
        town = " ".join(filter(None, (address.postcode, address.city)))
        parts = (address.company, *address.lines, town, address.province, address.country)
        noted = beside(_source(profile, "address"), mark(profile, field="address"))
        page.field(tr("Address"), ", ".join(filter(None, parts)), noted)
    if customer.language:
        noted = beside(_source(profile, "language"), mark(profile, field="language"))
        page.field(tr("Language"), customer.language, noted)
    if customer.preferred_channel in CHANNELS:
        channel = trd(CHANNELS[customer.preferred_channel])
        page.field(tr("Prefers"), channel, mark(profile, field="preferred_channel"))
    page.field(tr("Owner"), profile.owner_name or tr("nobody"), profile.store_name)
    if customer.created_at:
        page.field(tr("Customer since"), page.words.day(customer.created_at))


def _source(profile: Profile, field: str) -> str:
    """Where a value came from, if it was not written by hand."""
    source = profile.customer.sources.get(field, "")
    return tr("from {source}", source=source) if source else ""


def consent_lines(page: Page, profile: Profile) -> None:
    """What is allowed on each channel, who said so, when, and what shows it."""
    known = {consent.channel: consent for consent in profile.consents}
    for channel, text in consents(profile).items():
        consent = known.get(channel)
        noted = mark(profile, record=consent.id) if consent else ""
        page.field(trd(CHANNELS[channel]), text, beside(_proof(consent, profile, page.words), noted))


def _proof(consent: Consent | None, profile: Profile, words: Words) -> str:
    """Who said so, when, and what shows it."""
    if consent is None:
        return ""
    who = profile.names.get(consent.actor, consent.actor)
    by = tr("by the customer") if consent.actor == "customer" else tr("by {name}", name=who) if who else ""
    return ", ".join(filter(None, (words.day(consent.changed_at), by, consent.evidence)))


def _dates(page: Page, profile: Profile) -> None:
    if not profile.dates:
        return
    words = page.words
    page.heading(tr("Important dates"))
    for date in profile.dates:
        label = date.label[:1].upper() + date.label[1:]
        day = words.recurring(date.month, date.day, date.year)
        when = words.next_time(date.month, date.day)
        page.field(label, day, beside(date.about, words.ago(when) if when else "", mark(profile, record=date.id)))


def preferences(page: Page, profile: Profile) -> None:
    """Sizes, preferences, tags, and the retailer's own fields."""
    customer = profile.customer
    if customer.sizes:
        sizes = ", ".join(f"{what} {size}" for what, size in customer.sizes.items())
        page.field(tr("Sizes"), sizes, mark(profile, field="sizes"))
    if customer.preferences:
        page.field(tr("Preferences"), ", ".join(customer.preferences), mark(profile, field="preferences"))
    if customer.tags:
        page.field(tr("Tags"), ", ".join(customer.tags), mark(profile, field="tags"))
    _own_fields(page, profile)


def _own_fields(page: Page, profile: Profile) -> None:
    for own in profile.own_fields:
        label = own.defined.label if own.defined else own.name
        noted = mark(profile, field=f"custom.{own.name}")
        if isinstance(own.value, list):
            for number, item in enumerate(own.value):
                page.field("" if number else label, _group(own.defined, item, page.words), "" if number else noted)
        else:
            page.field(label, _value(own.defined, own.value, page.words), noted)


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
        return tr("yes") if value else tr("no")
    if isinstance(value, int | float):
        return decimal(value)
    text = str(value)
    if defined and defined.type == "date":
        try:
            return words.day(dt.date.fromisoformat(text))
        except ValueError:
            return text
    return text


def _figures(page: Page, profile: Profile) -> None:
    totals, words = profile.totals, page.words
    page.heading(tr("Figures"))
    others = [priced(amount, currency) for currency, amount in totals.other_spend.items()]
    average, units, every = totals.average_order, totals.units_per_order, totals.days_between
    page.pairs(
        (
            (tr("Lifetime spend"), " + ".join((priced(totals.spend, totals.currency), *others))),
            (tr("Orders"), language.number(totals.orders)),
            (tr("Average order"), words.nothing if average is None else priced(average, totals.currency)),
            (tr("Items per order"), words.nothing if units is None else decimal(units, ".1f")),
            (tr("First purchase"), words.day(totals.first_purchase) or words.nothing),
            (tr("Last purchase"), words.day(totals.last_purchase) or words.nothing),
            (tr("Purchases every"), words.nothing if every is None else _days(max(1, round(every)))),
            (tr("Last one ago"), words.nothing if totals.days_since is None else _days(max(0, totals.days_since))),
        )
    )
    if totals.categories:
        page.field(
            tr("Top categories"),
            ", ".join(f"{name} {priced(spend, totals.currency)}" for name, spend in totals.categories),
        )


def _days(number: int) -> str:
    return trn("{number:,} day", "{number:,} days", number)

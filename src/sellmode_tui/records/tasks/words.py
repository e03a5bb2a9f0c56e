"""Why a rule's task is there, in words of the day on which it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec

from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.rule_task import Because
from sellmode_contract.store_time import local_day
from sellmode_tui.dates.names import dated, short_day
from sellmode_tui.language import tr, trd, trn
from sellmode_tui.records.rules.words import DATES, no_contact, no_purchase, own_dates


def because_words(  # noqa: PLR0911 -- one for each trigger
    because: Because, now: dt.datetime, zone: dt.tzinfo, *, seen: bool
) -> str:
    """What a rule's task is for: ``bought 5 days ago``. Of a customer who is not ``seen`` nothing but the event.

    ``about`` is as people call it: see ``called``.
    """
    today = local_day(now, zone)
    since = (today - local_day(because.at, zone)).days if because.at is not None else None
    about, whose = (because.about, because.whose) if seen else ("", "")
    match because.event:
        case "purchase" | "replenishment":
            return _bought(about, _ago(since))
        case "date":
            return _date(trd(DATES.get(about, about)), whose, _day(because.day, today))
        case "lapsed":
            return tr("no purchase yet") if since is None else no_purchase(since)
        case "new_customer":
            return tr("new customer, added {when}", when=_ago(since)) if since is not None else tr("new customer")
        case "stay_in_touch":
            return tr("never contacted") if since is None else no_contact(since)
        case "event":
            return _at(about.replace("_", " ") or tr("an event"), _ago(since))
        case "stale_picks":
            return tr("{picks} to review", picks=about or tr("picks"))
        case "late_request":
            return tr("request of {name} not answered in time", name=about) if about else tr("late request")


def _bought(what: str, when: str) -> str:
    if what and when:
        return tr("bought {product} {when}", product=what, when=when)
    if what:
        return tr("bought {product}", product=what)
    return tr("bought {when}", when=when) if when else tr("bought")


def _date(what: str, whose: str, when: str) -> str:
    what = what or tr("an important date")
    return _at(tr("{date} of {person}", date=what, person=whose) if whose else what, when)


def _at(what: str, when: str) -> str:
    return tr("{event} {when}", event=what, when=when) if when else what


def called(because: Because, titles: Mapping[str, str], custom: Iterable[CustomField]) -> Because:
    """The same with what it is about as people call it: products by title, if it is among ``titles`` by SKU, and the
    retailer's own dates by label.
    """
    about = because.about
    if sku := sku_of(because):
        about = titles.get(sku) or sku
    elif because.event == "date" and about not in DATES:
        about = own_dates(custom).get(about, about)
    return because if about == because.about else msgspec.structs.replace(because, about=about)


def sku_of(because: Because) -> str:
    """The SKU that it is about, if it is about one."""
    if because.event not in ("purchase", "replenishment") or not because.about.startswith("sku:"):
        return ""
    return because.about.removeprefix("sku:")


def _ago(days: int | None) -> str:
    match days:
        case None:
            return ""
        case 0:
            return tr("today")
        case 1:
            return tr("yesterday")
        case _ if days > 0:
            return trn("{number} day ago", "{number} days ago", days)
        case _:
            return trn("in {number} day", "in {number} days", -days)


def _day(text: str, today: dt.date) -> str:
    """A day that comes or has come, as people say it."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return ""
    ahead = (day - today).days
    if abs(ahead) <= 1:
        return (tr("yesterday"), tr("today"), tr("tomorrow"))[ahead + 1]
    said = dated(day) if abs(ahead) > 180 else short_day(day)
    return tr("on {day}", day=said) if ahead > 0 else tr("was on {day}", day=said)

"""Why a rule's task is there, in words of the day on which it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec

from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.rule_task import Because
from sellmode_contract.store_time import local_day
from sellmode_tui.dates.names import short_month


def because_words(because: Because, now: dt.datetime, zone: dt.tzinfo, *, seen: bool) -> str:
    """What a rule's task is for: ``bought 5 days ago``. Of a customer who is not ``seen`` nothing but the event.

    ``about`` is as people call it: see ``called``.
    """
    today = local_day(now, zone)
    since = (today - local_day(because.at, zone)).days if because.at is not None else None
    about, whose = (because.about, because.whose) if seen else ("", "")
    match because.event:
        case "purchase" | "replenishment":
            return " ".join(filter(None, ("bought", about, _ago(since))))
        case "date":
            what = about or "an important date"
            return f"{f'{what} of {whose}' if whose else what} {_day(because.day, today)}".strip()
        case "lapsed":
            return "no purchase yet" if since is None else f"no purchase for {_days(since)}"
        case "new_customer":
            return f"new customer, added {_ago(since)}" if since is not None else "new customer"
        case "stay_in_touch":
            return "never contacted" if since is None else f"no contact for {_days(since)}"
        case "event":
            return " ".join(filter(None, (about.replace("_", " ") or "an event", _ago(since))))


def called(because: Because, titles: Mapping[str, str], custom: Iterable[CustomField]) -> Because:
    """The same with what it is about as people call it: products by title, if it is among ``titles`` by SKU, and the
    retailer's own dates by label.
    """
    about = because.about
    if sku := sku_of(because):
        about = titles.get(sku) or sku
    elif because.event == "date" and about not in ("birthday", "anniversary"):
        for field in custom:
            inner = {f"{field.name}.{key}": each.label for key, each in field.parts.items()}
            about = inner.get(about) or (field.label if field.name == about else "") or about
    return because if about == because.about else msgspec.structs.replace(because, about=about)


def sku_of(because: Because) -> str:
    """The SKU that it is about, if it is about one."""
    if because.event not in ("purchase", "replenishment") or not because.about.startswith("sku:"):
        return ""
    return because.about.removeprefix("sku:")


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _ago(days: int | None) -> str:
    match days:
        case None:
            return ""
        case 0:
            return "today"
        case 1:
            return "yesterday"
        case _:
            return f"{_days(days)} ago" if days > 0 else f"in {_days(-days)}"


def _day(text: str, today: dt.date) -> str:
    """A day that comes or has come, as people say it."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return ""
    ahead = (day - today).days
    if abs(ahead) <= 1:
        return ("yesterday", "today", "tomorrow")[ahead + 1]
    year = f" {day.year}" if abs(ahead) > 180 else ""
    return f"{'on' if ahead > 0 else 'was on'} {day.day} {short_month(day.month)}{year}"

"""How a task repeats: what people choose from, as rules of RFC 5545, and such rules in words."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Final

from sellmode_contract import recurrence
from sellmode_contract.store_time import Due
from sellmode_tui.dates.names import WEEKDAYS, dated, weekday_name
from sellmode_tui.language import marked, tr, trd, trn

_WEEKDAYS: Final = {name[:2].upper(): number for number, name in enumerate(WEEKDAYS)}
_EVERY: Final = {
    "DAILY": marked("every day"),
    "WEEKLY": marked("every week"),
    "MONTHLY": marked("every month"),
    "YEARLY": marked("every year"),
}
_BY_DAYS: Final = "MO,TU,WE,TH,FR"


def _monthly(day: dt.date) -> str:
    """Of a day that not every month has, the last before it that the month does have."""
    if day.day <= 28:
        return "FREQ=MONTHLY"
    return f"FREQ=MONTHLY;BYMONTHDAY={','.join(map(str, range(28, day.day + 1)))};BYSETPOS=-1"


def _yearly(day: dt.date) -> str:
    if (day.month, day.day) != (2, 29):
        return "FREQ=YEARLY"
    return "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1"


CHOICES: Final[Mapping[str, Callable[[dt.date], str]]] = {
    marked("daily"): lambda day: "FREQ=DAILY",
    marked("weekdays"): lambda day: f"FREQ=WEEKLY;BYDAY={_BY_DAYS}",
    marked("weekly"): lambda day: "FREQ=WEEKLY",
    marked("every 2 weeks"): lambda day: "FREQ=WEEKLY;INTERVAL=2",
    marked("monthly"): _monthly,
    marked("yearly"): _yearly,
}
"""What people choose from, by name, with the rule that it is for a task first due on a day."""


def read_repeat(text: str, due: Due) -> str:
    """The rule that a choice or a rule as RFC 5545 has it means, for a task first due then; empty for none.

    Raises ValueError with a sentence for what is neither.
    """
    typed = " ".join(text.split())
    if typed.casefold() in ("", "never"):
        return ""
    if choice := CHOICES.get(typed.casefold()):
        return choice(due.day)
    rule = typed.upper().removeprefix("RRULE:")
    if "=" not in rule:
        choices = ", ".join(CHOICES)
        raise ValueError(tr("It repeats {choices}, or by a rule such as FREQ=WEEKLY;BYDAY=MO.", choices=choices))
    try:
        recurrence.check(rule, due)
    except ValueError as error:
        raise ValueError(tr("Not a valid repetition: {error}.", error=trd(error))) from None
    return rule


def choice_of(rule: str, due: Due) -> str | None:
    """The name of the choice that a task's rule is, if it is one."""
    return next((name for name, choice in CHOICES.items() if choice(due.day) == rule), None)


def repeat_words(rule: str) -> str:
    """A rule in words: ``every 2 weeks on Mon, Thu, 10 times``. What has no words is told as it stands."""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    frequency, interval = parts.pop("FREQ", ""), parts.pop("INTERVAL", "1")
    every = _every(frequency, interval)
    if every is None:
        return rule
    count, until = parts.pop("COUNT", ""), parts.pop("UNTIL", "")
    parts.pop("WKST", None)
    if (frequency, interval, parts) == ("WEEKLY", "1", {"BYDAY": _BY_DAYS}):
        words: str | None = tr("every weekday, Monday to Friday")
    else:
        words = _on_days(every, parts)
    return rule if words is None else _ending(words, count, until)


def _every(frequency: str, interval: str) -> str | None:
    """How often; None for what there are no words for."""
    if frequency not in _EVERY or not re.fullmatch(r"\d+", interval, re.ASCII):
        return None
    number = int(interval)
    if number == 1:
        return trd(_EVERY[frequency])
    match frequency:
        case "DAILY":
            return trn("every {number} day", "every {number} days", number)
        case "WEEKLY":
            return trn("every {number} week", "every {number} weeks", number)
        case "MONTHLY":
            return trn("every {number} month", "every {number} months", number)
    return trn("every {number} year", "every {number} years", number)


def _ending(words: str, count: str, until: str) -> str:
    if count == "1":
        return tr("{repeat}, once", repeat=words)
    if re.fullmatch(r"\d+", count, re.ASCII):
        return trn("{repeat}, {number} time", "{repeat}, {number} times", int(count), repeat=words)
    if re.fullmatch(r"\d{8}", until, re.ASCII):
        with contextlib.suppress(ValueError):
            return tr("{repeat}, until {day}", repeat=words, day=dated(dt.date.fromisoformat(until)))
    return words


def _on_days(every: str, parts: Mapping[str, str]) -> str | None:
    """How often and on which days a rule says; None if there are no words for it."""
    match dict(parts):
        case {} if not parts:
            return every
        case {"BYDAY": days, **others} if not others and all(day in _WEEKDAYS for day in days.split(",")):
            names = ", ".join(weekday_name(_WEEKDAYS[day]) for day in days.split(","))
            return tr("{every} on {days}", every=every, days=names)
        case {"BYMONTHDAY": days, **others} if not others and re.fullmatch(r"\d+(,\d+)*", days, re.ASCII):
            return tr("{every} on day {days}", every=every, days=days.replace(",", ", "))
        case {"BYMONTHDAY": days, "BYSETPOS": "-1", **others} if days.startswith("28,") and others in (
            {},
            {"BYMONTH": "2"},
        ):
            last = days.rpartition(",")[2]
            if others:
                return tr("{every} on 29 Feb, or the day before", every=every)
            short = tr("{every} on its last day", every=every) if last == "31" else ""
            return short or tr("{every} on day {day}, or its last", every=every, day=last)
    return None

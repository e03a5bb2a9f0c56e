"""How a task repeats: what people choose from, as rules of RFC 5545, and such rules in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Final

from sellmode_contract import recurrence
from sellmode_contract.store_time import Due
from sellmode_tui.dates.names import WEEKDAYS, short_month

_WEEKDAYS: Final = {name[:2].upper(): name for name in WEEKDAYS}
_UNITS: Final = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
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
    "daily": lambda day: "FREQ=DAILY",
    "weekdays": lambda day: f"FREQ=WEEKLY;BYDAY={_BY_DAYS}",
    "weekly": lambda day: "FREQ=WEEKLY",
    "every 2 weeks": lambda day: "FREQ=WEEKLY;INTERVAL=2",
    "monthly": _monthly,
    "yearly": _yearly,
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
        raise ValueError(f"It repeats {', '.join(CHOICES)}, or by a rule such as FREQ=WEEKLY;BYDAY=MO.")
    try:
        recurrence.check(rule, due)
    except ValueError as error:
        raise ValueError(f"Not a valid repetition: {error}.") from None
    return rule


def choice_of(rule: str, due: Due) -> str | None:
    """The name of the choice that a task's rule is, if it is one."""
    return next((name for name, choice in CHOICES.items() if choice(due.day) == rule), None)


def repeat_words(rule: str) -> str:
    """A rule in words: ``every 2 weeks on Mon, Thu, 10 times``. What has no words is told as it stands."""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    unit = _UNITS.get(parts.pop("FREQ", ""))
    if unit is None:
        return rule
    interval = parts.pop("INTERVAL", "1")
    words = f"every {unit}" if interval == "1" else f"every {interval} {unit}s"
    end = _end(parts.pop("COUNT", ""), parts.pop("UNTIL", ""))
    parts.pop("WKST", None)
    if (unit, interval, parts) == ("week", "1", {"BYDAY": _BY_DAYS}):
        return f"every weekday, Monday to Friday{end}"
    days = _days(parts)
    return rule if days is None else f"{words}{days}{end}"


def _end(count: str, until: str) -> str:
    if count:
        return ", once" if count == "1" else f", {count} times"
    if re.fullmatch(r"\d{8}", until, re.ASCII) and 1 <= int(until[4:6]) <= 12:
        return f", until {int(until[6:])} {short_month(int(until[4:6]))} {until[:4]}"
    return ""


def _days(parts: Mapping[str, str]) -> str | None:
    """Which days a rule names, in words; None if there are none for it."""
    match dict(parts):
        case {} if not parts:
            return ""
        case {"BYDAY": days, **others} if not others and all(day in _WEEKDAYS for day in days.split(",")):
            return f" on {', '.join(_WEEKDAYS[day] for day in days.split(','))}"
        case {"BYMONTHDAY": days, **others} if not others and re.fullmatch(r"\d+(,\d+)*", days, re.ASCII):
            return f" on day {days.replace(',', ', ')}"
        case {"BYMONTHDAY": days, "BYSETPOS": "-1", **others} if days.startswith("28,") and others in (
            {},
            {"BYMONTH": "2"},
        ):
            last = days.rpartition(",")[2]
            if others:
                return " on 29 Feb, or the day before"
            return " on its last day" if last == "31" else f" on day {last}, or its last"
    return None

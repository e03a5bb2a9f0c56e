"""What a filter means: the days it speaks of, and a plain evaluator that compilers to SQL are held to."""

from __future__ import annotations

import calendar
import datetime as dt
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec

from sellmode_contract.filters.tree import (
    And,
    Comparison,
    Duration,
    Me,
    MonthDay,
    Named,
    Node,
    Not,
    Or,
    Period,
    Value,
    Words,
)
from sellmode_contract.search import SearchKeys, exact, parse_query, words

_DAY = dt.timedelta(days=1)
_FEBRUARY, _LEAP_DAY = 2, 29
_ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class DayRange(msgspec.Struct, frozen=True):
    """Days from `first` to `last`, both included; None is open."""

    first: dt.date | None
    last: dt.date | None


class MonthDayRange(msgspec.Struct, frozen=True):
    """Days of the year from `first` to `last`, both included, never over the year's end."""

    first: MonthDay
    last: MonthDay


class Person(msgspec.Struct, frozen=True):
    """A colleague as the value of a person field."""

    id: str
    user_name: str = ""
    name: str = ""


def named_period(named: Named, today: dt.date) -> Period:
    """The days of a period that moves with `today`."""
    monday = today - dt.timedelta(days=today.weekday())
    match named.name:
        case "today" | "yesterday" | "tomorrow":
            day = today + {"today": 0, "yesterday": -1, "tomorrow": 1}[named.name] * _DAY
            return Period(day, day)
        case "this-week" | "last-week" | "next-week":
            first = monday + {"this": 0, "last": -7, "next": 7}[named.name[:4]] * _DAY
            return Period(first, first + 6 * _DAY)
        case "this-year" | "last-year":
            year = today.year - (named.name == "last-year")
            return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))
        case _:
            first = today.replace(day=1)
            if named.name == "last-month":
                first = (first - _DAY).replace(day=1)
            elif named.name == "next-month":
                first = (first + 31 * _DAY).replace(day=1)
            return Period(first, first.replace(day=calendar.monthrange(first.year, first.month)[1]))


def day_ranges(comparison: Comparison, today: dt.date) -> tuple[DayRange, ...]:
    """The days for which a comparison of a date field holds; `today` is a day of the store's time zone.

    Beside a `Duration` the sign speaks of how long ago: `>90d` is before that day, `<90d` after it, future days too.
    """
    return tuple(_day_range(comparison.operator, value, today) for value in comparison.values)


def month_day_ranges(comparison: Comparison, today: dt.date) -> tuple[MonthDayRange, ...]:
    """The days of the year for which a comparison of an anniversary holds.

    The 29th of February is kept on the 28th in years that do not have it; of a day alone the next one is meant.
    """
    found: list[MonthDayRange] = []
    for value in comparison.values:
        match value:
            case MonthDay():
                found.append(MonthDayRange(value, _with_leap_day(value, _year_of_next(value, today))))
            case Named():
                period = named_period(value, today)
                found += _days_of_year(period.first, period.last)
            case Duration():
                last = value.after(today)
                if comparison.operator == "<":
                    last -= _DAY
                found += _days_of_year(today, last) if last >= today else []
            case _:
                raise _unfit(comparison, value)
    return tuple(found)


def matches(tree: Node, record: Mapping[str, object], keys: SearchKeys, *, today: dt.date, me: str) -> bool:
    """Whether a filter holds for a customer.

    `record` has the customer's value of each field by name: str (text, choice, tag), int, float or Decimal (number;
    money in whole units of the currency), date, `MonthDay`, bool, `Person`, or a tuple or list of these. What is
    missing, None, or empty is no value. `keys` are what `Words` are searched in, `me` is the id of who asks.
    """
    match tree:
        case And(items=items):
            return all(matches(item, record, keys, today=today, me=me) for item in items)
        case Or(items=items):
            return any(matches(item, record, keys, today=today, me=me) for item in items)
        case Not(item=item):
            return not matches(item, record, keys, today=today, me=me)
        case Words(text=text):
            return parse_query(text).matches(keys)
        case Comparison(field=field):
            value = record.get(field)
            held = value if isinstance(value, list | tuple) else (value,)
            return any(_holds(tree, one, today, me) for one in held if one is not None and one != "")


def _holds(comparison: Comparison, held: object, today: dt.date, me: str) -> bool:  # noqa: PLR0911 - a type each
    if comparison.operator == "*":
        return True
    match held:
        case bool():
            return held in comparison.values
        case str() if comparison.operator == ":":
            return any(_begins_words(value, held) for value in comparison.values if isinstance(value, str))
        case str():
            return any(exact(value) == exact(held) for value in comparison.values if isinstance(value, str))
        case int() | float() | Decimal():
            compare = _ORDER[comparison.operator]
            number = Decimal(str(held))
            return any(compare(number, value) for value in comparison.values if isinstance(value, Decimal))
        case dt.date():
            return any(
                (days.first is None or days.first <= held) and (days.last is None or held <= days.last)
                for days in day_ranges(comparison, today)
            )
        case MonthDay():
            return any(days.first <= held <= days.last for days in month_day_ranges(comparison, today))
        case Person():
            return any(_is(held, value, me) for value in comparison.values)
    raise TypeError(f"{comparison.field} holds a {type(held).__name__}, which no filter compares")


def _begins_words(typed: str, held: str) -> bool:
    return all(any(word.startswith(wanted) for word in words(held)) for wanted in words(typed))


def _is(person: Person, value: Value, me: str) -> bool:
    if isinstance(value, Me):
        return person.id == me
    return isinstance(value, str) and (exact(person.user_name) == exact(value) or _begins_words(value, person.name))


def _day_range(sign: str, value: Value, today: dt.date) -> DayRange:
    if isinstance(value, Duration):
        day = value.before(today)
        sign = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[sign]  # longer ago is earlier
        period = Period(day, day)
    elif isinstance(value, Named):
        period = named_period(value, today)
    elif isinstance(value, Period):
        period = value
    else:
        raise TypeError(f"{value!r} is no day")
    match sign:
        case "<":
            return DayRange(None, _day_before(period.first))
        case "<=":
            return DayRange(None, period.last)
        case ">":
            return DayRange(_day_after(period.last), None)
        case ">=":
            return DayRange(period.first, None)
        case _:
            return DayRange(period.first, period.last)


def _days_of_year(first: dt.date, last: dt.date) -> list[MonthDayRange]:
    new_year, years_end = MonthDay(1, 1), MonthDay(12, 31)
    if (last - first).days >= 365:
        return [MonthDayRange(new_year, years_end)]
    start = MonthDay(first.month, first.day)
    end = MonthDay(last.month, last.day)
    end = _with_leap_day(end, last.year)
    if first.year == last.year:
        return [MonthDayRange(start, end)]
    return [MonthDayRange(start, years_end), MonthDayRange(new_year, end)]


def _with_leap_day(end: MonthDay, year: int) -> MonthDay:
    """The last day of a range in a year: the 29th of February for the 28th in one that has no 29th."""
    leaps = end == MonthDay(_FEBRUARY, 28) and not calendar.isleap(year)
    return MonthDay(_FEBRUARY, _LEAP_DAY) if leaps else end


def _year_of_next(day: MonthDay, today: dt.date) -> int:
    """The year in which a day comes next, today included."""
    return today.year + ((day.month, day.day) < (today.month, today.day))


def _day_before(day: dt.date) -> dt.date:
    return dt.date.fromordinal(max(day.toordinal() - 1, 1))


def _day_after(day: dt.date) -> dt.date:
    return dt.date.fromordinal(min(day.toordinal() + 1, dt.date.max.toordinal()))


def _unfit(comparison: Comparison, value: Value) -> TypeError:
    return TypeError(f"{comparison.field} cannot be compared with {value!r}")

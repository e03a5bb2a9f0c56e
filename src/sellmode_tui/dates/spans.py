"""Spans of time as people type them: ``in 2 weeks``, ``3d``, ``in 2 wks and 3 days``, ``in half an hour``,
``2 hours ago``.

dateparser reads them, for what a small grammar lets through: it reads much else, but guesses (``12/24`` as a day of
2124, ``1 year from today`` as a year ago, ``3m`` as three minutes).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, NamedTuple

from sellmode_contract.typed_days import UnclearDate
from sellmode_tui.language import tr

_UNITS: Final = {
    name: unit
    for unit, names in {
        "minute": "min mins minute minutes",
        "hour": "h hr hrs hour hours",
        "day": "d day days",
        "week": "w wk wks week weeks",
        "fortnight": "fortnight fortnights",
        "month": "mo mos mth mths month months",
        "year": "y yr yrs year years",
    }.items()
    for name in names.split()
}
_NUMBER: Final = r"(?:\d{1,4} ?|(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) )"
_UNIT: Final = rf"(?:{'|'.join(sorted(_UNITS, key=len, reverse=True))}|m)\b"
_SPAN: Final = re.compile(
    rf"(?:in |after )?(?P<parts>{_NUMBER}{_UNIT}(?: ?(?:and )?{_NUMBER}{_UNIT})*)(?: from now)?|in half an hour"
    rf"|(?P<gone>{_NUMBER}{_UNIT}(?: ?(?:and )?{_NUMBER}{_UNIT})*) ago|(?P<half>half an hour) ago",
    re.ASCII,
)
_PART: Final = re.compile(rf"({_NUMBER})({_UNIT})", re.ASCII)
_HOURS_AND_MINUTES: Final = re.compile(r"\b(\d{1,2})h(\d\d)\b", re.ASCII)
BEGUN: Final = re.compile(rf"(?:\b(?:in|after|and)|(?:{_NUMBER}){_UNIT})\ *\Z", re.ASCII)
"""What a number of hours goes on after: ``in``, ``2 days and``."""


class Span(NamedTuple):
    """What a span comes to."""

    end: dt.datetime
    """Local, without a zone."""
    hourly: bool
    """Whether it was given in hours or minutes, so that it has a time of day."""
    back: bool = False
    """Whether it leads into the past: ``2 hours ago``."""


def read_span(words: str, local: dt.datetime) -> Span | None:
    """The span that words mean, from the local moment ``local`` without a zone; None if they are none.

    Words are in small letters, with single spaces between them. Raises UnclearDate.
    """
    found = _SPAN.fullmatch(_HOURS_AND_MINUTES.sub(r"\1 h \2 min", words))
    if found is None:
        return None
    back = bool(found["gone"] or found["half"])
    parts = [(number.strip(), unit) for number, unit in _PART.findall(found["parts"] or found["gone"] or "30 min")]
    if many := next((number for number, unit in parts if unit == "m"), None):
        raise UnclearDate(
            tr("This could mean {many} minutes or {many} months: write {many} min or {many} months.", many=many)
        )
    units = [_UNITS[unit] for _, unit in parts]
    if len(set(units)) < len(units):
        raise UnclearDate("The same unit is given twice.")
    # Loaded here: it takes as long as all else of a command together.
    from dateparser.date import DateDataParser

    parser = DateDataParser(
        languages=["en"], settings={"RELATIVE_BASE": local, "PARSERS": ["relative-time"], "PREFER_DATES_FROM": "future"}
    )
    plain = " ".join(f"{number} {unit}" for (number, _), unit in zip(parts, units, strict=True))
    end: dt.datetime | None = parser.get_date_data(f"{plain} ago" if back else f"in {plain}").date_obj
    if end is None or (end > local if back else end < local):
        raise UnclearDate("That is too far away.")
    return Span(end, not {"minute", "hour"}.isdisjoint(units), back)

"""Times of day as people type them: ``3pm``, ``15:00``, ``15h``, ``at 15``, ``half past 3pm``, ``noon``.

An hour that may be of the morning or of the evening (``at 3``) is asked about, never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, NamedTuple

from sellmode_tui.dates import spans as typed_spans
from sellmode_tui.language import marked, tr, trd


class Clock(NamedTuple):
    """A time of day in a text."""

    time: dt.time
    place: tuple[int, int]
    """Where it stands, in characters from 0, the end behind it."""
    today: bool = False
    """It names the day, too: ``tonight``."""


class UnclearTime(ValueError):
    """There is no such time of day, or it may be two. The text is a sentence; ``place`` is as in ``Clock``."""

    def __init__(self, words: str, place: tuple[int, int]) -> None:
        super().__init__(words)
        self.place = place


_BESIDE: Final = r"(?P<beside>half\ +past|quarter\ +past|quarter\ +to)\ +"
_CLOCK: Final = re.compile(
    rf"""(?<![\w:./+-])
    (?P<at>(?:at|@|by)\ *)?
    (?:(?:{_BESIDE})?(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d\d))?\ *(?P<half>[ap])(?:m\b|\.m\.)
      |(?P<hour24>\d{{1,2}}):(?P<minute24>\d\d)(?::00)?
      |(?P<hours>\d{{1,2}})(?:h(?P<minutes>\d\d)|\ ?h)
      |(?:in\ the\ )?(?P<part>morning|noon|midday|afternoon|evening|night|tonight|midnight))
    (?![\w:/+-]|[.,]\d)""",
    re.VERBOSE | re.ASCII,
)
_BARE: Final = re.compile(
    rf"""(?<![\w:./+-])
    (?:(?:{_BESIDE}|(?P<german>half)\ +)(?P<past>\d{{1,2}})
      |(?:at|@)\ *(?P<bare>\d{{1,2}})
      |(?P<oclock>\d{{1,2}})(?=\ *o'clock))
    (?:\ *o'clock)?(?=\ *(?:,|\Z)|\ +[a-z])""",
    re.VERBOSE | re.ASCII,
)
"""An hour of which nothing says which half of the day it is of."""
_PARTS: Final = {
    "morning": dt.time(9),
    "noon": dt.time(12),
    "midday": dt.time(12),
    "afternoon": dt.time(14),
    "evening": dt.time(18),
    "night": dt.time(20),
    "tonight": dt.time(20),
}
_MIDNIGHT: Final = marked("Midnight belongs to two days: name the day alone, or 00:00 of one.")
_BESIDE_HOURS: Final = {"half past": 30, "quarter past": 15, "quarter to": -15}


def find_clock(text: str) -> Clock | None:
    """The time of day in a text of small letters. Raises UnclearTime."""
    found = [each for each in _CLOCK.finditer(text) if not _is_span(each)] or list(_BARE.finditer(text))
    if not found:
        return None
    if len(found) > 1:
        raise UnclearTime("There are two times.", found[1].span())
    (only,) = found
    alone = only.group().strip() == text.strip()
    return Clock(_time(only, alone=alone), only.span(), only.groupdict().get("part") == "tonight")


def halves(hour: int) -> list[dt.time]:
    """The times of day that a number means by itself: of both halves of the day up to 12, none from 24 on."""
    if hour > 23:
        return []
    return [dt.time(hour % 12), dt.time(hour % 12 + 12)] if 1 <= hour <= 12 else [dt.time(hour)]


def _is_span(found: re.Match[str]) -> bool:
    """Whether hours are so many rather than a time of day."""
    if found["hours"] is None or found["at"]:
        return False
    return int(found["hours"]) > 23 or typed_spans.BEGUN.search(found.string, 0, found.start()) is not None


def _time(found: re.Match[str], *, alone: bool) -> dt.time:
    """Raises UnclearTime."""
    group, place = found.groupdict().get, found.span()
    if part := group("part"):
        if part not in _PARTS:
            raise UnclearTime(trd(_MIDNIGHT), place)
        return _PARTS[part]
    hour = int(next(filter(None, map(group, ("hour", "hour24", "hours", "past", "bare", "oclock")))))
    minute = int(group("minute") or group("minute24") or group("minutes") or 0)
    beside = _BESIDE_HOURS.get(" ".join((group("beside") or "").split()), 0)
    if half := group("half"):
        times = [dt.time(hour % 12 + (12 if half == "p" else 0))] if 1 <= hour <= 12 else []
    elif group("hour24") or group("hours"):
        times = [dt.time(hour)] if hour <= 23 else []
    else:
        times = halves(hour)
    if minute > 59 or not times:
        raise UnclearTime("Not a valid time.", place)
    if group("german"):
        told = tr("This could mean half past {one} or half past {other}: write it as 15:30.", one=hour - 1, other=hour)
        raise UnclearTime(told, place)
    if half and beside < 0 and times[0].hour == 0:
        raise UnclearTime(trd(_MIDNIGHT), place)
    times = sorted(_later(each, minute + beside) for each in times)
    if alone and group("hours") and not group("at") and 1 <= hour <= 12:
        span = f"in {hour} h{f' {minute} min' if minute else ''}"
        raise UnclearTime(_either(f"{times[0]:%H:%M}", span), place)
    if len(times) > 1:
        raise UnclearTime(_either(f"{times[0]:%H:%M}", f"{times[1]:%H:%M}"), place)
    return times[0]


def _either(one: str, other: str) -> str:
    return tr("This could mean {one} or {other}: write one of them.", one=one, other=other)


def _later(time: dt.time, minutes: int) -> dt.time:
    hours, minute = divmod(time.hour * 60 + minutes, 60)
    return dt.time(hours % 24, minute)

"""The retailer's rules of credit for online sales, and their versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.store import setting_values, settings
from sellmode_backend.store.sale_credit import all_rules
from sellmode_backend.store.setting_values import Key
from sellmode_contract.results.attribution import METHODS, WAYS, Method, Rules, checked


class Change(NamedTuple):
    """What is to be different; None, and ways that are not named, stay."""

    method: Method | None
    days: int | None
    windows: Mapping[str, int | None]
    engaged_windows: Mapping[str, int | None]


def read_windows(given: Iterable[str]) -> dict[str, int | None]:
    """Windows as an operator writes them, ``sms=7``; ``sms=`` takes one away. Raises ValueError."""
    found: dict[str, int | None] = {}
    for item in given:
        way, equals, days = item.partition("=")
        if not equals or (days and not (days.isascii() and days.isdigit())):
            raise ValueError(f"a window is a way and a number of days, such as sms=7: {item}")
        found[way] = int(days) if days else None
    return found


def changed(connection: Connection, change: Change) -> Rules:
    """The newest rules with a change. Raises ValueError for rules that cannot be gone by."""
    last = all_rules(connection)[-1]
    return checked(
        msgspec.structs.replace(
            last,
            method=change.method or last.method,
            days=last.days if change.days is None else change.days,
            windows=_changed(last.windows, change.windows),
            engaged_windows=_changed(last.engaged_windows, change.engaged_windows),
        )
    )


def begin_version(connection: Connection, change: Change, now: dt.datetime) -> tuple[Rules, ...]:
    """Let new rules judge the sales that come from now on; gives all versions.

    Raises ValueError for rules that cannot be gone by, SettingError without a retailer.
    """
    settings.epoch(connection)
    versions = all_rules(connection)
    last, new = versions[-1], changed(connection, change)
    if new == last:
        return versions
    versions = (*versions, msgspec.structs.replace(new, version=last.version + 1, since=now))
    setting_values.write(connection, Key.ATTRIBUTION, msgspec.json.encode(versions).decode())
    return versions


def _changed(before: Mapping[str, int], change: Mapping[str, int | None]) -> dict[str, int]:
    return {way: days for way, days in {**before, **change}.items() if days is not None}


def in_words(rules: Rules) -> str:
    """One version, in a line."""
    since = f"since {rules.since:%Y-%m-%d %H:%M} UTC" if rules.since else "from the beginning"
    windows = [f"{rules.days} days"]
    windows += [f"{WAYS[way]} {days}" for way, days in sorted(rules.windows.items())]
    windows += [f"{WAYS[way]} taken part in {days}" for way, days in sorted(rules.engaged_windows.items())]
    return f"Version {rules.version}, {since}: {METHODS[rules.method]}; {', '.join(windows)}"

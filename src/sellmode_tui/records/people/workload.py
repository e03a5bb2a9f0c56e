"""What a store's people have to do and have done, and whose the customers are, as far as the asker sees it.

It is counted by the database, in as many queries for a thousand tasks as for one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sellmode_contract.store_time import day_start, local_day
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import instant
from sellmode_tui.records.context import Context
from sellmode_tui.records.people.owned import by_card
from sellmode_tui.records.tasks.agenda import whose
from sellmode_tui.records.tasks.lines import column_of


@dataclass(frozen=True)
class Load:
    """What one person has, or nobody."""

    person: str | None
    """Staff id; None is nobody."""
    name: str
    """Empty for nobody."""
    standing: str
    """As ``Context.standing_of`` has it: empty for who works in the store."""
    customers: int = 0
    open: int = 0
    """Tasks, the overdue ones among them."""
    overdue: int = 0
    done_today: int = 0
    done_week: int = 0
    """Since Monday, today included."""


@dataclass(frozen=True)
class Workload:
    """A store's people with what each has, by name; those who have left come after them, if they still have something.

    A manager in Associate Mode sees of colleagues' tasks those that were given, and no others.
    """

    people: tuple[Load, ...]
    nobody: Load
    """Customers without an owner, and tasks that are nobody's."""
    whole: bool
    """Whether all tasks of the store are seen."""


def workload(reading: Reading, around: Context, now: dt.datetime) -> Workload:
    """What everybody has by now."""
    counts: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    whole = column_of(reading) == "team"
    for person, number in _customers(reading):
        counts[person]["customers"] += number
    today = local_day(now, around.zone)
    monday = today - dt.timedelta(days=today.weekday())
    stamps = {
        "now": instant(now),
        "today": instant(day_start(today, around.zone)),
        "week": instant(day_start(monday, around.zone)),
        "me": around.account.id if around.account else None,
    }
    for rows in (_of_tasks(reading, stamps), () if whole else _of_cards(reading, stamps)):
        for person, open, overdue, done_today, done_week in rows:
            held = counts[person]
            held["open"] += open
            held["overdue"] += overdue
            held["done_today"] += done_today
            held["done_week"] += done_week
    nobody = Load(None, "", "", **counts.pop(None, {}))
    here = [staff.id for staff in around.colleagues if not around.standing_of(staff.id)]
    gone = sorted((person for person in counts if person not in here), key=around.name_of)
    people = (Load(id, around.name_of(id), around.standing_of(id or ""), **counts.get(id, {})) for id in (*here, *gone))
    return Workload(tuple(people), nobody, whole)


def _customers(reading: Reading) -> Iterator[Any]:
    table = "customer_card" if by_card(reading) else "customer"
    return reading.connection.execute(
        f"SELECT k.owner, count(*) FROM {table} k WHERE {reading.only_visible('k')} GROUP BY k.owner"
    )


def _of_tasks(reading: Reading, stamps: dict[str, Any]) -> Iterator[Any]:
    """Of each person, or of nobody: tasks that are open, overdue, done today, done this week."""
    return reading.connection.execute(
        f"SELECT {whose(reading)}, count(*), count(*) FILTER (WHERE t.due_at <= :now), 0, 0 FROM task t"
        " WHERE t.state = 'open' AND ifnull(t.expires_at, :now + 1) > :now"
        f" AND {reading.only_visible('t')} GROUP BY 1"
        " UNION ALL"
        " SELECT t.done_by, 0, 0, count(*) FILTER (WHERE t.ended_at >= :today), count(*) FROM task t"
        f" WHERE t.state = 'done' AND t.ended_at >= :week AND {reading.only_visible('t')} GROUP BY t.done_by",
        stamps,
    )


def _of_cards(reading: Reading, stamps: dict[str, Any]) -> Iterator[Any]:
    """The same of tasks that were given to colleagues."""
    return reading.connection.execute(
        "SELECT k.assignee, count(*) FILTER (WHERE k.state = 'open'),"
        " count(*) FILTER (WHERE k.state = 'open' AND k.due_at <= :now),"
        " count(*) FILTER (WHERE k.state = 'done' AND k.done_at >= :today),"
        " count(*) FILTER (WHERE k.state = 'done' AND k.done_at >= :week)"
        f" FROM task_card k WHERE k.assignee IS NOT :me AND {reading.only_visible('k')} GROUP BY k.assignee",
        stamps,
    )

"""Targets as the cache holds them, and copying them to the next month."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from sellmode_contract.kinds.target import TARGET, Target, TargetCard
from sellmode_contract.results.figures import Figure
from sellmode_contract.results.periods import Period
from sellmode_contract.results.targets import goals, next_month
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.records import of_kinds
from sellmode_tui.records.results.subjects import Subject
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.writing import Writer, Written


def goals_of(reading: Reading, subject: Subject, period: Period) -> dict[str, Figure]:
    """What the figures of a subject are to come to in a period, by KPI."""
    months = period.months
    return goals(_found(reading, subject, months), subject.stores, subject.person, period) if months else {}


def _found(reading: Reading, subject: Subject, months: tuple[str, ...]) -> Iterable[Target | TargetCard]:
    for kind in ("target", "target_card"):  # who leads a store may have both, and they are the same
        rows = reading.connection.execute(
            f"SELECT t.doc FROM {kind} t WHERE {reading.only_visible('t')} AND t.person IS ?"
            f" AND t.month BETWEEN ? AND ? AND t.store IN ({','.join('?' * len(subject.stores))})",
            (subject.person, months[0], months[-1], *subject.stores),
        )
        yield from (decode(kind, doc) for (doc,) in rows)


def of_month(reading: Reading, month: str) -> list[str]:
    """The ids of the targets of a month."""
    rows = reading.connection.execute(
        f"SELECT t.id FROM target t WHERE {reading.only_visible('t')} AND t.month = ? ORDER BY t.id", (month,)
    )
    return [id for (id,) in rows]


class Copied(NamedTuple):
    """What came of copying targets."""

    written: list[Written]
    left_out: int
    """How many were not copied: there is one already, or their person works in the store no more."""


def copy(writer: Writer, ids: Iterable[str]) -> Copied:
    """Copy targets to the month after theirs. Raises RefusedAmong, and NotVisible."""
    ids = list(ids)
    fields = writer.read(lambda seen: [_next(seen, id) for id in ids])
    wanted = [each for each in fields if each is not None]
    made = [partial(of_kinds.new, kind=TARGET.name, id="", fields=each) for each in wanted]
    return Copied(writer.write_all(made) if made else [], len(ids) - len(wanted))


def _next(seen: Seen, id: str) -> dict[str, object] | None:
    """The fields of the same target a month later; None if there is one, or nobody whose it could be."""
    target = of_kinds.visible(seen, TARGET.name, id)
    assert isinstance(target, Target)  # noqa: S101 -- for the type checker: it is of that kind
    later = {**of_kinds.content(target), "month": next_month(target.month)}
    assert TARGET.id_of is not None  # noqa: S101 -- for the type checker
    works = target.person is None or any(
        each.id == target.person and each.active and each.store == target.store for each in seen.around.colleagues
    )
    return later if works and seen.get(TARGET.name, TARGET.id_of(later)) is None else None

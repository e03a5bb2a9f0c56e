"""Whether a write transaction has changed anything for whoever reads the cache."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sellmode_contract.kinds import KINDS
from sellmode_tui.cache.tables import decode, table_of, where
from sellmode_tui.sealed import Connection


class _Held(NamedTuple):
    """Of a row, what readers go by; all None if it is not there."""

    pk: int | None = None
    scope: int | None = None
    doc: str | None = None


class Compared:
    """Records as they were before they were written, to be compared with what they are in the end.

    What was written here shows at once. When the backend has settled it and sends what it has made of it, mostly
    nothing is other than before, and no list has to be read again.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._before: dict[tuple[str, str], _Held] = {}

    def note(self, kind: str, ids: Iterable[str]) -> None:
        """Some records are about to be written or deleted."""
        for id in ids:
            if (kind, id) not in self._before:
                self._before[kind, id] = self._held(kind, id)

    def changed(self) -> set[str]:
        """The kinds of those that are others now."""
        return {kind for (kind, id), was in self._before.items() if not _same(kind, was, self._held(kind, id))}

    def _held(self, kind: str, id: str) -> _Held:
        condition, parameters = where(kind, id)
        row: tuple[Any, ...] | None = self._connection.execute(
            f'SELECT pk, scope, doc FROM "{table_of(kind)}" WHERE {condition}', parameters
        ).fetchone()
        return _Held(*row) if row else _Held()


def _same(kind: str, was: _Held, now: _Held) -> bool:
    if was == now:
        return True
    if was[:2] != now[:2] or was.doc is None or now.doc is None or kind not in KINDS:
        return False
    return bool(decode(kind, was.doc) == decode(kind, now.doc))  # written otherwise, it may say the same

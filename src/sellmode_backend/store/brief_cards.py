"""How far each store is with a head office's brief, counted as its tasks change: no screen adds up a retailer's people.

A card moves with the tasks, in the transaction that writes them: what it says is always so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.corporate_brief import BriefCard
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.task import TaskState


def card_id(brief: str, store: str) -> str:
    """The id of the card of a store."""
    return source_id("brief_card", "sellmode", f"{brief}/{store}")


class Move(NamedTuple):
    """By how much a card is to change."""

    brief: str
    store: str
    by: Counter[TaskState]
    """How many tasks more are in each state; less, where it is negative."""

    def added_to(self, card: BriefCard | None) -> BriefCard | None:
        """The card afterwards; None if it counts nothing any more."""
        before = card or BriefCard(id=card_id(self.brief, self.store), store=self.store, brief=self.brief)
        after = BriefCard(
            id=before.id,
            store=before.store,
            brief=before.brief,
            open=before.open + self.by["open"],
            done=before.done + self.by["done"],
            dismissed=before.dismissed + self.by["dismissed"],
            expired=before.expired + self.by["expired"],
        )
        return after if after.open or after.done or after.dismissed or after.expired else None


def moved(
    tasks: Iterable[tuple[CorporateTask | None, CorporateTask | None]],
) -> dict[tuple[str, str], Callable[[BriefCard | None], BriefCard | None]]:
    """What becomes of cards, by kind and id, when tasks are replaced by others; None is one that is not there."""
    moves: dict[str, Move] = {}
    for before, after in tasks:
        for task, by in ((before, -1), (after, 1)):
            if task is not None and task.brief:
                id = card_id(task.brief, task.store)
                moves.setdefault(id, Move(task.brief, task.store, Counter())).by[task.state] += by
    return {("brief_card", id): move.added_to for id, move in moves.items() if any(move.by.values())}

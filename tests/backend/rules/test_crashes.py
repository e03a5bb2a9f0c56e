"""A pass that dies wherever it may: what is done stays, what is not is done by the next one, nothing twice."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sellmode_backend.rules import passes
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from tests.backend.rules.rules_shop import RulesShop, rules_shop
from tests.backend.sync.pushing import uuid7

_ROOT = Path(__file__).parents[3]

_WORKER = """
import datetime as dt, os, sys
import sqlalchemy as sa
from sellmode_backend.rules import passes
from sellmode_backend.store.database import open_database

url, left = sys.argv[1], int(sys.argv[2])
database = open_database(url)
passes.BATCH = 3

def die(*_):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), 9)

sa.event.listen(database.engine, "before_cursor_execute", die)
sa.event.listen(database.engine, "commit", die)
passes.run(database, lambda: dt.datetime.fromisoformat(sys.argv[3]))
"""


class Died(BaseException):
    pass


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "BATCH", 3)


def furnish(shop: RulesShop) -> int:
    """Put work of every kind before a pass; gives how many tasks it makes of rules."""
    shop.rule("welcome", trigger="new_customer")
    shop.rule("few", trigger="new_customer", daily_cap=2)
    shop.write(CorporateBrief(id=uuid7(), title="Count", created_at=shop.clock()))
    for person in shop.many(8, owner=shop.ada.id):
        if person.figures.spend < 3:
            shop.buys(person)
    return 8 + 2


@contextmanager
def dying(shop: RulesShop, left: int) -> Iterator[None]:
    """Let the pass die at a statement or commit, after so many of them."""

    def die(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Died

    engine = shop.database.engine
    hooks: list[tuple[str, Callable[..., None]]] = [("before_cursor_execute", die), ("commit", die)]
    for name, hook in hooks:
        sa.event.listen(engine, name, hook)
    try:
        yield
    finally:
        for name, hook in hooks:
            sa.event.remove(engine, name, hook)


def test_whatever_statement_a_pass_dies_at_the_next_goes_on(shop: RulesShop) -> None:
    wanted = furnish(shop)
    died = 0
    for left in range(0, 4000, 5):  # ever further, over what is done already
        try:
            with dying(shop, left):
                shop.run()
        except Died:
            died += 1
            made = shop.tasks()
            assert len(made) <= wanted
        else:
            break
    shop.run()
    assert died > 5
    made = shop.tasks()
    assert len(made) == wanted == len({(task.rule, task.customer) for task in made})
    assert shop.stored_count("corporate_task") == 4


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_killed_process_leaves_nothing_half_done(request: pytest.FixtureRequest, engine: str) -> None:
    url = request.getfixturevalue(f"{engine}_url")
    with rules_shop(url) as shop:
        wanted, killed = furnish(shop), 0
        for left in (7, 31, 47, 64, 90):
            done = subprocess.run(
                [sys.executable, "-c", _WORKER, url, str(left), shop.clock().isoformat()],
                cwd=_ROOT, check=False, capture_output=True, text=True,
            )  # fmt: skip
            assert done.returncode in (0, -9), done.stderr
            killed += done.returncode == -9
        assert killed >= 3
        shop.run()
        made = shop.tasks()
        assert len(made) == wanted == len({(task.rule, task.customer) for task in made})
        assert shop.stored_count("corporate_task") == 4
        shop.clock.now += dt.timedelta(days=1)
        assert shop.run().made == 2, "the cap of the next day"

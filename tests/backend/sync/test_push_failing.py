"""The backend fails: nothing is half done, nothing holds up the queue for ever, a database away is nobody's fault."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from sellmode_backend.store import schema
from sellmode_backend.sync import batch
from sellmode_backend.sync import push as pushing
from sellmode_contract import mutations
from sellmode_contract.mutations import Edit, Operation, Outcome, Rejected, World
from tests.backend.sync.pushing import Shop, everything, note

Apply = Callable[[Operation, World], Outcome]


class PlantedBug(Exception):
    """It was bound to happen."""


def plant(monkeypatch: pytest.MonkeyPatch, apply: Apply) -> None:
    monkeypatch.setattr(batch, "apply", apply)


def fails_at(mid: str) -> Apply:
    def apply(operation: Operation, world: World) -> Outcome:
        if world.mid == mid:
            raise PlantedBug("with somebody's name in it")
        return mutations.apply(operation, world)

    return apply


def operational(state: str | None) -> sa.exc.OperationalError:
    cause = Exception()
    cause.sqlstate = state  # type: ignore[attr-defined]  # as psycopg's errors have it
    return sa.exc.OperationalError("statement", {}, cause)


def test_the_mutation_at_which_the_backend_fails_is_put_aside_at_the_third_time(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    calls = ada.queue(*(note(anna.id) for _ in range(4)))
    plant(monkeypatch, fails_at(calls[1].mid))
    assert [result.st for result in ada.push(calls)] == ["applied", "retry", "retry", "retry"]
    assert len(shop.belongings(anna, "note")) == 1
    assert [result.st for result in ada.push(calls)] == ["applied", "retry", "retry", "retry"]
    results = ada.push(calls)
    assert [(result.st, result.code) for result in results] == [
        ("applied", None),
        ("rejected", "poison"),
        ("applied", None),
        ("applied", None),
    ]
    assert len(shop.belongings(anna, "note")) == 3
    assert ada.push(calls) == results
    with shop.database.snapshot() as connection:
        (body,) = connection.scalars(sa.select(schema.mutation.c.body).where(schema.mutation.c.code == "poison"))
    assert body == bytes(calls[1].do).decode()
    assert "PlantedBug" in caplog.text
    assert "somebody" not in caplog.text


def test_a_failure_that_passes_leaves_no_trace(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    for _ in range(4):
        (mutation,) = ada.queue(note(anna.id))
        with monkeypatch.context() as planted:
            plant(planted, fails_at(mutation.mid))
            assert [ada.push([mutation])[0].st for _ in range(2)] == ["retry", "retry"]
        assert ada.push([mutation])[0].st == "applied"


def test_a_failure_beyond_the_mutations_themselves_changes_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    before = everything(shop.database)

    def fail(*_: Any, **__: Any) -> None:
        raise PlantedBug

    calls = ada.queue(note(anna.id), Edit(kind="customer", id=anna.id, set={"family_name": "X"}))
    with monkeypatch.context() as planted:
        planted.setattr("sellmode_backend.store.duplicates.note", fail)
        assert [result.st for result in ada.push(calls)] == ["retry", "retry"]
        assert everything(shop.database) == before
    assert [result.st for result in ada.push(calls)] == ["applied", "applied"]


@pytest.mark.parametrize("state", [None, "08006", "57P01", "53300", "55P03"])
def test_a_database_that_cannot_be_had_counts_against_nobody(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, state: str | None
) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    calls = ada.queue(note(anna.id))

    def apply(*_: Any) -> Outcome:
        raise operational(state)

    with monkeypatch.context() as planted:
        plant(planted, apply)
        for _ in range(5):
            with pytest.raises(sa.exc.OperationalError):
                ada.push(calls)
    assert ada.push(calls)[0].st == "applied"


def test_a_full_disk_counts_against_nobody(shop: Shop) -> None:
    if shop.database.engine.dialect.name != "sqlite":
        pytest.skip("A full disk is made with a setting of SQLite.")
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    calls = ada.queue(*(note(anna.id, "x" * 8000) for _ in range(20)))
    room = sa.text("PRAGMA page_count")
    with shop.database.snapshot() as connection:
        pages = connection.scalar(room)

    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    sa.event.listen(shop.database.engine, "begin", begin)
    for _ in range(5):
        with pytest.raises(sa.exc.OperationalError, match="disk is full"):
            ada.push(calls)
    sa.event.remove(shop.database.engine, "begin", begin)
    sa.event.listen(shop.database.engine, "begin", lambda each: each.exec_driver_sql("PRAGMA max_page_count = 1000000"))
    assert {result.st for result in ada.push(calls)} == {"applied"}
    assert len(shop.belongings(anna, "note")) == 20


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_deadlock_is_tried_again(shop: Shop, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)
    left = 3

    def apply(operation: Operation, world: World) -> Outcome:
        nonlocal left
        left -= 1
        if left >= 0:
            raise operational(state)
        return mutations.apply(operation, world)

    with monkeypatch.context() as planted:
        plant(planted, apply)
        assert [result.st for result in ada.do(note(anna.id), note(anna.id))] == ["applied", "applied"]
        left = 10**6
        with pytest.raises(sa.exc.OperationalError):
            ada.do(note(anna.id))
        assert left == 10**6 - pushing._ATTEMPTS


def test_a_limit_that_a_mutation_exceeds_does_not_pass_and_is_put_aside(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)

    def apply(*_: Any) -> Outcome:
        raise operational("54000")

    plant(monkeypatch, apply)
    calls = ada.queue(note(anna.id))
    assert [ada.push(calls)[0].st for _ in range(3)] == ["retry", "retry", "rejected"]


def test_a_refusal_is_no_failure(shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    ada, anna = shop.writer(shop.ada), shop.add(shop.ada)

    def apply(*_: Any) -> Outcome:
        raise Rejected("conflict", "No.")

    plant(monkeypatch, apply)
    caplog.set_level(logging.WARNING)
    assert ada.one(note(anna.id)).code == "conflict"
    assert not caplog.records

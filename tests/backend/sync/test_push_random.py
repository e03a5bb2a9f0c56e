"""Whatever is sent twice, in parts, too early or after lost answers: each mutation has its effect once, in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.note import Note
from sellmode_contract.mutations import Edit, Operation
from tests.backend.people import MovedClock, add_person
from tests.backend.sync.pushing import Shop, Writer, note, uuid7
from tests.support.backend import retailer_database

LONGEST = 12


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def busy_shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('shop') / 'backend.db'}"
        else:
            url = stack.enter_context(request.getfixturevalue("_postgresql").database())
        database = stack.enter_context(retailer_database(url))
        stores = {"ada": "Alpha", "ben": "Alpha", "mia": "Alpha", "cleo": "Beta"}
        yield Shop(database, MovedClock(), *(add_person(database, name, store) for name, store in stores.items()))


@st.composite
def calls(draw: st.DrawFn) -> list[list[int]]:
    """Which of a client's mutations are in each of its calls: parts of the queue, some of them shuffled or doubled."""
    made = []
    for _ in range(draw(st.integers(1, 8))):
        first = draw(st.integers(0, LONGEST - 1))
        part = list(range(first, draw(st.integers(first + 1, LONGEST))))
        how = draw(st.sampled_from(["as it is", "as it is", "shuffled", "doubled"]))
        if how == "shuffled":
            part = draw(st.permutations(part))
        elif how == "doubled":
            part = sorted([*part, *part])
        made.append(part)
    return made


@given(st.lists(calls(), min_size=1, max_size=3), st.randoms(use_true_random=False))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_mutation_has_one_effect_in_its_clients_order(
    busy_shop: Shop, sent: list[list[list[int]]], chance: object
) -> None:
    shop = busy_shop
    anna = Customer(id=uuid7(), store="Alpha", owner=shop.ada.id, given_name="Anna")
    shop.write(anna)
    shop.clock.forward(seconds=1)  # of an account's many sessions those end first that were used longest ago
    writers = [Writer(shop.database, shop.ada, shop.clock, device=uuid7()) for _ in sent]
    queues = []
    for number, writer in enumerate(writers):
        operations: list[Operation] = []
        for place in range(LONGEST // 2):
            operations.append(note(anna.id, f"{number}/{place}"))
            operations.append(Edit(kind="customer", id=anna.id, set={f"sizes.s{number}": str(place)}))
        queues.append(writer.queue(*operations))
    results: dict[str, str] = {}
    turns = [(number, part) for number, parts in enumerate(sent) for part in parts]
    chance.shuffle(turns)  # type: ignore[attr-defined]  # a Random
    turns += [(number, list(range(LONGEST))) for number in range(len(sent))]
    for number, part in turns:
        for result in writers[number].push([queues[number][index] for index in part]):
            if result.st != "gap":
                assert results.setdefault(result.mid, result.st) == result.st
    assert set(results.values()) <= {"applied", "merged"}
    assert results.keys() == {mutation.mid for queue in queues for mutation in queue}
    written = [item.text for item in shop.belongings(anna, "note") if isinstance(item, Note)]
    assert sorted(written) == sorted(
        f"{number}/{place}" for number in range(len(sent)) for place in range(LONGEST // 2)
    )
    # The last edit of each client is what stands.
    assert shop.stored("customer", anna.id).sizes == {
        f"s{number}": str(LONGEST // 2 - 1) for number in range(len(sent))
    }

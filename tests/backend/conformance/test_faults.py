"""Each planted fault is found by the check that names the promise; without one, that check passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.types import ASGIApp

from sellmode_backend.conformance import world as worlds
from sellmode_backend.conformance.checking import CHECKS, outcomes
from sellmode_backend.conformance.http import Line
from sellmode_backend.conformance.kit import Kit
from sellmode_backend.conformance.run import every_check
from tests.backend.conformance.conftest import CUSTOMERS, serving
from tests.backend.conformance.faults import FAULTS
from tests.backend.conformance.faulty import Fault, Faulty


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Faulty, Kit]]:
    """One backend for all faults, and one kit, whose terminals are signed in already."""
    made: list[Faulty] = []

    def around(app: ASGIApp) -> Faulty:
        made.append(Faulty(app))
        return made[0]

    url = f"sqlite:///{tmp_path_factory.mktemp('faulty') / 'backend.db'}"
    world = worlds.standard(customers=CUSTOMERS)
    with serving(url, world, around) as address:
        yield made[0], Kit(world, Line(address, seconds=10.0), soon=1.0)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_is_found(served: tuple[Faulty, Kit], fault: Fault) -> None:
    faulty, kit = served
    check = CHECKS[fault.check]
    faulty.has(None)
    before = next(outcomes(kit, [check]))
    assert (before.result, before.found) == ("pass", "")
    faulty.has(fault)
    try:
        found = next(outcomes(kit, [check]))
    finally:
        faulty.has(None)
        kit.forget()
    assert found.result == "fail"
    assert found.found


def test_each_check_has_a_fault_that_it_finds() -> None:
    assert len({(fault.name, fault.check) for fault in FAULTS}) == len(FAULTS)
    checks = {check.name for check in every_check() if check.modes in ((), ("associate",))}
    assert {fault.check for fault in FAULTS} == checks

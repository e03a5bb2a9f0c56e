"""The commands with which a manager assigns customers, run as a person runs them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.machine import Machine
from tests.tui.test_cli import Desk, open_desk
from tests.tui.test_cli_writing import another


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture(scope="module")
def mia(desk: Desk) -> Machine:
    """A manager's machine, with Ada's customers as cards."""
    return another(desk, "mia", role="manager")


def test_a_manager_assigns_what_she_knows_by_its_card(desk: Desk, mia: Machine) -> None:
    first, second = desk.people[:2]
    told = mia.ask("customers", "assign", "--customer", first.id, "--to", "ben", "--dry-run")
    assert told.code == 0, told
    assert (
        "Person ben will see 1 more customer, Person ada 1 fewer; the store's managers see them as before." in told.out
    )
    (before,) = mia.ask("why", "customer", first.id, "--json").objects
    assert (before["kind"], before["owner_name"]) == ("customer_card", "Person ada")
    unasked = mia.ask("customers", "assign", "--customer", first.id, "--to", "ben")
    assert (unasked.code, "--yes assigns without asking" in unasked.err) == (2, True)
    done = mia.ask("customers", "assign", "--customer", first.id, "--customer", second.id, "--to", "ben", "--yes")
    assert (done.code, done.out.count("Saved: assigning ")) == (0, 2)
    loads = {load["name"]: load["customers"] for load in mia.ask("people", "list", "--json").objects}
    assert loads["Person ben"] >= 2
    for machine in (mia, desk):
        assert machine.ask("sync").code == 0
    assert desk.ask("customers", "show", first.id).code == 1
    assert mia.ask("undo").code == 0
    for machine in (mia, desk):
        assert machine.ask("sync").code == 0
    assert desk.ask("customers", "show", first.id).code == 0


def test_what_cannot_be_is_said(desk: Desk, mia: Machine) -> None:
    first = desk.people[0].id
    cases: list[tuple[list[str], int, str]] = [
        (["--to", "ben"], 2, "Name the customers"),
        (["--to", "ben", "--customer", first, "tier:gold"], 2, "not both"),
        (["--to", "zoe", "--customer", first], 1, "It can be given to ada"),
        (["--to", "ben", "--customer", "unknown-id"], 1, "No customer unknown-id"),
        (["--to", "ben", "spend>10"], 2, "name, owner, tier and last contact"),
        (["--to", "ben", "(tier:gold"], 2, "parenthesis"),
        (["--to", "ben", "nobody-is-called-so"], 1, "No customers found"),
        (["--to", "ada", "--customer", first, "--yes"], 1, "Nothing to change"),
        (["--customer", first], 2, "--to"),
    ]
    for arguments, code, says in cases:
        result = mia.ask("customers", "assign", *arguments)
        assert (result.code, says in result.err) == (code, True), (arguments, result)
    refused = desk.ask("customers", "assign", "--customer", first, "--to", "nobody", "--yes")
    assert (refused.code, "reassign permission" in refused.err) == (7, True), refused
    assert desk.ask("people", "list").code == 7
    assert desk.ask("unsent").code == 1

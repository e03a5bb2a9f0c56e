"""The manager's page: who has how much, whose the customers are, and giving them to somebody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Static

from sellmode_contract import visibility
from sellmode_contract.kinds.customer import Customer, CustomerCard
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.records import Record
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.why import WhyScreen
from sellmode_tui.screens.lists.page import ListPage
from sellmode_tui.screens.people.assigning import AssignBox
from sellmode_tui.screens.people.list_page import PeopleScreen
from sellmode_tui.screens.people.owned import OwnedScreen
from sellmode_tui.screens.tasks.agenda import ChosenTasksScreen
from sellmode_tui.screens.tasks.given_tasks import GivenTasksScreen
from sellmode_tui.widgets.row_table import RowTable
from tests.tui.screens import counter, tasking, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.writing import ANNA, BO, CLARA, RETAILER, TEUN, ZOE, at_rest, shows, store_of

FREE = msgspec.structs.replace(ZOE, id="free", given_name="Freda", family_name="Free", owner=None, tier="Gold")
PEOPLE = (CLARA, BO, ZOE, FREE)


def files(data: Path, mode: Mode = "associate", user_name: str = "mira") -> None:
    """A manager's terminal with cards of all customers."""
    cards = [card for each in PEOPLE for card in visibility.cards(each)]
    held: list[Record] = [each for each in tasking.records() if not isinstance(each, CustomerCard)]
    given = [msgspec.structs.replace(each, mode=mode) if each is RETAILER else each for each in held]
    counter.make_account(data, counter.account_of(writing.WORLD, user_name), mode, [*given, FREE, *cards])


async def listed(pilot: Pilot[None], page: type[ListPage[Any, Any]]) -> None:
    await shows(pilot, page)
    await wait_until(pilot, lambda: bool(pilot.app.screen.settled))  # type: ignore[attr-defined]  # a list's
    await at_rest(pilot)


def rows(pilot: Pilot[None]) -> list[tuple[str, ...]]:
    found = pilot.app.screen._rows  # type: ignore[attr-defined]  # a list's
    return [tuple(str(cell) for cell in row.cells) for row in found.rows(0, 100)]


def told(pilot: Pilot[None]) -> str:
    return "\n".join(str(each.content) for each in pilot.app.screen.query(Static) if isinstance(each.content, Content))


async def go_to(pilot: Pilot[None], beginning: str) -> None:
    place = next(number for number, row in enumerate(rows(pilot)) if row[0].startswith(beginning))
    await pilot.press("home", *["down"] * place)
    await at_rest(pilot)


async def test_who_has_how_much_and_what_is_nobodys(data: Path) -> None:
    files(data)
    async with writing.at_the_counter("mira", clock=tasking.clock()) as pilot:
        await pilot.press("8")
        await listed(pilot, PeopleScreen)
        found = rows(pilot)
        assert found[0] == (ANNA.name, "3", "1", "-", "-", "-")
        assert (TEUN.name, "-", "-", "-", "-", "-") in found
        assert found[-2:] == [
            ("Customers without an owner", "1", "", "", "", ""),
            ("Unassigned tasks", "", "-", "-", "", ""),
        ]
        assert "only tasks that were given to them are counted" in told(pilot)
        await pilot.press("t")
        await listed(pilot, GivenTasksScreen)
        assert [row[1] for row in rows(pilot)] == [tasking.SALE.title]
        await pilot.press("escape")
        await listed(pilot, PeopleScreen)
        await go_to(pilot, "Unassigned tasks")
        await pilot.press("enter")
        await listed(pilot, ChosenTasksScreen)
        await pilot.press("escape")
        await listed(pilot, PeopleScreen)


async def test_marked_customers_are_assigned_after_it_is_said_what_comes_of_it_and_taken_back(data: Path) -> None:
    files(data)
    async with writing.at_the_counter("mira", clock=tasking.clock()) as pilot:
        await pilot.press("8")
        await listed(pilot, PeopleScreen)
        await pilot.press("enter")
        await listed(pilot, OwnedScreen)
        assert sorted(row[:2] for row in rows(pilot)) == sorted((each.name, ANNA.name) for each in (CLARA, BO, ZOE))
        await pilot.press("enter")
        await shows(pilot, WhyScreen)
        assert "the managers of Amsterdam Damrak" in told(pilot)
        await pilot.press("escape")
        await shows(pilot, OwnedScreen)
        await pilot.press("x", "x", "h")
        await shows(pilot, AssignBox)
        await writing.type_in(pilot, "teun")
        await pilot.press("enter")
        await shows(pilot, ConfirmBox)
        assert (
            f"{TEUN.name} will see 2 more customers, {ANNA.name} 2 fewer; the store's managers see them as before."
            in told(pilot)
        )
        await pilot.press("y")
        await listed(pilot, OwnedScreen)
        await wait_until(pilot, lambda: len(rows(pilot)) == 1)
        assert not pilot.app.screen.query_one(RowTable).marks
        await pilot.press("u")
        await wait_until(pilot, lambda: len(rows(pilot)) == 3)


async def test_what_would_leave_ones_own_view_is_said_by_name(data: Path) -> None:
    files(data)
    async with writing.at_the_counter("mira", clock=tasking.clock()) as pilot:
        await pilot.press("8")
        await listed(pilot, PeopleScreen)
        await go_to(pilot, "Customers without")
        await pilot.press("enter")
        await listed(pilot, OwnedScreen)
        assert [row[0] for row in rows(pilot)] == [FREE.name]
        await pilot.press("h")
        await shows(pilot, AssignBox)
        await writing.type_in(pilot, "teun")
        await pilot.press("enter")
        await shows(pilot, ConfirmBox)
        assert f"You yourself will no longer see {FREE.name}" in told(pilot)
        await pilot.press("escape")
        await shows(pilot, OwnedScreen)
        assert store_of(pilot).customers.profile(FREE.id) is not None
        await pilot.press("enter")
        await shows(pilot, ProfileScreen)


async def test_a_filter_finds_whom_to_assign_and_one_that_cannot_be_read_is_said(data: Path) -> None:
    files(data, "team")
    async with writing.at_the_counter("mira", clock=tasking.clock()) as pilot:
        await pilot.press("8")
        await listed(pilot, PeopleScreen)
        assert "those that were given" not in told(pilot)
        await pilot.press("enter")
        await listed(pilot, OwnedScreen)
        await pilot.press("slash")
        await writing.type_in(pilot, "tag:vip")
        await wait_until(pilot, lambda: [row[0] for row in rows(pilot)] == [CLARA.name])
        await writing.type_in(pilot, "(")
        await wait_until(pilot, lambda: "in quotes" in told(pilot))
        await pilot.press("escape")
        await wait_until(pilot, lambda: len(rows(pilot)) == 3)
        await pilot.press("escape", "X", "h")
        await shows(pilot, AssignBox)
        await writing.type_in(pilot, "nobody")
        await pilot.press("enter")
        await shows(pilot, ConfirmBox)
        assert "in Team Mode, customers belong to the store" in told(pilot)
        await pilot.press("y")
        await wait_until(pilot, lambda: store_of(pilot).people.workload().nobody.customers == 4)


@pytest.mark.parametrize("user_name", ["anna"])
async def test_in_team_mode_given_tasks_are_listed_for_everybody_and_taken_back(user_name: str, data: Path) -> None:
    files(data, "team", user_name)
    async with tasking.at_the_tasks(user_name) as pilot:
        await pilot.press("8")
        await at_rest(pilot)
        assert not isinstance(pilot.app.screen, PeopleScreen), "the page is for who may assign"
        await pilot.press("G")
        await listed(pilot, GivenTasksScreen)
        assert [row[1:3] for row in rows(pilot)] == [(tasking.SALE.title, ANNA.name)]
        await pilot.press("x")
        await wait_until(pilot, lambda: not isinstance(pilot.app.screen, GivenTasksScreen))
        await pilot.press("enter")
        await listed(pilot, GivenTasksScreen)
        await wait_until(pilot, lambda: tasking.state(pilot, tasking.SALE).line.state == "dismissed")


def test_somebody_is_there_to_be_assigned() -> None:
    assert isinstance(FREE, Customer)


async def test_one_customer_is_assigned_from_the_profile_by_managers_and_by_nobody_else(data: Path) -> None:
    files(data, "team")
    async with writing.at_the_counter("mira", clock=tasking.clock()) as pilot:
        await writing.open_profile(pilot)
        await pilot.press("A")
        await shows(pilot, AssignBox)
        await writing.type_in(pilot, "teun")
        await pilot.press("enter")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await shows(pilot, ProfileScreen)
        await wait_until(pilot, lambda: _owner_of(pilot) == TEUN.id)
        await pilot.press("u")
        await wait_until(pilot, lambda: _owner_of(pilot) == ANNA.id)


async def test_associates_have_no_key_to_assign(data: Path) -> None:
    files(data, "team", "anna")
    async with writing.at_the_counter("anna", clock=tasking.clock()) as pilot:
        await writing.open_profile(pilot)
        await pilot.press("A")
        await at_rest(pilot)
        assert isinstance(pilot.app.screen, ProfileScreen)
        assert "customer.assign" not in {each.binding.id for each in pilot.app.screen.active_bindings.values()}


def _owner_of(pilot: Pilot[None]) -> str | None:
    profile = store_of(pilot).customers.profile(CLARA.id)
    return profile.customer.owner if profile else None

"""Who is offered before somebody is added twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from sellmode_tui.records import Match, RecordStore
from tests.tui.cache.lines import customer, fill, open_cache, staff
from tests.tui.records.desk import ANNA, OTHERS, Desk, directory, open_desk

SWISS = customer(2, given_name="Bo", phone="079 123 45 67", owner=OTHERS)
BLANK = customer(3, given_name="Co", email="...@example.com", owner=None)


@pytest.mark.parametrize("built", [True, False], ids=["with indexes", "while first syncing"])
@pytest.mark.parametrize(
    ("email", "phone", "found"),
    [
        ("ANNA@Example.com ", "", {ANNA.id: ("email",)}),
        ("anna@example.org", "", {}),
        ("ann@example.com", "", {}),
        ("...@EXAMPLE.com", "", {BLANK.id: ("email",)}),
        ("", "044 123 45 67", {ANNA.id: ("phone",)}),
        ("", "0041441234567", {ANNA.id: ("phone",)}),
        ("", "+41 79 123 45 67", {SWISS.id: ("phone",)}),
        ("", "1234567", {}),
        ("", "12", {}),
        ("", "", {}),
        ("anna@example.com", "+41 44 123 45 67", {ANNA.id: ("email", "phone")}),
        ("anna@example.com", "079/123 45 67", {ANNA.id: ("email",), SWISS.id: ("phone",)}),
        ('" OR *', "'; --", {}),
        ("\ud800@x", "\ud800", {}),
    ],
)
def test_the_same_address_or_number_however_it_is_written(
    tmp_path: Path, built: bool, email: str, phone: str, found: dict[str, tuple[str, ...]]
) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [ANNA, SWISS, BLANK, staff(1, "Bo Meyer")], finish=built)
    matches = RecordStore(cache).customers.matches(email, phone)
    assert {match.id: match.matched for match in matches} == found
    if SWISS.id in found:
        assert matches[-1] == Match(SWISS.id, "Bo", OTHERS, "Bo Meyer", "Zürich", ("phone",))
    cache.close()


def test_only_among_those_whom_one_sees(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(ANNA, SWISS, *directory(), mode="associate")
        assert [match.id for match in desk.records.customers.matches("anna@example.com", SWISS.phone)] == [ANNA.id]
        made = desk.records.customers.create({"given_name": "Dee", "phone": SWISS.phone})
        assert [match.id for match in desk.records.customers.matches("", SWISS.phone)] == [made.id], (
            "what is not sent yet, too"
        )


def test_no_more_than_are_wanted(desk: Desk) -> None:
    desk.bring(*(customer(number, given_name="X", email=ANNA.email) for number in range(20, 40)))
    assert len(desk.records.customers.matches(ANNA.email, "", 7)) == 7

"""The slot: the key under a password."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from sellmode_tui.account.slot import DamagedSlot, Slot, open_slot, seal
from sellmode_tui.errors import WrongPassword
from tests.support.quick import in_earnest

KEY = bytes(range(32))
PASSWORD = "Zürich tram 11, twice"


@pytest.fixture(scope="module", autouse=True)
def _in_earnest() -> Iterator[None]:
    with in_earnest():
        yield


@pytest.fixture(scope="module")
def slot() -> Slot:
    return seal(KEY, PASSWORD, "folder-1")


def test_the_password_opens_it_after_a_round_trip(slot: Slot) -> None:
    again = msgspec.json.decode(msgspec.json.encode(slot), type=Slot)
    assert open_slot(again, PASSWORD, "folder-1") == KEY
    assert KEY not in slot.wrapped
    assert (slot.time_cost, slot.memory_kib, slot.lanes) == (3, 65536, 4)


def test_the_same_password_in_other_code_points_opens_it(slot: Slot) -> None:
    assert open_slot(slot, PASSWORD.replace("ü", "u\u0308"), "folder-1") == KEY


@pytest.mark.parametrize("password", ["", "zürich tram 11, twice", PASSWORD + " ", "x" * 10_000, "\ud800", "\0"])
def test_another_password_does_not(slot: Slot, password: str) -> None:
    with pytest.raises(WrongPassword, match="last used on this terminal"):
        open_slot(slot, password, "folder-1")


def test_it_opens_in_its_own_folder_only(slot: Slot) -> None:
    with pytest.raises(WrongPassword):
        open_slot(slot, PASSWORD, "folder-2")


@pytest.mark.parametrize(
    "change",
    [
        {"memory_kib": 1 << 30},
        {"memory_kib": 8},
        {"time_cost": 1},
        {"lanes": 1},
        {"salt": b""},
        {"nonce": b"x" * 8},
        {"version": 2},
    ],
)
def test_parameters_that_we_never_write_are_not_tried(slot: Slot, change: dict[str, object]) -> None:
    with pytest.raises(DamagedSlot):
        open_slot(msgspec.structs.replace(slot, **change), PASSWORD, "folder-1")


@pytest.mark.parametrize("wrapped", [b"", b"x" * 10, b"x" * 48])
def test_another_content_does_not_open(slot: Slot, wrapped: bytes) -> None:
    with pytest.raises(WrongPassword):
        open_slot(msgspec.structs.replace(slot, wrapped=wrapped), PASSWORD, "folder-1")


def test_two_slots_of_one_key_have_nothing_in_common(slot: Slot) -> None:
    other = seal(KEY, PASSWORD, "folder-1")
    assert other.salt != slot.salt
    assert other.nonce != slot.nonce
    assert other.wrapped != slot.wrapped

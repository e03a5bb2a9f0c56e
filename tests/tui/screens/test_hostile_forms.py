"""Forms with hostile values: opened, edited and saved; what was not touched stays to the last blank."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sellmode_contract.kinds.customer import Address
from sellmode_tui.screens.customers.customer_form import EditCustomerScreen
from sellmode_tui.screens.customers.profile import ProfileScreen
from tests.tui.screens import writing
from tests.tui.screens.writing import (
    CLARA,
    at_the_counter,
    field,
    open_profile,
    outbox,
    put,
    read,
    shows,
    store_of,
    take,
)

FAMILY = "👩\u200d👧"
ODD = " odd \u200b\n blanks\t"
STRANGE = msgspec.structs.replace(
    CLARA,
    given_name=f"Clara {FAMILY}",
    family_name=ODD,
    phone="\u202a+31 20 794 6001\u202c",
    address=Address(company=ODD, lines=(ODD, "second"), city=f"{FAMILY} ", country="NL"),
    tags=(" VIP ", "with \n a line end", 'a, "quoted"'),
    preferences=(FAMILY, "s\u00ado"),
    sizes={"dress": ODD},
    custom={"pet": [{"name": ODD, "species": "dog"}], "household": 3.0},
)


@pytest.fixture(autouse=True)
def _files(data: Path) -> None:
    writing.files(data)


async def test_what_was_not_touched_is_saved_as_it_was() -> None:
    async with at_the_counter() as pilot:
        take(pilot, STRANGE)
        await open_profile(pilot)
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        assert store_of(pilot).changes.unsent() == []

        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        put(pilot, "city", "Utrecht")
        put(pilot, "tags", f"{field(pilot, 'tags').state}, new")
        put(pilot, "birthday", "2020-05-03")
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        now = read(pilot).customer
        assert STRANGE.address is not None
        assert now.address == msgspec.structs.replace(STRANGE.address, city="Utrecht")
        assert set(now.tags) == {*STRANGE.tags, "new"}
        assert now.custom["pet"] == [{"name": ODD, "species": "dog", "birthday": "2020-05-03"}]
        for name in ("given_name", "family_name", "phone", "preferences", "sizes"):
            assert getattr(now, name) == getattr(STRANGE, name)
        assert len(outbox(pilot).batch(10, 100_000)) == 1

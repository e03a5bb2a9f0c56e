"""Forms with hostile values: opened, edited and saved; what was not touched stays to the last blank."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sellmode_contract.kinds.customer import Address
from sellmode_contract.text import visible
from sellmode_tui.screens.customers.customer_form import EditCustomerScreen
from sellmode_tui.screens.customers.dates import DateForm
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField
from tests.support.hostile import HOSTILE
from tests.tui.screens import writing
from tests.tui.screens.writing import (
    BIRTHDAY,
    CLARA,
    app_of,
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


async def test_no_text_ends_a_form() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        profile, desk = read(pilot), app_of(pilot).current.desk
        assert desk is not None
        forms: list[FormScreen] = [
            EditCustomerScreen(desk, profile),
            NoteForm(desk, profile),
            DateForm(desk, profile, BIRTHDAY),
        ]
        for form in forms:
            await pilot.app.push_screen(form)
            await shows(pilot, type(form))
            fields = [*form.query(TextField)]
            for number, text in enumerate(HOSTILE[:: max(1, len(fields) // 2)]):
                if fields:
                    fields[number % len(fields)].value = text
                for area in form.query(PlainTextArea):
                    area.text = text
            await pilot.pause()
            assert all(visible(each.render_line(0).text) == each.render_line(0).text for each in fields)
            form.dismiss(None)
            await pilot.pause()

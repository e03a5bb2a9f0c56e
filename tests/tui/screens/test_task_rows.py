"""Which columns lists of tasks have, and where their cursor goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sellmode_tui.screens.tasks.agenda import AgendaScreen
from sellmode_tui.screens.tasks.boxes import SnoozeBox
from sellmode_tui.screens.tasks.rows import task_columns
from sellmode_tui.widgets.columns import fit_columns
from tests.tui.screens import tasking
from tests.tui.screens.counter import wait_until
from tests.tui.screens.tasking import CALL, at_cursor, at_the_tasks, list_is_there, titles
from tests.tui.screens.writing import shows


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("width", [60, 66, 76])
def test_where_there_is_little_room_the_reason_goes_before_the_customer(ended: bool, width: int) -> None:
    columns = task_columns(ended=ended, people=True)
    shown = [columns[place].name for place in fit_columns(columns, width)]
    assert "Customer" in shown
    assert ("Outcome" if ended else "Why") not in shown or width == 76


async def test_the_cursor_stays_for_the_next_task_when_one_is_put_off(data: Path) -> None:
    tasking.files(data)
    async with at_the_tasks() as pilot:
        first, following = titles(pilot)[:2]
        assert first == CALL.title
        await pilot.press("s")
        await shows(pilot, SnoozeBox)
        await pilot.press("down", "down", "enter")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: titles(pilot)[0] == following)
        await list_is_there(pilot)
        assert at_cursor(pilot).title == following

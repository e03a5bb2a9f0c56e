"""Which columns lists of tasks have."""

from __future__ import annotations

import pytest

from sellmode_tui.screens.task_rows import task_columns
from sellmode_tui.widgets.columns import fit_columns


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("width", [60, 66, 76])
def test_where_there_is_little_room_the_reason_goes_before_the_customer(ended: bool, width: int) -> None:
    columns = task_columns(ended=ended, people=True)
    shown = [columns[place].name for place in fit_columns(columns, width)]
    assert "Customer" in shown
    assert ("How" if ended else "Why") not in shown or width == 76

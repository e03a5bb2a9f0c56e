"""Charts: a round axis, columns that differ without any colour, and what has no room."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sellmode_tui.terminal.ascii import in_ascii
from sellmode_tui.widgets.chart import Bar, bar, columns


def drawn(values: list[tuple[int | None, int | None]], height: int = 4, width: int = 40) -> list[str]:
    bars = [
        Bar(str(place), *(None if value is None else Fraction(value) for value in each))
        for place, each in enumerate(values, 1)
    ]
    lines, _ = columns(bars, height, width, str, least_step=Fraction(1))
    return [line.plain.rstrip() for line in lines]


def test_both_series_stand_side_by_side_on_a_round_axis() -> None:
    assert drawn([(40, 20), (10, 40), (None, 30)], width=12) == [
        "40 █   ░",
        "30 █   ░  ░",
        "20 █░  ░  ░",
        "10 █░ █░  ░",
        " 0 1  2  3",
    ]


@pytest.mark.parametrize(("top", "said"), [(1, "1"), (7, "10"), (999, "1000"), (1001, "1200"), (230_000, "300000")])
def test_the_axis_ends_at_a_round_number_above_all_values(top: int, said: str) -> None:
    assert drawn([(top, None)], height=6)[0].split()[0] == said


def test_what_is_below_zero_stands_on_the_ground_and_little_is_not_nothing() -> None:
    assert drawn([(-50, 0), (1, 0), (1000, 0)], width=20)[-2:] == ["     --   ▄▄   ██", "   0 1    2    3"]


def test_where_two_have_no_room_only_those_of_now_are_drawn() -> None:
    bars = [Bar(str(day), Fraction(day), Fraction(31)) for day in range(1, 32)]
    for width, both in ((110, True), (70, False), (40, False)):
        lines, shown = columns(bars, 5, width, str, least_step=Fraction(1))
        assert shown is both
        assert all(line.cell_length <= width for line in lines)
        assert ("░" in "".join(line.plain for line in lines)) is both


def test_in_ascii_the_series_still_differ() -> None:
    assert in_ascii("█▄░", letters=False) == "##:"


def test_a_bar_is_as_long_as_its_value() -> None:
    assert [bar(value, 10, 20).cell_length for value in (10, 5, 0, -5)] == [20, 10, 0, 0]

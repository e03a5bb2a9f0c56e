"""Cells of exact width, and which columns fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sellmode_contract.text import visible
from sellmode_tui.widgets.cells import fit
from sellmode_tui.widgets.columns import GAP, Column, Sort, column_at, fit_columns, heading
from tests.support.hostile import HOSTILE


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Ann", 5, "Ann  "),
        ("Ann", 3, "Ann"),
        ("Annabel", 5, "Anna…"),
        ("山田太郎", 8, "山田太郎"),
        ("山田太郎", 7, "山田太…"),
        ("山田太郎", 6, "山田… "),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("a\nb", 4, "a␊b "),
        ("[b]x", 5, "[b]x "),
        ("", 2, "  "),
        ("Ann", 1, "…"),
        ("Ann", 0, ""),
    ],
)
def test_fit(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


def test_fit_to_the_right() -> None:
    assert fit("12", 5, "right") == "   12"
    assert fit("山田太郎", 6, "right") == " 山田…"


@pytest.mark.parametrize("width", [*range(12), 79, 500])
def test_hostile_text_takes_exactly_the_width_and_obeys_nothing(width: int) -> None:
    for text in HOSTILE:
        shown = fit(text, width)
        assert cell_len(shown) == width
        assert visible(shown) == shown


@given(st.text(), st.integers(0, 40))
def test_any_text_takes_exactly_the_width(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


def test_a_long_text_is_cut_visibly_even_where_there_is_room() -> None:
    assert fit("x" * 5000, 2000).rstrip().endswith("…")


columns = st.lists(
    st.builds(
        Column,
        st.just("Name"),
        st.one_of(st.none(), st.integers(1, 30)),
        priority=st.integers(0, 3),
        min_width=st.integers(0, 10),
    ),
    min_size=1,
    max_size=8,
)


@given(columns, st.integers(0, 200), st.lists(st.integers(1, 60), min_size=8, max_size=8))
def test_columns_never_take_more_than_the_width_and_all_that_is_wanted_where_there_is_room(
    columns: list[Column], width: int, wanted: list[int]
) -> None:
    widths = fit_columns(columns, width, wanted)
    used = sum(widths.values()) + GAP * (len(widths) - 1)
    assert widths
    assert list(widths) == sorted(widths)
    assert used <= width
    if any(cells < wanted[place] for place, cells in widths.items()):
        assert used == width  # nothing is cut beside room that nobody uses
        assert all(cells <= wanted[place] for place, cells in widths.items() if len(widths) > 1)
    if len(widths) > 1:
        assert all(cells >= min(columns[place].least, wanted[place]) for place, cells in widths.items())
    left_out = set(range(len(columns))) - set(widths)
    assert all(columns[out].priority <= columns[place].priority for out in left_out for place in widths)
    assert widths.keys() == fit_columns(columns, width).keys()  # none comes and goes with the rows


def test_columns_share_the_width_by_what_is_in_them() -> None:
    wanted = [Column("Name", priority=2), Column("Note", 20, min_width=5, priority=1), Column("No", 3)]
    assert fit_columns(wanted, 60) == {0: 4, 1: 20, 2: 3}  # nothing is known of the rows
    assert fit_columns(wanted, 60, [30, 9, 2]) == {0: 30, 1: 20, 2: 3}
    assert fit_columns(wanted, 45, [30, 9, 2]) == {0: 30, 1: 9, 2: 2}
    assert fit_columns(wanted, 45, [30, 60, 2]) == {0: 11, 1: 28, 2: 2}
    assert fit_columns(wanted, 13, [30, 60, 2]) == {0: 4, 1: 7}
    assert fit_columns(wanted, 6) == {0: 4}
    assert fit_columns(wanted, 3) == {0: 3}


def test_which_column_a_cell_belongs_to() -> None:
    assert [column_at({0: 3, 2: 4}, cell) for cell in (-1, 0, 4, 5, 10, 11)] == [None, 0, 0, 2, 2, None]


def test_headings_bear_the_mark_of_the_sorting() -> None:
    spend = Column("Spend", 9, "right")
    assert heading(spend, 9, None) == "    Spend"
    assert heading(spend, 9, Sort("Spend")) == "  Spend ▲"
    assert heading(spend, 9, Sort("Spend", descending=True)) == "  Spend ▼"
    assert heading(spend, 5, Sort("Spend")) == "Sp… ▲"
    assert heading(spend, 9, Sort("Name")) == "    Spend"


def test_figures_are_never_cut_to_make_room_for_words() -> None:
    spend = Column("Spend", 13, "right", priority=7, min_width=12)
    columns = (Column("Name", 26, min_width=18, priority=9), spend, Column("Owner", 18, priority=5, min_width=9))
    assert fit_columns(columns, 50, [30, 15, 20]) == {0: 22, 1: 15, 2: 9}

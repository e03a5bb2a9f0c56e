"""Rows on terminals that disagree about the width of emoji and marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from wcwidth import wcswidth, wcwidth

from sellmode_contract.text import visible
from sellmode_tui.terminal.placing import placed
from tests.support.emoji import PARTS, RECOMMENDED

Measure = Callable[[str], int]

_SPACING_MARKS = ("Mc", "Me")
POLICIES: dict[str, Measure] = {
    "clusters": wcswidth,
    "each character by itself, tones too": lambda text: sum(
        2 if "\U0001f3fb" <= each <= "\U0001f3ff" else max(0, wcwidth(each)) for each in text
    ),
    "flags of four cells": lambda text: sum(
        2 if "\U0001f1e6" <= each <= "\U0001f1ff" else max(0, wcwidth(each)) for each in text
    ),
    "marks that take a cell": lambda text: sum(
        1 if unicodedata.category(each) in _SPACING_MARKS else max(0, wcwidth(each)) for each in text
    ),
}

_TOKEN = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|([^\x1b]+)")
_CLUSTER = re.compile("|".join(map(re.escape, sorted(RECOMMENDED, key=len, reverse=True))))


def screen(data: str, measure: Measure, *, columns: int = 60) -> list[str]:
    """A row of a terminal that takes text for as wide as it measures it, full of dots before."""
    cells = ["."] * columns
    x = 0
    for arguments, final, text in _TOKEN.findall(data):
        if final == "H":
            x = int(arguments.partition(";")[2] or 1) - 1
        elif final == "G":
            x = int(arguments) - 1
        for part in _parts(text):
            for cell in range(x, min(x + measure(part), columns)):
                cells[cell] = part if cell == x else ""
            x += measure(part)
    return cells


def _parts(text: str) -> list[str]:
    return [found[0] for found in re.finditer(f"{_CLUSTER.pattern}|.", text, re.DOTALL)]


WORDS = ["हिन्दी", "ශ්\u200dරී", "é", "e\u0301", " ", "Lee", "山田", "🩷"]
names = st.lists(st.sampled_from([*PARTS, *RECOMMENDED[::40], *WORDS]), max_size=6).map(
    lambda parts: visible("".join(parts))
)


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=60)
@given(first=names, second=names, gap=st.integers(1, 8), start=st.integers(0, 4))
def test_what_comes_next_stands_where_it_belongs(policy: str, first: str, second: str, gap: int, start: int) -> None:
    line = f"A{first}{' ' * gap}B{second}{' ' * gap}C"
    row = screen(placed(f"\x1b[4;{start + 1}H\x1b[1m{line}\x1b[0m"), POLICIES[policy], columns=300)
    for letter in "ABC":
        place = start + cell_len(line[: line.index(letter)])
        if line.count(letter) == 1:
            assert row[place] == letter
    assert set(row[:start]) | set(row[start + cell_len(line) :]) <= {"."}  # nothing is drawn beside it
    assert "." not in row[start : start + cell_len(line)]  # nothing that was there before is left


@pytest.mark.parametrize("emoji", ["👩\u200d👧", "👍🏿", "👩🏽\u200d💻", "❤\ufe0f\u200d🔥"])
def test_a_picture_at_the_very_end_is_not_drawn_over_its_neighbour(emoji: str) -> None:
    for measure in POLICIES.values():
        row = screen(placed(f"\x1b[1;1HAnna {emoji}"), measure)
        assert row[7:] == ["."] * 53


def test_a_wider_picture_is_seen_where_there_is_room() -> None:
    row = screen(placed("\x1b[1;1H👩\u200d👧    Lee"), POLICIES["each character by itself, tones too"])
    assert "".join(row).startswith("👩\u200d👧  Lee")
    assert row[6] == "L"


@pytest.mark.parametrize(
    "data",
    [
        "\x1b[1;1HAnna Müller … │ ─ 12 €",
        "\x1b]52;c;8J+RqQ==\x07",
        "👩\u200d👧",  # nobody knows where it stands
        "\x1b[2J\x1b[H",
        "\x1b[1;1H山田　太郎 Łukasz Иван Ελένη",
    ],
)
def test_what_is_not_in_doubt_is_written_as_it_is(data: str) -> None:
    assert placed(data) == data


def test_a_name_costs_a_few_bytes() -> None:
    assert placed("\x1b[1;1H\x1b[7mAnna 👩\u200d👧 Lee\x1b[0m") == (
        "\x1b[1;1H\x1b[7mAnna    \x1b[6G👩\u200d👧\x1b[9GLee\x1b[0m"
    )

"""An answer is taken page by page, and ends where it stops making sense."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.visibility import Account
from sellmode_contract.wire import Checkpoint, Drop, End, Head, KeepAlive, Lease, Line, Put, Remove, Sweep, View
from sellmode_tui.sync.answer import MAX_KEEP_ALIVES, MAX_PAGE_LINES, BrokenStream, Done
from sellmode_tui.sync.answer import read as read_answer
from sellmode_tui.sync.events import Accept, Commit

SCOPE = "own/person:s:p"
HEAD = Head(
    epoch="e",
    view=View(mode="associate", account=Account(id="p", user_name="p", name="P", role="associate", stores=("s",))),
    scopes=("own/all", SCOPE),
    now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    lease=Lease(soft_s=1, hard_s=2),
    schema=(1, 1),
)
END = End(more=False, poll_s=30)


def put(number: int, scope: str = SCOPE) -> Put:
    return Put(k="customer", id=f"c{number}", v=1, s=scope, d=msgspec.Raw(b'{"id":"c%d"}' % number))


def encoded(lines: list[Line]) -> Iterator[bytes]:
    return iter([msgspec.json.encode(line) for line in lines])


def read(lines: list[Line], sent: dict[str, int] | None = None) -> tuple[list[Done], str]:
    """What was to be done before the answer ended, and why it ended early, if it did."""
    done: list[Done] = []
    try:
        done.extend(read_answer(encoded(lines), sent))
    except BrokenStream as broken:
        return done, str(broken)
    return done, ""


def test_a_whole_answer() -> None:
    """Each page comes with its cursor, in order, between the head and the end."""
    done, problem = read(
        [
            HEAD,
            put(1),
            Remove(k="customer", id="c9", s="own/lead:s"),
            Checkpoint(cur="one", n=2, left=1),
            KeepAlive(),
            Sweep(s=SCOPE, g=7),
            Drop(s="team/store:t"),
            Checkpoint(cur="two", n=2),
            END,
        ]
    )
    assert problem == ""
    accept, first, second, finish = done
    assert accept == Accept(HEAD)
    assert isinstance(first, Commit)
    assert (first.cursor, first.left, len(first.changes)) == ("one", 1, 2)
    assert second == Commit((Sweep(s=SCOPE, g=7), Drop(s="team/store:t")), "two", None)
    assert finish == END


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([], "cut"),
        ([HEAD], "cut"),
        ([HEAD, put(1), Checkpoint(cur="x", n=1)], "cut"),
        ([put(1)], "before the head"),
        ([HEAD, HEAD], "second head"),
        ([HEAD, put(1, "own/person:s:somebody-else")], "which this account does not have"),
        ([HEAD, put(1), put(1), Checkpoint(cur="x", n=1)], "counts 1 lines in a page where 2 came"),
        ([HEAD, Checkpoint(cur="x", n=1)], "counts 1 lines in a page where 0 came"),
        ([HEAD, put(1), END], "middle of a page"),
        ([HEAD, END, put(1)], "after the end"),
        ([HEAD, *(put(number) for number in range(MAX_PAGE_LINES + 1))], "longer than"),
    ],
)
def test_an_answer_that_makes_no_sense(lines: list[Line], why: str) -> None:
    """The reason says which line, or that it was cut."""
    assert why in read(lines)[1]


@pytest.mark.parametrize(
    "line",
    [b"", b"<html>", b'{"t":"p"}', b'{"t":"unheard-of"}', b"\xff", b"[" * 100_000, b'{"t":"p","d":' + b"[" * 100_000],
)
def test_a_line_that_cannot_be_read(line: bytes) -> None:
    """Names the line, and nothing escapes but BrokenStream."""
    with pytest.raises(BrokenStream, match="line 2"):
        list(read_answer(iter([msgspec.json.encode(HEAD), line])))


@pytest.mark.parametrize("line", [b'{"t":"\\u001b[31m"}', b'{"t":"sweep","s":"\\u001b[31m","g":1}'])
def test_what_is_told_of_a_line_does_not_reach_a_terminal_as_it_came(line: bytes) -> None:
    with pytest.raises(BrokenStream, match="␛") as told:
        list(read_answer(iter([msgspec.json.encode(HEAD), line])))
    assert str(told.value).isprintable()


PAGES: list[Line] = [
    HEAD,
    put(1),
    put(2),
    Checkpoint(cur="one", n=2),
    put(3),
    Checkpoint(cur="two", n=1),
    Sweep(s=SCOPE, g=1),
    Checkpoint(cur="three", n=1),
    END,
]


@given(st.integers(0, len(PAGES) - 1))
def test_a_cut_answer_counts_up_to_its_last_checkpoint(length: int) -> None:
    """However it is cut, whole pages are kept and nothing else."""
    done, problem = read(PAGES[:length])
    assert "cut" in problem
    assert [effect for effect in done if isinstance(effect, Commit)] == [
        effect for effect in read(PAGES)[0] if isinstance(effect, Commit)
    ][: sum(isinstance(line, Checkpoint) for line in PAGES[:length])]


@given(st.permutations(PAGES))
def test_a_reordered_answer_never_moves_a_cursor_past_lines_that_did_not_come(lines: list[Line]) -> None:
    """Whatever the order, a cursor is taken only with as many lines as its page has."""
    sizes = {"one": 2, "two": 1, "three": 1}
    for effect in read(lines)[0]:
        if isinstance(effect, Commit):
            assert len(effect.changes) == sizes[effect.cursor]


def test_keep_alives_without_end_are_given_up() -> None:
    alive: list[Line] = [KeepAlive()] * MAX_KEEP_ALIVES
    page: list[Line] = [put(1), Checkpoint(cur="c1", n=1)]
    assert read([HEAD, *alive, *page, *alive, END])[1] == ""
    done, why = read([HEAD, *page, *alive, KeepAlive(), END])
    assert [type(each) for each in done] == [Accept, Commit]
    assert (
        why == f"line {MAX_KEEP_ALIVES + 4} of the answer says once more that the backend is there, and brings nothing"
    )

"""A scanner's digits and capitals are one code, by their pace; a person's are keys."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from textual import events

from sellmode_tui.widgets.scans import FIRST, NEXT, SHORTEST, Scan, ScanCollector
from tests.docs.reading import DOCS


def key(name: str, at: float) -> events.Key:
    made = events.Key(name, "\r" if name == "enter" else name)
    made.time = at
    return made


def typed(keys: Iterable[tuple[str, float]]) -> list[str]:
    """What comes of keys with the seconds before each; at the end, what still waited."""
    scans, at, found = ScanCollector(), 0.0, []
    for name, gap in keys:
        at += gap
        found += scans.take(key(name, at))
    return [f"<{each.code}>" if isinstance(each, Scan) else each.key for each in [*found, *scans.give_up()]]  # type: ignore[attr-defined]  # keys


def fast(text: str, gap: float = 0.01) -> list[tuple[str, float]]:
    return [(each, gap) for each in text]


def test_fast_digits_and_enter_are_a_code() -> None:
    assert typed([*fast("4006381333931"), ("enter", 0.01)]) == ["<4006381333931>"]
    # Over a slow line a part of it may come late.
    assert typed([*fast("4006"), *fast("381333931", NEXT - 0.01), ("enter", NEXT - 0.01)]) == ["<4006381333931>"]


def test_a_number_with_capitals_is_a_code_and_words_and_held_keys_are_not() -> None:
    assert typed([*fast("C-00042"), ("enter", 0.01)]) == ["<C-00042>"]
    for keys in (
        [*fast("SAVE"), ("enter", 0.01)],  # no digit
        [*fast("-1234"), ("enter", NEXT + 1)],
        [*fast("JJJJJJ", 0.033), ("enter", 0.01)],
        [*fast("c1x2"), ("enter", 0.01)],
    ):
        assert typed(keys) == [name for name, _ in keys]
    scans = ScanCollector()
    came = [each for number in range(6) for each in scans.take(key("J", number * 0.033))]
    assert len(came) >= 5, "a key that repeats itself does not wait until it is let go"


def test_all_else_is_keys_in_their_order() -> None:
    for keys in (
        fast("12345"),
        [*fast("123"), ("enter", 0.01)],  # shorter than any code
        [*fast("1234", NEXT + 0.01), ("enter", 0.01)],
        [("1", 0.0), ("2", FIRST + 0.01), ("3", 0.01), ("4", 0.01), ("enter", 0.01)],
        [*fast("12345"), ("enter", NEXT + 0.01)],
        [*fast("12x45"), ("enter", 0.01)],
        [("enter", 0.0)],
    ):
        assert typed(keys) == [name for name, _ in keys]


def test_keys_around_a_code_keep_their_order() -> None:
    keys = [*fast("2"), *fast("12345", NEXT + 1)[:1], *fast("2345"), ("enter", 0.01), *fast("j1")]
    assert typed(keys) == ["2", "<12345>", "j", "1"]


@given(
    st.lists(
        st.tuples(st.sampled_from([*"1234567890", "enter", "a", "C", "-"]), st.sampled_from([0.0, 0.01, 0.07, 0.3]))
    )
)
def test_no_key_is_lost_and_none_comes_twice(keys: list[tuple[str, float]]) -> None:
    found = "".join(typed(keys)).replace("<", "").replace(">", "enter")
    assert found == "".join(name for name, _ in keys)


def test_the_shortest_code_and_the_times_are_those_of_the_docs() -> None:
    code = "1234567"[:SHORTEST]
    assert typed([*fast(code), ("enter", 0.01)]) == [f"<{code}>"]
    told = " ".join((DOCS / "terminals.md").read_text("utf-8").split())
    assert f"at least {SHORTEST} of them and Enter, the second no later than {FIRST} seconds" in told
    assert f"no later than {NEXT} seconds after the one before" in told

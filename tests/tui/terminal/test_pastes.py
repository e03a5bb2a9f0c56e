"""A paste is one text, whatever is in it; keys before and after it stay keys."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from sellmode_tui.terminal.pastes import Keys
from tests.support.hostile import HOSTILE

START, END = "\x1b[200~", "\x1b[201~"
pasted = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from("\x1b[20~1\r\n"))


def read(keys: Keys, *parts: str) -> list[str]:
    """What was read: the names of keys, and pastes as `<text>`."""
    return [told(message) for part in parts for message in keys.feed(part)]


def told(message: Message) -> str:
    assert isinstance(message, events.Key | events.Paste)
    return message.key if isinstance(message, events.Key) else f"<{message.text}>"


@given(pasted, st.integers(0, 10_000))
@example("first part \x1b second part\nthird", 20)
@example("\x1b", 7)
@example("\x1b[20", 0)
def test_a_paste_is_whole_wherever_it_is_cut(text: str, cut: int) -> None:
    if END in text:
        return
    data = f"a{START}{text}{END}b"
    cut %= len(data)
    assert read(Keys(), *filter(None, (data[:cut], data[cut:]))) == ["a", *([f"<{text}>"] if text else []), "b"]


def test_a_paste_that_comes_in_single_characters_is_whole_once_it_has_begun() -> None:
    assert read(Keys(), START, *"ab\x1b[Ac", *END, "x") == ["<ab\x1b[Ac>", "x"]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_hostile_paste_presses_a_key(text: str) -> None:
    if END in text:  # what a terminal takes out
        return
    assert read(Keys(), f"{START}{text}{END}") == ([f"<{text}>"] if text else [])


def test_keys_are_read_as_ever() -> None:
    assert read(Keys(), "q\x1b[A\x1b[5~é\r") == ["q", "up", "pageup", "é", "enter"]
    keys = Keys()
    assert read(keys, "\x1b", "[B") == ["down"]
    assert read(keys, "\x1b[", "C") == ["right"]


def test_esc_and_the_key_that_comes_with_it_are_two_keys() -> None:
    assert read(Keys(), "\x1by\x1b3aé\x1b\x1b1\x1b\r") == [
        "escape", "y", "escape", "3", "a", "é", "escape", "escape", "1", "escape", "enter",
    ]  # fmt: skip
    keys = Keys()
    assert read(keys, "\x1b", "2b\x1b") == ["escape", "2", "b"]
    while not (waited := [*keys.tick()]):
        pass
    assert [*map(told, waited), *read(keys, "3")] == ["escape", "3"]
    assert read(keys, "\x1b\x1b[A\x1bb\x1bf\x1b\t\x1bOP") == [
        "escape", "up", "ctrl+left", "ctrl+right", "shift+tab", "f1",
    ]  # fmt: skip
    assert read(keys, f"\x1ba{START}b\x1bc{END}\x1bd") == ["escape", "a", "<b\x1bc>", "escape", "d"]


def test_two_pastes_in_a_row_are_two() -> None:
    assert read(Keys(), f"{START}one{END}{START}two{END}") == ["<one>", "<two>"]


@pytest.mark.parametrize("character", ["\u200d", "\u200c", "\u200f", "\u3000", "\xa0", "\U000e0067", "\U0010fffd"])
def test_a_character_that_fields_would_not_take_is_pasted(character: str) -> None:
    assert read(Keys(), f"a{character}b") == ["a", *(f"<{each}>" for each in character), "b"]

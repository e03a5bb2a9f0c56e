"""Ctrl+Z in a line of text."""

from __future__ import annotations

from textual import events
from textual.app import App, ComposeResult

from sellmode_tui.widgets.text_field import TextField
from sellmode_tui.widgets.typing_history import MAX_STEPS, TypingHistory


class _App(App[None]):
    def __init__(self, value: str = "", *, secret: bool = False) -> None:
        super().__init__()
        self._given = value, secret

    def compose(self) -> ComposeResult:
        value, secret = self._given
        yield TextField(value, secret=secret)

    @property
    def field(self) -> TextField:
        return self.query_one(TextField)


async def test_words_pastes_and_deletions_are_undone_and_redone() -> None:
    app = _App("Noor")
    async with app.run_test() as pilot:
        field = app.field
        field.focus()
        await pilot.press("end", *" de", "space", *"Wit")
        field.post_message(events.Paste(", Amsterdam"))
        await pilot.pause()
        await pilot.press("backspace")
        steps = []
        for _ in range(6):
            steps.append(field.value)
            await pilot.press("ctrl+z")
        assert steps == [
            "Noor de Wit, Amsterda",
            "Noor de Wit, Amsterdam",
            "Noor de Wit",
            "Noor de ",
            "Noor ",
            "Noor",
        ]
        await pilot.press(*["ctrl+y"] * 3)
        assert field.value == "Noor de Wit"
        await pilot.press("!", "ctrl+y")  # what was undone is forgotten once something else is typed
        assert field.value == "Noor de Wit!"


async def test_a_secret_is_not_remembered() -> None:
    app = _App(secret=True)
    async with app.run_test() as pilot:
        field = app.field
        field.focus()
        await pilot.press(*"secret")
        field.value = ""
        await pilot.press("ctrl+z")
        assert field.value == ""


def test_steps_are_bounded() -> None:
    history, text = TypingHistory(), ""
    for number in range(3 * MAX_STEPS):
        history.note(text, text := f"text {number}")
    found = set()
    while (text := history.undo(text)) not in found:
        found.add(text)
    assert len(found) == MAX_STEPS

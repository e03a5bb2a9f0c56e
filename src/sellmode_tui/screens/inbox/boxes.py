"""The boxes of requests: what came of one, to whom it goes, which text, lookbook or customer is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.kinds.message_template import REACHES
from sellmode_contract.kinds.request import OUTCOMES
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.search import words
from sellmode_contract.text import visible
from sellmode_tui.language import tr, trd
from sellmode_tui.records.looks.lines import LookLine
from sellmode_tui.records.requests.texts import FilledText
from sellmode_tui.screens.kit.boxes import Box
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import OneOfBox, Pick
from sellmode_tui.screens.tasks.boxes import ColleagueBox

_BEGINNING: Final = 50
"""Characters of a text that are shown beside its title."""


class CloseBox(OneOfBox):
    """What came of a request; ends with the outcome."""

    BINDING_GROUP_TITLE = "Close"
    KIND: ClassVar = "close_request"

    def __init__(self, desk: Desk, what: str, request: str) -> None:
        """`what`: the request, in words; `request`: its id."""
        picks = [Pick(outcome, _capital(trd(word))) for outcome, word in OUTCOMES.items() if outcome]
        title = tr("Close {request}. What came of it?", request=what)
        super().__init__(desk, title, picks, about=[request], placeholder=tr("what came of it"), does=tr("Close"))


class PassOnBox(ColleagueBox):
    """To whom a request goes; ends with a staff id."""

    BINDING_GROUP_TITLE = "Pass on"
    KIND: ClassVar = "pass_on"

    def __init__(self, desk: Desk, what: str, request: str, staff: Sequence[Staff]) -> None:
        """`what`: the request, in words; `request`: its id; `staff`: who may have it."""
        title = tr("Pass on {request} to", request=what)
        super().__init__(desk, title, staff, about=[request], does=tr("Pass on"))


class TextsBox(OneOfBox):
    """Which text is put into the answer; ends with its id."""

    BINDING_GROUP_TITLE = "Texts"
    KIND: ClassVar = "answer_text"
    WRITES = False

    def __init__(self, desk: Desk, request: str, texts: Sequence[FilledText]) -> None:
        """`request`: its id."""
        self._texts = {each.id: f"{each.title} {each.text}" for each in texts}
        picks = [Pick(each.id, each.title, _about(each)) for each in texts]
        super().__init__(
            desk, tr("Insert a text"), picks, about=[request], placeholder=tr("part of it"), does=tr("Insert")
        )

    def matching(self, text: str) -> Sequence[Pick]:
        """Those with these words."""
        return [each for each in self._picks if _has(self._texts[each.value], text)]


class LooksBox(OneOfBox):
    """Which lookbook the customer is shown; ends with its id."""

    BINDING_GROUP_TITLE = "Lookbooks"
    KIND: ClassVar = "answer_lookbook"
    WRITES = False

    def __init__(self, desk: Desk, request: str, looks: Sequence[LookLine]) -> None:
        """`request`: its id; `looks`: those that are shared."""
        picks = [Pick(each.look.id, each.look.title, each.customer_name) for each in looks]
        super().__init__(
            desk, tr("Show a lookbook"), picks, about=[request], placeholder=tr("part of its title"), does=tr("Show")
        )


class AnsweredBox(Box[str]):
    """How an answer by another way than chat gets there; ends with ``open``, ``copy``, ``log`` or ``phone``."""

    BINDING_GROUP_TITLE = "Answer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,m", "end_with('open')", "Open", show=False, tooltip="Open it to be sent", id="answered.open"),
        Binding("y", "end_with('copy')", "Copy", show=False, tooltip="Copy it to be sent", id="answered.copy"),
        Binding("l", "end_with('log')", "Log", show=False, tooltip="It has been sent", id="answered.log"),
        Binding("p", "end_with('phone')", "Phone", show=False, tooltip="It was said by phone", id="answered.phone"),
    ]

    def __init__(self, question: str, opens: str) -> None:
        """`opens` says what opens: a mail program, say."""
        super().__init__()
        self._question = question
        self._opens = opens

    def compose(self) -> ComposeResult:
        """What becomes of it, a key each."""
        with Vertical(classes="box"):
            yield Static(Content(visible(self._question)), classes="box-title")
            yield from self.compose_buttons(
                ("Enter", self._opens, lambda: self.end("open")),
                ("y", tr("Copy"), lambda: self.end("copy")),
                ("l", tr("Already sent"), lambda: self.end("log")),
                ("p", tr("Said by phone"), lambda: self.end("phone")),
                ("Esc", tr("Cancel"), self.action_close),
            )

    def action_end_with(self, how: str) -> None:
        """It is that."""
        self.end(how)


def _about(text: FilledText) -> str:
    said = " ".join(text.text.split())
    shown = said if len(said) <= _BEGINNING else f"{said[:_BEGINNING]}…"
    return ", ".join(filter(None, (trd(REACHES[text.reach]), text.language, shown)))


def _has(held: str, typed: str) -> bool:
    return all(any(word.startswith(wanted) for word in words(held)) for wanted in words(typed))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

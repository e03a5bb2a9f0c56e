"""A box with a few things to pick from, and a line in which something else can be typed.

What is typed is a draft like a form's. It comes back when that box opens again about the same, and goes when what it
said has been done, or when somebody says "Discard".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.language import tr, trd
from sellmode_tui.records import RecordStore
from sellmode_tui.screens.kit.boxes import Box
from sellmode_tui.screens.kit.confirm import discarding
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.typed_text import TypedText
from sellmode_tui.widgets.meanings import ERROR
from sellmode_tui.widgets.suggestions import Suggestion, Suggestions
from sellmode_tui.widgets.text_field import TextField

Answer = TypeVar("Answer")


class Pick(NamedTuple):
    """Something to pick."""

    value: str
    label: str
    about: str = ""
    """Said beside it."""


class PickBox(Box[str]):
    """Ends with the value that was picked, or with what `typed` makes of what was typed; None if neither.

    The line has the keys, arrows move the mark in the list, Enter takes what was typed or else what is marked.
    """

    BINDING_GROUP_TITLE = "Choose"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Down", show=False, priority=True, id="pick.down"),
        Binding("up", "move(-1)", "Up", show=False, priority=True, id="pick.up"),
    ]

    DEFAULT_CSS = """
    PickBox {
        Suggestions { overlay: none; width: 1fr; background: $surface; }
        TextField { background: $panel; margin-top: 1; }
        .pick-said { height: auto; color: $text-muted; }
    }
    """

    KIND: ClassVar = ""
    """Names the box in drafts: never another one."""
    WRITES: ClassVar = True
    """Whether what it ends with is written, by a page that says so (`doing`)."""
    kinds: ClassVar[dict[str, type[PickBox]]] = {}
    """All boxes by their names."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "KIND" in cls.__dict__:
            cls.kinds[cls.KIND] = cls
            TypedText.place(cls.KIND)

    def __init__(
        self,
        desk: Desk | None,
        title: str,
        picks: Sequence[Pick],
        *,
        about: Iterable[str] = (),
        placeholder: str,
        does: str,
    ) -> None:
        """`does` says what Enter does: "Snooze"; `about` are the ids of what it is about.

        Without a desk nobody is signed in, for whom a draft could be kept.
        """
        super().__init__()
        self._typed = TypedText(desk, self.KIND, about, title)
        self._title = title
        self._picks = tuple(picks)
        self._shown = self._picks
        self._placeholder = placeholder
        self._does = does

    # --- what a kind of box makes of what is typed

    def told(self, text: str) -> str:
        """What to say of what is typed so far, while it is not wrong. Raises ValueError with why it cannot be taken."""
        raise NotImplementedError

    def typed(self, text: str) -> str:
        """The result for what was typed. Raises ValueError with why there is none."""
        raise NotImplementedError

    def matching(self, text: str) -> Sequence[Pick]:
        """What is offered for what is typed so far."""
        return () if text else self._picks

    # --- what was typed, kept until it is done or discarded

    def doing(self, write: Callable[[RecordStore], Answer]) -> Callable[[RecordStore], Answer]:
        """`write`, with which what was typed is done: in its transaction the draft goes. Refused, it stays."""
        return self._typed.doing(write)

    @property
    def unsaved(self) -> bool:
        """Whether something was typed that would be lost."""
        return not self.ended and bool(self.query_one(TextField).value.strip())

    def action_close(self) -> None:
        """Close; what was typed is discarded only if the person says so."""
        if self.unsaved:
            self.open(discarding(), self._discarded)
        else:
            self.end()

    def _discarded(self, wanted: bool | None) -> None:
        if wanted:
            self._typed.keep("")
            self.end()

    # --- the box

    def compose(self) -> ComposeResult:
        """Title, list, line, what is said of it, keys."""
        with Vertical(classes="box"):
            yield Static(Content(visible(self._title)), classes="box-title")
            yield Suggestions()
            yield TextField(placeholder=self._placeholder)
            yield Static(classes="pick-said")
            yield from self.compose_buttons(("Enter", self._does, self._take), ("Esc", tr("Cancel"), self.action_close))

    def on_mount(self) -> None:
        """Offer everything, or what fits what was typed before."""
        self._say("")
        self._offer()
        line = self.query_one(TextField)
        if typed := self._typed.text:
            line.value = typed
            line.cursor_position = len(typed)
        line.focus()

    def _offer(self) -> None:
        self._shown = tuple(self.matching(self.query_one(TextField).value.strip()))
        self.query_one(Suggestions).open([Suggestion(each.label, each.about) for each in self._shown])

    def _say(self, text: str, *, wrong: bool = False) -> None:
        said = self.query_one(".pick-said", Static)
        said.display = bool(text)
        said.update(ERROR.marked(visible(text)) if wrong else Content(visible(text)))

    @on(TextField.Changed)
    def _typing(self) -> None:
        self._typed.keep(self.query_one(TextField).value)
        self._offer()
        text = self.query_one(TextField).value.strip()
        try:
            self._say(self.told(text) if text else "")
        except ValueError as error:
            self._say(trd(error))

    @on(Suggestions.Taken)
    @on(TextField.Submitted)
    def _take(self) -> None:
        text = self.query_one(TextField).value.strip()
        try:
            result = self._shown[self.query_one(Suggestions).place].value if self._shown else self.typed(text)
        except ValueError as error:
            self._say(trd(error), wrong=True)
            return
        if not self.WRITES:
            self._typed.keep("")
        self.end(result)

    def action_move(self, by: int) -> None:
        """Move the mark."""
        if self._shown:
            self.query_one(Suggestions).move(by)


class OneOfBox(PickBox):
    """One of a few things; nothing else can be typed than the beginnings of their words."""

    def matching(self, text: str) -> Sequence[Pick]:
        """Those with a word that begins so."""
        return [each for each in self._picks if f" {text}".casefold() in f" {each.label}".casefold()]

    def told(self, text: str) -> str:
        """Nothing is told beside the list."""
        return "" if self.matching(text) else self.typed(text)

    def typed(self, text: str) -> str:  # noqa: ARG002  # whatever it is
        """Nothing else can be typed."""
        raise ValueError(tr("Pick one of these."))

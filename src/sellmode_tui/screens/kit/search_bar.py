"""The line to search and filter in, with what is found or wrong under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Static

from sellmode_contract.filters import Completion, FilterError
from sellmode_contract.text import visible
from sellmode_tui.language import tr, trd
from sellmode_tui.widgets.suggestions import Suggestion, Suggestions
from sellmode_tui.widgets.text_field import TextField

_OPERATORS = frozenset(":=<>,")


class SearchField(TextField):
    """What is typed. Its keys are the bar's."""

    BINDING_GROUP_TITLE = "Search"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", "To the list", key_display="Enter", id="search.enter"),
        Binding(
            "tab", "complete", "Autocomplete", key_display="Tab", tooltip="Complete a filter", id="search.complete"
        ),
        Binding(
            "escape", "leave", "Clear", key_display="Esc", tooltip="Clear, then back to the list", id="search.leave"
        ),
        Binding("down", "down", "Next, or to the list", show=False, id="search.down"),
        Binding("up", "up", "Previous suggestion", show=False, id="search.up"),
    ]

    virtual_size = Reactive(Size(0, 0))
    """Of the text. The field's own size does not depend on it: a character more lays nothing out anew."""

    def __init__(self, text: str, *, placeholder: str, completed: bool) -> None:
        super().__init__(text, placeholder=placeholder)
        self._completed = completed

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only some searches are completed."""
        return self._completed if action == "complete" else super().check_action(action, parameters)

    class Pressed(Message):
        """A key that the bar acts upon."""

        def __init__(self, action: str) -> None:
            self.action = action
            super().__init__()

    def action_enter(self) -> None:
        """Take the suggestion that was chosen, else go to the list."""
        self.post_message(self.Pressed("enter"))

    def action_complete(self) -> None:
        """Show what may be typed next, or take it."""
        self.post_message(self.Pressed("complete"))

    def action_leave(self) -> None:
        """Close the suggestions, clear the text, or go to the list: the first that applies."""
        self.post_message(self.Pressed("leave"))

    def action_down(self) -> None:
        """To the next suggestion, or to the list."""
        self.post_message(self.Pressed("down"))

    def action_up(self) -> None:
        """To the suggestion before."""
        self.post_message(self.Pressed("up"))


class SearchBar(Vertical):
    """The line, a line under it, and suggestions over what comes below."""

    DEFAULT_CSS = """
    SearchBar {
        height: auto;
        & > Horizontal { height: 1; background: $surface; }
        .search-label { width: auto; color: $text-muted; background: $surface; }
        .search-below { height: auto; padding: 0 1; color: $text-muted; background: $background; }
        .search-below.-silent { display: none; }
        .search-below.-wrong { color: $error; }
    }
    """

    class Changed(Message):
        """Another text is searched for."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class Left(Message):
        """The person wants to the list."""

    class CompletionWanted(Message):
        """What may be typed at the cursor is asked for."""

        def __init__(self, text: str, cursor: int, *, asked: bool) -> None:
            """`asked`: by a key, not only because something was typed."""
            self.text = text
            self.cursor = cursor
            self.asked = asked
            super().__init__()

    def __init__(self, text: str = "", *, placeholders: Sequence[str], completed: bool, id: str | None = None) -> None:
        """`placeholders`: the longest that fits counts. `completed`: whether the page knows what may be typed next."""
        super().__init__(id=id)
        self._placeholders = sorted(placeholders, key=cell_len)
        self._completed = completed
        self._first = text
        self._completions: Sequence[Completion] = ()
        self._moved = False
        """Whether the mark among the suggestions was moved: then Enter takes one."""
        self._accepted = text
        """The text as a suggestion left it: nothing more is suggested for it unasked."""
        self._asked: tuple[str, int] | None = None
        """The text and place that suggestions were asked for by a key: news of that same text do not close them."""

    def compose(self) -> ComposeResult:
        """Label and field; the line below; suggestions."""
        with Horizontal():
            yield Static(Content(_label()), classes="search-label")
            yield SearchField(
                self._first,
                placeholder=self._placeholders[0],
                completed=self._completed,
            )
        yield Static(classes="search-below -silent")
        yield Suggestions()

    def on_resize(self, event: events.Resize) -> None:
        """Say as much of what may be typed as there is room for."""
        room = event.size.width - cell_len(_label()) - 1  # and the cursor
        fitting = [each for each in self._placeholders if cell_len(each) <= room]
        self.field.placeholder = (fitting or self._placeholders[:1])[-1]

    @property
    def field(self) -> SearchField:
        """Where it is typed."""
        return self.query_one(SearchField)

    @property
    def text(self) -> str:
        """What is searched for."""
        return self.field.value

    @text.setter
    def text(self, text: str) -> None:
        self._accepted = text
        self.field.value = text
        self.field.cursor_position = len(text)

    def say(self, text: str) -> None:
        """What was found."""
        below = self.query_one(".search-below", Static)
        below.remove_class("-wrong")
        below.set_class(not text, "-silent")
        shown = Content(visible(text))
        # One line before and after leaves everything in its place.
        below.update(shown, layout=below.size.height != 1 or shown.cell_length > below.content_size.width)

    def point(self, text: str, error: FilterError) -> None:
        """What is wrong with a text, with a caret under the place."""
        below = self.query_one(".search-below", Static)
        below.add_class("-wrong")
        below.remove_class("-silent")
        before, behind = (self.field.cells_before(each) for each in (error.start, error.end))
        place = cell_len(_label()) - 1 + before - self.field.scroll_offset.x
        width = max(20, self.size.width - 2)
        caret = "^" * max(1, min(behind - before, width - place))
        message = trd(error)
        if place >= 0 and place + len(caret) + 1 + cell_len(message) <= width:
            below.update(Content.assemble(" " * place, (caret, "bold"), " ", message))
        elif 0 <= place < width:
            below.update(Content.assemble(" " * place, (caret, "bold"), "\n", message))
        else:
            below.update(Content(error.pointed(text, message)))

    # --- suggestions

    def suggest(self, wanted: CompletionWanted, completions: Sequence[Completion]) -> None:
        """Show what may be typed, if it is still wanted."""
        field, list_ = self.field, self.query_one(Suggestions)
        if (wanted.text, wanted.cursor) != (field.value, field.cursor_position) or not field.has_focus:
            return
        useful = [each for each in completions if wanted.text[each.start : each.end] != each.text]
        if wanted.asked and len(useful) == 1:
            self._take(useful[0])
            return
        if not wanted.asked and not (useful and _in_value(wanted.text, useful[0].start)):
            useful = []
        self._completions, self._moved = useful, False
        list_.open([Suggestion(each.text, trd(each.description)) for each in useful])
        below = self.query_one(".search-below", Static)
        below.visible = not useful
        if useful:
            start = cell_len(wanted.text[: useful[0].start]) - field.scroll_offset.x
            list_.styles.offset = (max(0, cell_len(_label()) + start - 2), -below.size.height)

    def close_suggestions(self) -> None:
        """Suggest nothing."""
        self._completions, self._moved = (), False
        if self.query_one(Suggestions).is_open:
            self.query_one(Suggestions).close()
            self.query_one(".search-below", Static).visible = True

    def _take(self, completion: Completion) -> None:
        field = self.field
        text = f"{field.value[: completion.start]}{completion.text}"
        self._accepted = text + field.value[completion.end :]
        self.close_suggestions()
        field.value = self._accepted
        field.cursor_position = len(text)
        if text[-1:] in _OPERATORS:  # a field's name: its values come next
            self._accepted = ""
            self._ask(asked=False)

    def _ask(self, *, asked: bool) -> None:
        here = (self.field.value, self.field.cursor_position)
        if asked:
            self._asked = here
        elif self._asked != here:
            self._asked = None
        self.post_message(self.CompletionWanted(*here, asked=self._asked == here))

    # --- what the field tells

    @on(TextField.Changed)
    def _changed(self, event: TextField.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))
        if event.value == self._accepted or not event.value or not self._completed:
            self.close_suggestions()
        else:
            self._accepted = ""
            self._ask(asked=False)

    @on(SearchField.Pressed)
    def _pressed(self, pressed: SearchField.Pressed) -> None:
        pressed.stop()
        suggestions = self.query_one(Suggestions)
        match pressed.action, suggestions.is_open:
            case ("complete", True) | ("enter", True) if pressed.action == "complete" or self._moved:
                self._take(self._completions[suggestions.place])
            case "complete", _:
                self._ask(asked=True)
            case "down", True:
                if self._moved or len(self._completions) == 1:
                    suggestions.move(1)
                self._moved = True
            case "up", True:
                suggestions.move(-1)
                self._moved = True
            case "leave", True:
                self.close_suggestions()
            case "leave", _ if self.text:
                self.text = ""
            case "up", _:
                pass
            case _:
                self.close_suggestions()
                self.post_message(self.Left())

    @on(Suggestions.Taken)
    def _clicked(self) -> None:
        self._take(self._completions[self.query_one(Suggestions).place])

    def on_descendant_blur(self) -> None:
        """The suggestions belong to the field."""
        self.close_suggestions()


def _in_value(text: str, start: int) -> bool:
    """Whether a place in a text is a value's: names of fields are suggested only on request."""
    return text[:start].rstrip('"')[-1:] in _OPERATORS if start else False


def _label() -> str:
    return f" {tr('Search')}  "

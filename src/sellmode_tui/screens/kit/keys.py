"""The keys that work where the person is, made from the bindings in force."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Static

from sellmode_tui.language import tr, trd
from sellmode_tui.screens.kit.boxes import Box
from sellmode_tui.widgets.scrollbar import PlainBar
from sellmode_tui.widgets.text_field import TextField

_WORD = re.compile(r"\w+")
_BETWEEN = 2
"""Columns between a key and what it does, and between two of them."""


class Command(NamedTuple):
    """Something that can be done where the person is."""

    place: str
    """Which page or part of it takes the key."""
    keys: str
    told: str
    """What it does."""
    id: str
    """For giving it another key."""
    node: DOMNode
    action: str
    moves: bool
    """Whether it only moves about. What does more has a tooltip."""


def all_bindings() -> Iterator[tuple[type[DOMNode], Binding]]:
    """Everything in the app that can be given another key, with what takes the key."""
    nodes: list[type[DOMNode]] = [DOMNode]
    while nodes:
        node = nodes.pop()
        nodes += node.__subclasses__()
        if node.__module__.startswith("sellmode_tui."):
            for binding in node.__dict__.get("BINDINGS", ()):
                if isinstance(binding, Binding) and binding.id:
                    yield node, binding


def commands_of(screen: Screen[object]) -> list[Command]:
    """What can be done on a page: first what has the focus does, last what only moves about."""
    app = screen.app
    found: dict[tuple[DOMNode, str], tuple[Binding, list[str]]] = {}
    for node, binding, enabled, _ in screen.active_bindings.values():
        if not enabled or not binding.id:
            continue
        display = app.get_key_display(binding)
        keys = found.setdefault((node, binding.action), (binding, []))[1]
        if display not in keys:
            keys.append(display)
    commands = [
        Command(
            _title(node) if binding.tooltip else tr("Navigation"),
            " ".join(keys),
            trd(binding.tooltip or binding.description),
            binding.id or "",
            node,
            action,
            moves=not binding.tooltip,
        )
        for (node, action), (binding, keys) in found.items()
    ]
    return sorted(commands, key=lambda each: each.moves)


def _title(node: DOMNode) -> str:
    if isinstance(node, App):
        return tr("Everywhere")
    if node.BINDING_GROUP_TITLE:
        return trd(node.BINDING_GROUP_TITLE)
    return tr("This page") if isinstance(node, Screen) else type(node).__name__


def has_words(text: str, *names: str) -> bool:
    """Whether each word of a text begins a word of one of some names."""
    beginnings = [word for name in names for word in (*name.casefold().split(), *_WORD.findall(name.casefold()))]
    return all(any(each.startswith(word) for each in beginnings) for word in text.casefold().split())


class KeysScreen(Box[None]):
    """What the keys of the screen below do, all or those that have some words."""

    BINDING_GROUP_TITLE = "Keys"

    DEFAULT_CSS = """
    KeysScreen {
        & > .box { width: 100%; max-width: 132; height: 100%; max-height: 40; }
        TextField { background: $panel; margin-bottom: 1; }
        VerticalScroll { scrollbar-size-vertical: 1; height: 1fr; background: $surface; }
        VerticalScroll > Static { height: auto; }
    }
    """

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self._commands = commands_of(screen)

    def compose(self) -> ComposeResult:
        """Search, keys, how to leave."""
        with Vertical(classes="box"):
            yield TextField(placeholder=tr("Keys: type to search"))
            with VerticalScroll(can_focus=False):
                yield Static(id="keys")
            yield from self.compose_buttons(("Esc", tr("Close"), self.action_close))

    def on_mount(self) -> None:
        """Type at once; keys that type nothing scroll."""
        scroll = self.query_one(VerticalScroll)
        scroll.vertical_scrollbar.renderer = PlainBar  # type: ignore[misc]  # the way its documentation shows
        self.query_one(TextField).focus()

    def on_key(self, event: events.Key) -> None:
        """Scroll."""
        scroll = self.query_one(VerticalScroll)
        moves = {
            "up": scroll.action_scroll_up,
            "down": scroll.action_scroll_down,
            "pageup": scroll.action_page_up,
            "pagedown": scroll.action_page_down,
        }
        if move := moves.get(event.key):
            move()
            event.stop()

    @on(TextField.Submitted)
    def _close(self) -> None:
        self.action_close()

    @on(TextField.Changed)
    def _show(self) -> None:
        text = self.query_one(TextField).value
        shown = [each for each in self._commands if has_words(text, each.told, each.keys, each.place)]
        width = self.query_one(VerticalScroll).size.width - 1
        self.query_one("#keys", Static).update(keys_text(shown, width) if shown else Content(tr("No matching keys.")))

    def on_resize(self, event: events.Resize) -> None:
        """More columns, or fewer."""
        super().on_resize(event)
        self.call_after_refresh(self._show)


def keys_text(commands: Sequence[Command], width: int) -> Content:
    """Keys and what they do by where they work, in as many columns as a width has room for."""
    lines: list[Content] = []
    for place in dict.fromkeys(each.place for each in commands):
        if lines:
            lines.append(Content(""))
        if place:
            lines.append(Content.assemble((place, "bold")))
        lines += _in_columns([each for each in commands if each.place == place], width)
    return Content("\n").join(lines)


def _in_columns(commands: Sequence[Command], width: int) -> Iterator[Content]:
    """Down the first column, then down the next."""
    keys = max(cell_len(each.keys) for each in commands) + _BETWEEN
    told = max(cell_len(each.told) for each in commands) + _BETWEEN
    columns = max(1, (width + _BETWEEN) // (keys + told))
    height = -(-len(commands) // columns)
    for row in range(height):
        yield Content("").join(
            Content.assemble((f"{each.keys:<{keys}}", "$accent"), f"{each.told:<{told}}")
            for each in commands[row::height]
        )

"""The keys that work where the person is, made from the bindings in force."""

from __future__ import annotations

from textual.app import App
from textual.binding import Binding
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen

from sellmode_tui.screens.kit.boxes import TextBox


class KeysScreen(TextBox):
    """What the keys of the screen below do."""

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__("Keys", keys_text(screen))


def keys_text(screen: Screen[object]) -> Content:
    """Keys and what they do, those of what has the focus first. Ids are for remapping in the settings."""
    app = screen.app
    groups: dict[str, list[Content]] = {}
    for title, keys, told, id in _shown(app, screen):
        line = Content.assemble((f"  {keys:<12}", "bold"), f"{told:<40}", (id, "$text-muted"))
        groups.setdefault(title, []).append(line)
    parts: list[Content] = []
    for title, lines in groups.items():
        if parts:
            parts.append(Content(""))
        parts.append(Content.assemble((title, "bold")))
        parts += lines
    return Content("\n").join(parts)


def _shown(app: App[object], screen: Screen[object]) -> list[tuple[str, str, str, str]]:
    """For each thing that can be done: where, its keys, what it is, its id."""
    found: dict[tuple[DOMNode, str], tuple[Binding, list[str]]] = {}
    for node, binding, enabled, _ in screen.active_bindings.values():
        if not enabled or not binding.id:
            continue
        display = app.get_key_display(binding)
        keys = found.setdefault((node, binding.action), (binding, []))[1]
        if display not in keys:
            keys.append(display)
    return [
        (_title(node), " ".join(keys), binding.tooltip or binding.description, binding.id or "")
        for (node, _), (binding, keys) in found.items()
    ]


def _title(node: DOMNode) -> str:
    if isinstance(node, App):
        return "Everywhere"
    return node.BINDING_GROUP_TITLE or ("This page" if isinstance(node, Screen) else type(node).__name__)

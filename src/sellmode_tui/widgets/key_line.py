"""The last line of a page: the keys that work there, whole ones only."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_BETWEEN = 2
"""Columns between two keys."""


class KeyLine(Footer):
    """Leaves out the last keys that have no room, but never the one whose page has them all."""

    DEFAULT_CSS = "KeyLine.-compact FooterKey { margin-right: 2; }"

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)

    def compose(self) -> ComposeResult:
        """The keys that have room."""
        keys = list(super().compose())
        while len(keys) > 1 and sum(map(_width, keys)) - _BETWEEN > self.size.width:
            keys.pop(-2 if _shows_all(keys[-1]) else -1)
        yield from keys

    def on_resize(self) -> None:
        """Others may have room now."""
        self.call_after_refresh(self.recompose)


def _width(key: Widget) -> int:
    assert isinstance(key, FooterKey)  # noqa: S101  # no keys are grouped
    return cell_len(f"{key.key_display} {key.description}") + _BETWEEN


def _shows_all(key: Widget) -> bool:
    return isinstance(key, FooterKey) and key.action == "keys"

"""The last line of a page: the keys that do something there now, whole ones only, as many as have room."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from sellmode_contract.text import visible
from sellmode_tui.language import trd

_GAP = 2
"""Cells between two keys."""
_ALL = "keys"
"""The action that shows all keys: it stands last, and never goes."""


@runtime_checkable
class Offering(Protocol):
    """A page that knows of a key whether it does something now; one that is not offered still says why not."""

    def offers(self, action: str) -> bool:
        """Whether the key for an action is to be shown."""


class Shown(NamedTuple):
    """A key in the line."""

    key: str
    """As it is pressed."""
    text: str
    """As it is drawn, before what it does."""
    does: str
    action: str

    @property
    def width(self) -> int:
        """In cells."""
        return cell_len(f"{self.text} {self.does}")


class KeyLine(Widget):
    """The line. It repaints when its keys change, and only then."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 1; padding: 0 1; background: $background; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[Shown] = []

    def on_mount(self) -> None:
        """Follow what can be done."""
        self.screen.bindings_updated_signal.subscribe(self, self._look)

    def on_resize(self) -> None:
        """Others may have room now."""
        self._look(self.screen)

    @property
    def keys(self) -> list[str]:
        """What the keys in the line do."""
        return [key.does for key in self._keys]

    def _look(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen and self.size.width:
            keys = self._fitting()
            if keys != self._keys:
                self._keys = keys
                self.refresh()

    def _fitting(self) -> list[Shown]:
        """The keys that have room, the one that shows all of them last."""
        page, found = self.screen, dict[str, Shown]()
        for _, binding, enabled, _ in page.active_bindings.values():
            if not (binding.show and enabled):
                continue
            if binding.action == _ALL or not isinstance(page, Offering) or page.offers(binding.action):
                text, does = self.app.get_key_display(binding), visible(trd(binding.description))
                found.setdefault(binding.action, Shown(binding.key, text, does, binding.action))
        last = [found.pop(_ALL)] if _ALL in found else []
        keys = [*found.values(), *last]
        while len(keys) > len(last) and sum(key.width + _GAP for key in keys) - _GAP > self.size.width:
            del keys[-1 - len(last)]
        return keys

    def render(self) -> Content:
        """Each key, and what it does."""
        between = Content(" " * _GAP)
        return between.join(
            Content.assemble((key.text, "bold $footer-key-foreground"), f" {key.does}") for key in self._keys
        )

    def on_click(self, event: events.Click) -> None:
        """Press the key clicked on."""
        end = -_GAP
        for key in self._keys:
            begin = end + _GAP
            end = begin + key.width
            if begin <= event.get_content_offset_capture(self).x < end:
                self.app.simulate_key(key.key)
                return

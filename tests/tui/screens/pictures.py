"""Pictures of every screen in every size and look, to be looked at; they are not kept.

``./dev run python -m tests.tui.screens.pictures FOLDER`` takes them all, ``… FOLDER 60x20 ascii`` those of some looks:
each scene that the snapshot tests set up, as SVG and as text, and a page that shows all of a look.
"""

from __future__ import annotations

import html
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from textual._doc import take_svg_screenshot
from textual.app import App
from textual.pilot import Pilot


class Look(NamedTuple):
    """A window and what the environment says of its terminal."""

    size: tuple[int, int]
    environment: Mapping[str, str | None] = {}


LOOKS: Final = {
    "60x20": Look((60, 20)),
    "80x24": Look((80, 24)),
    "120x40": Look((120, 40)),
    "16-colours": Look((80, 24), {"TERM": "xterm", "COLORTERM": None}),
    "no-colours": Look((80, 24), {"NO_COLOR": "1"}),
    "ascii": Look((80, 24), {"LC_ALL": "C"}),
    "ascii-60x20": Look((60, 20), {"LC_ALL": "C"}),
}


class Taker:
    """Takes pictures in place of comparing them; a plugin of pytest."""

    __name__ = "pictures"

    def __init__(self, folder: Path, look: Look) -> None:
        self._folder, self._look = folder, look

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Of each scene one, whatever sizes its snapshots have."""
        scenes = {_scene(item): item for item in items if "snap_compare" in getattr(item, "fixturenames", ())}
        items[:] = scenes.values()

    def taking(self, node: pytest.Item, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bool]:
        """What a test is given as ``snap_compare``; the environment is the look's from here on."""
        for name, value in self._look.environment.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        place = self._folder / _scene(node)

        def take(app: App[Any], run_before: Callable[[Pilot[Any]], Any], **_: Any) -> bool:
            async def act(pilot: Pilot[Any]) -> None:
                await run_before(pilot)
                await pilot.pause()
                strips = pilot.app.screen._compositor.render_strips()
                place.with_suffix(".txt").write_text("\n".join(strip.text.rstrip() for strip in strips) + "\n")

            svg = take_svg_screenshot(app, terminal_size=self._look.size, run_before=act)
            place.with_suffix(".svg").write_text(svg)
            return True

        return take

    def pytest_sessionfinish(self) -> None:
        """A page with all of them."""
        shown = "".join(
            f'<figure><figcaption>{html.escape(each.stem)}</figcaption><img src="{html.escape(each.name)}"></figure>'
            for each in sorted(self._folder.glob("*.svg"))
        )
        (self._folder / "index.html").write_text(f"<!doctype html><title>{self._folder.name}</title>{shown}")


def _scene(item: pytest.Item) -> str:
    """The test's file and what it shows, without the size."""
    callspec = getattr(item, "callspec", None)
    told = [value for name, value in callspec.params.items() if isinstance(value, str)] if callspec else []
    parts = [item.path.stem.removeprefix("test_"), item.name.partition("[")[0].removeprefix("test_"), *told]
    return "-".join(part for part in parts if part not in LOOKS)


def main(arguments: list[str]) -> int:
    """Takes those of one look here, of several each in a process of its own."""
    if not arguments or not set(arguments[1:]) <= LOOKS.keys():
        sys.exit(f"A folder is needed, and then perhaps looks of: {', '.join(LOOKS)}.")
    folder, looks = Path(arguments[0]).resolve(), arguments[1:] or list(LOOKS)
    if len(looks) > 1:
        command = [sys.executable, "-m", "tests.tui.screens.pictures", str(folder)]
        return max(subprocess.run([*command, look], check=False).returncode for look in looks)
    (folder / looks[0]).mkdir(parents=True, exist_ok=True)
    os.environ.pop("NO_COLOR", None)
    where = str(Path(__file__).parent)
    return int(pytest.main([where, "-n0", "-q", "--no-header"], plugins=[Taker(folder / looks[0], LOOKS[looks[0]])]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

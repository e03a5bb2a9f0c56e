"""Links are opened on the desktop, and no other user of the machine can read them there."""

from __future__ import annotations

import os
import stat
import sys
import time
from pathlib import Path

import pytest

from sellmode_tui.terminal import opening

LINK = "https://sell.example.com/l/SECRET?a=1&b='2'"
pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="`open` does it there")


def desktop(folder: Path) -> dict[str, str]:
    """A desktop whose browser notes what it is given, whether others can read that, and what is in it."""
    program = folder / "xdg-open"
    program.write_text(
        f'#!/bin/sh\n(echo "$@"; stat -c %a "$1"; cat "$1") >{folder}/part && mv {folder}/part {folder}/given\n'
    )
    program.chmod(0o700)
    return {"DISPLAY": ":0", "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def test_a_link_goes_to_the_browser_in_a_file_and_not_as_an_argument(tmp_path: Path) -> None:
    assert opening.open_link(LINK, desktop(tmp_path))
    deadline = time.monotonic() + 20
    while not (tmp_path / "given").exists() and time.monotonic() < deadline:
        time.sleep(0.01)  # another process tells only by its file that it is done
    argument, mode, *lines = (tmp_path / "given").read_text().splitlines()
    assert "SECRET" not in argument
    assert stat.S_IMODE(int(mode, 8)) & 0o077 == 0
    assert 'content="0;url=https://sell.example.com/l/SECRET?a=1&amp;b=&#x27;2&#x27;"' in "".join(lines)
    Path(argument).unlink()


def test_without_a_desktop_nothing_is_opened(tmp_path: Path) -> None:
    environment = desktop(tmp_path)
    assert not opening.open_link(LINK, {**environment, "DISPLAY": ""})
    assert not opening.open_link(LINK, {**environment, "PATH": str(tmp_path / "nothing")})

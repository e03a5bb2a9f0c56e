"""Opening links on the desktop: web pages, e-mails and SMS to write.

What a link says (a secret token, an address, a text) is for nobody else, and everybody on the machine sees a program's
arguments. So what is opened is a file of one's own that leads there, and that goes again after a minute.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

_KEPT_SECONDS: Final = 60.0
"""So long a browser may take to read the file."""


def open_link(link: str, environment: Mapping[str, str]) -> bool:
    """Open a link; whether there is anything to open it with."""
    program = opener(environment)
    if program is None:
        return False
    handle, name = tempfile.mkstemp(prefix="sellmode-", suffix=".html")  # readable by its owner only
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        to = escape(link)
        file.write(
            f'<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
            f'<meta http-equiv="refresh" content="0;url={to}"><p><a href="{to}">{to}</a></p>\n'
        )
    atexit.register(_remove, name)
    threading.Thread(target=_lead_there, args=(program, name), daemon=True).start()
    return True


def _lead_there(program: str, name: str) -> None:
    nothing = subprocess.DEVNULL
    with contextlib.suppress(OSError):
        subprocess.run(
            [program, name], stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True, check=False
        )
    time.sleep(_KEPT_SECONDS)
    _remove(name)


def opener(environment: Mapping[str, str]) -> str | None:
    """The program that opens files on this desktop; None where there is no desktop."""
    if sys.platform == "darwin":
        return shutil.which("open")
    has_desktop = environment.get("WAYLAND_DISPLAY") or environment.get("DISPLAY")
    return shutil.which("xdg-open", path=environment.get("PATH")) if has_desktop else None


def _remove(name: str) -> None:
    with contextlib.suppress(OSError):
        Path(name).unlink()

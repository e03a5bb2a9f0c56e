"""``python -m sellmode_tui`` is ``sellmode``."""

from __future__ import annotations

from sellmode_tui.cli import main

main()

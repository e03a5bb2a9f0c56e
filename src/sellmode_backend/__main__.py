"""``python -m sellmode_backend`` is ``sellmode-backend``."""

from __future__ import annotations

from sellmode_backend.cli import main

main()

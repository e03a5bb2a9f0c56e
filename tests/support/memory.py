"""What stands in another process's memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

_WRITTEN = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw.. \S+ \S+ \S+ *(?!\[v)")


def copies(pid: int, sought: Mapping[str, bytes]) -> dict[str, int]:
    """How often each stands in what a process has written to. Raises PermissionError, FileNotFoundError."""
    found = dict.fromkeys(sought, 0)
    for content in _written(pid):
        for name, each in sought.items():
            found[name] += content.count(each)
    return found


def _written(pid: int) -> Iterator[bytes]:
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            if (part := _WRITTEN.match(line)) is None:
                continue
            begin, end = int(part[1], 16), int(part[2], 16)
            memory.seek(begin)
            try:
                yield memory.read(end - begin)
            except OSError:  # it has gone since
                continue

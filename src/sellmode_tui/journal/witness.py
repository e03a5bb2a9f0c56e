"""What a journal held at its last commit, in plain numbers beside it: the least it must hold at the next opening.

A database whose log is cut or damaged opens as it was some commits before, and a new one takes the place of one that is
gone; neither says so by itself. The witness is written after each commit. So it never knows of more than there was, and
after a kill perhaps of one commit less.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import zlib
from pathlib import Path
from typing import Final, NamedTuple

from sellmode_tui.errors import UnsafeFile
from sellmode_tui.private_files import read_private

_FORM: Final = re.compile(
    rb"(journal ([0-9a-f]+) commits ([0-9]+) unsent ([0-9]+) first ([0-9]+) last ([0-9]+) refused ([0-9]+)"
    rb" filters ([0-9]+) drafts ([0-9]+) losses ([0-9]+) lost ([0-9]+) salt ([0-9a-f]{0,32})) sum ([0-9a-f]{8}) *\n"
)
_SIZE: Final = 256
"""Bytes: what is written over always has the same length."""


class Witness(NamedTuple):
    """What a journal held at a commit."""

    journal: str
    """Its id."""
    commits: int
    unsent: int
    first: int
    """The number of the oldest of them; 0 if there is none."""
    last: int
    """The highest number of any change so far."""
    refused: int
    """Open items of the tray."""
    filters: int
    drafts: int
    losses: int
    """Unacknowledged losses."""
    lost: int
    """The known number of items lost in these."""
    salt: bytes
    """The file's first bytes."""

    @classmethod
    def of(cls, journal: str, *numbers: int, salt: bytes) -> Witness:
        """With the numbers in their order."""
        commits, unsent, first, last, refused, filters, drafts, losses, lost = numbers
        return cls(journal, commits, unsent, first, last, refused, filters, drafts, losses, lost, salt)

    @property
    def holds(self) -> int:
        """The number of items that somebody would miss."""
        return self.unsent + self.refused + self.filters + self.drafts


def witness_path(journal: Path) -> Path:
    """The path of a journal's witness."""
    return journal.with_name("witness")


def read_witness(journal: Path) -> Witness | None:
    """What the journal held after its last commit; None if that is not known."""
    try:
        found = _FORM.fullmatch(read_private(witness_path(journal)))
    except (OSError, UnsafeFile):
        return None
    if found is None or int(found[13], 16) != zlib.crc32(found[1]):
        return None
    return Witness.of(found[2].decode(), *map(int, found.groups()[2:11]), salt=bytes.fromhex(found[12].decode()))


def write_witness(journal: Path, held: Witness) -> None:
    """Keep what the journal holds now, unless another process has kept a later commit. What fails is no harm."""
    numbers = (
        "journal {} commits {} unsent {} first {} last {} refused {} filters {} drafts {} losses {} lost {} salt {}"
    )
    text = numbers.format(*held[:-1], held.salt.hex()).encode()
    content = b"%s sum %08x" % (text, zlib.crc32(text))
    with contextlib.suppress(OSError):
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(witness_path(journal), flags, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # whoever holds it writes as late a one, or nearly
            before = read_witness(journal)
            if before is None or before.journal != held.journal or before.commits <= held.commits:
                os.pwrite(file, content.ljust(_SIZE - 1) + b"\n", 0)
        finally:
            os.close(file)

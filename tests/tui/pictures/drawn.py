"""A picture as the backend makes it, and the file that it is kept in."""

from __future__ import annotations

import functools
import time
from pathlib import Path

from sellmode_backend.demo import pictures
from sellmode_backend.shopper.pictures import making_anew
from sellmode_tui.pictures.kept import Kept, PictureFile

KEY = bytes(range(32))


@functools.cache
def png() -> bytes:
    """A coat."""
    return making_anew.made_anew(pictures.drawn("Vale Coat", "Coats"), "terminal")


def keep(path: Path, *products: str) -> None:
    """Keep this picture of products in a file, just fetched."""
    file = PictureFile(path, KEY)
    for product in products:
        file.keep(product, Kept(png(), '"1"', time.time()))
    file.close()

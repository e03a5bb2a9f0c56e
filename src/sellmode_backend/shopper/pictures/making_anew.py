"""Making a picture anew: what comes from outside is opened by a process that may do little, and does not live long.

For pages it becomes a JPEG. For terminals it becomes a small PNG of few colours, whose rows are not filtered: that can
be read without a library for pictures, and shown by a terminal as it is.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from PIL.Image import Image

Size = Literal["page", "terminal"]
SIDES: Final[dict[Size, int]] = {"page": 1200, "terminal": 160}
"""Pixels of the longer side, at most."""
MOST_PIXELS: Final = 40_000_000
MOST_FRAMES: Final = 500
_COLOURS: Final = 64
"""Of a picture for terminals: half as many bytes as with all, and no difference in cells."""
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_MEMORY: Final = 1 << 30
_CPU_SECONDS: Final = 5
_SECONDS: Final = 15.0
_REFUSED: Final = 3


class NoPicture(Exception):
    """This is no picture that could be shown; says why."""


def made_anew(data: bytes, size: Size = "page") -> bytes:
    """A picture, upright, in size, with nothing in it but the picture. Raises NoPicture."""
    command = [sys.executable, "-I", "-m", "sellmode_backend.shopper.pictures.making_anew", size]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, check=False, env={})
    except subprocess.TimeoutExpired:
        raise NoPicture("it takes too long to open") from None
    if done.returncode:
        told = done.stderr.decode("ascii", "replace") if done.returncode == _REFUSED else "opening it takes too much"
        raise NoPicture(told)
    return done.stdout


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _make(data: bytes, size: Size) -> bytes:
    import io
    import warnings

    from PIL import Image, ImageFile, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS or getattr(opened, "n_frames", 1) > MOST_FRAMES:
            raise ValueError
        side = SIDES[size]
        opened.draft("RGB", (side, side))
        opened.load()
        image = ImageOps.exif_transpose(opened)
        image.thumbnail((side, side))
        if image.mode in ("RGBA", "LA", "P"):
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
        made = io.BytesIO()
        _SAVE[size](image.convert("RGB"), made)
        return made.getvalue()


def _save_jpeg(image: Image, made: IO[bytes]) -> None:
    image.save(made, "JPEG", quality=80, optimize=True, progressive=True)


def _save_png(image: Image, made: IO[bytes]) -> None:
    few = image.quantize(_COLOURS)  # with a palette, rows are not filtered
    few.info.clear()
    few.save(made, "PNG", optimize=True)


_SAVE: Final[dict[Size, Callable[[Image, IO[bytes]], None]]] = {"page": _save_jpeg, "terminal": _save_png}


def _main() -> None:
    _limit()
    try:
        made = _make(sys.stdin.buffer.read(), "terminal" if sys.argv[1:] == ["terminal"] else "page")
    except Exception as error:  # noqa: BLE001  # whatever a hostile file brings about
        sys.stderr.write(f"it cannot be opened: {type(error).__name__}")
        sys.stderr.flush()
        os._exit(_REFUSED)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    _main()

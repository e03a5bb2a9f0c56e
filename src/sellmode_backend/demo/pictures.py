"""Pictures of the demo's goods, drawn from their names: a shape for each type, before a wall, in colours of its own."""

from __future__ import annotations

import colorsys
import io
import random
from typing import Final

WIDTH: Final = 480
HEIGHT: Final = 600
_BACK: Final = "back"
Shape = tuple[str, str, tuple[float, ...]]
"""What is drawn, in which colour, and where: in hundredths of the width, and of the height."""
_SHIRT: Final = (25.0, 30, 42, 24, 58, 24, 75, 30, 90, 55, 78, 62, 70, 48, 70, 85, 30, 85, 30, 48, 22, 62, 10, 55)
_COAT: Final = (24.0, 22, 42, 15, 58, 15, 76, 22, 88, 60, 76, 64, 72, 42, 76, 90, 24, 90, 28, 42, 24, 64, 12, 60)
_SHAPES: Final[dict[str, tuple[Shape, ...]]] = {
    "Dresses": (
        ("polygon", "main", (40, 20, 60, 20, 64, 45, 80, 88, 20, 88, 36, 45)),
        ("polygon", "dark", (36, 44, 64, 44, 65, 48, 35, 48)),
    ),
    "Knitwear": (
        ("polygon", "main", _SHIRT),
        *(("line", "dark", (31.0, y, 69.0, y)) for y in (50.0, 57.0, 64.0, 71.0)),
        ("polygon", "dark", (30, 80, 70, 80, 70, 85, 30, 85)),
    ),
    "Coats": (
        ("polygon", "main", _COAT),
        ("polygon", "dark", (42, 15, 50, 34, 58, 15, 62, 17, 51, 42, 51, 90, 49, 90, 49, 42, 38, 17)),
        *(("ellipse", "light", (55.0, y, 58.0, y + 2.4)) for y in (50.0, 60.0, 70.0)),
    ),
    "Shirts": (
        ("polygon", "main", _SHIRT),
        ("polygon", "light", (42, 24, 50, 34, 58, 24, 54, 40, 50, 34, 46, 40)),
        ("line", "dark", (50, 36, 50, 85)),
    ),
    "Trousers": (
        ("polygon", "main", (34, 15, 66, 15, 72, 90, 55, 90, 50, 38, 45, 90, 28, 90)),
        ("polygon", "dark", (34, 15, 66, 15, 66, 19, 34, 19)),
    ),
    "Shoes": (
        ("polygon", "main", (16, 40, 34, 40, 46, 54, 78, 60, 86, 70, 16, 70)),
        ("polygon", "dark", (16, 70, 87, 70, 87, 74, 16, 74)),
        ("line", "light", (38, 47, 46, 50)),
    ),
    "Bags": (
        ("arc", "dark", (32, 20, 68, 62)),
        ("polygon", "main", (20, 42, 80, 42, 86, 82, 14, 82)),
        ("polygon", "dark", (44, 42, 56, 42, 56, 52, 44, 52)),
    ),
    "Accessories": (
        ("polygon", "main", (20, 25, 80, 25, 70, 50, 30, 50)),
        ("polygon", "dark", (36, 50, 52, 50, 46, 88, 30, 84)),
        ("polygon", "light", (30, 32, 70, 32, 68, 37, 32, 37)),
    ),
    "Fragrance": (
        ("polygon", "dark", (42, 18, 58, 18, 58, 32, 42, 32)),
        ("polygon", "main", (28, 32, 72, 32, 76, 84, 24, 84)),
        ("polygon", "light", (34, 50, 66, 50, 66, 66, 34, 66)),
    ),
    "Make-up": (
        ("polygon", "main", (42, 24, 58, 18, 58, 50, 42, 50)),
        ("polygon", "dark", (38, 50, 62, 50, 64, 86, 36, 86)),
    ),
    "Skin care": (
        ("polygon", "dark", (26, 34, 74, 34, 74, 46, 26, 46)),
        ("polygon", "main", (22, 46, 78, 46, 74, 80, 26, 80)),
        ("ellipse", "light", (42, 56, 58, 70)),
    ),
}  # fmt: skip

_PARCEL: Final[tuple[Shape, ...]] = (
    ("polygon", "main", (18, 40, 82, 40, 82, 82, 18, 82)),
    ("polygon", "light", (18, 40, 30, 28, 94, 28, 82, 40)),
    ("polygon", "dark", (82, 40, 94, 28, 94, 70, 82, 82)),
    ("line", "dark", (50, 40, 50, 82)),
)
"""Of goods that have no shape of their own."""


def drawn(title: str, type: str) -> bytes:
    """A picture as PNG: always the same one for the same goods."""
    from PIL import Image, ImageDraw

    chance = random.Random(title)  # not a secret
    hue = chance.random()
    colours = {
        "main": _colour(hue, 0.55, 0.62),
        "dark": _colour(hue, 0.6, 0.38),
        "light": _colour(hue, 0.22, 0.95),
        _BACK: _colour(hue + 0.45, 0.12, 0.93),
    }
    image = Image.new("RGB", (WIDTH, HEIGHT), colours[_BACK])
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HEIGHT * 0.86, WIDTH, HEIGHT), _colour(hue + 0.45, 0.16, 0.84))
    for what, colour, places in _SHAPES.get(type, _PARCEL):
        at = [place * (HEIGHT if number % 2 else WIDTH) / 100 for number, place in enumerate(places)]
        match what:
            case "polygon":
                draw.polygon(at, colours[colour])
            case "ellipse":
                draw.ellipse(at, colours[colour])
            case "arc":
                draw.arc(at, 180, 360, colours[colour], 14)
            case _:
                draw.line(at, colours[colour], 8)
    made = io.BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)

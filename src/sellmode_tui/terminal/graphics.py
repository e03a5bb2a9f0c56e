"""Pictures that the terminal draws itself, by kitty's graphics protocol.

A picture is sent once, and belongs to no place on the screen: it shows where cells stand for it (`widgets.picture`). So
there is nothing to do about scrolling, dialogs and other sizes. What was sent is deleted there when an account closes.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Final

_PIECE: Final = 4096
"""Characters of a picture in one sequence at most."""
_MOST: Final = 32
"""Pictures that the terminal has at the same time."""
_FIRST: Final = 0x5E11
"""Numbers begin there: other programs' rather at 1."""


class Graphics:
    """What the terminal has been given."""

    def __init__(self, write: Callable[[str], object]) -> None:
        """``write`` sequences for the terminal."""
        self._write = write
        self._numbers: dict[tuple[bytes, int, int], int] = {}
        """What was used last at the end."""
        self._next = _FIRST

    def place(self, png: bytes, columns: int, lines: int) -> int:
        """Have a picture drawn wherever cells stand for it, so many in all; gives its number."""
        key = png, columns, lines
        number = self._numbers.pop(key, None)
        if number is None:
            number, self._next = self._next, self._next + 1
            self._write("".join(_sent(png, f"a=T,U=1,f=100,i={number},c={columns},r={lines},q=2")))
            if len(self._numbers) >= _MOST:
                self._write(_deleted(self._numbers.pop(next(iter(self._numbers)))))
        self._numbers[key] = number
        return number

    def forget(self) -> None:
        """Have the terminal forget all of them."""
        if self._numbers:
            self._write("".join(map(_deleted, self._numbers.values())))
            self._numbers.clear()


def _sent(png: bytes, said: str) -> Iterator[str]:
    data = base64.b64encode(png).decode()
    for at in range(0, len(data), _PIECE):
        more = int(at + _PIECE < len(data))
        yield f"\x1b_G{f'{said},' if at == 0 else ''}m={more};{data[at : at + _PIECE]}\x1b\\"


def _deleted(number: int) -> str:
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"

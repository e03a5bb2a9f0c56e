"""What colours mean. Each meaning has a sign of its own besides, so that nothing is said by colour alone.

Signs are ASCII, and the same on every terminal. A theme gives each meaning its colour (`screens.kit.themes`), as the
variable of its name; a list draws a row's sign and first cell in it, anything else says so with `marked`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from textual.content import Content


class Meaning(NamedTuple):
    """Something that is marked wherever it is shown."""

    name: str
    """Also the name of its colour."""
    sign: str

    @property
    def style(self) -> str:
        """For Content, and as the colour in CSS."""
        return f"${self.name}"

    def marked(self, text: str) -> Content:
        """`text`, which is safe to draw, after the sign and in the colour."""
        return Content.styled(f"{self.sign} {text}", f"bold {self.style}")


OVERDUE: Final = Meaning("overdue", "!")
TODAY: Final = Meaning("today", "@")
UNSENT: Final = Meaning("unsent", "^")
"""Written here, and not with the server yet."""
REFUSED: Final = Meaning("refused", "x")
"""The server did not take it."""
OFFLINE: Final = Meaning("offline", "~")
"""The line to the server is not as it should be."""
ERROR: Final = Meaning("error", "!!")
MONEY_DOWN: Final = Meaning("money-down", "-")
"""Money given back, and figures that fall: the sign is the amount's own."""

MEANINGS: Final = (OVERDUE, TODAY, UNSENT, REFUSED, OFFLINE, ERROR, MONEY_DOWN)
UNTHEMED: Final = {each.name: "red" for each in MEANINGS}
"""Their colours where no theme says any: an app's `get_theme_variable_defaults`."""

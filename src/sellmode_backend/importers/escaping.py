r"""Values in CSV files that we write: harmless to spreadsheets and terminals, and read back as they were.

A value that a spreadsheet would take for a formula has an apostrophe before it, also one that has apostrophes there
already. A character that a terminal would obey or not draw stands as its code (``\u{1b}``), the backslash as two.
"""

from __future__ import annotations

import re

from sellmode_contract import text

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

_SURELY_HARMLESS = re.compile(r"[ -\[\]-~]*")
_CODE = re.compile(r"\\(?:u\{(10[0-9a-f]{4}|[0-9a-f]{1,5})\}|\\)")


def harmless(value: str) -> str:
    """A value as it is written."""
    if not _SURELY_HARMLESS.fullmatch(value):
        value = "".join(
            unit.text if unit.drawn or unit.text in ("\n", "\t", "\r") else "".join(map(_code, unit.text))
            for unit in text.units(value.replace("\\", "\\\\"))
        )
    return f"'{value}" if value.lstrip("'").startswith(_FORMULA) else value


def _code(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def as_it_was(value: str) -> str:
    """A value that was written so."""
    if value.startswith("'") and value.lstrip("'").startswith(_FORMULA):
        value = value[1:]
    return _CODE.sub(lambda found: chr(int(found[1], 16)) if found[1] else "\\", value) if "\\" in value else value

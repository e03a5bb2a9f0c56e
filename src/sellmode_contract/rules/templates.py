"""Suggested texts with places for what is known of a customer, such as ``Dear {given_name}``.

What is said where a place is empty stands in it behind a bar: ``Dear {given_name|friend}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

PLACES = ("given_name", "family_name", "name", "associate", "store", "about", "whose", "day")
"""What may be put in: the customer's names, who writes, their store, and what the task is about (``Because``)."""

NAMELESS: Final = "customer"
"""What stands for a customer whose name is not known."""

_NAMES = ("given_name", "family_name", "name")
_PLACE = re.compile(r"(?P<blank>[^\S\n]?)\{(?P<place>[^{}|\n]{0,40})(?:\|(?P<otherwise>[^{}|\n]{0,60}))?\}")
_NAME = rf"[^\S\n]?\{{(?:{'|'.join(_NAMES)})(?:\|[^{{}}|\n]{{0,60}})?\}}"
_PLACES = re.compile(f"(?P<names>(?:{_NAME})+)|{_PLACE.pattern}")
"""A place, or names that stand together."""


def unknown_places(template: str) -> list[str]:
    """The places of a template that nothing stands for, as they are written."""
    return [found["place"] for found in _PLACE.finditer(template) if found["place"] not in PLACES]


def fill(template: str, known: Mapping[str, str], *, gap: Callable[[str], str] | None = None) -> str:
    """A template with what is known put in its places.

    A place that is empty has what stands behind its bar, else nothing, not even the blank before it. Names that stand
    together are ``NAMELESS`` if that leaves nothing of them. For somebody who goes over the text, ``gap`` says what
    stands instead of what is not known, by the name of the place.
    """
    return _PLACES.sub(lambda found: _put(found, known, gap), template)


def examples(template: str) -> tuple[str, str]:
    """How a text comes out: with all that may be known in brackets, and without any name."""
    known = {place: f"[{place.replace('_', ' ')}]" for place in PLACES}
    return fill(template, known), fill(template, {**known, **dict.fromkeys(_NAMES, "")})


def _put(found: re.Match[str], known: Mapping[str, str], gap: Callable[[str], str] | None) -> str:
    if not found["names"]:
        return _one(found, known, gap)
    names = list(_PLACE.finditer(found["names"]))
    nameless = gap(names[0]["place"]) if gap else NAMELESS
    return "".join(_one(each, known) for each in names) or f"{names[0]['blank']}{nameless}"


def _one(found: re.Match[str], known: Mapping[str, str], gap: Callable[[str], str] | None = None) -> str:
    if found["place"] not in PLACES:
        return found[0]
    value = known.get(found["place"], "").strip() or (found["otherwise"] or "").strip()
    value = value or (gap(found["place"]) if gap else "")
    return f"{found['blank']}{value}" if value else ""

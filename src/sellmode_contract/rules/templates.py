"""Suggested texts with places for what is known of a customer, such as ``Dear {given_name}``."""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACES = ("given_name", "family_name", "name", "associate", "store", "about", "whose", "day")
"""What may be put in: the customer's names, who writes, their store, and what the task is about (``Because``)."""

_PLACE = re.compile(r"\{([^{}\n]{0,40})\}")


def unknown_places(template: str) -> list[str]:
    """The places of a template that nothing stands for, as they are written."""
    return [name for name in _PLACE.findall(template) if name not in PLACES]


def fill(template: str, known: Mapping[str, str]) -> str:
    """A template with what is known put in its places; what is not known leaves nothing."""
    return _PLACE.sub(lambda found: known.get(found[1], "") if found[1] in PLACES else found[0], template)

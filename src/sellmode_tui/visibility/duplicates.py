"""Who is known already with an e-mail address or a phone number, among those whom one may see."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Match(NamedTuple):
    """A visible customer who has the same."""

    id: str
    name: str
    owner: str | None
    owner_name: str
    """Empty if nobody owns the customer."""
    store_name: str
    matched: tuple[Literal["email", "phone"], ...]
    """What is the same."""

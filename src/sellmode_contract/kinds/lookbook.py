"""Lookbooks, which come later."""

from __future__ import annotations

from typing import Literal

from sellmode_contract.audiences import AUTHOR, STORE, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


class Lookbook(Record, frozen=True, kw_only=True):
    """A 1:1 lookbook, a My Look (template) or a list of storefront picks."""

    store: str
    author: str
    form: Literal["one_to_one", "my_look", "picks"] = "one_to_one"


LOOKBOOK = Kind(name="lookbook", record=Lookbook, row=Row("lookbook, My Look, storefront picks", STORE, AUTHOR))

"""Requests of shoppers to a store."""

from __future__ import annotations

from sellmode_contract.audiences import STORE, Owned, Row, Rule, person_audience, store_audience
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


class Request(Record, frozen=True, kw_only=True):
    """A shopper's request to a store, reserved at first for the associate whom the shopper chose."""

    store: str
    wanted: str | None = None
    reserved: bool = False
    claimed_by: str | None = None


def _wanted(request: Request, _: Owned | None) -> str | None:
    if request.reserved and request.wanted:
        return person_audience(request.store, request.wanted)
    return store_audience(request.store)


REQUEST = Kind(
    name="request",
    record=Request,
    row=Row("request", STORE, Rule("everyone in the store; while reserved, only the person requested", _wanted)),
)

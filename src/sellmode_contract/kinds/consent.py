"""Consent: what customers allow on each channel."""

from __future__ import annotations

from typing import Final, Literal

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds.fields import OneOf, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Instant, Record

Channel = Literal["email", "sms", "phone"]
ConsentState = Literal["subscribed", "one_to_one", "unsubscribed"]

CHANNELS: Final[dict[Channel, str]] = {"email": "e-mail", "sms": "SMS", "phone": "phone"}
"""What each channel is called inside a sentence."""
STATES: Final[dict[ConsentState, str]] = {
    "subscribed": "subscribed",
    "one_to_one": "one-to-one",
    "unsubscribed": "unsubscribed",
}


class Consent(Record, frozen=True, kw_only=True):
    """What a customer allows on one channel."""

    customer: str
    channel: Channel
    state: ConsentState = "one_to_one"
    changed_at: Instant | None = None
    actor: str = ""
    """Staff id, ``customer``, or the source's name."""
    evidence: str = ""


CONSENT = Kind(
    name="consent",
    record=Consent,
    row=Row("consent", CUSTOMER_TEAM, CUSTOMER_OWN),
    fields=(OneOf(name="state", label="consent", choices=STATES), Text(name="evidence", longest=500)),
    columns=("customer", "channel", "state"),
)

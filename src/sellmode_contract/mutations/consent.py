"""What a customer allows on a channel, and who may change that to what.

Subscribed (to marketing), one-to-one only, unsubscribed (from all). An associate notes what the customer wants:
allowing more needs evidence, and after "unsubscribed" only the customer can come back. Opting out always wins, whatever
the order. Source: the consent rules of clienteling suites (docs/decisions/consent.md).
"""

from __future__ import annotations

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Channel, Consent, ConsentState
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations.customers import check_text
from sellmode_contract.mutations.operations import SetConsent
from sellmode_contract.mutations.reading import read
from sellmode_contract.mutations.world import Outcome, World
from sellmode_contract.refusals import Rejected

MAX_EVIDENCE = 500

STRICTNESS: dict[ConsentState, int] = {"subscribed": 0, "one_to_one": 1, "unsubscribed": 2}
UNSAID: ConsentState = "one_to_one"
"""What holds for a channel without a record."""


def consent_id(customer: str, channel: Channel) -> str:
    """The id of a first consent: two terminals that make it offline make the same record."""
    return source_id("consent", "sellmode", f"{customer}/{channel}")


def stricter(one: ConsentState, other: ConsentState) -> ConsentState:
    """The one that allows less."""
    return max(one, other, key=STRICTNESS.__getitem__)


def check_step(current: ConsentState, was: ConsentState, state: ConsentState, evidence: str) -> None:
    """Whether somebody who saw ``was`` may set ``state`` where ``current`` holds. Raises Rejected."""
    if STRICTNESS[state] >= STRICTNESS[current]:
        return
    if current == "unsubscribed":
        raise Rejected(
            "not_allowed" if was == "unsubscribed" else "conflict",
            "The customer has unsubscribed: only the customer can undo that.",
            field="state",
        )
    if current != was:
        raise Rejected(
            "conflict", "The consent has become stricter in the meantime: the stricter one applies.", field="state"
        )
    if not evidence.strip():
        raise Rejected(
            "invalid", "Allowing more than before needs evidence: enter how the customer agreed.", field="evidence"
        )


def set_consent(operation: SetConsent, world: World) -> Outcome:
    """What a customer allows on a channel from now on."""
    customer = read(world, "customer", operation.customer, Customer)
    known = world.records.consent(customer.id, operation.channel)
    state = known.state if known else UNSAID
    check_text(operation.evidence, "evidence", MAX_EVIDENCE)
    check_step(state, operation.was, operation.state, operation.evidence)
    if known is not None and known.state == operation.state:
        return Outcome()
    changed = Consent(
        id=known.id if known else operation.id,
        customer=customer.id,
        channel=operation.channel,
        state=operation.state,
        changed_at=world.now,
        actor=world.account.id,
        evidence=operation.evidence,
    )
    return Outcome(puts=(changed,))

"""What a client may ask for: operations on records, and what each of them makes of the records that there are.

``apply`` is one pure function. The terminal folds what was written into its cache with it, at once; the backend judges
who may and then applies it to the records as they are by then. So both come to the same, and what differs is said.
"""

from __future__ import annotations

from sellmode_contract.mutations.applying import apply, check_author_sees
from sellmode_contract.mutations.consent import consent_id, stricter
from sellmode_contract.mutations.customers import EDITABLE_FIELDS, EDITABLE_SETS, MERGED_FIELDS
from sellmode_contract.mutations.operations import (
    OPERATION_VERSION,
    Accept,
    Assign,
    Claim,
    Create,
    Delegate,
    Discard,
    Dismiss,
    Edit,
    Finish,
    MarkSeen,
    Merge,
    Operation,
    Park,
    Queued,
    Release,
    Remove,
    Renew,
    Reopen,
    Revoke,
    SetConsent,
    Share,
    Transfer,
    Undelegate,
    Withdraw,
    capability,
    customers_of,
    decode,
    encode,
    is_fact,
    target,
)
from sellmode_contract.mutations.world import Outcome, Reader, Stage, World
from sellmode_contract.refusals import Conflict, Rejected, RejectionCode

__all__ = [
    "EDITABLE_FIELDS",
    "EDITABLE_SETS",
    "MERGED_FIELDS",
    "OPERATION_VERSION",
    "Accept",
    "Assign",
    "Claim",
    "Conflict",
    "Create",
    "Delegate",
    "Discard",
    "Dismiss",
    "Edit",
    "Finish",
    "MarkSeen",
    "Merge",
    "Operation",
    "Outcome",
    "Park",
    "Queued",
    "Reader",
    "Rejected",
    "RejectionCode",
    "Release",
    "Remove",
    "Renew",
    "Reopen",
    "Revoke",
    "SetConsent",
    "Share",
    "Stage",
    "Transfer",
    "Undelegate",
    "Withdraw",
    "World",
    "apply",
    "capability",
    "check_author_sees",
    "consent_id",
    "customers_of",
    "decode",
    "encode",
    "is_fact",
    "stricter",
    "target",
]

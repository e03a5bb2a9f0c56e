"""Every kind of record, each declared once: see ``kind.Kind``.

What a kind does besides is a function in ``mutations``, where it is known who writes and what there is.
"""

from __future__ import annotations

from typing import Any

from sellmode_contract.kinds.contact import CONTACT
from sellmode_contract.kinds.corporate_brief import BRIEF_CARD, CORPORATE_BRIEF
from sellmode_contract.kinds.customer import (
    CONSENT,
    CUSTOMER,
    CUSTOMER_CARD,
    DUPLICATE_PAIR,
    HISTORY,
    ORDER,
    PARKED_EDIT,
    SENT_LOOKBOOK,
)
from sellmode_contract.kinds.date import DATE
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.note import NOTE
from sellmode_contract.kinds.served import (
    FACT,
    LOOKBOOK,
    PERSON_SETTING,
    PRODUCT,
    REQUEST,
    RETAILER,
    SALE_NOTICE,
    STAFF,
)
from sellmode_contract.kinds.task import CORPORATE_TASK, MANUAL_TASK, RULE_TASK, TASK_CARD
from sellmode_contract.kinds.task_rule import TASK_RULE
from sellmode_contract.records import Record

_ALL: tuple[Kind[Any], ...] = (
    RETAILER,
    PRODUCT,
    STAFF,
    CUSTOMER,
    ORDER,
    CONSENT,
    DATE,
    NOTE,
    CONTACT,
    HISTORY,
    SENT_LOOKBOOK,
    MANUAL_TASK,
    RULE_TASK,
    CORPORATE_TASK,
    CORPORATE_BRIEF,
    TASK_RULE,
    REQUEST,
    LOOKBOOK,
    FACT,
    SALE_NOTICE,
    PARKED_EDIT,
    PERSON_SETTING,
    CUSTOMER_CARD,
    TASK_CARD,
    BRIEF_CARD,
    DUPLICATE_PAIR,
)

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in _ALL}
"""By name."""
BY_RECORD: dict[type[Record], Kind[Any]] = {kind.record: kind for kind in _ALL}

"""Every kind of record, each declared once: see ``kind.Kind``.

What a kind does besides is a function in ``mutations``, where it is known who writes and what there is.
"""

from __future__ import annotations

from typing import Any

from sellmode_contract.kinds.chat_line import CHAT_LINE
from sellmode_contract.kinds.consent import CONSENT
from sellmode_contract.kinds.contact import CONTACT
from sellmode_contract.kinds.corporate_brief import BRIEF_CARD, CORPORATE_BRIEF
from sellmode_contract.kinds.corporate_task import CORPORATE_TASK
from sellmode_contract.kinds.customer import CUSTOMER, CUSTOMER_CARD
from sellmode_contract.kinds.date import DATE
from sellmode_contract.kinds.dispute import DISPUTE, DISPUTE_CARD
from sellmode_contract.kinds.duplicate_pair import DUPLICATE_PAIR
from sellmode_contract.kinds.fact import FACT, FACT_CARD
from sellmode_contract.kinds.history import HISTORY
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.lookbook import CORPORATE_LOOK, LOOKBOOK, LOOKBOOK_RESULT
from sellmode_contract.kinds.manual_task import MANUAL_TASK, TASK_CARD
from sellmode_contract.kinds.message_template import MESSAGE_TEMPLATE
from sellmode_contract.kinds.note import NOTE
from sellmode_contract.kinds.order import ORDER
from sellmode_contract.kinds.parked_edit import PARKED_EDIT
from sellmode_contract.kinds.person_setting import PERSON_SETTING
from sellmode_contract.kinds.pick_list import PICK_LIST
from sellmode_contract.kinds.presence import PRESENCE
from sellmode_contract.kinds.product import PRODUCT
from sellmode_contract.kinds.request import REQUEST, TALK
from sellmode_contract.kinds.retailer import RETAILER
from sellmode_contract.kinds.rule_task import RULE_TASK
from sellmode_contract.kinds.sale import SALE
from sellmode_contract.kinds.sale_notice import SALE_NOTICE
from sellmode_contract.kinds.sent_lookbook import SENT_LOOKBOOK
from sellmode_contract.kinds.staff import STAFF
from sellmode_contract.kinds.stock import STOCK
from sellmode_contract.kinds.storefront import STOREFRONT
from sellmode_contract.kinds.target import TARGET, TARGET_CARD
from sellmode_contract.kinds.task_rule import TASK_RULE
from sellmode_contract.kinds.wish import WISH
from sellmode_contract.records import Record

_ALL: tuple[Kind[Any], ...] = (
    RETAILER,
    PRODUCT,
    STOCK,
    STAFF,
    PRESENCE,
    CUSTOMER,
    ORDER,
    CONSENT,
    DATE,
    NOTE,
    CONTACT,
    HISTORY,
    SENT_LOOKBOOK,
    WISH,
    MANUAL_TASK,
    RULE_TASK,
    CORPORATE_TASK,
    CORPORATE_BRIEF,
    TASK_RULE,
    REQUEST,
    TALK,
    CHAT_LINE,
    MESSAGE_TEMPLATE,
    LOOKBOOK,
    LOOKBOOK_RESULT,
    CORPORATE_LOOK,
    PICK_LIST,
    STOREFRONT,
    FACT,
    SALE,
    SALE_NOTICE,
    DISPUTE,
    TARGET,
    PARKED_EDIT,
    PERSON_SETTING,
    CUSTOMER_CARD,
    TASK_CARD,
    FACT_CARD,
    DISPUTE_CARD,
    TARGET_CARD,
    BRIEF_CARD,
    DUPLICATE_PAIR,
)

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in _ALL}
"""By name."""
BY_RECORD: dict[type[Record], Kind[Any]] = {kind.record: kind for kind in _ALL}


def kind_of(record: Record) -> str:
    """The name of a record's kind."""
    return BY_RECORD[type(record)].name


def with_pages() -> tuple[Kind[Any], ...]:
    """The kinds with a page of their own that has a tab, in the order of their pages."""
    return tuple(kind for kind in KINDS.values() if kind.page and kind.tab)

"""What is tried in random changes (``cases``), sensible and senseless: values for the fields of each kind."""

from __future__ import annotations

import random
from typing import Any

JSON = dict[str, Any]
Chance = random.Random

NOW = "2026-11-22T12:00:00Z"
BEFORE, _LATER = "2026-11-21T11:00:00Z", "2026-11-22T13:00:00Z"

ANYTHING: list[Any] = ["", None, 5, True, [], ["a"], {"a": 1}, -1, 10**40, 0.5, "x\0", "y" * 20_000]
TEXTS = ["x", " x ", "", "  ", "Straße", "y" * 61, "y" * 201, "y" * 2_001, "y" * 5_001, "y" * 10_001, "bad\0"]
_PEOPLE = ["a", "b", "zz", None]
_FLAGS = [True, False, None]
_TIMES = ["2026-12-24", "2026-12-24T15:00", "2020-01-01", "9998-12-31", "2026-02-30", "2026-12-24T25:00", "", None]
REPEATS = ["", "FREQ=WEEKLY;BYDAY=TH", "FREQ=DAILY;COUNT=2", "FREQ=HOURLY", "FREQ=YEARLY;BYDAY=53MO", "X=1", "nope"]
CONSENTS = ["subscribed", "one_to_one", "unsubscribed"]
_CONTACTS = ["call", "visit", "email", "sms", "chat", "nope", None, ""]
CUSTOMERS = ["c1", "c1", "c2", "c3", "nobody", None]

CUSTOMER: dict[str, list[Any]] = {
    "given_name": ["Anna", " Anna ", "", None],
    "family_name": ["Muster", "", None],
    "email": ["a@example.com", "", None],
    "phone": ["+41791234567", "079 123 45 67", "", None],
    "address": [{"lines": ["Street 1"], "city": "Bern"}, {"city": ""}, None],
    "language": ["de", "", None],
    "preferred_channel": ["email", "phone", None],
    "sizes": [{"shoes": "38"}, {}],
    "custom": [{"skin": "dry"}, {"pet": [{"species": "dog"}]}, {"gone": "x"}, {"visits": 3.0}, {}],
    "tags": [["vip"], ["vip", "new"], []],
    "preferences": [["silk"], []],
    "sources": [{"email": "shopify", "custom.skin": "file"}, {}],
}
_PETS: list[Any] = [
    [{"species": "dog"}],
    [{"pet.species": "cat", "weight": 4}],
    [{"birthday": "2020-02-29"}, {"weight": True}],
    [{"species": "bird"}],
    [{"name": "x"}],
    [{}],
    ["x"],
    [],
]
_ADDRESSES = [{"lines": ["Street 1"], "city": "Bern"}, {"city": 5}, {"lines": ["y" * 501]}, {}, [], "x", None]

_ITEMS: list[Any] = [
    [{"sku": "A"}],
    [{"sku": "C", "note": "y", "price": 100, "currency": "EUR"}, {"sku": "A", "title": "x"}],
    [{"sku": "A"}, {"sku": "A"}],
    [{"sku": "A", "price": 5}],
    [{"sku": "A", "price": -1, "currency": "EUR"}],
    [{"sku": "A", "currency": "eur"}],
    [{"sku": "A", "note": "y" * 1_001}],
    [{"sku": f"given {number}"} for number in range(60)],
    [{"sku": str(number)} for number in range(61)],
    *([{"sku": ""}], [{}], ["x"], [], None),
]
ENDS = ["2026-12-24T12:00:00Z", "2026-12-24T14:00:00+02:00", BEFORE, "2028-01-01T00:00:00Z", "2026-12-24", None]

VALUES: dict[str, dict[str, list[Any]]] = {
    "customer": {
        "given_name": [*TEXTS, None],
        "family_name": [*TEXTS, None],
        "email": ["a@example.com", "a@b", "x" * 260 + "@example.com", "", None],
        "phone": ["+41791234567", "079 123 45 67", "123", "", None],
        "address": _ADDRESSES,
        "language": ["de", "y" * 36, "", None],
        "preferred_channel": ["email", "sms", "fax", "", None],
        "sizes.shoes": ["38", " 38 ", "y" * 61, "", None],
        "sizes.": ["x"],
        "custom.skin": ["dry", "wet", "", None],
        "custom.visits": [3, 2.5, "x", 1e16, True, None],
        "custom.since": ["2026-02-28", "2026-02-30", None],
        "custom.likes": [*TEXTS, None],
        "custom.pet": _PETS,
        "custom.plain": [[{"x": "y"}], [{"plain.x": "y"}], None],
        "custom.deep": [[{"in": []}], [{"in": "x"}], None],
        "custom.Skin Type": ["dry", None],
        "custom.gone": [None, "x"],
        "custom.a.b": ["x", None],
    },
    "note": {"text": [*TEXTS, None], "private": _FLAGS},
    "contact": {
        "channel": _CONTACTS,
        "inbound": _FLAGS,
        "summary": [*TEXTS, None],
        "at": [BEFORE, _LATER, "1960-01-01T00:00:00Z", "2026-11-22T11:00:00", "0001-01-01T00:00:00+14:00", "x", None],
    },
    "date": {
        "label": [*TEXTS, None],
        "month": [1, 2, 12, 13, 0, None, "1"],
        "day": [1, 28, 29, 31, 0, None],
        "year": [None, 1999, 2000, 1700, 2300],
        "about": [*TEXTS, None],
    },
    "wish": {"sku": ["A", "B", "", None], "title": TEXTS, "note": [*TEXTS, "y" * 1_001, None]},
    "manual_task": {
        "title": [*TEXTS, None],
        "details": [*TEXTS, None],
        "action": _CONTACTS,
        "due": _TIMES,
        "repeat": [*REPEATS, None],
        "assignee": _PEOPLE,
        "snoozed_to": _TIMES,
    },
    "rule_task": {"snoozed_to": _TIMES, "meant_for": _PEOPLE},
    "corporate_task": {"snoozed_to": _TIMES},
    "task_rule": {
        "name": TEXTS,
        "enabled": _FLAGS,
        "daily_cap": [1, None, -1],
        "audience": ["tag:vip", "skin:dry", "pet.species:dog", "has:pet", "owner:me", "(((", "nope:1", ""],
        "offset_days": [1, -3, None, 5000],
        "offset_hours": [0, 2, 10**5],
        "due_time": ["09:00", "25:00", ""],
        "slug": ["birthday", "Bad Slug", ""],
        "store": ["S", "T", None, "X"],
        "trigger": ["date", "purchase", "event", "replenishment", "nope"],
        "dates": [["birthday"], ["pet.birthday"], [], [""], None],
        "products": [["shoes"], ["sku:1", "b"], [""], []],
        "after_days": [3, None],
        "times_average": [1.5, 0, None],
        "event": ["back_in_stock", "Bad Event", ""],
        "consent": ["", "email", "any", "fax"],
        "title": TEXTS,
        "details": TEXTS,
        "message": ["Dear {name}", "{nothing}", "{", ""],
        "action": _CONTACTS,
    },
    "corporate_brief": {
        "title": TEXTS,
        "details": TEXTS,
        "stores": [["S"], ["X"], [], None],
        "works": [["omnichannel"], ["nope"], []],
        "due": _TIMES,
        "expires": ["2026-12-25", "2026-12-01", "x", ""],
        "action": _CONTACTS,
        "subject": TEXTS,
        "message": TEXTS,
        "products": [["A"], [""], ["A"] * 11, ["y" * 201], []],
    },
    "lookbook": {
        "title": [*TEXTS, None],
        "message": [*TEXTS, None],
        "items": _ITEMS,
        "state": ["archived", "draft", "shared", "nope", None],
        "copied_from": ["l4", "y" * 37, "", None],
    },
    "corporate_look": {"title": [*TEXTS, None], "message": [*TEXTS, None], "items": _ITEMS},
    "pick_list": {
        "sort": ["own", "top_picks", "nope", None],
        "title": [*TEXTS, None],
        "items": _ITEMS,
    },
    "storefront": {
        "title": [*TEXTS, None],
        "message": [*TEXTS, None],
        "photo": ["https://pictures.example/me.jpg", "http://x", "https://é", "", None],
        "expires_at": ["2026-12-24T10:00:00Z", None, "x"],
        "token": ["A" * 26, "A" * 26, "a" * 26, "A" * 27, "", None],
    },
    "dispute": {
        "order_id": ["o1", "o1", "o2", "y" * 101, "", None],
        "number": TEXTS,
        "reason": [*TEXTS, None],
        "outcome": ["upheld", "upheld", "declined", "", "nope", None],
        "answer": [*TEXTS, None],
    },
    "request": {
        "state": ["closed", "closed", "open", "nope", None],
        "outcome": ["helped", "sold", "spam", "", "nope", None],
        "snoozed_to": ["2026-12-24T10:00:00Z", BEFORE, None, "x"],
        "customer": CUSTOMERS,
    },
    "chat_line": {
        "request": ["q1", "q1", "q2", "", None],
        "text": [*TEXTS, None],
        "sku": ["A", "", "y" * 201],
        "lookbook": ["l1", "l2", "missing", ""],
        "via": ["chat", "email", "nope", None],
    },
    "message_template": {
        "title": [*TEXTS, None],
        "text": ["Dear {given_name}", "{nothing}", "{", "", None],
        "reach": ["own", "store", "retailer", "nope", None],
        "language": ["de", "y" * 36, "", None],
    },
    "target": {
        "store": ["S", "S", "T", "X", None],
        "person": [None, "a", "b", "zz", ""],
        "kpi": ["outreach", "individual_sales", "store_sales", "atv", "requests", "nope", "", None],
        "month": ["2026-11", "2026-12", "2026-10", "2026-13", "x", "", None],
        "value": [1000, 1000, 0, -1, 10**16, 2.5, "x", None],
    },
}
"""What is tried in the fields of each kind that people write."""

FIXED = (
    *("id", "author", "creator", "state", "figures", "withdrawn", "created_at", "store"),
    *("token", "owner", "delegations"),
    *("sizes", "custom", "tags", "", "nonsense", "a.b"),
)
"""Names of fields that hardly any kind lets anybody write."""


def value(chance: Chance, likely: list[Any]) -> Any:
    """One of some values, most often the first, now and then none of them."""
    drawn = chance.random()
    return likely[0] if drawn < 0.5 else chance.choice(likely) if drawn < 0.95 else chance.choice(ANYTHING)

"""Random changes of every kind that people write, sensible and senseless, each with a world to apply it to.

A case is plain JSON and made of nothing but a number, so that the same one can be given to any version of the contract
(``applied``). Most are nearly right: what is wrong everywhere is refused at the first look.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

JSON = dict[str, Any]
Chance = random.Random

NOW = "2026-11-22T12:00:00Z"
_BEFORE, _LATER = "2026-11-21T11:00:00Z", "2026-11-22T13:00:00Z"
_IDS = UUID("7c5d2a55-0d3c-5b0e-9a3d-51ce11d0de00")

_CAPABILITIES = {
    "associate": ["sell"],
    "manager": ["sell", "reassign", "report", "rules"],
    "regional": ["report"],
    "head_office": ["report", "rules", "announce"],
    "janitor": [],
}


def case(seed: int) -> JSON:
    """A change with what it is applied to: ``records``, ``account``, ``retailer``, ``operation`` (its text)."""
    chance = random.Random(seed)
    held, retailer = _records(chance), _retailer(chance)
    operation = _operation(chance, held)
    if chance.random() < 0.03:
        operation = _mangled(chance, operation)
    return {
        "seed": seed,
        "retailer": None if chance.random() < 0.02 else retailer,
        "records": held,
        "account": _account(chance),
        "now": NOW,
        "age": chance.choice([0, 0, 0, 60, 3600]),
        "mid": f"mid-{seed}",
        "operation": json.dumps(operation),
    }


def source_id(kind: str, key: str) -> str:
    """An id as the contract makes it, for every version of it."""
    return str(uuid5(_IDS, f"{kind}\x1fsellmode\x1f{key}"))


def _rule_id(store: str | None, slug: str) -> str:
    return source_id("task_rule", f"{store or ''}\x1f{slug}")


# ------------------------------------------------------------------ worlds


def _account(chance: Chance) -> JSON:
    role = chance.choice(["associate"] * 8 + ["manager"] * 8 + ["head_office"] * 5 + ["regional", "janitor"])
    stores = ["S"] if role in ("associate", "manager") else ["S", "T"]
    return {
        "id": chance.choice(["a", "a", "a", "b"]),
        "user_name": "u",
        "name": "U",
        "role": role,
        "stores": stores if chance.random() < 0.95 else chance.choice([[], ["S", "T"], ["T"]]),
        "capabilities": _CAPABILITIES[role],
        "active": chance.random() < 0.97,
    }


def _retailer(chance: Chance) -> JSON:
    zones = ["Europe/Zurich", "Europe/Zurich", "Pacific/Apia", "UTC", "Nowhere/Else", "", "../zone"]
    odd = [
        {"name": "Skin Type", "label": "Skin type", "type": "text"},
        {"name": "has", "label": "Has", "type": "text"},
        {"name": "", "label": "Nothing", "type": "text"},
        {"name": "plain", "label": "Plain", "type": "group", "fields": [{"name": "x", "label": "X", "type": "text"}]},
        {"name": "deep", "label": "Deep", "type": "group", "fields": [{"name": "in", "label": "I", "type": "group"}]},
    ]
    return {
        "id": "r",
        "name": "R",
        "mode": chance.choice(["team", "associate"]),
        "currency": "EUR",
        "time_zone": chance.choice(zones),
        "stores": [
            {"id": "S", "name": "S", "time_zone": chance.choice(zones)},
            {"id": "T", "name": "T", "time_zone": "UTC"},
        ],
        "custom_fields": [
            {"name": "skin", "label": "Skin", "type": "choice", "choices": ["dry", "oily"]},
            {"name": "visits", "label": "Visits", "type": "number"},
            {"name": "since", "label": "Since", "type": "date"},
            {"name": "likes", "label": "Likes", "type": "text"},
            {"name": "pet", "label": "Pet", "type": "group", "fields": _PET},
            *(chance.sample(odd, 2) if chance.random() < 0.2 else []),
        ],
    }


_PET = [
    {"name": "pet.species", "label": "Species", "type": "choice", "choices": ["dog", "cat"]},
    {"name": "birthday", "label": "Birthday", "type": "date"},
    {"name": "weight", "label": "Weight", "type": "number"},
]


def _held(kind: str, id: str, **fields: Any) -> JSON:
    return {"kind": kind, "doc": {"id": id, **fields}}


def _records(chance: Chance) -> list[JSON]:
    one = chance.choice
    someone: Sequence[Any] = ["a", "a", "b", None]
    customer = one([None, "c1", "c1", "c2"])
    ended = one([{}] * 7 + [{"state": "done"}, {"state": "dismissed"}, {"state": "expired"}])
    end = {**ended, "done_by": one(someone), "done_at": _BEFORE} if ended else {}
    repeats = {"repeat": one(_REPEATS), "repeat_from": one(["", "2026-12-24", "2026-12-24T15:00", "x"])}
    found = [
        _held("customer", "c1", store="S", owner=one(someone), number="1", figures=_figures(chance), **_person(chance)),
        _held("customer", "c2", store=one(["S", "S", "T", None]), owner=one(someone), number="2"),
        _held("customer_card", source_id("customer_card", "c3"), customer="c3", name="C", owner=one(someone)),
        _held("history", "h1", customer="c1", at=_BEFORE, event=one(["created", "merged"]), actor=one(["a", "b"])),
        _held("history", "h2", customer="c2", at=_BEFORE, event="created", actor="a"),
        _held("staff", "a", store="S", user_name="a", name="A", role="associate"),
        _held("staff", "b", store=one(["S", "T"]), user_name="b", name="B", role="manager", active=one([True, False])),
        _held("request", "q1", store="S", wanted=one(someone), reserved=one([True, False]), claimed_by=one(someone)),
        _held("corporate_brief", "b1", title="x", withdrawn=one([True, False])),
        _held(
            "task_rule", _rule_id(None, "lapsed"), slug="lapsed", name="n", trigger="lapsed", after_days=9, title="t"
        ),
        _held("task_rule", _rule_id("S", "new"), slug="new", store="S", name="n", trigger="new_customer", title="t"),
        _held("duplicate_pair", "dp1", store="S", customers=["c1", "c2"], dismissed=one([True, False])),
        _held("corporate_task", "p1", store="S", person=one(["a", "a", "b"]), title="x", brief="b1", **end),
        _held("rule_task", "r1", store=one(["S", "T"]), customer="c1", title="x", meant_for=one(someone), **end)
        | {"of": one(someone)},
        _task(chance, "m1", customer, repeats | end),
        _task(chance, "m2", None, {}),
    ]
    if chance.random() < 0.95:
        found += [
            _held(
                "note",
                "n1",
                customer="c1",
                author=one(someone),
                written_at=_BEFORE,
                text="x",
                private=one([True, False]),
            ),
            _held("contact", "k1", customer="c1", author=one(someone), at=_BEFORE, channel="call"),
            _held("contact", "k2", customer="c1", author="a", at="2026-11-20T11:00:00Z", channel="visit"),
            _held(
                "date", "d1", customer="c1", label="x", month=2, day=28, year=one([None, 2000]), about=one(["", "x"])
            ),
            _held("consent", source_id("consent", "c1/email"), customer="c1", channel="email", state=one(_CONSENTS)),
            _held("parked_edit", "e1", customer="c1", author=one(["a", "b"]), at=_BEFORE, operation=_inner(chance)),
        ]
    for record in found:
        if "of" in record:
            record["doc"]["claimed_by"] = record.pop("of")
    if chance.random() < 0.3 and (made := _following(found)):
        found.append(made)
    found += _cards(found)
    for _ in range(chance.choice([0] * 9 + [1, 3])):
        found.remove(chance.choice(found))
    return found


def _figures(chance: Chance) -> JSON:
    return {"last_contact": chance.choice([None, _BEFORE]), "orders": chance.choice([0, 0, 3]), "waiting": 1}


def _person(chance: Chance) -> JSON:
    """What may stand in a customer's fields."""
    given = {name: chance.choice(_CUSTOMER[name]) for name in chance.sample(sorted(_CUSTOMER), 4)}
    return {name: value for name, value in given.items() if value is not None}


def _task(chance: Chance, id: str, customer: str | None, more: JSON) -> JSON:
    one = chance.choice
    return _held(
        "manual_task",
        id,
        store="S",
        creator=one(["a", "a", "b"]),
        assignee=one([None, "a", "b"]),
        title="x",
        due=one(["", "2026-12-24", "2026-12-24T15:00", "2026-11-19"]),
        snoozed_to=one(["", "", "2026-12-26", "odd"]),
        customer=customer,
        claimed_by=one([None, None, "a", "b"]),
        **more,
    )


def _following(found: list[JSON]) -> JSON | None:
    """The next one of a repeating task that was done, as it may be there already."""
    doc: JSON = next(record["doc"] for record in found if record["doc"]["id"] == "m1")
    if doc.get("state", "open") == "open" or not doc["due"]:
        return None
    ended = {"done_by", "done_at", "state", "reason", "claimed_by"}
    made = {name: value for name, value in doc.items() if name not in ended}
    due = "2026-12-31" if "T" not in doc["due"] else "2026-12-31T15:00"
    id = source_id("manual_task", f"{doc['creator']}/m1/{due}")
    return {"kind": "manual_task", "doc": {**made, "id": id, "series": "m1", "due": due, "snoozed_to": ""}}


def _cards(found: list[JSON]) -> list[JSON]:
    """The cards of the tasks that were given."""
    given = [record["doc"] for record in found if record["kind"] == "manual_task" and record["doc"]["assignee"]]
    return [
        _held(
            "task_card",
            source_id("task_card", task["id"]),
            store="S",
            task=task["id"],
            title=task["title"],
            creator=task["creator"],
            assignee=task["assignee"],
            state=task.get("state", "open"),
        )
        for task in given
        if task["assignee"] != task["creator"]
    ]


# ------------------------------------------------------------------ values

_ANYTHING: list[Any] = ["", None, 5, True, [], ["a"], {"a": 1}, -1, 10**40, 0.5, "x\0", "y" * 20_000]
_TEXTS = ["x", " x ", "", "  ", "Straße", "y" * 61, "y" * 201, "y" * 2_001, "y" * 5_001, "y" * 10_001, "bad\0"]
_PEOPLE = ["a", "b", "zz", None]
_FLAGS = [True, False, None]
_TIMES = ["2026-12-24", "2026-12-24T15:00", "2020-01-01", "9998-12-31", "2026-02-30", "2026-12-24T25:00", "", None]
_REPEATS = ["", "FREQ=WEEKLY;BYDAY=TH", "FREQ=DAILY;COUNT=2", "FREQ=HOURLY", "FREQ=YEARLY;BYDAY=53MO", "X=1", "nope"]
_CONSENTS = ["subscribed", "one_to_one", "unsubscribed"]
_CONTACTS = ["call", "visit", "email", "sms", "chat", "nope", None, ""]
_CUSTOMERS = ["c1", "c1", "c2", "c3", "nobody", None]

_CUSTOMER: dict[str, list[Any]] = {
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

_VALUES: dict[str, dict[str, list[Any]]] = {
    "customer": {
        "given_name": [*_TEXTS, None],
        "family_name": [*_TEXTS, None],
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
        "custom.likes": [*_TEXTS, None],
        "custom.pet": _PETS,
        "custom.plain": [[{"x": "y"}], [{"plain.x": "y"}], None],
        "custom.deep": [[{"in": []}], [{"in": "x"}], None],
        "custom.Skin Type": ["dry", None],
        "custom.gone": [None, "x"],
        "custom.a.b": ["x", None],
    },
    "note": {"text": [*_TEXTS, None], "private": _FLAGS},
    "contact": {
        "channel": _CONTACTS,
        "inbound": _FLAGS,
        "summary": [*_TEXTS, None],
        "at": [_BEFORE, _LATER, "1960-01-01T00:00:00Z", "2026-11-22T11:00:00", "0001-01-01T00:00:00+14:00", "x", None],
    },
    "date": {
        "label": [*_TEXTS, None],
        "month": [1, 2, 12, 13, 0, None, "1"],
        "day": [1, 28, 29, 31, 0, None],
        "year": [None, 1999, 2000, 1700, 2300],
        "about": [*_TEXTS, None],
    },
    "manual_task": {
        "title": [*_TEXTS, None],
        "details": [*_TEXTS, None],
        "action": _CONTACTS,
        "due": _TIMES,
        "repeat": [*_REPEATS, None],
        "assignee": _PEOPLE,
        "snoozed_to": _TIMES,
    },
    "rule_task": {"snoozed_to": _TIMES, "meant_for": _PEOPLE},
    "corporate_task": {"snoozed_to": _TIMES},
    "task_rule": {
        "name": _TEXTS,
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
        "title": _TEXTS,
        "details": _TEXTS,
        "message": ["Dear {name}", "{nothing}", "{", ""],
        "action": _CONTACTS,
    },
    "corporate_brief": {
        "title": _TEXTS,
        "details": _TEXTS,
        "stores": [["S"], ["X"], [], None],
        "works": [["omnichannel"], ["nope"], []],
        "due": _TIMES,
        "expires": ["2026-12-25", "2026-12-01", "x", ""],
        "action": _CONTACTS,
        "subject": _TEXTS,
        "message": _TEXTS,
        "products": [["A"], [""], ["A"] * 11, ["y" * 201], []],
    },
}
"""What is tried in the fields of each kind that people write."""

_FIXED = (
    *("id", "author", "creator", "state", "figures", "withdrawn", "created_at", "store"),
    *("sizes", "custom", "tags", "", "nonsense", "a.b"),
)
"""Names of fields that hardly any kind lets anybody write."""


# ------------------------------------------------------------------ operations


def _operation(chance: Chance, held: list[JSON]) -> JSON:
    return chance.choices(list(_VERBS), list(_VERBS.values()))[0](chance, held)


def _create(chance: Chance, held: list[JSON]) -> JSON:
    kind = chance.choice(list(_ENOUGH))
    doc: JSON = dict(_ENOUGH[kind]) if chance.random() < 0.92 else {}
    if kind in ("note", "contact", "date"):
        doc["customer"] = chance.choice(_CUSTOMERS)
    if kind == "manual_task" and chance.random() < 0.5:
        doc["customer"] = chance.choice(_CUSTOMERS)
    fields = _fields(chance, kind, (0, 0, 1, 1, 2))
    if kind == "customer":
        fields = {name: value for name, value in fields.items() if "." not in name}
        fields |= _person(chance) if chance.random() < 0.5 else {}
        if chance.random() < 0.3:
            fields["custom"] = {name: chance.choice(_VALUES[kind][f"custom.{name}"]) for name in ("skin", "pet")}
    doc |= fields
    id = "new"
    if kind == "task_rule":
        id = _rule_id(doc["store"] if isinstance(doc.get("store"), str) else None, str(doc.get("slug")))
    return {"op": "create", "kind": kind, "id": id if chance.random() < 0.95 else _id(chance, kind), "doc": doc}


_ENOUGH: dict[str, JSON] = {
    "customer": {"given_name": "Anna"},
    "note": {"text": "x"},
    "contact": {"channel": "call"},
    "date": {"label": "x", "month": 2, "day": 28},
    "manual_task": {"title": "x"},
    "task_rule": {"slug": "b", "store": "S", "name": "n", "trigger": "date", "dates": ["birthday"], "title": "t"},
    "corporate_brief": {"title": "x"},
}
"""What is made anew, and what it needs at least."""


def _edit(chance: Chance, held: list[JSON]) -> JSON:
    kind = chance.choice(["customer", "note", "date", "manual_task", "rule_task", "corporate_task", "task_rule"])
    id = _id(chance, kind)
    fields = _fields(chance, kind, (1, 1, 2, 3))
    seen = {name: _seen(chance, held, id, name, kind) for name in fields if chance.random() < 0.9}
    operation: JSON = {"op": "edit", "kind": kind, "id": id, "set": fields, "was": seen}
    if chance.random() < 0.2:
        operation["guard"] = True
    if chance.random() < (0.3 if kind == "customer" else 0.03):
        for which in ("add", "remove"):
            name = chance.choice(["tags", "preferences", "tags", "sizes"])
            operation[which] = {name: chance.choice([["vip"], [" new "], [""], ["y" * 61], ["a", "a"], []])}
    return operation


def _seen(chance: Chance, held: list[JSON], id: str, name: str, kind: str) -> Any:
    """What its author saw: mostly what stands there."""
    if chance.random() < 0.7:
        doc: JSON = next((record["doc"] for record in held if record["doc"]["id"] == id), {})
        field, _, entry = name.partition(".")
        value = doc.get(field)
        return value.get(entry) if entry and isinstance(value, dict) else value
    return chance.choice([*_VALUES[kind].get(name, _ANYTHING), "x", None, "", False, []])


def _remove(chance: Chance, held: list[JSON]) -> JSON:
    kind = chance.choice(list(_ENOUGH))
    id = _id(chance, kind)
    names = chance.sample([*_VALUES[kind], *_FIXED], chance.choice([0, 0, 1, 2]))
    return {
        "op": "remove",
        "kind": kind,
        "id": id,
        "was": {name: _seen(chance, held, id, name, kind) for name in names},
    }


def _consent(chance: Chance, held: list[JSON]) -> JSON:
    return {
        "op": "consent",
        "id": chance.choice([source_id("consent", "c1/email"), "other"]),
        "customer": _value(chance, ["c1", "c2", "nobody"]),
        "channel": chance.choice(["email", "email", "sms", "phone"]),
        "state": chance.choice(_CONSENTS),
        "was": chance.choice(_CONSENTS),
        "evidence": _value(chance, ["card", "", " ", "y" * 501, "bad\0"]),
    }


def _claim(chance: Chance, held: list[JSON]) -> JSON:
    kind = chance.choice(["request", "rule_task", "manual_task"])
    return {"op": chance.choice(["claim", "release"]), "kind": kind, "id": _id(chance, kind)}


def _finish(chance: Chance, held: list[JSON]) -> JSON:
    kind = chance.choice(["manual_task", "manual_task", "rule_task", "corporate_task"])
    operation = {"op": chance.choice(["finish", "finish", "reopen"]), "kind": kind, "id": _id(chance, kind)}
    if operation["op"] == "finish":
        operation["how"] = chance.choice(["done", "done", "dismissed"])
        operation["reason"] = _value(chance, ["no time", "", " ", "y" * 201, "bad\0"])
    return operation


def _about_another(chance: Chance, held: list[JSON]) -> JSON:
    """What is about a card, a pair or a change that was handed over."""
    name = chance.choice(["withdraw", "assign", "merge", "dismiss", "accept", "discard", "park"])
    if name == "assign":
        to, was = (chance.choice(["a", "a", "b", None, "nobody"]) for _ in range(2))
        return {"op": name, "id": chance.choice(["c1", "c2", "c3", "missing"]), "to": to, "was": was}
    if name == "withdraw":
        return {"op": name, "id": source_id("task_card", chance.choice(["m1", "m2"])), "reason": _value(chance, _TEXTS)}
    if name in ("merge", "dismiss"):
        more = (
            {"keep": chance.choice(["c1", "nobody"]), "take": chance.choice([[], ["email"]])} if name == "merge" else {}
        )
        return {"op": name, "id": chance.choice(["dp1", "dp1", "missing"]), **more}
    if name == "park":
        customer = chance.choice(_CUSTOMERS[:-1])
        return {"op": name, "id": chance.choice(["new", "e1"]), "customer": customer, "operation": _inner(chance)}
    return {"op": name, "id": chance.choice(["e1", "e1", "missing"])}


def _inner(chance: Chance) -> JSON:
    """A change that is handed over, which may be one that nobody can."""
    if chance.random() < 0.05:
        return chance.choice([{}, {"op": "fly", "id": "x"}, {"op": "edit", "v": 2, "kind": "note", "id": "n1"}])
    return chance.choice([_create, _edit, _edit, _remove, _consent, _claim])(chance, [])


_VERBS: dict[Callable[[Chance, list[JSON]], JSON], int] = {
    _create: 5,
    _edit: 8,
    _remove: 4,
    _consent: 1,
    _claim: 2,
    _finish: 4,
    _about_another: 3,
}
"""The ways to make an operation, with how often each is tried."""

_HELD = {
    "customer": ["c1", "c1", "c2"],
    "note": ["n1"],
    "contact": ["k1", "k2"],
    "date": ["d1"],
    "manual_task": ["m1", "m2"],
    "rule_task": ["r1"],
    "corporate_task": ["p1"],
    "corporate_brief": ["b1"],
    "task_rule": [_rule_id(None, "lapsed"), _rule_id("S", "new")],
    "request": ["q1"],
}


def _id(chance: Chance, kind: str) -> str:
    return "missing" if chance.random() < 0.04 else chance.choice(_HELD[kind])


def _fields(chance: Chance, kind: str, counts: Sequence[int]) -> JSON:
    """Some fields of a kind, most of them with values that suit them."""
    values: Mapping[str, list[Any]] = _VALUES[kind]
    names = chance.sample(list(values), min(len(values), chance.choice(counts)))
    if chance.random() < 0.04:
        names.append(chance.choice(_FIXED))
    return {name: _value(chance, values.get(name, _ANYTHING)) for name in names}


def _value(chance: Chance, likely: list[Any]) -> Any:
    """One of some values, most often the first, now and then none of them."""
    drawn = chance.random()
    return likely[0] if drawn < 0.5 else chance.choice(likely) if drawn < 0.95 else chance.choice(_ANYTHING)


def _mangled(chance: Chance, operation: JSON) -> Any:
    """An operation that is hardly one any more."""
    name = chance.choice(list(operation))
    broken = [
        {**operation, name: chance.choice(_ANYTHING)},
        {key: value for key, value in operation.items() if key != name},
        {**operation, "more": 1},
        {**operation, "v": chance.choice([0, 2, "1"])},
        {**operation, "kind": chance.choice(["lookbook", "order", "retailer", 5])},
        [operation],
    ]
    return chance.choice(broken)

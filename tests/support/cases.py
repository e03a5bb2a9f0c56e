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

from tests.support.case_values import (
    ANYTHING,
    BEFORE,
    CONSENTS,
    CUSTOMER,
    CUSTOMERS,
    ENDS,
    FIXED,
    JSON,
    NOW,
    REPEATS,
    TEXTS,
    VALUES,
    Chance,
    value,
)

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
    retailer = _retailer(chance)
    held = _records(chance, retailer["mode"])
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


def _dispute_id(author: str) -> str:
    return source_id("dispute", f"o1\x1fS\x1f{author}")


def _target_id(*of: str) -> str:
    return source_id("target", "\x1f".join(of))


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
        "service": {"ways": ["chat"]},
    }


_PET = [
    {"name": "pet.species", "label": "Species", "type": "choice", "choices": ["dog", "cat"]},
    {"name": "birthday", "label": "Birthday", "type": "date"},
    {"name": "weight", "label": "Weight", "type": "number"},
]


def _held(kind: str, id: str, **fields: Any) -> JSON:
    return {"kind": kind, "doc": {"id": id, **fields}}


def _records(chance: Chance, mode: str) -> list[JSON]:
    one = chance.choice
    someone: Sequence[Any] = ["a", "a", "b", None]
    customer = one([None, "c1", "c1", "c2"])
    ended = one([{}] * 7 + [{"state": "done"}, {"state": "dismissed"}, {"state": "expired"}])
    end = {**ended, "done_by": one(someone), "done_at": BEFORE} if ended else {}
    repeats = {"repeat": one(REPEATS), "repeat_from": one(["", "2026-12-24", "2026-12-24T15:00", "x"])}
    found = [
        _held("customer", "c1", store="S", owner=one(someone), number="1", figures=_figures(chance), **_person(chance)),
        _held("customer", "c2", store=one(["S", "S", "T", None]), owner=one(someone), number="2"),
        _held("customer_card", source_id("customer_card", "c3"), customer="c3", name="C", owner=one(someone)),
        _held("history", "h1", customer="c1", at=BEFORE, event=one(["created", "merged"]), actor=one(["a", "b"])),
        _held("history", "h2", customer="c2", at=BEFORE, event="created", actor="a"),
        _held("staff", "a", store="S", user_name="a", name="A", role="associate"),
        _held("staff", "b", store=one(["S", "T"]), user_name="b", name="B", role="manager", active=one([True, False])),
        *_requests(chance),
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
        *_looks(chance, mode),
        *_sales(chance),
        *(
            _held("target", _target_id("S", "", "outreach", month), store="S", kpi="outreach", month=month, value=10)
            for month in ("2026-10", "2026-11")
        ),
    ]
    if chance.random() < 0.95:
        found += [
            _held(
                "note",
                "n1",
                customer="c1",
                author=one(someone),
                written_at=BEFORE,
                text="x",
                private=one([True, False]),
            ),
            _held("wish", "w1", customer="c1", sku="A", note="x", author=one(someone), wished_at=BEFORE),
            _held("contact", "k1", customer="c1", author=one(someone), at=BEFORE, channel="call"),
            _held("contact", "k2", customer="c1", author="a", at="2026-11-20T11:00:00Z", channel="visit"),
            _held(
                "date", "d1", customer="c1", label="x", month=2, day=28, year=one([None, 2000]), about=one(["", "x"])
            ),
            _held("consent", source_id("consent", "c1/email"), customer="c1", channel="email", state=one(CONSENTS)),
            _held("parked_edit", "e1", customer="c1", author=one(["a", "b"]), at=BEFORE, operation=_inner(chance)),
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


def _looks(chance: Chance, mode: str) -> list[JSON]:
    """Lookbooks, and picks that are mostly whose they are in a mode."""
    one, author = chance.choice, ["a", "a", "b"]
    sent = {"customer": "c1", "author": "a", "lookbook": "l1", "at": BEFORE, "title": "x"}
    looks: list[JSON] = [{"customer": one(["c1", "c1", "c2", "c3"])}, {"form": "my_look"}]
    for look in looks:
        look |= {"store": "S", "author": one(author), "title": "x", "items": one(_ITEMS_HELD), **one(_LINKS)}
    delegated = one(
        [[], [_delegation("a")], [_delegation("a")], [_delegation("b"), _delegation("a", to_day="2026-11-20")]]
    )
    owners = [one(author) if (mode == "associate") == (chance.random() < 0.9) else None for _ in range(2)]
    return [
        _held("lookbook", "l1", **looks[0]),
        _held("lookbook", "l2", **looks[1]),
        _held("sent_lookbook", "l3", **sent),
        _held("corporate_look", "l4", title="x", items=one(_ITEMS_HELD)),
        _held("pick_list", "s1", store="S", owner=owners[0], title="x", items=one(_ITEMS_HELD), delegations=delegated),
        _held("pick_list", "s2", store=one(["S", "S", "T"]), owner=owners[1], title="x", items=one(_ITEMS_HELD)),
        _held("presence", source_id("presence", "a"), store="S", person="a"),
        _held("storefront", "f1", store="S", owner=owners[0], title="x", token="A" * 26),
    ]


def _requests(chance: Chance) -> list[JSON]:
    """A request with its talk and a line of it, and the texts to answer with."""
    one = chance.choice
    someone: Sequence[Any] = ["a", "a", "b", None]
    closed = {"state": "closed", "outcome": "sold", "closed_at": BEFORE, "closed_by": "b"}
    holder, customer = one(someone), one([None, None, "c1", "c2"])
    whose = {"store": "S", "request": "q1", "holder": holder, "customer": customer}
    request = {"store": "S", "wanted": one(someone), "reserved": one([True, False]), "customer": customer}
    return [
        _held("request", "q1", claimed_by=holder, lines=1, **request, **one([{}, {}, {}, closed])),
        _held("talk", source_id("talk", "q1"), seen=one([0, 3]), **whose),
        _held("chat_line", "i1", n=1, at=BEFORE, by=one(["customer", "a"]), text="x", **whose),
        _held(
            "message_template",
            "x1",
            store="S",
            author=one(["a", "b"]),
            reach=one(["own", "store"]),
            title="x",
            text="x",
        ),
        _held("message_template", "x2", author="b", reach="retailer", title="x", text="x"),
    ]


def _sales(chance: Chance) -> list[JSON]:
    """A sale that both had a part in, and the dispute of one of them."""
    one = chance.choice
    outcome = one([{}, {}, {"outcome": "declined", "answer": "x", "answered_by": "a", "answered_at": BEFORE}])
    return [
        _held("sale", source_id("sale", "o1\x1fS"), store="S", order_id="o1", parts=one([[{"person": "a"}], []])),
        *(
            _held("sale_notice", source_id("sale_notice", f"o1\x1fS\x1f{each}"), store="S", person=each, number="#1")
            for each in one([["a"], ["a", "b"], ["b"]])
        ),
        _held(
            "dispute", _dispute_id("b"), store="S", author=one(["a", "b", "b"]), order_id="o1", reason="x", **outcome
        ),
    ]


_ITEMS_HELD: list[list[JSON]] = [
    [{"sku": "A"}],
    [{"sku": "A", "note": "x"}, {"sku": "C", "price": 100, "currency": "EUR"}],
    [{"sku": f"held {number}"} for number in range(60)],
    [],
]
_TOKEN = "A" * 26
_LINK = {"state": "shared", "token": _TOKEN, "shared_at": BEFORE, "expires_at": "2027-02-19T11:00:00Z"}
_LINKS: list[JSON] = [{}, {}, _LINK, _LINK | {"state": "archived"}, _LINK | {"revoked_at": BEFORE}]


def _delegation(taker: str, to_day: str = "2026-12-24") -> JSON:
    return {"taker": taker, "giver": "b", "from_day": "2026-11-19", "to_day": to_day, "given_at": BEFORE}


def _figures(chance: Chance) -> JSON:
    return {"last_contact": chance.choice([None, BEFORE]), "orders": chance.choice([0, 0, 3]), "waiting": 1}


def _person(chance: Chance) -> JSON:
    """What may stand in a customer's fields."""
    given = {name: chance.choice(CUSTOMER[name]) for name in chance.sample(sorted(CUSTOMER), 4)}
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


# ------------------------------------------------------------------ operations


def _operation(chance: Chance, held: list[JSON]) -> JSON:
    return chance.choices(list(_VERBS), list(_VERBS.values()))[0](chance, held)


def _create(chance: Chance, held: list[JSON]) -> JSON:
    kind = chance.choice(list(_ENOUGH))
    doc: JSON = dict(_ENOUGH[kind]) if chance.random() < 0.92 else {}
    if kind in ("note", "contact", "date", "wish"):
        doc["customer"] = chance.choice(CUSTOMERS)
    if kind == "manual_task" and chance.random() < 0.5:
        doc["customer"] = chance.choice(CUSTOMERS)
    if kind == "lookbook":
        doc |= {"form": "my_look"} if chance.random() < 0.3 else {"customer": chance.choice(CUSTOMERS)}
    fields = _fields(chance, kind, (0, 0, 1, 1, 2))
    if kind == "customer":
        fields = {name: value for name, value in fields.items() if "." not in name}
        fields |= _person(chance) if chance.random() < 0.5 else {}
        if chance.random() < 0.3:
            fields["custom"] = {name: chance.choice(VALUES[kind][f"custom.{name}"]) for name in ("skin", "pet")}
    doc |= fields
    id = "new"
    if kind == "task_rule":
        id = _rule_id(doc["store"] if isinstance(doc.get("store"), str) else None, str(doc.get("slug")))
    if kind == "dispute":
        id = _dispute_id(chance.choice(["a", "b"]))
    if kind == "target":
        id = _target_id(*(str(doc.get(name) or "") for name in ("store", "person", "kpi", "month")))
    return {"op": "create", "kind": kind, "id": id if chance.random() < 0.95 else _id(chance, kind), "doc": doc}


_ENOUGH: dict[str, JSON] = {
    "customer": {"given_name": "Anna"},
    "note": {"text": "x"},
    "contact": {"channel": "call"},
    "date": {"label": "x", "month": 2, "day": 28},
    "wish": {"sku": "A"},
    "manual_task": {"title": "x"},
    "task_rule": {"slug": "b", "store": "S", "name": "n", "trigger": "date", "dates": ["birthday"], "title": "t"},
    "corporate_brief": {"title": "x"},
    "lookbook": {"title": "x"},
    "corporate_look": {"title": "x"},
    "pick_list": {"title": "x"},
    "storefront": {"title": "x", "token": "A" * 26},
    "dispute": {"order_id": "o1", "reason": "x"},
    "chat_line": {"request": "q1", "text": "x"},
    "message_template": {"title": "x", "text": "Dear {given_name}"},
    "target": {"store": "S", "kpi": "outreach", "month": "2026-12", "value": 1000},
}
"""What is made anew, and what it needs at least."""


_EDITED = [
    *("customer", "note", "date", "wish", "manual_task", "rule_task", "corporate_task", "task_rule"),
    *("lookbook", "corporate_look", "pick_list", "storefront", "dispute", "target"),
    *("request", "message_template"),
]


def _edit(chance: Chance, held: list[JSON]) -> JSON:
    kind = chance.choice(_EDITED)
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
    return chance.choice([*VALUES[kind].get(name, ANYTHING), "x", None, "", False, []])


def _remove(chance: Chance, held: list[JSON]) -> JSON:
    kind = chance.choice(list(_ENOUGH))
    id = _id(chance, kind)
    names = chance.sample([*VALUES[kind], *FIXED], chance.choice([0, 0, 1, 2]))
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
        "customer": value(chance, ["c1", "c2", "nobody"]),
        "channel": chance.choice(["email", "email", "sms", "phone"]),
        "state": chance.choice(CONSENTS),
        "was": chance.choice(CONSENTS),
        "evidence": value(chance, ["card", "", " ", "y" * 501, "bad\0"]),
    }


def _claim(chance: Chance, held: list[JSON]) -> JSON:
    kind = chance.choice(["request", "rule_task", "manual_task"])
    if chance.random() < 0.1:
        return {"op": "seen", "id": source_id("talk", "q1"), "n": value(chance, [1, 5, 0, -1])}
    if chance.random() < 0.3:
        to, was = (chance.choice(["a", "a", "b", None, "nobody"]) for _ in range(2))
        return {"op": "transfer", "id": _id(chance, "request"), "to": to, "was": was}
    return {"op": chance.choice(["claim", "release"]), "kind": kind, "id": _id(chance, kind)}


def _finish(chance: Chance, held: list[JSON]) -> JSON:
    kind = chance.choice(["manual_task", "manual_task", "rule_task", "corporate_task"])
    operation = {"op": chance.choice(["finish", "finish", "reopen"]), "kind": kind, "id": _id(chance, kind)}
    if operation["op"] == "finish":
        operation["how"] = chance.choice(["done", "done", "dismissed"])
        operation["reason"] = value(chance, ["no time", "", " ", "y" * 201, "bad\0"])
    return operation


def _about_another(chance: Chance, held: list[JSON]) -> JSON:
    """What is about a card, a pair or a change that was handed over."""
    name = chance.choice(["withdraw", "assign", "merge", "dismiss", "accept", "discard", "park"])
    if name == "assign":
        to, was = (chance.choice(["a", "a", "b", None, "nobody"]) for _ in range(2))
        return {"op": name, "id": chance.choice(["c1", "c2", "c3", "missing"]), "to": to, "was": was}
    if name == "withdraw":
        return {"op": name, "id": source_id("task_card", chance.choice(["m1", "m2"])), "reason": value(chance, TEXTS)}
    if name in ("merge", "dismiss"):
        more = (
            {"keep": chance.choice(["c1", "nobody"]), "take": chance.choice([[], ["email"]])} if name == "merge" else {}
        )
        return {"op": name, "id": chance.choice(["dp1", "dp1", "missing"]), **more}
    if name == "park":
        customer = chance.choice(CUSTOMERS[:-1])
        return {"op": name, "id": chance.choice(["new", "e1"]), "customer": customer, "operation": _inner(chance)}
    return {"op": name, "id": chance.choice(["e1", "e1", "missing"])}


def _about_a_link(chance: Chance, held: list[JSON]) -> JSON:
    operation: JSON = {"op": chance.choice(["share", "renew", "revoke"]), "id": _id(chance, "lookbook")}
    if operation["op"] == "share":
        operation["token"] = value(chance, [_TOKEN, _TOKEN, "B" * 26, "a" * 26, "A" * 25, ""])
        operation["how"] = chance.choice(["link", "link", "email", "qr"])
    if operation["op"] != "revoke" and chance.random() < 0.6:
        operation["expires_at"] = value(chance, ENDS)
    return operation


def _delegate(chance: Chance, held: list[JSON]) -> JSON:
    operation = {"op": chance.choice(["delegate", "undelegate"]), "id": chance.choice(["s1", _id(chance, "pick_list")])}
    operation["taker"] = value(chance, ["a", "b", "zz"])
    if operation["op"] == "delegate":
        operation["from_day"] = value(chance, ["2026-11-22", "2026-12-24", "2026-11-19", "2026-02-30"])
        operation["to_day"] = value(chance, ["2026-12-24", "2026-11-22", "2026-11-20", "2028-01-01", "x"])
    return operation


def _available(chance: Chance, held: list[JSON]) -> JSON:
    operation: JSON = {"op": "available", "id": source_id("presence", chance.choice(["a", "a", "b"]))}
    operation["available"] = chance.choice([True, True, False])
    if chance.random() < 0.3:
        operation["good_at"] = value(chance, TEXTS)
    return operation


def _inner(chance: Chance) -> JSON:
    """A change that is handed over, which may be one that nobody can."""
    if chance.random() < 0.05:
        return chance.choice([{}, {"op": "fly", "id": "x"}, {"op": "edit", "v": 2, "kind": "note", "id": "n1"}])
    makers = [_create, _edit, _edit, _remove, _consent, _claim]
    made = [chance.choice(makers)(chance, []) for _ in range(3)]
    return next((each for each in made if each.get("kind", "note") in _OF_CUSTOMERS), made[0])


_OF_CUSTOMERS = ("customer", "note", "contact", "date", "wish")


_VERBS: dict[Callable[[Chance, list[JSON]], JSON], int] = {
    _create: 7,
    _edit: 12,
    _remove: 6,
    _consent: 1,
    _claim: 2,
    _finish: 4,
    _about_another: 4,
    _about_a_link: 2,
    _delegate: 3,
    _available: 1,
}
"""The ways to make an operation, with how often each is tried."""

_HELD = {
    "customer": ["c1", "c1", "c2"],
    "note": ["n1"],
    "contact": ["k1", "k2"],
    "date": ["d1"],
    "wish": ["w1"],
    "manual_task": ["m1", "m2"],
    "rule_task": ["r1"],
    "corporate_task": ["p1"],
    "corporate_brief": ["b1"],
    "task_rule": [_rule_id(None, "lapsed"), _rule_id("S", "new")],
    "request": ["q1"],
    "chat_line": ["i1"],
    "message_template": ["x1", "x1", "x2"],
    "lookbook": ["l1", "l1", "l2"],
    "corporate_look": ["l4"],
    "pick_list": ["s1", "s2"],
    "storefront": ["f1"],
    "dispute": [_dispute_id("b")],
    "target": [_target_id("S", "", "outreach", month) for month in ("2026-10", "2026-11", "2026-11")],
}


def _id(chance: Chance, kind: str) -> str:
    return "missing" if chance.random() < 0.04 else chance.choice(_HELD[kind])


def _fields(chance: Chance, kind: str, counts: Sequence[int]) -> JSON:
    """Some fields of a kind, most of them with values that suit them."""
    values: Mapping[str, list[Any]] = VALUES[kind]
    names = chance.sample(list(values), min(len(values), chance.choice(counts)))
    if chance.random() < 0.04:
        names.append(chance.choice(FIXED))
    return {name: value(chance, values.get(name, ANYTHING)) for name in names}


def _mangled(chance: Chance, operation: JSON) -> Any:
    """An operation that is hardly one any more."""
    name = chance.choice(list(operation))
    broken = [
        {**operation, name: chance.choice(ANYTHING)},
        {key: value for key, value in operation.items() if key != name},
        {**operation, "more": 1},
        {**operation, "v": chance.choice([0, 2, "1"])},
        {**operation, "kind": chance.choice(["lookbook_result", "order", "retailer", 5])},
        [operation],
    ]
    return chance.choice(broken)

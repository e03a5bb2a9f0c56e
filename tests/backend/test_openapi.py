"""What the OpenAPI document says of records and changes is what is stored, sent and taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from starlette.routing import Route

from sellmode_backend.openapi import PATH, document
from sellmode_backend.server import create_app
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.wire import Put
from tests.goldens import samples
from tests.support import applied, cases
from tests.support.backend import retailer_database
from tests.support.openapi import problems_of

ID = "019a0000-0000-7000-8000-000000000000"
CASES = 400
"""Random changes; each has a world of records besides."""


@pytest.mark.parametrize(
    ("name", "record"), samples.records(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_record_of_each_kind_is_as_its_schema_says(name: str, record: Any) -> None:
    put = Put(k=kind_of(record), id=record.id, v=1, s="own/all", d=msgspec.Raw(msgspec.json.encode(record)))
    assert problems_of("Put", _plain(put)) == [], name


def test_what_is_done_was_asked_for_as_the_schema_says() -> None:
    done = refused = 0
    for case in map(cases.case, range(CASES)):
        if "done" not in applied.applied(case):
            refused += 1
            continue
        queued = {"mid": ID, "seq": 1, "do": json.loads(case["operation"])}
        assert problems_of("mutations.Queued", queued) == [], case["seed"]
        done += 1
    assert min(done, refused) > CASES / 4


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("note", lambda doc: doc | {"text": 7}),
        ("note", lambda doc: {"customer": doc["customer"]}),
        ("note", lambda doc: doc | {"author": "somebody"}),
        ("note", lambda doc: doc | {"text": "x" * 10_001}),
        ("date", lambda doc: doc | {"month": 13}),
        ("contact", lambda doc: doc | {"channel": "pigeon"}),
        ("manual_task", lambda doc: doc | {"due": "tomorrow"}),
        ("customer", lambda doc: doc | {"tier": "gold"}),
    ],
)
def test_the_schema_of_a_new_record_refuses_what_is_refused(
    kind: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    create = {"op": "create", "kind": kind, "id": ID, "doc": samples.DOCUMENTS[kind]}
    assert problems_of("mutations.Create", create) == []
    assert problems_of("mutations.Create", create | {"doc": change(samples.DOCUMENTS[kind])}) != []


def test_each_kind_that_people_write_says_what_may_stand_in_it() -> None:
    schemas = document()["components"]["schemas"]
    for kind in KINDS.values():
        for operation, verb, fields in (("Create", "create", kind.created), ("Edit", "edit", kind.edited)):
            name = f"mutations.{operation}.{kind.name}"
            assert (name in schemas) == (verb in kind.verbs)
            if name in schemas:
                sets = (
                    {"tags", "preferences", "sizes", "custom"} if (kind.name, verb) == ("customer", "edit") else set()
                )
                assert fields - sets <= schemas[name]["properties"].keys()


def _plain(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


def test_every_route_stands_in_the_document(sqlite_url: str) -> None:
    with retailer_database(sqlite_url) as database:
        routes = [route for route in create_app(database).routes if isinstance(route, Route)]
    there: dict[str, set[str]] = {}
    for route in routes:
        if not route.path.startswith(("/L/", "/C/", "/P/", PATH)):  # the same in capitals, and the document itself
            methods = {method.lower() for method in route.methods or ()} - {"head"}
            there[route.path] = there.get(route.path, set()) | methods
    assert {path: set(operations) for path, operations in document()["paths"].items()} == there

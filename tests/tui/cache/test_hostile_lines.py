"""Lines that a right backend never sends: each is refused with its page, and nothing that was there is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract.visibility import fits
from sellmode_contract.wire import Put
from sellmode_tui import misplaced
from sellmode_tui.cache.tables import MAX_DEPTH, Malformed
from sellmode_tui.records import CustomerQuery, RecordStore
from tests.tui.cache.lines import STORE, TEAM, customer, fill, open_cache, put


def _document(**fields: Any) -> bytes:
    return json.dumps({"id": "customer-2", "store": STORE, "given_name": "Bo", **fields}).encode()


def _nested(depth: int) -> bytes:
    """A document with a field of lists in lists that no app knows, `depth` levels with the document's own."""
    return _document(later="?").replace(b'"?"', b"[" * (depth - 1) + b"]" * (depth - 1))


_REFUSED = {
    "bytes that are no text": _document().replace(b"Bo", b"B\xff"),
    "nested too deeply": _nested(MAX_DEPTH + 1),
    "nested so deeply that reading it fails": _nested(100_000),
    "a number that no column holds": _document(figures={"spend": 2**63}),
    "a negative one": _document(figures={"orders": -(2**63) - 1}),
    "an instant without a zone": _document(figures={"last_purchase": "2026-01-01T10:00:00"}),
    "one in a field without a column": _document(created_at="2026-01-01T10:00:00"),
    "another kind's document": b'{"id": "customer-2", "tags": 3}',
    "another id": _document(id="customer-3"),
}


@pytest.mark.parametrize("document", _REFUSED.values(), ids=_REFUSED)
def test_a_document_that_cannot_be_kept_is_refused_with_its_page(tmp_path: Path, document: bytes) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer(1, given_name="Ada")])
    bad = Put(k="customer", id="customer-2", v=1, s=TEAM, d=msgspec.Raw(document))
    with pytest.raises(Malformed):
        cache.apply([put(customer(3, given_name="Cy")), bad], "bad")
    assert cache.state().cursor == "2"
    assert [row.name for row in RecordStore(cache).customers.find().rows(0, 9)] == ["Ada"]
    cache.apply([put(customer(3, given_name="Cy"))], "good")
    assert [row.name for row in RecordStore(cache).customers.find().rows(0, 9)] == ["Ada", "Cy"]
    cache.close()


def test_a_revision_that_no_column_holds_is_refused(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [])
    with pytest.raises(Malformed):
        cache.apply([put(customer(1), v=2**63)], "bad")
    assert cache.state().cursor == "2"
    cache.close()


def test_the_deepest_document_is_found_opened_and_filtered(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer(1, given_name="Ada")])
    deepest = Put(k="customer", id="customer-2", v=1, s=TEAM, d=msgspec.Raw(_nested(MAX_DEPTH)))
    brackets = put(customer(3, given_name="Bo [[", preferences=("{" * MAX_DEPTH,)))  # in text they nest nothing
    cache.apply([deepest, brackets], "deep")
    records = RecordStore(cache)
    for text in ("bo", "name:bo", "not has:email bo", "45 or bo"):
        assert [row.id for row in records.customers.find(CustomerQuery(text)).rows(0, 9)] == [
            "customer-2",
            "customer-3",
        ]
    assert records.customers.profile("customer-2") is not None
    cache.close()


def test_what_is_told_of_a_document_holds_nothing_of_it(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [])
    document = _document(preferred_channel="\x1b[31mzqsecret")
    with pytest.raises(Malformed) as told:
        cache.apply([Put(k="customer", id="customer-2", v=1, s=TEAM, d=msgspec.Raw(document))], "bad")
    assert str(told.value) == "a document of kind customer cannot be read, at `$.preferred_channel`"
    cache.close()


def test_a_record_that_is_somebody_elses_by_what_stands_in_it_is_not_kept(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer(1, given_name="Ada"), customer(2, given_name="Bo")])
    elsewhere = {"store": "another", "given_name": "Cy"}
    # One that is new, and one whose newer form is for somebody else.
    cache.apply([put(customer(3, **elsewhere)), put(customer(2, **elsewhere), v=2)], "3", None, fits)
    assert [row.name for row in RecordStore(cache).customers.find().rows(0, 9)] == ["Ada"]
    assert misplaced.told(cache.path) == 2
    cache.apply([put(customer(3, given_name="Cy"))], "4", None, fits)
    assert [row.name for row in RecordStore(cache).customers.find().rows(0, 9)] == ["Ada", "Cy"]
    assert misplaced.told(cache.path) == 2
    cache.close()

"""What must not change by accident, as text: the mode table, the wire, the cache's tables and the words for changes.

``./dev run python -m tests.goldens.made`` writes the files beside this one, and a test holds them equal. Bodies in
journals are permanent, caches are fetched anew when their tables change, and a role's rights are the retailer's: look
at each line that differs before it is committed.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast, get_args

import msgspec

from sellmode_backend import openapi
from sellmode_contract import mutations
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.mutations import Edit, Operation
from sellmode_contract.mutations.operations import can_be_handed_over
from sellmode_contract.records import parent_of
from sellmode_contract.refusals import TITLES
from sellmode_contract.roles import ROLE_CAPABILITIES, Capability
from sellmode_tui.cache import tables
from sellmode_tui.journal.entries import Entry
from sellmode_tui.records.changes import undo
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.values import as_text, wanted
from sellmode_tui.records.wording import describe, label_of
from tests.goldens import samples
from tests.tui.cache import lines

FOLDER = Path(__file__).parent
RETAILER = msgspec.structs.replace(lines.RETAILER, custom_fields=(CustomField(name="pet", label="Pets", type="text"),))
_STOOD: dict[str, dict[str, Any]] = {
    "note": {"written_at": "2026-11-22T12:00:00Z"},
    "manual_task": {"store": "s1", "creator": "a"},
    "task_card": {"title": "Given"},
    "duplicate_pair": {"names": ["Ann", "Anne"]},
    "consent": {"state": "one_to_one"},
    "parked_edit": {"operation": {"op": "edit", "kind": "note", "id": "n", "set": {"text": "x"}}},
}
"""What stood in a record besides what people write of its kind."""
NAMES = {"c1": "Anna", "customer-1": "Anna"}


def mode_table() -> str:
    """Who sees each kind, what each change needs, and what the roles may."""
    rows = (
        (name, kind.row.label, f"team: {kind.row.team.words}", f"own: {kind.row.own.words}")
        for name, kind in KINDS.items()
    )
    changes = ((name, *_rights(operation)) for name, operation in samples.operations())
    roles = (
        (role, ", ".join(name for name in get_args(Capability) if name in held))
        for role, held in ROLE_CAPABILITIES.items()
    )
    return _sections({"kinds": rows, "changes": changes, "roles": roles})


def _rights(operation: Operation) -> tuple[str, ...]:
    target, _ = mutations.target(operation)
    facts = [f"needs {mutations.capability(operation)}", f"of a {target}"]
    if customer := mutations.customers_of(operation):
        facts.append(f"names {customer}")
    if mutations.is_fact(operation):
        facts.append("a fact")
    if can_be_handed_over(operation):
        facts.append("can be handed over")
    return tuple(facts)


def wire() -> str:
    """Samples as they are sent and kept, and the schemas of all that is sent."""
    kept = ((name, _json(record)) for name, record in samples.records())
    sent = ((name, mutations.encode(operation).decode()) for name, operation in samples.operations())
    _, schemas = msgspec.json.schema_components([kind.record for kind in KINDS.values()], ref_template="{name}")
    records = ((name, json.dumps(schema, sort_keys=True)) for name, schema in sorted(schemas.items()))
    document = ((name, json.dumps(schema, sort_keys=True)) for name, schema in _schemas())
    return _sections({"records": kept, "operations": sent, "schemas of records": records, "OpenAPI": document})


def _schemas() -> Iterable[tuple[str, Any]]:
    document = openapi.document()
    yield from sorted(document["components"]["schemas"].items())
    yield from sorted(document["paths"].items())


def cache_tables() -> str:
    """The cache's tables, indexes and triggers, and what stands in each kind's own columns."""
    with tempfile.TemporaryDirectory() as folder:
        cache = lines.open_cache(Path(folder))
        try:
            lines.fill(cache, [])
            made = cache._writer.execute(
                "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name"
            ).fetchall()
        finally:
            cache.close()
    values = ((name, _json(tables.values_of(kind_of(record), record))) for name, record in samples.records())
    return _sections({"version": [(str(tables.VERSION),)], "schema": made, "values": values})


def wording() -> str:
    """What changes and their fields are called, what their values look like, and what refusals are titled."""
    named = ((name, describe(operation, _before(operation), NAMES.get, RETAILER)) for name, operation in _operations())
    unknown = ((name, describe(operation, {}, _nobody)) for name, operation in _operations())
    fields = {(mutations.target(each)[0], name) for _, each in _operations() for name in wanted(each)}
    fields |= {(kind.name, field) for kind in KINDS.values() for field in kind.record.__struct_fields__}
    edits = (
        (f"{kind} {field}", describe(_edit(kind, field), {}, _nobody, RETAILER))
        for kind in samples.kinds_of(Edit)
        for field in KINDS[kind].record.__struct_fields__
    )
    labels = ((f"{kind} {name}", label_of(name, kind, RETAILER)) for kind, name in sorted(fields))
    values = (
        (name, *(f"{_label(field, operation)}: {as_text(value)}" for field, value in wanted(operation).items()))
        for name, operation in _operations()
    )
    parents = ((kind_of(record), parent_of(record) or "nobody") for _, record in samples.records())
    return _sections(
        {
            "changes": named,
            "changes of what is not seen": unknown,
            "edits of one field": edits,
            "fields": labels,
            "values": values,
            "taken back by": ((name, _taken_back(operation)) for name, operation in _operations()),
            "belong to": dict.fromkeys(parents),
            "refusals": TITLES.items(),
        }
    )


def _operations() -> Iterable[tuple[str, Operation]]:
    return samples.operations()


def _label(field: str, operation: Operation) -> str:
    return label_of(field, mutations.target(operation)[0], RETAILER)


def _nobody(customer: str) -> None:
    """The name of a customer who is not seen."""


def _edit(kind: Any, field: str) -> Edit:
    return Edit(kind=kind, id="x", set={field: "x"})


class _Nothing:
    """Of which nothing is seen."""

    def get(self, kind: str, id: str) -> None:
        """No record."""


def _taken_back(operation: Operation) -> str:
    """What takes a change back that was done, or why nothing does."""
    entry = Entry(
        mid="m",
        body=mutations.encode(operation),
        made_at=samples.MOMENT,
        boot="",
        since_boot=0,
        cid="c",
        seq=1,
        sent=True,
        state="waiting",
        result=None,
        said="",
        tries=0,
        held=False,
        undoes=None,
        bulk=None,
        before=_before(operation),
    )
    try:
        inverse = undo._inverse(entry, {}, "new", cast("Seen", _Nothing()))
        return msgspec.json.encode(inverse, order="sorted").decode()
    except undo._No as no:
        return no.why


def _before(operation: Operation) -> dict[str, str | None]:
    """The record that an operation changes, as it stood before it."""
    kind, id = mutations.target(operation)
    document = {"id": id, **_STOOD.get(kind, samples.stamps_of(kind)), **samples.document_of(kind)}
    return {f"{kind}/{id}": json.dumps(document)}


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _sections(sections: dict[str, Iterable[tuple[str, ...]]]) -> str:
    return "\n".join(
        f"# {title}\n" + "".join(f"{' | '.join(line)}\n" for line in rows) for title, rows in sections.items()
    )


FILES: dict[str, Callable[[], str]] = {
    "mode_table.txt": mode_table,
    "wire.txt": wire,
    "cache_tables.txt": cache_tables,
    "wording.txt": wording,
}
"""Each file by its name."""


if __name__ == "__main__":
    for name, make in FILES.items():
        (FOLDER / name).write_text(make(), "utf-8")

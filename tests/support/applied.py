"""What one version of the contract makes of cases: reads them line by line and answers each with a line.

A program of its own, so that another version's sources can be given to it (``differ``): it uses as little of the
contract as it can, and nothing of the tests.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from sellmode_contract import mutations
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.mutations import Outcome, Rejected, World
from sellmode_contract.records import Record, parent_of
from sellmode_contract.visibility import Account


class Held:
    """Some records, as a reader."""

    def __init__(self, held: list[Record]) -> None:
        self._held = {(kind_of(record), record.id): record for record in held}

    def get(self, kind: str, id: str) -> Record | None:
        """A record."""
        return self._held.get((kind, id))

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        """What a customer allows on a channel."""
        consents = (record for record in self.belongings(customer, "consent") if isinstance(record, Consent))
        return next((consent for consent in consents if consent.channel == channel), None)

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        """What belongs to a customer."""
        return [r for (of, _), r in self._held.items() if parent_of(r) == customer and kind in (None, of)]


def applied(case: Mapping[str, Any]) -> dict[str, Any]:
    """What becomes of a case: ``done``, ``refused`` or ``raised``; and what the operation itself says (``about``)."""
    answer: dict[str, Any] = {}
    try:
        operation = mutations.decode(case["operation"])
        answer["about"] = [
            mutations.encode(operation).decode(),
            mutations.target(operation),
            mutations.customers_of(operation),
            mutations.capability(operation),
            mutations.is_fact(operation),
        ]
        world = world_of(case)
        outcome = mutations.apply(operation, world)
        answer["done"] = _outcome(outcome)
        mode = world.retailer.mode if world.retailer else ""
        mutations.check_author_sees(operation, outcome, world.records, mode, world.account)
    except Rejected as refusal:
        which = "unseen" if "done" in answer else "refused"
        answer[which] = [refusal.code, refusal.field, str(refusal.detail), refusal.winner]
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is what is looked for
        answer["raised"] = [type(error).__name__, str(error)]
    return answer


def world_of(case: Mapping[str, Any]) -> World:
    """The world in a case."""
    return World(
        Held([msgspec.convert(each["doc"], KINDS[each["kind"]].record) for each in case["records"]]),
        msgspec.convert(case["account"], Account),
        msgspec.convert(case["retailer"], Retailer | None),
        case["mid"],
        dt.datetime.fromisoformat(case["now"]),
        dt.timedelta(seconds=case["age"]),
    )


def _outcome(outcome: Outcome) -> dict[str, Any]:
    """An outcome, and that what it writes can be read again: whatever cannot be is raised."""
    for record in outcome.puts:
        again = msgspec.json.decode(msgspec.json.encode(record), type=type(record))
        if again != record:
            raise ValueError(f"a {kind_of(record)} is read otherwise than it was written")
    return {
        "puts": sorted(msgspec.json.encode([kind_of(record), record]).decode() for record in outcome.puts),
        "removes": sorted(outcome.removes),
        "conflicts": {name: [conflict.yours, conflict.theirs] for name, conflict in sorted(outcome.conflicts.items())},
    }


if __name__ == "__main__":
    for line in sys.stdin:
        print(msgspec.json.encode(applied(json.loads(line))).decode(), flush=True)

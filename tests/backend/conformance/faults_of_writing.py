"""Faults of what becomes of mutations."""

from __future__ import annotations

from collections.abc import Callable

from sellmode_backend.conformance.terminal import uuid7
from sellmode_contract import wire
from tests.backend.conformance.faulty import JSON, Exchange, Fault
from tests.backend.conformance.planting import FAULTS, asks, each_line, results, tells


@asks("writing/resent")
def what_is_sent_again_is_done_again(exchange: Exchange) -> None:
    asked, seen = exchange.asked, exchange.memory
    again = [mutation for mutation in asked.get("m", []) if mutation["mid"] in seen]
    seen |= {mutation["mid"]: True for mutation in asked.get("m", [])}
    if again:
        asked["cid"] = uuid7()
        asked["m"] = [
            mutation | {"mid": uuid7(), "seq": at, "do": mutation["do"] | {"id": uuid7()}}
            for at, mutation in enumerate(asked["m"], 1)
        ]
        exchange.memory["sent"] = {
            made["mid"]: real for made, real in zip(asked["m"], exchange.asked["m"], strict=True)
        }
        exchange.asked = asked


def _under_their_old_names(exchange: Exchange) -> None:
    sent, lines = exchange.memory.pop("sent", {}), exchange.lines
    exchange.lines = [
        line | {name: sent[line["mid"]][name] for name in ("mid", "seq")} if line.get("mid") in sent else line
        for line in lines
    ]


FAULTS[-1] = FAULTS[-1]._replace(tells=_under_their_old_names)


@tells("writing/applied")
def results_come_last(exchange: Exchange) -> None:
    lines = exchange.lines
    if lines:
        told = [line for line in lines if line["t"] == "m"]
        exchange.lines = [*(line for line in lines[:-1] if line["t"] != "m"), *told, lines[-1]]


@results("writing/applied")
def a_result_names_another_revision(line: JSON) -> JSON:
    return line | {"revs": [[kind, id, revision + 1] for kind, id, revision in line.get("revs", [])]}


@results("writing/gap")
def a_gap_is_taken_for_done(line: JSON) -> JSON:
    return line | {"st": "applied"} if line["st"] == "gap" else line


@each_line("writing/acked")
def more_is_acknowledged_than_was_done(line: JSON) -> JSON | None:
    return line | {"acked": line.get("acked", 0) + 1} if line["t"] == "h" else line


@tells("writing/forked")
def a_copied_journal_is_taken(exchange: Exchange) -> None:
    if exchange.status == 409:
        exchange.status, exchange.answer = 200, b'{"t":"e"}\n'
        exchange.told["content-type"] = wire.NDJSON


@results("writing/unsupported")
def an_unknown_kind_is_taken(line: JSON) -> JSON:
    return line | {"st": "applied", "code": None} if line.get("code") == "unsupported" else line


@results("writing/unsupported")
def what_is_newer_is_called_invalid(line: JSON) -> JSON:
    return line | {"code": "invalid"} if line.get("code") == "unsupported" else line


@results("writing/invalid")
def a_refusal_names_no_field(line: JSON) -> JSON:
    return line | {"field": ""}


@tells("writing/refused-alone")
def a_refusal_holds_up_the_queue(exchange: Exchange) -> None:
    refused = False
    lines = exchange.lines
    for line in lines:
        if line["t"] == "m":
            line["st"] = "retry" if refused else line["st"]
            refused = refused or line["st"] == "rejected"
    exchange.lines = lines


@results("writing/dependency")
def what_builds_on_a_refusal_is_not_found(line: JSON) -> JSON:
    return line | {"code": "not_found"} if line.get("code") == "dependency" else line


@asks("writing/stamps")
def the_age_is_not_looked_at(exchange: Exchange) -> None:
    asked = exchange.asked
    for mutation in asked.get("m", []):
        mutation.pop("age_ms", None)
    exchange.asked = asked


@results("writing/claims")
def the_winner_is_not_told(line: JSON) -> JSON:
    return {name: value for name, value in line.items() if name != "winner"}


def _without(name: str, op: str) -> Callable[[Exchange], None]:
    def change(exchange: Exchange) -> None:
        asked = exchange.asked
        for mutation in asked.get("m", []):
            if mutation["do"].get("op") == op:
                mutation["do"].pop(name, None)
        exchange.asked = asked

    return change


FAULTS.append(Fault("a guard is ignored", "merging/guard", asks=_without("guard", "edit")))


FAULTS.append(
    Fault("what was seen is ignored on removal", "writing/removed-though-changed", asks=_without("was", "remove"))
)


@results("merging/same-field")
def the_last_writer_wins_unsaid(line: JSON) -> JSON:
    return line | {"st": "applied", "conf": {}} if line["st"] == "merged" else line


@each_line("merging/same-field")
def what_lost_is_not_kept(line: JSON) -> JSON | None:
    return None if line["t"] == "p" and line["k"] == "history" else line


@asks("merging/sets")
def a_set_is_written_whole(exchange: Exchange) -> None:
    asked = exchange.asked
    for mutation in asked.get("m", []):
        if "remove" in mutation["do"]:
            mutation["do"]["remove"] = {"tags": ["a", "b", "c"]}
    exchange.asked = asked


@results("merging/consent")
def a_looser_consent_is_taken(line: JSON) -> JSON:
    return line | {"st": "applied", "code": None} if line.get("field") == "state" else line


@asks("writing/in-order")
def a_later_edit_is_not_done(exchange: Exchange) -> None:
    exchange.body = exchange.body.replace(b'"set":{"text":"three"}', b'"set":{"text":"two"}')


def _named_by_client(exchange: Exchange) -> None:
    asked = exchange.asked
    for mutation in asked.get("m", []):
        made = exchange.memory.setdefault(asked["cid"] + mutation["mid"], uuid7())
        exchange.memory[made] = mutation["mid"]
        mutation["mid"] = made
    exchange.asked = asked


def _named_as_before(exchange: Exchange) -> None:
    exchange.lines = [
        line | {"mid": exchange.memory[line["mid"]]} if line.get("mid") in exchange.memory else line
        for line in exchange.lines
    ]


FAULTS.append(
    Fault(
        "a mutation is known within its client only",
        "writing/resent-by-another-client",
        asks=_named_by_client,
        tells=_named_as_before,
    )
)


@asks("writing/sizes")
def what_is_too_much_is_left_out(exchange: Exchange) -> None:
    if len(exchange.asked.get("m", [])) > wire.MAX_MUTATIONS:
        exchange.asked = exchange.asked | {"m": exchange.asked["m"][: wire.MAX_MUTATIONS]}


def what_is_refused_is_called_done(line: JSON) -> JSON:
    refused = line.get("code") in ("not_allowed", "conflict") or line.get("field") in ("id", "reason")
    return line | {"st": "applied", "code": None, "field": ""} if refused else line


for _check in (
    "writing/not-allowed",
    "writing/ids",
    "working/briefs",
    "working/rules",
    "working/duplicate-pair",
    "working/customer-taken-back",
    "working/dismissed",
):
    results(_check)(what_is_refused_is_called_done)


@asks("merging/different-fields")
def an_edit_writes_what_it_did_not_change(exchange: Exchange) -> None:
    exchange.body = exchange.body.replace(b'"set":{"email"', b'"set":{"language":"de","email"')


@results("merging/same-value")
def the_same_value_is_a_conflict(line: JSON) -> JSON:
    return line | {"st": "merged"} if line["seq"] > 1 else line


@asks("merging/entries")
def null_takes_nothing_away(exchange: Exchange) -> None:
    exchange.body = exchange.body.replace(b'"sizes.dress":null,', b"")


@each_line("merging/repeating")
def the_next_one_is_not_made(line: JSON) -> JSON | None:
    return None if line["t"] == "p" and "series" in line["d"] else line


@each_line("working/contact")
def a_contact_counts_for_nothing(line: JSON) -> JSON | None:
    return line | {"d": line["d"] | {"figures": {}}} if line["t"] == "p" and line["k"] == "customer" else line


@each_line("working/given-task")
def there_is_no_card(line: JSON) -> JSON | None:
    return None if line["t"] == "p" and line["k"] == "task_card" else line


@each_line("working/handed-over")
def what_is_handed_over_is_lost(line: JSON) -> JSON | None:
    return None if line["t"] == "p" and line["k"] == "parked_edit" else line


@each_line("working/private-note")
def a_private_note_is_lost(line: JSON) -> JSON | None:
    return None if line["t"] == "p" and line["d"].get("private") else line


@each_line("working/assigned")
def what_belongs_to_a_customer_stays_behind(line: JSON) -> JSON | None:
    return None if line["t"] == "r" and line["k"] == "note" else line

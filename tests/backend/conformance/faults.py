"""Protocol faults, each with the check that has to find it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable

from sellmode_backend.conformance import world as worlds
from sellmode_backend.conformance.terminal import uuid7
from sellmode_contract import wire
from sellmode_contract.kinds.customer import Customer
from tests.backend.conformance.faulty import JSON, Exchange, Fault

FAULTS: list[Fault] = []
_Change = Callable[[Exchange], None]


def tells(check: str) -> Callable[[_Change], _Change]:
    """A fault of answers."""

    def declare(change: _Change) -> _Change:
        FAULTS.append(Fault(change.__name__.replace("_", " "), check, tells=change))
        return change

    return declare


def asks(check: str) -> Callable[[_Change], _Change]:
    """A fault of what becomes of requests."""

    def declare(change: _Change) -> _Change:
        FAULTS.append(Fault(change.__name__.replace("_", " "), check, asks=change))
        return change

    return declare


def each_line(check: str) -> Callable[[Callable[[JSON], JSON | None]], object]:
    """A fault of single lines; None leaves one out, and its page counts what is left."""

    def declare(change: Callable[[JSON], JSON | None]) -> object:
        def tell(exchange: Exchange) -> None:
            if lines := exchange.lines:
                exchange.lines = _counted([new for line in lines if (new := change(line)) is not None])

        FAULTS.append(Fault(change.__name__.replace("_", " "), check, tells=tell))
        return change

    return declare


def results(check: str) -> Callable[[Callable[[JSON], JSON]], object]:
    """A fault of what is told of mutations."""

    def declare(change: Callable[[JSON], JSON]) -> object:
        def of_result(line: JSON) -> JSON:
            return change(line) if line["t"] == "m" else line

        of_result.__name__ = change.__name__
        return each_line(check)(of_result)

    return declare


def _counted(lines: list[JSON]) -> list[JSON]:
    number = 0
    for line in lines:
        if line["t"] == "c":
            line["n"], number = line["n"] if line.get("kept") else number, 0
        elif line["t"] in ("p", "r", "d", "sweep"):
            number += 1
    return lines


# ------------------------------------------------------------------ requests


@tells("requests/echo")
def an_error_does_not_echo(exchange: Exchange) -> None:
    if exchange.status >= 400:
        exchange.told.pop(wire.NONCE_HEADER.lower(), None)


@tells("requests/problems")
def a_problem_is_plain_json(exchange: Exchange) -> None:
    if exchange.status >= 400:
        exchange.told["content-type"] = "application/json"


@asks("requests/another-protocol")
def any_protocol_is_taken(exchange: Exchange) -> None:
    exchange.headers[wire.PROTOCOL_HEADER.lower()] = "1"


@asks("requests/unreadable")
def a_body_that_was_cut_is_taken_as_whole(exchange: Exchange) -> None:
    if exchange.body.startswith(b"{") and not exchange.body.rstrip().endswith(b"}"):
        exchange.body += b"}"


@tells("requests/gzip")
def a_compressed_answer_is_another(exchange: Exchange) -> None:
    # What is packed is what was asked for with this header.
    if "gzip" in exchange.headers.get("accept-encoding", ""):
        exchange.lines = _counted([line for line in exchange.lines if line["t"] != "p"])


# ------------------------------------------------------------------ sessions


@tells("signing-in/bad-token")
def a_bad_token_is_answered_200(exchange: Exchange) -> None:
    if exchange.path == wire.SYNC_PATH and exchange.status == 401:
        exchange.status, exchange.answer = 200, b'{"t":"e"}\n'


@tells("signing-in/same-key")
def the_key_is_another_each_time(exchange: Exchange) -> None:
    if exchange.path == wire.SIGN_IN_PATH and exchange.status == 200:
        found = json.loads(exchange.answer)
        exchange.answer = json.dumps(found | {"key": secrets.token_hex(16) + "AAAAAAAAAAA="}).encode()


@tells("signing-in/wrong-password")
def a_refusal_says_that_the_name_is_unknown(exchange: Exchange) -> None:
    if exchange.status == 401 and exchange.asked.get("user_name") not in worlds.NEEDED:
        exchange.answer = exchange.answer.replace(b'"title":', b'"detail":"No such user.","title":')


@tells("signing-in/disabled")
def a_disabled_account_is_told_of_a_wrong_password(exchange: Exchange) -> None:
    if b"account_disabled" in exchange.answer:
        exchange.status = 401
        exchange.answer = exchange.answer.replace(b"account_disabled", b"wrong_credentials").replace(b"403", b"401")


@asks("signing-in/attempts")
def guesses_are_not_counted_by_name(exchange: Exchange) -> None:
    if exchange.path == wire.SIGN_IN_PATH and exchange.asked.get("user_name") not in worlds.NEEDED:
        exchange.asked = exchange.asked | {"user_name": secrets.token_hex(8)}


@tells("signing-in/attempts")
def the_wait_is_not_in_the_header(exchange: Exchange) -> None:
    exchange.told.pop("retry-after", None)


@asks("signing-in/sign-out")
def signing_out_ends_nothing(exchange: Exchange) -> None:
    if exchange.path == wire.SIGN_OUT_PATH:
        exchange.headers["authorization"] = "Bearer other"


# ------------------------------------------------------------------ pulling


@each_line("pulling/removed")
def a_removal_is_dropped(line: JSON) -> JSON | None:
    return None if line["t"] == "r" else line


@tells("pulling/first-sync")
def a_page_is_repeated(exchange: Exchange) -> None:
    lines = exchange.lines
    ends = [at for at, line in enumerate(lines) if line["t"] == "c"]
    if ends:
        exchange.lines = lines[: ends[0] + 1] + lines[1:]


@each_line("pulling/first-sync")
def a_sweep_is_missing(line: JSON) -> JSON | None:
    return None if line["t"] == "sweep" else line


@each_line("pulling/first-sync")
def a_reset_has_no_generation(line: JSON) -> JSON | None:
    return {name: value for name, value in line.items() if name != "g"} if line["t"] == "p" else line


@asks("pulling/nothing-new")
def a_cursor_is_lost(exchange: Exchange) -> None:
    if exchange.path == wire.SYNC_PATH:
        exchange.asked = {name: value for name, value in exchange.asked.items() if name != "cursor"}


@tells("pulling/cut-off")
def every_page_has_the_last_cursor(exchange: Exchange) -> None:
    lines = exchange.lines
    cursors = [line["cur"] for line in lines if line["t"] == "c"]
    exchange.lines = [line | {"cur": cursors[-1]} if line["t"] == "c" else line for line in lines]


@each_line("pulling/checkpoints")
def a_checkpoint_counts_wrongly(line: JSON) -> JSON | None:
    return line | {"n": line["n"] + 1, "kept": True} if line["t"] == "c" else line


@tells("pulling/checkpoints")
def the_end_is_missing(exchange: Exchange) -> None:
    exchange.lines = exchange.lines[:-1]


@tells("pulling/checkpoints")
def the_last_line_is_cut(exchange: Exchange) -> None:
    if exchange.lines:
        exchange.answer = exchange.answer[:-3]


@asks("pulling/limited")
def a_limit_is_not_looked_at(exchange: Exchange) -> None:
    if "limit" in exchange.asked:
        exchange.asked = exchange.asked | {"limit": 5000}


@each_line("pulling/limited")
def there_is_never_more(line: JSON) -> JSON | None:
    return {"t": "e"} if line["t"] == "e" else line


@each_line("pulling/revisions")
def the_revision_stays(line: JSON) -> JSON | None:
    return line | {"v": 1} if line["t"] == "p" else line


@each_line("pulling/epochs")
def another_epoch_is_no_reset(line: JSON) -> JSON | None:
    return {name: value for name, value in line.items() if name != "reset"}


@asks("pulling/epochs")
def the_epoch_is_not_looked_at(exchange: Exchange) -> None:
    exchange.asked = {name: value for name, value in exchange.asked.items() if name != "epoch"}


@each_line("pulling/heads")
def a_scope_is_missing(line: JSON) -> JSON | None:
    return line | {"scopes": line["scopes"][1:]} if line["t"] == "h" else line


# ------------------------------------------------------------------ who sees what


def _adas() -> Customer:
    given = worlds.standard(customers=10).given
    return next(record for record in given if isinstance(record, Customer))


@tells("seeing/nothing-else")
def a_customer_of_somebody_else_is_sent(exchange: Exchange) -> None:
    lines = exchange.lines
    ends = [at for at, line in enumerate(lines) if line["t"] == "c"]
    if ends and "ada" not in lines[0]["view"]["account"]["user_name"]:
        customer = _adas()
        put = {"t": "p", "k": "customer", "id": customer.id, "v": 99, "s": lines[0]["scopes"][0], "d": {}}
        exchange.lines = _counted([*lines[: ends[-1]], put, *lines[ends[-1] :]])


@each_line("seeing/all-there")
def a_kind_is_forgotten(line: JSON) -> JSON | None:
    return None if line["t"] == "p" and line["k"] == "lookbook" else line


@results("seeing/unseen")
def a_refusal_says_that_it_is_there(line: JSON) -> JSON:
    return line | {"detail": "It is not yours."} if line.get("code") == "not_found" and line["seq"] % 2 else line


# ------------------------------------------------------------------ writing


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


# ------------------------------------------------------------------ merging


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


# ------------------------------------------------------------------ events and salvage

FAULTS.append(
    Fault("an event is not sent", "events/poke", hears=lambda piece: piece if b"poke" not in piece else b": alive\n\n")
)
FAULTS.append(Fault("a silent stream", "events/alive", hears=lambda piece: piece.replace(b": alive", b"id: 1")))


@tells("salvaging/wrong-proof")
def a_proof_is_not_looked_at(exchange: Exchange) -> None:
    if exchange.path == wire.SALVAGE_PATH and exchange.status == 401:
        exchange.status = 409


@asks("salvaging/not-disabled")
def a_proof_is_looked_for_elsewhere(exchange: Exchange) -> None:
    if exchange.path == wire.SALVAGE_PATH:
        exchange.asked = exchange.asked | {"mutations": []}

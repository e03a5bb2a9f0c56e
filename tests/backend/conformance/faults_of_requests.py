"""Faults of requests, sessions, events and salvage."""

from __future__ import annotations

import json
import secrets

from sellmode_backend.conformance import world as worlds
from sellmode_contract import wire
from tests.backend.conformance.faulty import Exchange, Fault
from tests.backend.conformance.planting import FAULTS, asks, counted, tells


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
        exchange.lines = counted([line for line in exchange.lines if line["t"] != "p"])


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


@tells("requests/says-protocol")
def the_protocol_is_not_said(exchange: Exchange) -> None:
    exchange.told.pop(wire.PROTOCOL_HEADER.lower(), None)


@asks("requests/too-large")
def blanks_do_not_count(exchange: Exchange) -> None:
    exchange.body = exchange.body.replace(b"    ", b"")


@asks("requests/texts")
def a_nul_is_left_out(exchange: Exchange) -> None:
    exchange.body = exchange.body.replace(b"\\u0000", b"")


@asks("requests/limits")
def a_limit_is_bent(exchange: Exchange) -> None:
    if "limit" in exchange.asked:
        exchange.asked = exchange.asked | {"limit": max(1, exchange.asked["limit"])}


@asks("requests/compressed")
def a_packed_body_is_read_as_it_is(exchange: Exchange) -> None:
    if exchange.headers.pop("content-encoding", None):
        exchange.asked = {"user_name": "nobody", "password": "x", "device": "d"}


@tells("requests/unknown-fields")
def a_newer_field_is_refused(exchange: Exchange) -> None:
    if "a_field_of_tomorrow" in exchange.asked:
        exchange.status = 400


@tells("requests/health")
def health_fails(exchange: Exchange) -> None:
    exchange.status = 500 if exchange.path == "/health" else exchange.status


@tells("signing-in/answer")
def a_token_is_short(exchange: Exchange) -> None:
    if exchange.path == wire.SIGN_IN_PATH and exchange.status == 200:
        exchange.answer = json.dumps(json.loads(exchange.answer) | {"token": "abc"}).encode()


@tells("signing-in/name-as-typed")
def capitals_count(exchange: Exchange) -> None:
    name = exchange.asked.get("user_name", "")
    if name != name.lower():
        exchange.status = 401


@tells("signing-in/wrong-code")
def a_wrong_code_is_a_wrong_password(exchange: Exchange) -> None:
    exchange.answer = exchange.answer.replace(b'"wrong_code"', b'"wrong_credentials"')


def _notes_token(exchange: Exchange) -> None:
    """Remember each token's device, and each device's newest token."""
    if exchange.path == wire.SIGN_IN_PATH and exchange.status == 200:
        token, device = json.loads(exchange.answer)["token"], exchange.asked["device"]
        exchange.memory |= {token: device, device: token}


def _the_newest(exchange: Exchange) -> None:
    token = exchange.headers.get("authorization", "").removeprefix("Bearer ")
    if token in exchange.memory:
        exchange.headers["authorization"] = f"Bearer {exchange.memory[exchange.memory[token]]}"


def _its_own_device(exchange: Exchange) -> None:
    token = exchange.headers.get("authorization", "").removeprefix("Bearer ")
    if token in exchange.memory and exchange.path == wire.SYNC_PATH:
        exchange.asked = exchange.asked | {"device": exchange.memory[token]}


FAULTS.append(Fault("an old session goes on", "signing-in/one-session", asks=_the_newest, tells=_notes_token))


FAULTS.append(Fault("a token is good anywhere", "signing-in/another-device", asks=_its_own_device, tells=_notes_token))


FAULTS.append(
    Fault(
        "every stream hears of everything",
        "events/not-elsewhere",
        hears=lambda piece: piece.replace(b": alive\n\n", b": alive\n\nevent: poke\ndata: {}\n\n"),
    )
)

"""Headers, bodies and problems of every request."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from sellmode_backend.conformance.checking import check
from sellmode_backend.conformance.expecting import expect, expect_equal, expect_problem, expect_status
from sellmode_backend.conformance.http import Answer
from sellmode_backend.conformance.kit import Kit
from sellmode_backend.conformance.terminal import whole
from sellmode_contract import wire

_EVERY = "every-request-and-every-answer"
_SMALL_BODY = 16 * 1024
_SOME = "some-token"


def _answers(kit: Kit, **headers: str | None) -> Iterable[Answer]:
    """Answers of all sorts."""
    terminal = kit.terminal("ada")
    asked = {"device": terminal.device, "cursor": terminal.cursor}
    yield kit.line.ask("POST", wire.SYNC_PATH, asked, token=terminal.token, headers=headers)
    yield kit.line.ask("POST", wire.SYNC_PATH, asked, headers=headers)
    yield kit.line.ask("POST", wire.SIGN_IN_PATH, raw=b"nothing", headers=headers)
    yield kit.line.ask("GET", "/v1/there-is-no-such-thing", headers=headers)
    yield kit.line.ask("GET", "/health", headers=headers)


@check(_EVERY, "every answer echoes `Sync-Request`")
def echo(kit: Kit) -> None:
    """Also those that refuse."""
    for nonce in ("n-1.~_", "x" * 128):
        for answer in _answers(kit, **{wire.NONCE_HEADER: nonce}):
            expect_equal(answer.headers.get(wire.NONCE_HEADER.lower()), nonce, f"the echo of a {answer.status}")


@check(_EVERY, "every answer says `Sync-Protocol: 1`")
def says_protocol(kit: Kit) -> None:
    """Also those that refuse."""
    for answer in _answers(kit):
        expect_equal(answer.headers.get(wire.PROTOCOL_HEADER.lower()), str(wire.PROTOCOL), wire.PROTOCOL_HEADER)


@check(_EVERY, "another `Sync-Protocol`, or none, is `upgrade_required` with `min_protocol`")
def another_protocol(kit: Kit) -> None:
    """At every path that takes a POST."""
    paths = (wire.SYNC_PATH, wire.SIGN_IN_PATH, wire.ACTIVATE_PATH, wire.SALVAGE_PATH, wire.SIGN_OUT_PATH)
    for path in paths:
        for version in ("2", None):
            answer = kit.line.ask("POST", path, {}, token=_SOME, headers={wire.PROTOCOL_HEADER: version})
            problem = expect_problem(answer, 426, "upgrade_required")
            expect_equal(problem.min_protocol, wire.PROTOCOL, "min_protocol")


@check(_EVERY, "a refusal is `application/problem+json` with `title`, `status` and `code`; what is not there is 404")
def problems(kit: Kit) -> None:
    """The framework's own refusals too."""
    for answer in _answers(kit):
        if answer.status >= HTTPStatus.BAD_REQUEST:
            kind = answer.headers.get("content-type", "").partition(";")[0]
            expect_equal(kind, wire.PROBLEM_JSON, f"the type of a {answer.status}")
            problem = answer.problem()
            expect(problem is not None, f"the body of a {answer.status} is no problem")
            expect_equal(problem and problem.status, answer.status, "`status` of a problem")
            expect(bool(problem and problem.title), "a problem has no title")
    expect_problem(kit.line.ask("GET", "/v1/there-is-no-such-thing"), 404, "not_found")
    expect_problem(kit.line.ask("GET", wire.SYNC_PATH), 405, "method_not_allowed")


@check(_EVERY, "a body that cannot be read is `bad_request`, and `detail` names the field")
def unreadable(kit: Kit) -> None:
    """A body that was cut is none."""
    terminal = kit.terminal("ada")
    cut = b'{"device":"%b","limit":5' % terminal.device.encode()
    for raw in (b"nothing", b"[]", cut, b'{"device": 7}', b'{"cursor": "x"}', b"\xff"):
        expect_problem(kit.line.ask("POST", wire.SYNC_PATH, raw=raw, token=terminal.token), 400, "bad_request")
    problem = expect_problem(terminal.ask(limit="many"), 400, "bad_request")
    expect("limit" in problem.detail, f"`detail` does not name `limit`: {problem.detail}")


@check(_EVERY, "a compressed body is `bad_request`")
def compressed(kit: Kit) -> None:
    """Nobody's body grows when it is unpacked."""
    answer = kit.line.ask("POST", wire.SIGN_IN_PATH, raw=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    expect_problem(answer, 400, "bad_request")


@check(_EVERY, "text with NUL or lone surrogates, a device of 0 or more than 100 characters: `bad_request`")
def texts(kit: Kit) -> None:
    """What no database can hold."""
    body = b'{"user_name":"%b","password":"p","device":"%b"}'
    for name, device in ((b"a\\u0000", b"d"), (b"a\\ud800", b"d"), (b"a", b""), (b"a", b"d" * 101), (b"a" * 201, b"d")):
        expect_problem(kit.line.ask("POST", wire.SIGN_IN_PATH, raw=body % (name, device)), 400, "bad_request")


@check(_EVERY, "fields that are not known are ignored")
def unknown_fields(kit: Kit) -> None:
    """Of a request."""
    expect_status(kit.terminal("ada").ask(a_field_of_tomorrow={"x": [1]}), 200)


@check(_EVERY, "a body of more than 256 kB is `body_too_large`; of more than 16 kB at a sign-in")
def too_large(kit: Kit) -> None:
    """And one of nearly as much is read."""
    terminal = kit.terminal("ada")
    blanks = b" " * (wire.MAX_BODY_BYTES - 1000)
    body = b'{"device":"%b"%b}' % (terminal.device.encode(), blanks)
    expect_status(kit.line.ask("POST", wire.SYNC_PATH, raw=body, token=terminal.token), 200)
    large = body + b" " * 2000
    expect_problem(kit.line.ask("POST", wire.SYNC_PATH, raw=large, token=terminal.token), 413, "body_too_large")
    small = b"{" + b" " * _SMALL_BODY + b"}"
    expect_problem(kit.line.ask("POST", wire.SIGN_IN_PATH, raw=small), 413, "body_too_large")


@check("post-v1sync", "`limit` is from 1 to 50,000")
def limits(kit: Kit) -> None:
    """Anything else is refused."""
    terminal = kit.terminal("ada")
    for limit in (0, -1, wire.MAX_LIMIT + 1):
        expect_problem(terminal.ask(limit=limit), 400, "bad_request")
    expect_status(terminal.ask(limit=wire.MAX_LIMIT), 200)


@check(_EVERY, "an answer is compressed only if it was asked for so, and says so; its lines are the same")
def gzip(kit: Kit) -> None:
    """The same first sync, both ways."""
    terminal = kit.terminal("ben")
    plain, packed = (terminal.ask(gzip=packs, cursor=None) for packs in (False, True))
    expect(plain.headers.get("content-encoding", "identity") == "identity", "it is compressed unasked")
    for answer in (plain, packed):
        whole(answer)
    keep = slice(1, -1)  # the head has the time; what a checkpoint says is the backend's
    records = [[line for line in each.body.split(b"\n")[keep] if b'"t":"p"' in line] for each in (plain, packed)]
    expect_equal(len(records[1]), len(records[0]), "the number of records of the compressed answer")


@check("whether-the-line-is-up", "`GET /health` says whether terminals can be served")
def health(kit: Kit) -> None:
    """Without a token."""
    answer = kit.line.ask("GET", "/health")
    expect_status(answer, 200)
    expect(isinstance(answer.json(), dict) and "status" in answer.json(), "it does not say `status`")

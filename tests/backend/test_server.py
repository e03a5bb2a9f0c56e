"""What every answer has, whatever is asked: over real HTTP, on both engines."""

from __future__ import annotations

import gzip
import logging
import resource
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx2 as httpx
import msgspec
import pytest
import sqlalchemy as sa
from openapi_spec_validator import validate
from sqlalchemy.engine import Connection

from sellmode_backend.monitoring import networks
from sellmode_backend.server import ServerSettings
from sellmode_backend.store import feeds, records, schema
from sellmode_backend.store.database import Database
from sellmode_contract import wire
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.visibility import Account
from tests.backend.people import QUICK, Client, MovedClock, Terminal, add_person, lines_of, new_code, problem_of
from tests.support.backend import retailer_database, serve_in_thread

SETTINGS = ServerSettings(passwords=QUICK, body_seconds=0.3)


@pytest.fixture
def database(prepared_url: str) -> Iterator[Database]:
    with retailer_database(prepared_url) as opened:
        yield opened


@pytest.fixture
def ada(database: Database) -> Account:
    return add_person(database, "E1001", "Alpha")


@pytest.fixture
def client(database: Database, clock: MovedClock) -> Iterator[Client]:
    with serve_in_thread(database, SETTINGS, clock) as url:
        yield Client(url)


@pytest.fixture
def quick_client(sqlite_url: str, clock: MovedClock) -> Iterator[Client]:
    """Where the engine does not matter."""
    with retailer_database(sqlite_url) as database, serve_in_thread(database, SETTINGS, clock) as url:
        yield Client(url)


@pytest.fixture
def joined(client: Client, database: Database, ada: Account, clock: MovedClock) -> Client:
    client.join(database, ada, clock())
    return client


# ------------------------------------------------------------------ signing in


def test_activating_signing_in_and_out(client: Client, database: Database, ada: Account, clock: MovedClock) -> None:
    first = client.join(database, ada, clock())
    assert (first.account, first.retailer, len(first.key)) == (ada, "Maison Test", 32)
    answer = client.sign_in("e1001")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    again = msgspec.json.decode(answer.content, type=wire.SignedIn)
    assert again.key == first.key
    assert problem_of(client.post(wire.SYNC_PATH, wire.SyncRequest(device=client.device)), 401).code == "signed_out"
    client.token = again.token
    assert client.sync()
    signed_out = client.post(wire.SIGN_OUT_PATH)
    assert (signed_out.status_code, signed_out.content, signed_out.headers[wire.NONCE_HEADER]) == (204, b"", "n-1")
    assert problem_of(client.post(wire.SYNC_PATH, wire.SyncRequest(device=client.device)), 401).code == "signed_out"


def test_each_refusal_of_signing_in_has_its_code(
    client: Client, database: Database, ada: Account, clock: MovedClock
) -> None:
    wrong_code = problem_of(client.activate("E1001", "7KQ2-M4RX-09TB"), 401)
    assert wrong_code.code == "wrong_code"
    code = new_code(database, ada, clock())
    weak = problem_of(client.activate("E1001", code, "short"), 422)
    assert (weak.code, weak.detail) == ("weak_password", "A password has at least 12 characters; this one has 5.")
    assert client.activate("E1001", code).status_code == 200
    assert problem_of(client.sign_in("E1001", "not this one, no"), 401).code == "wrong_credentials"
    for _ in range(4):
        client.sign_in("nobody")
    assert problem_of(client.sign_in("nobody"), 401).code == "wrong_credentials"
    answer = client.sign_in("nobody")
    refused = problem_of(answer, 429)
    assert (refused.code, refused.retry_after, answer.headers["Retry-After"]) == ("too_many_attempts", 1, "1")
    with database.transaction() as connection:
        connection.execute(sa.update(schema.account).values(active=False))
    assert problem_of(client.sign_in("E1001"), 403).code == "account_disabled"


def test_a_token_works_on_its_device_only(joined: Client) -> None:
    answer = joined.post(wire.SYNC_PATH, wire.SyncRequest(device="device-2"))
    assert problem_of(answer, 401).code == "signed_out"


# ------------------------------------------------------------------ what is asked wrongly


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"user_name":"x","password":"y"}', "missing required field `device`"),
        (b'{"user_name":1,"password":"y","device":"d"}', "at `$.user_name`"),
        (b'{"user_name":"x\\u0000","password":"y","device":"d"}', "$.user_name: character 2 is a NUL"),
        (b'{"user_name":"x","password":"y","device":""}', "$.device"),
        (b'{"user_name":"x","password":"y","device":"d","more":' + b"[" * 10_000, "nested too deeply"),
        (b'{"user_name":"' + b"x" * 201 + b'","password":"y","device":"d"}', "$.user_name"),
    ],
)
def test_a_body_that_cannot_be_read_is_named(quick_client: Client, body: bytes, says: str) -> None:
    problem = problem_of(quick_client.post(wire.SIGN_IN_PATH, content=body or b" "), 400)
    assert problem.code == "bad_request"
    assert says in problem.detail


def test_a_lone_surrogate_is_refused_not_stored(quick_client: Client) -> None:
    body = b'{"user_name":"x","password":"\\ud800","device":"d"}'
    assert problem_of(quick_client.post(wire.SIGN_IN_PATH, content=body), 400).code == "bad_request"


def test_unknown_fields_of_newer_clients_are_ignored(quick_client: Client) -> None:
    body = b'{"user_name":"x","password":"y","device":"d","pigeon":true}'
    assert problem_of(quick_client.post(wire.SIGN_IN_PATH, content=body), 401).code == "wrong_credentials"


@pytest.mark.parametrize("limit", [0, -1, 50_001])
def test_limits_are_limited(joined: Client, limit: int) -> None:
    answer = joined.post(wire.SYNC_PATH, wire.SyncRequest(device=joined.device, limit=limit))
    assert "$.limit" in problem_of(answer, 400).detail


def test_a_body_too_large_is_not_read_to_its_end(quick_client: Client) -> None:
    answer = quick_client.post(wire.SIGN_IN_PATH, content=b"x" * (wire.MAX_BODY_BYTES + 1))
    assert problem_of(answer, 413).code == "body_too_large"
    begun = raw_request(quick_client.url, b"Content-Length: 1000000000", b"x" * (wire.MAX_BODY_BYTES + 1))
    assert begun.startswith(b"HTTP/1.1 413 ")


def test_mutations_that_cannot_be_told_apart_name_the_one(joined: Client) -> None:
    body = b'{"device":"device-1","cid":"cl_1","m":[{"mid":"x","seq":1,"do":{}},{"mid":"y","do":{}}]}'
    problem = problem_of(joined.post(wire.SYNC_PATH, content=body), 400)
    assert problem.code == "bad_request"
    assert "$.m[1]" in problem.detail
    for cid in ("x" * 201, "a\0b", ""):
        asked = wire.SyncRequest(device="device-1", cid=cid, m=(msgspec.Raw(b'{"mid":"x","seq":1,"do":{}}'),))
        assert "$.cid" in problem_of(joined.post(wire.SYNC_PATH, asked), 400).detail


def test_a_copied_journal_is_told_to_take_a_new_name(joined: Client) -> None:
    def push(mid: str) -> httpx.Response:
        sent = (msgspec.Raw(msgspec.json.encode({"mid": mid, "seq": 1, "do": {}})),)
        return joined.post(wire.SYNC_PATH, wire.SyncRequest(device="device-1", cid="cl_1", m=sent))

    first = "019a0000-0000-7000-8000-000000000001"
    results = [line for line in lines_of(push(first).content) if isinstance(line, wire.Result)]
    assert [(result.mid, result.st, result.code) for result in results] == [(first, "rejected", "invalid")]
    assert problem_of(push("019a0000-0000-7000-8000-000000000002"), 409).code == "client_forked"


@pytest.mark.parametrize("path", [wire.SYNC_PATH, wire.PREVIEW_PATH])
@pytest.mark.parametrize(
    "length",
    ["Content-Length: 900000", "Transfer-Encoding: chunked", "Content-Length: 2\r\nTransfer-Encoding: chunked"],
)
def test_a_token_is_looked_at_before_a_body_is_read(quick_client: Client, path: str, length: str) -> None:
    """Only a head is sent: whoever waited for the body would not answer."""
    url = httpx.URL(quick_client.url)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {'x' * 40}\r\n"
        f"{wire.PROTOCOL_HEADER}: {wire.PROTOCOL}\r\n{length}\r\n\r\n"
    )
    with socket.create_connection((url.host, url.port or 80), timeout=30) as line:
        line.sendall(head.encode())
        assert line.recv(4096).startswith(b"HTTP/1.1 401 ")


def test_nobody_signs_in_with_a_large_body(quick_client: Client) -> None:
    body = b'{"user_name":"x","password":"y","device":"d","more":"' + b"x" * 20_000 + b'"}'
    for path in (wire.SIGN_IN_PATH, wire.ACTIVATE_PATH):
        assert problem_of(quick_client.post(path, content=body), 413).code == "body_too_large"


def test_a_push_that_is_too_large_is_refused_whole(joined: Client) -> None:
    sent = tuple(
        msgspec.Raw(msgspec.json.encode({"mid": str(number), "seq": number, "do": {"x": "y" * 60_000}}))
        for number in range(1, 6)
    )
    answer = joined.post(wire.SYNC_PATH, wire.SyncRequest(device="device-1", cid="cl_1", m=sent))
    assert problem_of(answer, 413).code == "body_too_large"
    answer = joined.post(wire.SYNC_PATH, wire.SyncRequest(device="device-1", cid="cl_1", m=sent[:2]))
    assert answer.status_code == 200


def test_a_body_that_dribbles_is_given_up(quick_client: Client) -> None:
    assert b"did not come in time" in raw_request(quick_client.url, b"Content-Length: 100", b"{")


def raw_request(url: str, header: bytes, body: bytes) -> bytes:
    """Send the beginning of a request and read the beginning of what comes back."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nSync-Protocol: 1\r\n" + header + b"\r\n\r\n" + body
        )
        return connection.recv(65536)


def test_a_compressed_body_is_refused(quick_client: Client) -> None:
    answer = quick_client.post(wire.SIGN_IN_PATH, content=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})
    assert "compressed" in problem_of(answer, 400).detail


@pytest.mark.parametrize("version", [None, "0", "2", "1.0", "x"])
def test_another_protocol_is_told_to_upgrade(quick_client: Client, version: str | None) -> None:
    quick_client.headers.pop(wire.PROTOCOL_HEADER)
    headers = {wire.PROTOCOL_HEADER: version} if version else {}
    for path in (wire.SYNC_PATH, wire.SIGN_IN_PATH, wire.ACTIVATE_PATH, wire.SIGN_OUT_PATH):
        problem = problem_of(quick_client.post(path, {}, headers=headers), 426)
        assert (problem.code, problem.min_protocol) == ("upgrade_required", 1)


def test_unknown_paths_and_methods_are_problems_too(quick_client: Client) -> None:
    assert problem_of(quick_client.post("/v1/nothing"), 404).code == "not_found"
    assert problem_of(quick_client.post("/v1/sync/"), 404).code == "not_found"
    answer = httpx.get(f"{quick_client.url}{wire.SYNC_PATH}", headers=quick_client.headers)
    assert problem_of(answer, 405).code == "method_not_allowed"
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize("nonce", ["", "a b", "x" * 129, "é"])
def test_a_nonce_that_is_none_is_not_echoed(quick_client: Client, nonce: str) -> None:
    answer = httpx.get(f"{quick_client.url}/health", headers={wire.NONCE_HEADER.encode(): nonce.encode()})
    assert wire.NONCE_HEADER not in answer.headers


# ------------------------------------------------------------------ failing


def test_an_unexpected_error_names_a_log_entry_that_holds_no_data(
    joined: Client, database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret of a customer")

    monkeypatch.setattr("sellmode_backend.accounts.sessions.end", fail)
    problem = problem_of(joined.post(wire.SIGN_OUT_PATH), 500)
    assert problem.code == "internal"
    (entry,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert problem.detail.split()[-1].rstrip(".") in entry
    assert "RuntimeError" in entry
    assert "test_server.py" in entry
    assert "secret of a customer" not in caplog.text


def test_a_database_that_cannot_be_reached_is_unavailable(
    sqlite_url: str, caplog: pytest.LogCaptureFixture, clock: MovedClock
) -> None:
    with retailer_database(sqlite_url) as database, serve_in_thread(database, SETTINGS, clock) as url:
        client = Client(url)
        ada = add_person(database, "E1001", "Alpha")
        client.join(database, ada, clock())
        with database.transaction() as connection:
            connection.execute(sa.text("ALTER TABLE session RENAME TO elsewhere"))
        answer = client.post(wire.SYNC_PATH, wire.SyncRequest(device=client.device))
        problem = problem_of(answer, 503)
    assert (problem.code, answer.headers["Retry-After"]) == ("unavailable", "5")
    assert "OperationalError" in caplog.text


def test_health_tells_what_is_wrong(sqlite_url: str) -> None:
    with retailer_database(sqlite_url, "team") as database, serve_in_thread(database, SETTINGS) as url:
        answer = httpx.get(f"{url}/health")
        assert answer.status_code == 200
        assert answer.json() == {"status": "ok", "database": "ok", "schema": "current", "mode": "team"}
        with database.transaction() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        answer = httpx.get(f"{url}/health")
        assert answer.status_code == 503
        assert answer.json()["schema"] == "other"


def test_a_backend_that_cannot_write_is_alive_and_not_ready(sqlite_url: str) -> None:
    """The kernel lets no file grow, as on a full disk."""
    with (
        retailer_database(sqlite_url, "team") as database,
        serve_in_thread(database, SETTINGS) as url,
        serve_in_thread(database, SETTINGS) as later,
    ):
        ready = httpx.get(f"{url}/health/ready")
        health = {"status": "ok", "database": "ok", "schema": "current", "mode": "team"}
        assert (ready.status_code, ready.json()) == (200, {**health, "writes": "ok"})
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
        try:
            ready, alive = httpx.get(f"{later}/health/ready"), httpx.get(f"{later}/health/live")
            health_now = httpx.get(f"{later}/health")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert (ready.status_code, ready.json()) == (503, {**health, "status": "failing", "writes": "failing"})
        assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
        assert health_now.json() == health


def test_whoever_asks_often_whether_it_is_ready_writes_no_more_often(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    write = Database.try_to_write

    def noted(database: Database) -> None:
        written.append(database)
        write(database)

    monkeypatch.setattr(Database, "try_to_write", noted)
    with serve_in_thread(database, SETTINGS) as url:
        begun = time.monotonic()
        for _ in range(20):
            assert httpx.get(f"{url}/health/ready").status_code == 200
        assert len(written) <= 1 + (time.monotonic() - begun) / 5


# ------------------------------------------------------------------ for operators and tools


def test_metrics_count_without_naming_anybody(joined: Client) -> None:
    joined.sync()
    joined.sign_in("E1001", "not this one, no")
    joined.post("/v1/nothing")
    text = httpx.get(f"{joined.url}/metrics").text
    assert 'sellmode_requests_total{route="/v1/sync",status="200"} 1.0' in text
    assert 'sellmode_requests_total{route="other",status="404"} 1.0' in text
    assert 'sellmode_refusals_total{code="wrong_credentials"} 1.0' in text
    assert "sellmode_sync_lines_total" in text
    assert "E1001" not in text


def test_counters_and_the_document_are_there_for_monitors_alone(database: Database) -> None:
    elsewhere = replace(SETTINGS, monitors=networks("10.0.0.7, 10.1.0.0/16"))
    with serve_in_thread(database, elsewhere) as url:
        nothing = httpx.get(f"{url}/nothing")
        for path in ("/metrics", "/v1/openapi.json"):
            answer = httpx.get(f"{url}{path}")
            assert (answer.status_code, answer.content) == (404, nothing.content)
        assert httpx.get(f"{url}/health").status_code == 200
    with pytest.raises(ValueError, match="does not appear to be"):
        networks("somewhere")


def test_the_openapi_document_is_valid_and_complete(quick_client: Client) -> None:
    answer = httpx.get(f"{quick_client.url}/v1/openapi.json")
    document = answer.json()
    validate(document)
    health = document["paths"]["/health"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(httpx.get(f"{quick_client.url}/health").json()) == set(health["required"])
    assert document["components"]["schemas"]["SignIn"]["required"] == ["user_name", "password", "device"]


# ------------------------------------------------------------------ streams


def write_customers(database: Database, owner: Account, count: int) -> None:
    with database.transaction() as connection:
        records.write(
            connection,
            [
                Customer(id=f"c{number:05}", store="Alpha", owner=owner.id, given_name=f"Zoë \u2028 {number}")
                for number in range(count)
            ],
        )


def test_a_stream_is_compressed_if_the_client_takes_it(joined: Client, database: Database, ada: Account) -> None:
    write_customers(database, ada, 1500)
    request = wire.SyncRequest(device=joined.device)
    plain = joined.post(wire.SYNC_PATH, request, headers={"Accept-Encoding": "identity, gzip;q=0.000"})
    packed = joined.post(wire.SYNC_PATH, request, headers={"Accept-Encoding": "br;q=1, gzip;q=0.5"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Content-Type"] == packed.headers["Content-Type"] == wire.NDJSON
    assert int(packed.num_bytes_downloaded) * 3 < len(plain.content)
    terminals = [Terminal(), Terminal()]
    ends = [
        terminal.receive(lines_of(answer.content)) for terminal, answer in zip(terminals, (plain, packed), strict=True)
    ]
    assert terminals[0].records == terminals[1].records
    assert len(terminals[0].visible()) == 1500 + 2, "the retailer and Ada herself come along"
    assert ends[0] == wire.End()


def test_every_page_can_be_read_when_it_has_come(joined: Client, database: Database, ada: Account) -> None:
    write_customers(database, ada, 2000)
    with httpx.stream(
        "POST",
        f"{joined.url}{wire.SYNC_PATH}",
        content=msgspec.json.encode(wire.SyncRequest(device=joined.device)),
        headers={**joined.headers, "Authorization": f"Bearer {joined.token}", "Accept-Encoding": "gzip"},
    ) as answer:
        pieces = list(answer.iter_bytes())
    assert len(pieces) >= 4
    assert b'"t":"h"' in pieces[0]


def test_a_stream_that_fails_is_cut_not_ended(
    joined: Client, database: Database, ada: Account, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_customers(database, ada, 2000)
    pages, page = iter(range(100)), feeds.page

    def third_fails(connection: Connection, scope: str, after: int, limit: int) -> feeds.Page:
        if next(pages) == 2:
            raise RuntimeError("secret of a customer")
        return page(connection, scope, after, limit)

    monkeypatch.setattr(feeds, "page", third_fails)
    with pytest.raises(httpx.RemoteProtocolError):
        joined.sync()
    assert "RuntimeError" in caplog.text
    assert "secret of a customer" not in caplog.text


def test_a_page_that_takes_long_is_announced(
    database: Database, ada: Account, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_customers(database, ada, 1000)
    with serve_in_thread(database, ServerSettings(passwords=QUICK, keep_alive_seconds=0.05), clock) as url:
        client = Client(url)
        client.join(database, ada, clock())
        page, later = feeds.page, iter(range(100))

        def slow(connection: Connection, scope: str, after: int, limit: int) -> feeds.Page:
            if after and next(later) == 0:
                threading.Event().wait(0.3)
            return page(connection, scope, after, limit)

        monkeypatch.setattr(feeds, "page", slow)
        lines = client.sync()
    assert any(isinstance(line, wire.KeepAlive) for line in lines)
    terminal = Terminal()
    assert terminal.receive(lines) == wire.End()
    assert len(terminal.visible()) == 1002

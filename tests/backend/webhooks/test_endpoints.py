"""Events over real HTTP: who may send, what is answered at once, and that each counts once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from sellmode_backend.cli import commands
from sellmode_backend.server import ServerSettings
from sellmode_backend.store.database import Database
from sellmode_backend.store.webhook_tables import webhook_event
from sellmode_backend.webhooks import secret_files, signatures
from sellmode_backend.webhooks.endpoints import MOST_BYTES, PLAIN_PATH, SHOPIFY_PATH
from tests.backend.people import NO_CERTIFICATES, QUICK, MovedClock
from tests.backend.webhooks import events
from tests.support.backend import serve_in_thread


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    return tmp_path / "secrets"


@pytest.fixture
def client(database: Database, secrets: Path, clock: MovedClock) -> Iterator[httpx.Client]:
    # Nobody works off but who is told to.
    settings = ServerSettings(passwords=QUICK, webhook_secrets=secrets)
    with (
        serve_in_thread(database, settings, clock) as url,
        httpx.Client(base_url=url, verify=NO_CERTIFICATES, timeout=20) as opened,
    ):
        yield opened


def made(secrets: Path, sender: secret_files.Sender, *more: str) -> str:
    run = CliRunner().invoke(commands, ["webhooks", "secret", sender, "--folder", str(secrets), *more])
    assert run.exit_code == 0, run.output
    return run.stdout.strip()


def from_shopify(secret: str, body: bytes, **more: str) -> dict[str, str]:
    return {
        "X-Shopify-Hmac-Sha256": signatures.sign_as_shopify(secret, body),
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Event-Id": "e-1",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


def stored(database: Database) -> list[tuple[str, str, str]]:
    event = webhook_event.c
    with database.snapshot() as connection:
        rows = connection.execute(sa.select(event.source, event.id, event.topic).order_by(event.source, event.id))
        return [(row.source, row.id, row.topic) for row in rows]


def test_an_event_is_kept_once_however_often_it_is_sent(
    client: httpx.Client, database: Database, secrets: Path
) -> None:
    secret = made(secrets, "shopify")
    assert (secrets / "shopify").stat().st_mode & 0o777 == 0o600
    body = json.dumps(events.order()).encode()
    for _ in range(2):
        answer = client.post(SHOPIFY_PATH, content=body, headers=from_shopify(secret, body))
        assert (answer.status_code, answer.content) == (204, b"")
    ((source, id, topic),) = stored(database)
    assert (source, id.partition("/")[0], topic) == ("shopify", "e-1", "orders/create")


def test_what_one_action_of_the_shop_brings_about_is_all_taken(
    client: httpx.Client, database: Database, secrets: Path
) -> None:
    """Shopify gives it one id: also where a sale changes the stock of two products."""
    secret = made(secrets, "shopify")
    for topic, said in (("orders/create", 1), ("orders/paid", 1), ("inventory_levels/update", 2), ("orders/paid", 1)):
        body = b'{"id": %d}' % said
        more = {"X_Shopify_Topic": topic}
        assert client.post(SHOPIFY_PATH, content=body, headers=from_shopify(secret, body, **more)).status_code == 204
    assert sorted(topic for _, _, topic in stored(database)) == [
        "inventory_levels/update", "orders/create", "orders/paid",
    ]  # fmt: skip


def test_who_is_not_known_gets_nothing_in(client: httpx.Client, database: Database, secrets: Path) -> None:
    body = b"{}"
    assert client.post(SHOPIFY_PATH, content=body, headers=from_shopify("x", body)).status_code == 404
    secret = made(secrets, "shopify")
    for headers in ({}, from_shopify("wrong", body), from_shopify(secret, b"{ }")):
        answer = client.post(SHOPIFY_PATH, content=body, headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")
    large = b"x" * (MOST_BYTES + 1)
    assert client.post(SHOPIFY_PATH, content=large, headers=from_shopify(secret, large)).status_code == 413
    no_id = from_shopify(secret, body, X_Shopify_Event_Id="")
    assert client.post(SHOPIFY_PATH, content=body, headers=no_id).status_code == 400
    (secrets / "shopify").chmod(0o644)
    assert client.post(SHOPIFY_PATH, content=body, headers=from_shopify(secret, body)).status_code == 503
    assert stored(database) == []


def test_a_secret_is_rotated_while_both_count(client: httpx.Client, secrets: Path) -> None:
    body = b"{}"
    old = made(secrets, "shopify")
    new = made(secrets, "shopify", "--keep-old")
    answers = [client.post(SHOPIFY_PATH, content=body, headers=from_shopify(one, body)) for one in (old, new)]
    assert [answer.status_code for answer in answers] == [204, 204]
    last = made(secrets, "shopify")
    answers = [client.post(SHOPIFY_PATH, content=body, headers=from_shopify(one, body)) for one in (old, new, last)]
    assert [answer.status_code for answer in answers] == [401, 401, 204]


def test_a_plain_event_is_signed_by_the_standard_and_refused_later(
    client: httpx.Client, database: Database, secrets: Path, clock: MovedClock
) -> None:
    secret = made(secrets, "plain")
    body = json.dumps({"type": "order", "timestamp": "2026-11-22T09:00:00Z", "data": {}}).encode()
    headers = signatures.sign(secret, "m-1", clock(), body)
    assert client.post(PLAIN_PATH, content=body, headers=headers).status_code == 204
    assert stored(database) == [("plain", "m-1", "order")]
    clock.forward(days=365)
    assert client.post(PLAIN_PATH, content=body, headers=headers).status_code == 401
    broken = b"[1]"
    answer = client.post(PLAIN_PATH, content=broken, headers=signatures.sign(secret, "m-2", clock(), broken))
    assert answer.status_code == 400

"""Several windows of one account on a machine, each signed in for itself: over real sockets and files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sellmode_backend.store import records as stored
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.note import Note
from sellmode_contract.visibility import Account
from sellmode_tui.records.store import RecordStore
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.single_pass import run_pass
from sellmode_tui.sync.status import Line
from sellmode_tui.transport.client import Transport
from tests.support.shop import Shop, sync, terminal
from tests.tui.sync.watched import Watched


@pytest.fixture
def first(shop: Shop, ada: Account, someone: Customer, tmp_path: Path) -> Iterator[Terminal]:
    with terminal(shop.url, ada, tmp_path) as opened:
        sync(opened)
        yield opened


def has_note(shop: Shop, text: str) -> bool:
    with shop.database.snapshot() as connection:
        return any(isinstance(each, Note) and each.text == text for each in stored.each(connection, "note"))


def test_whoever_signs_in_in_another_window_does_not_sign_out_the_first(
    shop: Shop, ada: Account, first: Terminal, someone: Customer, tmp_path: Path
) -> None:
    with Watched(first) as leader:
        leader.until(line=Line.ONLINE, received=0)
        with terminal(shop.url, ada, tmp_path) as second, Watched(second) as follower:
            follower.records.customers.write_note(someone.id, "likes blue")
            leader.until_shown(lambda: has_note(shop, "likes blue"))
            leader.until_shown(lambda: second.outbox.unsent() == 0)
            assert leader.live.status.leading
            assert leader.live.status.line is Line.ONLINE


def test_a_call_on_its_way_while_another_window_signs_in_is_made_again(
    shop: Shop, ada: Account, first: Terminal, someone: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Transport.stream
    tokens: list[str] = []

    def late(self: Transport, path: str, body: Any, *, token: str) -> Any:
        tokens.append(token)
        if len(tokens) == 1:  # the token was read, and the request has not arrived
            with terminal(shop.url, ada, tmp_path):
                pass
        return stream(self, path, body, token=token)

    monkeypatch.setattr(Transport, "stream", late)
    RecordStore(first.cache, outbox=first.outbox).customers.write_note(someone.id, "likes blue")
    run_pass(first, lambda received, left: None)
    assert has_note(shop, "likes blue")
    assert len(set(tokens)) == 2

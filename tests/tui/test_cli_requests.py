"""Requests of customers at two terminals without a line: one has it, the other is told who."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.chat_line import CUSTOMER, ChatLine
from sellmode_contract.kinds.request import Request, Talk, talk_id
from tests.support.shop import NOON
from tests.tui.test_cli import Desk, open_desk
from tests.tui.test_cli_writing import another, at_backend

ID = source_id("request", "test", "kim")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def test_of_two_who_take_one_offline_the_first_to_sync_has_it_and_the_customers_words(desk: Desk) -> None:
    ben = another(desk, "ben", known=True)
    desk.shop.write(
        Request(id=ID, store="Alpha", name="Kim", preview="Do you have", lines=1, asked_at=NOON, waiting_since=NOON),
        Talk(id=talk_id(ID), store="Alpha", request=ID, email="kim@example.com"),
        ChatLine(id="line-1", store="Alpha", request=ID, n=1, at=NOON, by=CUSTOMER, text="Do you have it in 38?"),
    )
    for machine in (desk, ben):
        assert machine.ask("sync").code == 0
        shown = machine.ask("requests", "show", ID)
        assert "Text:      Do you have\n" in shown.out
        assert "38" not in shown.out
        assert machine.ask("requests", "claim", ID).code == 0
        assert machine.ask("requests", "answer", ID, "Good morning!").code == 0
        assert "you, not sent yet" in machine.ask("requests", "list", "--view", "mine").out
    assert ben.ask("sync").code == 0
    assert desk.ask("sync").code == 0
    assert "kim@example.com" in ben.ask("requests", "show", ID).out
    assert ben.ask("requests", "list", "--view", "mine", "--json").objects[0]["unread"] == 1
    assert [line.text for line in sorted(at_backend(desk.shop, "ChatLine"), key=lambda line: line.n)] == [
        "Do you have it in 38?", "Good morning!",
    ]  # fmt: skip
    assert desk.ask("requests", "list", "--view", "mine").code == 1
    lost = desk.ask("attention", "list", "--json").objects
    assert "taking the request of Kim" in [each["words"] for each in lost]
    assert any("ben" in each["reason"].casefold() for each in lost), [each["reason"] for each in lost]
    refused = desk.ask("requests", "answer", ID, "Hello")
    assert refused.code != 0
    assert "Only who has taken a request answers it." in refused.err

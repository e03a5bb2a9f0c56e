"""``sellmode doctor --online`` says by how much this machine's clock and the server's differ."""

from __future__ import annotations

import datetime as dt
import email.utils
import re

import pytest

from tests.support.proxy import Fault, FaultProxy, Plan, Stream
from tests.tui.test_cli import Desk, desk

__all__ = ["desk"]


def dated(by: dt.timedelta) -> Fault:
    """A server whose clock is so far ahead: what it says of the date in the head of its answers."""

    def moved(found: re.Match[bytes]) -> bytes:
        at = email.utils.parsedate_to_datetime(found[1].decode()) + by
        return b"date: " + email.utils.format_datetime(at, usegmt=True).encode()

    async def fault(stream: Stream) -> Stream:
        head = b""
        async for chunk in stream:
            head += chunk
            if b"\r\n\r\n" in head:
                yield re.sub(rb"(?i)date: ([^\r]+)", moved, head, count=1)
                head = b""

    return fault


@pytest.mark.parametrize(
    ("servers", "told"),
    [
        (dt.timedelta(days=-3), "3 days ahead of"),
        (dt.timedelta(hours=2, minutes=5), "2 hours 5 minutes behind"),
        (dt.timedelta(seconds=30), None),
        (dt.timedelta(seconds=-30), None),
    ],
)
def test_a_clock_that_differs_from_the_servers_is_told_by_how_much(
    desk: Desk,
    servers: dt.timedelta,
    told: str | None,
) -> None:
    with FaultProxy(int(desk.shop.url.rpartition(":")[2])) as proxy:
        proxy.otherwise = Plan(down=[dated(servers)])
        checks = desk.run("doctor", "--online", "--server", proxy.url, "--json").objects
    (clock,) = [check for check in checks if check["check"] == "clock"]
    assert [check["result"] for check in checks if check["check"] == "server"] == ["ok"]
    assert clock["result"] == ("warning" if told else "ok")
    assert told is None or clock["detail"] == f"this machine's is {told} that of {proxy.url}: set the clock"

"""A server that dies, stops or falls silent, and comes back: what an idle terminal says, over sockets and processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.status import Line
from sellmode_tui.transport.client import Transport
from tests.support.backend import serve
from tests.support.proxy import FaultProxy, Plan, after_head, mute
from tests.support.shop import Shop, another_cache, assert_right, open_shop, terminal
from tests.tui.sync.watched import Watched

SOON = 10.0
"""Seconds. What is promised is five, which the engine's tests hold on virtual time; machines of tests may be busy."""


@pytest.fixture
def shop(sqlite_url: str) -> Iterator[Shop]:
    with open_shop(sqlite_url) as opened:
        yield opened


@pytest.fixture
def mine(shop: Shop, tmp_path: Path) -> Iterator[Terminal]:
    with terminal(shop.url, shop.person("ada"), tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def proxy(shop: Shop) -> Iterator[FaultProxy]:
    port = urlsplit(shop.url).port
    assert port
    with FaultProxy(port) as opened:
        yield opened


@pytest.fixture
def idle(mine: Terminal, proxy: FaultProxy, tmp_path: Path) -> Iterator[Watched]:
    """A terminal behind a proxy, not yet begun."""
    far = another_cache(mine, Transport(proxy.url), tmp_path / "far.db")
    yield Watched(far)
    far.cache.close()


def settled(watched: Watched, *, hearing: bool = True) -> None:
    """Wait until it is online and idle."""
    watched.until(line=Line.ONLINE, received=0)
    if hearing:
        watched.until_shown(lambda: watched.hearing)


def until(watched: Watched, line: Line) -> None:
    """Wait for that state; it has to come soon."""
    begun = time.monotonic()
    watched.until(line=line)
    assert time.monotonic() - begun < SOON


def test_a_server_that_is_killed_and_started_again(
    shop: Shop, proxy: FaultProxy, idle: Watched, sqlite_url: str, tmp_path: Path
) -> None:
    with serve(sqlite_url, tmp_path) as first:
        proxy.upstream = ("127.0.0.1", first.port)
        with idle:
            settled(idle)
            first.process.kill()
            until(idle, Line.OFFLINE)
            shop.customers(3, shop.person("ben"))
            with serve(sqlite_url, tmp_path) as second:
                proxy.upstream = ("127.0.0.1", second.port)
                until(idle, Line.ONLINE)


def test_a_server_that_is_stopped_and_goes_on(
    proxy: FaultProxy, idle: Watched, sqlite_url: str, tmp_path: Path
) -> None:
    with serve(sqlite_url, tmp_path) as backend:
        proxy.upstream = ("127.0.0.1", backend.port)
        with idle:
            settled(idle)
            os.kill(backend.process.pid, signal.SIGSTOP)
            try:
                until(idle, Line.OFFLINE)
            finally:
                os.kill(backend.process.pid, signal.SIGCONT)
            until(idle, Line.ONLINE)


@pytest.mark.parametrize("hearing", [True, False], ids=["with events", "without events"])
def test_a_line_that_falls_silent(shop: Shop, proxy: FaultProxy, idle: Watched, hearing: bool) -> None:
    """Nothing is refused and nothing ends; connections of before stay half-open when it is back."""
    if not hearing:
        proxy.otherwise = Plan(down=[after_head(mute())])
    with idle:
        if hearing:
            settled(idle)
        proxy.fall_silent()
        until(idle, Line.OFFLINE)
        proxy.otherwise = Plan()
        proxy.speak_again()
        until(idle, Line.ONLINE)


def test_a_line_that_falls_silent_in_the_middle_of_an_answer(
    shop: Shop, mine: Terminal, proxy: FaultProxy, idle: Watched
) -> None:
    ada = mine.session.account
    shop.customers(100, ada)
    proxy.otherwise = Plan(down=[after_head(mute(1000))])
    with idle:
        proxy.wait_until(lambda each: each.bytes_down > 500)
        proxy.fall_silent()
        until(idle, Line.OFFLINE)
        proxy.otherwise = Plan()
        proxy.speak_again()
        until(idle, Line.ONLINE)
        idle.until_shown(lambda: idle.terminal.cache.state().finished_at is not None)
    assert_right(idle.terminal.cache, shop.seen_by(ada))

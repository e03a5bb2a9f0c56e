"""Everything a bad line does to an answer: the cache stays as of a checkpoint, and the next pass makes it right."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract import wire
from sellmode_contract.visibility import Account
from sellmode_tui.cache.store import SyncState
from sellmode_tui.cache.tables import Malformed
from sellmode_tui.sync.answer import BrokenStream
from sellmode_tui.sync.engine import EMPTY_ANSWERS, Engine
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.status import Line
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import Broken, NotOurServer, Refused, TransportError, Unreachable
from tests.support.proxy import (
    RESET,
    Fault,
    FaultProxy,
    Plan,
    Stream,
    after_head,
    canned,
    captive_portal,
    cut,
    cut_before_end,
    drip,
    flip,
    mute,
    oversize,
    repeat,
    rewrite_lines,
    swap,
)
from tests.support.shop import Key, Shop, another_cache, assert_right, open_shop, shown, sync, terminal
from tests.tui.sync.passes import one_pass

FAULTS = (TransportError, BrokenStream, Malformed)


@dataclass
class Ground:
    """A retailer that is not changed, a session, and a proxy before the backend."""

    shop: Shop
    account: Account
    terminal: Terminal
    proxy: FaultProxy
    wanted: dict[Key, Any]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("ground")
    with open_shop(f"sqlite:///{folder / 'backend.db'}") as shop:
        ada = shop.person("ada")
        shop.customers(70, ada)
        shop.customers(20, shop.person("ben"), begin=100)
        port = int(shop.url.rpartition(":")[2])
        with terminal(shop.url, ada, folder / "data") as direct, FaultProxy(port) as proxy:
            yield Ground(shop, ada, direct, proxy, shop.seen_by(ada))


@pytest.fixture
def far(ground: Ground, tmp_path: Path) -> Iterator[Terminal]:
    """An empty cache whose way to the backend leads through the proxy."""
    ground.proxy.script = []
    with Transport(ground.proxy.url, silent_seconds=1.0) as transport:
        made = another_cache(ground.terminal, transport, tmp_path / "far.db")
        yield made
        made.cache.close()


def standing(far: Terminal) -> SyncState:
    """Where a cache stands, but for when it was last in contact."""
    return far.cache.state()._replace(last_contact=None)


def as_of_a_checkpoint(far: Terminal, wanted: dict[Key, Any]) -> int:
    """How many records a cache has after a fault; each is right, and there is a cursor if there are any."""
    found = shown(far.cache)
    assert all(wanted[key] == doc for key, doc in found.items())
    assert bool(found) == (far.cache.state().cursor is not None)
    assert far.cache.state().finished_at is None
    return len(found)


# ------------------------------------------------------------------ answers of somebody else, and refusals


def answering(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Fault:
    """The backend's own answer replaced: it echoes the request's random text."""

    async def fault(stream: Stream) -> Stream:
        head = b""
        async for chunk in stream:
            head += chunk
            if b"\r\n\r\n" in head:
                break
        found = re.search(rb"(?im)^sync-request: *(\S+)", head)
        assert found
        yield canned(status, body, {wire.NONCE_HEADER: found.group(1).decode(), **(headers or {})})

    return fault


def refusing(status: int, code: str, headers: dict[str, str] | None = None) -> Fault:
    problem = wire.Problem(code=code, title="No", status=status)
    return answering(status, msgspec.json.encode(problem), {"Content-Type": wire.PROBLEM_JSON, **(headers or {})})


SOMEBODY_ELSE = {
    "portal": captive_portal(),
    "redirect": canned(302, headers={"Location": "http://portal.example/"}),
    "nothing": canned(200),
    "foreign lines": canned(200, b'{"t":"e"}\n', {"Content-Type": wire.NDJSON}),
    "wrong text": canned(200, b'{"t":"e"}\n', {"Content-Type": wire.NDJSON, wire.NONCE_HEADER: "another"}),
    "foreign 401": canned(401),
    "foreign disabling": canned(
        403,
        msgspec.json.encode(wire.Problem(code="account_disabled", title="No", status=403)),
        {"Content-Type": wire.PROBLEM_JSON},
    ),
    "foreign 503": canned(503, headers={"Retry-After": "1"}),
}


@pytest.mark.parametrize("reply", SOMEBODY_ELSE.values(), ids=SOMEBODY_ELSE.keys())
def test_somebody_elses_answer_changes_nothing(ground: Ground, far: Terminal, reply: bytes) -> None:
    for _ in ("before the first sync", "after it"):
        before = far.cache.state()
        ground.proxy.drop_all()
        ground.proxy.script = [Plan(reply=reply)]
        with pytest.raises(NotOurServer):
            sync(far)
        assert far.cache.state() == before
        sync(far)
        assert_right(far.cache, ground.wanted)


REFUSALS = {
    (401, "signed_out"): None,
    (403, "account_disabled"): None,
    (409, "conflict"): None,
    (426, "upgrade_required"): None,
    (429, "too_many_attempts"): 90.0,
    (503, "unavailable"): 30.0,
    (500, "internal"): None,
}


@pytest.mark.parametrize(("refusal", "wait"), REFUSALS.items(), ids=str)
def test_a_refusal_changes_nothing(ground: Ground, far: Terminal, refusal: tuple[int, str], wait: float | None) -> None:
    headers = {"Retry-After": f"{wait:.0f}"} if wait else None
    sync(far)
    before = far.cache.state()
    ground.proxy.drop_all()
    ground.proxy.script = [Plan(down=[refusing(*refusal, headers)])]
    with pytest.raises(Refused) as refused:
        sync(far)
    assert (refused.value.problem.status, refused.value.problem.code) == refusal
    assert refused.value.retry_after == wait
    assert far.cache.state() == before
    sync(far)
    assert_right(far.cache, ground.wanted)


@pytest.mark.parametrize(
    ("plan", "line", "least"),
    [
        (Plan(reply=captive_portal()), Line.OFFLINE, 0.5),
        (RESET, Line.OFFLINE, 0.5),
        (Plan(down=[refusing(429, "too_many_attempts", {"Retry-After": "90"})]), Line.OFFLINE, 90),
        (Plan(down=[refusing(503, "unavailable", {"Retry-After": "400"})]), Line.OFFLINE, 400),
        (Plan(down=[refusing(503, "unavailable", {"Retry-After": "1e9"})]), Line.OFFLINE, 3600),
        (Plan(down=[refusing(409, "conflict")]), Line.OFFLINE, 0.5),
        (Plan(down=[refusing(401, "signed_out")]), Line.SIGNED_OUT, None),
        (Plan(down=[refusing(403, "account_disabled")]), Line.DISABLED, None),
        (Plan(down=[refusing(426, "upgrade_required")]), Line.REFUSED, None),
    ],
)
def test_how_long_a_terminal_waits(ground: Ground, far: Terminal, plan: Plan, line: Line, least: float | None) -> None:
    """As long as it was asked to, with a bound; and not at all where only a person can help."""
    ground.proxy.script = [plan]
    came = one_pass(far)
    assert came.told.line is line
    assert came.told.problem
    assert (came.pause is None) == (least is None)
    if came.pause is not None and least is not None:
        assert least <= came.pause <= max(least, 300.0)


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        (b'"poll_s":0,"spread_ms":-5', 0.8, 1.2),
        (b'"poll_s":%d' % 10**30, 3600 * 0.8, 3600 * 1.2),
        (b'"spread_ms":%d' % 10**30, 30 * 0.8, 3600 + 30 * 1.2),
    ],
    ids=["none", "too long", "spread too far"],
)
def test_a_pause_that_makes_no_sense(ground: Ground, far: Terminal, asked: bytes, least: float, most: float) -> None:
    edit = rewrite_lines(lambda lines: [*lines[:-1], b'{"t":"e",' + asked + b"}\n"])
    ground.proxy.script = [Plan(down=[edit])]
    engine = Engine(random.Random(1))
    assert one_pass(far, engine).told.line is Line.ONLINE
    assert least <= engine._schedule.next_pass(hearing=False) <= most


# ------------------------------------------------------------------ answers that break


def body_length(ground: Ground, far: Terminal) -> int:
    """Bytes of a first sync's answer, its head aside."""
    ground.proxy.drop_all()
    sync(far)
    sent = bytes(ground.proxy.connections[-1].to_client)
    return len(sent) - sent.index(b"\r\n\r\n") - 4


def emptied(ground: Ground, far: Terminal, path: Path) -> Terminal:
    """The same way, with a new cache."""
    ground.proxy.drop_all()
    return another_cache(ground.terminal, far.transport, path)


def test_an_answer_cut_anywhere(ground: Ground, far: Terminal, tmp_path: Path) -> None:
    length = body_length(ground, far)
    counts = set()
    places = [0, 1, 11, *range(25, length - 20, length // 18)]
    faults = [cut(place, reset=number % 3 == 0) for number, place in enumerate(places)]
    for number, fault in enumerate([*faults, cut_before_end(6), cut_before_end(1, reset=True)]):
        new = emptied(ground, far, tmp_path / f"cut-{number}.db")
        ground.proxy.script = [Plan(down=[after_head(fault)])]
        with pytest.raises((Broken, BrokenStream, Unreachable)):
            sync(new)
        counts.add(as_of_a_checkpoint(new, ground.wanted))
        sync(new)
        assert_right(new.cache, ground.wanted)
        new.cache.close()
    assert len(counts) > 4


def test_cut_again_and_again_it_gets_there(ground: Ground, far: Terminal) -> None:
    """Each try keeps what came whole, so that tries that each end early still come to the end."""
    length = body_length(ground, far)
    new = emptied(ground, far, far.cache.path.with_name("again.db"))
    tries = 0
    while True:
        tries += 1
        ground.proxy.drop_all()
        ground.proxy.script = [Plan(down=[after_head(cut(length // 3))])]
        try:
            sync(new)
        except (Broken, BrokenStream, Unreachable):
            assert tries < 30
            continue
        break
    assert tries > 2
    assert_right(new.cache, ground.wanted)
    new.cache.close()


def _doubled(number: int) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: [*lines[: number + 1], *lines[number:]]


def _without(number: int) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: [*lines[:number], *lines[number + 1 :]]


def _replaced(number: int, line: bytes) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: [*lines[:number], line + b"\n", *lines[number + 1 :]]


def _checkpoint_early(lines: list[bytes]) -> list[bytes]:
    place = next(number for number, line in enumerate(lines) if b'"t":"c"' in line)
    return [*lines[: place - 1], lines[place], lines[place - 1], *lines[place + 1 :]]


LINES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "the head twice": _doubled(0),
    "a record twice": _doubled(7),
    "a record of a later page twice": _doubled(130),
    "the end twice": _doubled(-1),
    "no head": _without(0),
    "a record lost": _without(5),
    "a record of a later page lost": _without(140),
    "no end": lambda lines: lines[:-1],
    "backwards": lambda lines: lines[::-1],
    "the end in front": lambda lines: [lines[-1], *lines[:-1]],
    "a checkpoint before its record": _checkpoint_early,
    "garbage": _replaced(60, b"<html>"),
    "an empty line": _replaced(60, b""),
    "no UTF-8": _replaced(60, b'{"t":"p","k":"customer","id":"\xff\xfe"}'),
    "an unheard-of line": _replaced(60, b'{"t":"zz"}'),
    "a scope of somebody else": _replaced(60, b'{"t":"p","k":"fact","id":"x","v":1,"s":"own/person:Alpha:x","d":{}}'),
    "a document of another kind": lambda lines: [line.replace(b'"k":"order"', b'"k":"staff"') for line in lines],
    "a line without end": _replaced(60, b" " * (wire.MAX_LINE_BYTES + 1)),
    "deeper than can be": _replaced(60, b'{"t":"p","d":' + b"[" * 100_000),
}


@pytest.mark.parametrize("edit", LINES.values(), ids=LINES.keys())
def test_lines_that_make_no_sense(ground: Ground, far: Terminal, edit: Callable[[list[bytes]], list[bytes]]) -> None:
    ground.proxy.script = [Plan(down=[rewrite_lines(edit)])]
    with pytest.raises(FAULTS):
        sync(far)
    as_of_a_checkpoint(far, ground.wanted)
    ground.proxy.drop_all()
    sync(far)
    assert_right(far.cache, ground.wanted)


BYTES: dict[str, Fault] = {
    "a block twice": after_head(repeat(300, 700)),
    "two blocks changed over": after_head(swap(200, 400, 900)),
    "bytes put in": after_head(oversize(500, 2000)),
    "a bit of the gzip's head": after_head(flip(5)),
    "mute from the start": mute(0),
    "mute in the head": mute(40),
    "mute in the middle": after_head(mute(900)),
}


@pytest.mark.parametrize("fault", BYTES.values(), ids=BYTES.keys())
def test_bytes_that_make_no_sense(ground: Ground, far: Terminal, fault: Fault) -> None:
    ground.proxy.script = [Plan(down=[fault])]
    with pytest.raises(FAULTS):
        sync(far)
    as_of_a_checkpoint(far, ground.wanted)
    ground.proxy.drop_all()
    sync(far)
    assert_right(far.cache, ground.wanted)


def test_single_bytes_make_the_same_answer(ground: Ground, far: Terminal) -> None:
    ground.proxy.script = [Plan(down=[drip(7)])]
    sync(far)
    assert_right(far.cache, ground.wanted)


BOMBS: dict[str, tuple[bytes, int]] = {
    "one line": (b" " * (1 << 20), 80),
    "many lines": (b'{"t":"k"}' + b" " * ((1 << 20) - 10) + b"\n", 70),
}
"""A piece and how often it comes."""


@pytest.mark.parametrize(("piece", "times"), BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_not_unpacked(ground: Ground, far: Terminal, piece: bytes, times: int) -> None:
    bomb = answering(200, gzip.compress(piece * times), {"Content-Type": wire.NDJSON, "Content-Encoding": "gzip"})
    ground.proxy.script = [Plan(down=[bomb])]
    with pytest.raises(Broken, match="far too long"):
        sync(far)
    assert standing(far).cursor is None
    ground.proxy.drop_all()
    sync(far)
    assert_right(far.cache, ground.wanted)


def test_a_backend_that_always_wants_to_be_asked_again(ground: Ground, far: Terminal) -> None:
    def nothing_and_more(lines: list[bytes]) -> list[bytes]:
        return [lines[0], b'{"t":"e","more":true}\n']

    sync(far)
    ground.proxy.drop_all()
    ground.proxy.script = [Plan(down=[rewrite_lines(nothing_and_more)])] * (EMPTY_ANSWERS + 1)
    with pytest.raises(BrokenStream, match="times in a row"):
        sync(far)
    assert_right(far.cache, ground.wanted)

"""From an edit to another screen of the same account: of another process on this machine, and of another terminal."""

from __future__ import annotations

import contextlib
import random
import re
import time
import urllib.request
from collections.abc import Callable, Iterator

from benchmarks import bare, screen
from benchmarks.bench import Bench
from benchmarks.measure import Figure, interleaved, median, p99, seconds
from benchmarks.shop import Shop, cache_of
from sellmode_backend.store.bell import REST_SECONDS
from sellmode_tui.records.store import RecordStore
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.leader import Leader
from sellmode_tui.sync.live import WATCH_SECONDS, Live
from tests.support.terminal import DEADLINE

CUSTOMERS = 1000
ROUNDS = 25
GOAL = 1000.0


def processes(bench: Bench) -> Iterator[Figure]:
    """The edit is made through a record store of this process; the app is another one, over the same files.

    The least: a bare commit, and the wait until the app looks again, every moment of which is as likely.
    """
    shop = bench.shop(bench.small(CUSTOMERS))
    rounds = bench.rounds(ROUNDS)
    with contextlib.ExitStack() as stack:
        app = stack.enter_context(_app(shop))
        opened = stack.enter_context(contextlib.closing(shop.unlock()))
        cache = stack.enter_context(cache_of(opened))
        commits = stack.enter_context(contextlib.closing(bare.Commits(bench.folder / "two-processes.db")))
        editing = _Editing(RecordStore(cache, outbox=opened.journal.outbox), app, WATCH_SECONDS)

        def least(number: int) -> float:
            return seconds(lambda: commits.add(bytes(400))) + _wait(number, rounds, WATCH_SECONDS)

        samples, bound = interleaved(rounds, editing.sample, least)
    yield from _figures("two_processes", shop, samples, bound, goal=GOAL)


def terminals(bench: Bench) -> Iterator[Figure]:
    """The edit is made at a second terminal, which sends it; the app at the first is told by the backend.

    The least: two bare calls, one to send and one to fetch.
    """
    shop = bench.shop(bench.small(CUSTOMERS))
    rounds = bench.rounds(ROUNDS)
    with contextlib.ExitStack() as stack:
        app = stack.enter_context(_app(shop))
        writer = stack.enter_context(shop.another_terminal())
        live = stack.enter_context(_live(writer))
        _wait_for_listeners(shop, 2)
        transport = stack.enter_context(contextlib.closing(writer.transport.another(silent_seconds=DEADLINE)))
        records = RecordStore(writer.cache, outbox=writer.outbox, wrote=live.push_now)
        editing = _Editing(records, app, REST_SECONDS)

        def least(_: int) -> float:
            return sum(seconds(lambda: bare.call(transport)) for _ in range(2))

        samples, bound = interleaved(rounds, editing.sample, least)
    yield from _figures("two_terminals", shop, samples, bound)


class _Editing:
    """Renames the first customer of the list that the app shows."""

    def __init__(self, records: RecordStore, app: screen.TimedTerminal, period: float) -> None:
        """``period`` is that of whoever looks for changes, in seconds: no sample is to be in step with it."""
        self._records, self._app, self._period = records, app, period
        self._chance = random.Random(3)
        (first,) = records.customers.find().rows(0, 1)
        self._customer, self._name = first.id, first.name.split()[0]

    def sample(self, number: int) -> float:
        """Seconds from the edit to the screen."""
        self._app.wait_quiet(screen.QUIET)
        self._app.count_bytes(self._chance.uniform(0, self._period))
        # Stays where it is in the list: most of the name is the same.
        name = f"{self._name}{chr(ord('a') + number // 26)}{chr(ord('a') + number % 26)}x"
        return self._app.shown(lambda: self._records.customers.edit(self._customer, set={"given_name": name}), name)


@contextlib.contextmanager
def _app(shop: Shop) -> Iterator[screen.TimedTerminal]:
    with shop.cache() as cache:
        (first,) = RecordStore(cache).customers.find().rows(0, 1)
    with screen.app(shop) as app:
        app.wait_for(first.name.split()[0])
        app.wait_quiet(screen.QUIET * 4)
        yield app


@contextlib.contextmanager
def _live(terminal: Terminal) -> Iterator[Live]:
    live = Live(
        terminal,
        Leader(terminal.session.folder.lock_path),
        on_status=lambda _: None,
        on_change=lambda: None,
        on_writing=lambda _: None,
    )  # fmt: skip
    live.start()
    try:
        yield live
    finally:
        live.stop()


def _wait_for_listeners(shop: Shop, number: int) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{shop.url}/metrics") as answer:  # noqa: S310 # our backend's
            found = re.search(r"^sellmode_event_streams (\d+)", answer.read().decode(), re.MULTILINE)
        if found and int(found[1]) >= number:
            return
        time.sleep(0.1)
    raise RuntimeError(f"{number} terminals should listen to the backend by now")


def _wait(number: int, rounds: int, period: float) -> float:
    """How long the round's share of a period is: spread evenly over the rounds, so that no chance is in the bound."""
    return period * (number - 0.5) / rounds


def _figures(
    name: str, shop: Shop, samples: list[float], least: list[float], goal: float | None = None
) -> Iterator[Figure]:
    of_each: tuple[tuple[str, Callable[[list[float]], float]], ...] = (("p50", median), ("p99", p99))
    for suffix, of in of_each:
        value = of(samples) * 1000
        with_goal = goal is not None and suffix == "p99"
        yield Figure(
            figure=f"{name}_{suffix}", value=value, unit="ms", baseline=of(least) * 1000, n=len(samples),
            rows=shop.rows, goal=f"under {goal:,.0f} ms" if with_goal else "",
            missed=with_goal and goal is not None and value >= goal,
        )  # fmt: skip

"""What is felt at the terminal: typing, moving, starting, and what the app costs while nothing happens."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import bare_apps, screen, typeahead
from benchmarks.bench import Bench
from benchmarks.measure import Figure, interleaved, median, p99, seconds
from benchmarks.shop import Shop
from sellmode_tui.records.store import RecordStore

FRAME_MS = 1000 / 60
MOVE_GOAL = 1500
IDLE_SECONDS = 5.0
SMALL = 1000


def typing(bench: Bench) -> Iterator[Figure]:
    """Key to painted rows, letter by letter, in turn with a key in a bare line of Textual's own to its echo."""
    shop = bench.shop()
    names, first = _names(shop, bench.rounds(40)), _first(shop)
    rows: dict[int, list[float]] = {}
    echoes: list[float] = []
    with screen.app(shop) as app, screen.bare("input") as bare:
        _wait_for_list(app, first)
        bare.wait_quiet(screen.QUIET)
        app.type("/")
        app.wait_quiet(screen.QUIET)
        for name in names:
            for number, letter in enumerate(name[:5], 1):
                if (painted := app.answer(letter, screen.listed).seconds) is not None:
                    rows.setdefault(number, []).append(painted * 1000)
                if (echo := bare.answer(letter, "\n".join).seconds) is not None:
                    echoes.append(echo * 1000)
            for terminal in (app, bare):
                terminal.type("\x7f" * len(name[:5]))
                terminal.wait_quiet(screen.QUIET)
    if not rows:
        raise RuntimeError(f"typing changed no row of the list: {names[0]!r}")
    for number, samples in sorted(rows.items()):
        for name, of in (("p50", median), ("p99", p99)):
            value, baseline = of(samples), of(echoes)
            with_goal = name == "p50"
            yield Figure(
                figure=f"key_to_rows_{number}_{'letter' if number == 1 else 'letters'}_{name}", value=value,
                unit="ms", baseline=baseline, n=len(samples), rows=shop.rows,
                goal=f"less than {FRAME_MS:.1f} ms above" if with_goal else "",
                missed=with_goal and value - baseline >= FRAME_MS,
            )  # fmt: skip


def start(bench: Bench) -> Iterator[Figure]:
    """From the command to the first customer on the screen, in turn with a bare table's first row."""
    shop = bench.shop()
    first = _first(shop)

    def of_app(_round: int) -> float:
        with screen.app(shop) as app:
            return seconds(lambda: app.wait_for(first))

    def of_bare(_round: int) -> float:
        with screen.bare("table") as bare:
            return seconds(lambda: bare.wait_for(bare_apps.FIRST_ROW))

    of_apps, of_bares = interleaved(bench.rounds(7), of_app, of_bare)
    yield Figure(
        figure="start_to_first_rows", value=median(of_apps) * 1000, unit="ms", baseline=median(of_bares) * 1000,
        n=len(of_apps), rows=shop.rows,
    )  # fmt: skip


def quiet(bench: Bench) -> Iterator[Figure]:
    """Bytes that a move of the cursor takes, and those of an app that is left alone."""
    shop = bench.shop()
    first = _first(shop)
    idle_seconds = IDLE_SECONDS * bench.slice_seconds
    with screen.app(shop) as app:
        _wait_for_list(app, first)
        keys = "j" * bench.rounds(10) + "k" * bench.rounds(5)
        moves = [app.answer(key, screen.listed).bytes for key in keys]
        idle = app.count_bytes(idle_seconds)
    with screen.bare("table") as bare:
        bare.wait_for(bare_apps.FIRST_ROW)
        bare.wait_quiet(screen.QUIET)
        of_bare = [bare.answer("\x1b[B", "\n".join).bytes for _ in range(bench.rounds(10))]
    worst = max(moves)
    yield Figure(
        figure="bytes_of_cursor_move", value=worst, unit="bytes", baseline=max(of_bare), n=len(moves), rows=shop.rows,
        goal=f"under {MOVE_GOAL:,} bytes", missed=worst >= MOVE_GOAL,
    )  # fmt: skip
    yield Figure(
        figure="bytes_when_idle", value=idle, unit="bytes", baseline=None, n=1, rows=shop.rows,
        goal=f"none in {idle_seconds:g} s", missed=idle > 0,
    )  # fmt: skip


def memory(bench: Bench) -> Iterator[Figure]:
    """Resident memory of the app with the list open, gone through to its end and back."""
    resident = []
    for shop in (bench.shop(), bench.shop(bench.small(SMALL))):
        first = _first(shop)
        with screen.app(shop) as app:
            _wait_for_list(app, first)
            for key in ("\x1b[F", "\x1b[H"):
                app.type(key)
                app.wait_quiet(screen.QUIET)
            resident.append(app.memory())
    yield Figure(figure="memory", value=resident[0], unit="MB", baseline=resident[1], n=1, rows=bench.rows)


def _wait_for_list(app: screen.TimedTerminal, first: str) -> None:
    app.wait_for(first)
    app.wait_quiet(screen.QUIET * 4)  # the first pass of the sync changes the status line


def _first(shop: Shop) -> str:
    """What a shop's list begins with: a given name, which no column is too narrow for."""
    with shop.cache() as cache:
        (row,) = RecordStore(cache).customers.find().rows(0, 1)
    return row.name.split()[0]


def _names(shop: Shop, number: int) -> list[str]:
    with shop.cache() as cache:
        return [customer.family_name.lower() for customer in typeahead.some_customers(cache, number)]

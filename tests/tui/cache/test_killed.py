"""A process killed in the middle of a first sync, a change of view or a build leaves a cache that goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from sellmode_contract.wire import Sweep
from sellmode_tui.cache.store import Cache
from sellmode_tui.records import CustomerQuery, RecordStore
from tests.tui.cache.lines import ALL, NOW, OWN, TEAM, customer, head, open_cache, put

PAGES, PAGE = 12, 400

_SCRIPT = """
import os, signal, sys
from pathlib import Path
from tests.tui.cache.test_killed import sync
from sellmode_tui.cache.store import Cache
from tests.tui.cache.lines import KEY

deadly = int(sys.argv[2])
steps = 0

def step(*ignored):
    global steps
    steps += 1
    if steps == deadly:
        os.kill(os.getpid(), signal.SIGKILL)

cache = Cache.open(Path(sys.argv[1]), KEY)
cache._writer.set_trace_callback(step)
sync(cache)
"""


def sync(cache: Cache) -> None:
    """A pass as the sync makes it: from wherever the cache stands to its end, then a switch to Associate Mode."""
    done = cache.state().cursor
    if done != "associate":
        cache.accept(head("team"), at=NOW)
        for number in range(int(done or 0), PAGES):
            records = [customer(number * PAGE + one, given_name=f"Kim {one}", owner=None) for one in range(PAGE)]
            cache.apply([put(record, g=1) for record in records], str(number + 1))
        cache.apply([Sweep(s=TEAM, g=1), Sweep(s=ALL, g=1)], str(PAGES))
        cache.finish(at=NOW)
    cache.accept(head("associate"), at=NOW)
    mine = customer(7, given_name="Kim 7")
    cache.apply([put(mine, OWN)], "associate")
    cache.finish(at=NOW)


def test_every_kill_is_survived(tmp_path: Path) -> None:
    rng = random.Random(3)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = False
    for deadly in [*sorted(rng.sample(range(1, 3000), 12)), 10**9]:
        run = subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(tmp_path / "cache.db"), str(deadly)],
            env=environment, capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        assert run.returncode in (0, -signal.SIGKILL), run.stderr.decode()
        ended = run.returncode == 0
        cache = open_cache(tmp_path)
        records = RecordStore(cache)
        shown = records.customers.find().count()
        assert shown.exact
        assert (
            len(records.customers.find().rows(0, 10_000))
            == shown.n
            == records.customers.find(CustomerQuery("kim")).exact_count()
        )
        cache.close()
        if ended:
            break
    assert ended
    cache = open_cache(tmp_path)
    assert [row.name for row in RecordStore(cache).customers.find().rows(0, 10)] == ["Kim 7"]
    with cache.reading() as reading:
        assert reading.connection.execute("SELECT count(*) FROM customer").fetchone() == (1,)
    cache.close()

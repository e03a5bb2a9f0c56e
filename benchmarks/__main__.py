"""``./dev bench``: measures, and prints each figure beside its baseline. docs/benchmarks.md says what they mean."""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import (
    catalogue,
    chat,
    customer_pages,
    delta,
    first_sync,
    hot_store,
    importing,
    on_screen,
    opening_list,
    passes,
    polls,
    rules_pass,
    sales,
    two_screens,
    typeahead,
    writing,
)
from benchmarks.bench import Bench
from benchmarks.measure import Figure, table

MEASUREMENTS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "first-sync": first_sync.run,
    "delta": delta.run,
    "typeahead": typeahead.run,
    "catalogue": catalogue.run,
    "open-list": opening_list.run,
    "typing": on_screen.typing,
    "start": on_screen.start,
    "quiet": on_screen.quiet,
    "memory": on_screen.memory,
    "write": writing.run,
    "two-processes": two_screens.processes,
    "two-terminals": two_screens.terminals,
    "idle-pass": passes.idle,
    "queue": passes.queue,
    "hot-store": hot_store.run,
    "polls": polls.run,
    "chat": chat.run,
    "customer-pages": customer_pages.run,
    "rules-pass": rules_pass.run,
    "import": importing.run,
    "results": sales.run,
}


def main(arguments: list[str] | None = None) -> None:
    """Run the measurements that were named, or all."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(MEASUREMENTS)} (default: all)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="customers in the large store (default: 1,000,000)")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each figure instead of a table")
    parser.add_argument("--quick", action="store_true", help="few samples: to see that it runs, not what it costs")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in MEASUREMENTS:
            parser.error(f"there is no measurement {name!r}; there are: {', '.join(MEASUREMENTS)}")
    if options.rows < 1:
        parser.error("--rows takes a number from 1")
    figures: list[Figure] = []
    failed: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="sellmode-bench-") as folder,
        Bench(options.rows, Path(folder), quick=options.quick) as bench,
    ):
        for name in options.names or MEASUREMENTS:
            bench.tell(f"measuring {name}")
            try:
                for figure in MEASUREMENTS[name](bench):
                    if options.json:
                        print(figure.line(), flush=True)
                    figures.append(figure)
            except Exception:  # noqa: BLE001 # told; what the others have to say took long to prepare
                traceback.print_exc()
                failed.append(name)
    if not options.json:
        print(table(figures))
    if failed:
        sys.exit(f"./dev bench: failed, as told above: {', '.join(failed)}")


if __name__ == "__main__":
    main()

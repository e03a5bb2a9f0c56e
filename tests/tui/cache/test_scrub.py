"""What has left the view is nowhere in the file: not in a table, an index, the search index, a free page or the log."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sellmode_contract.kinds.customer import Address, Customer
from sellmode_contract.kinds.note import Note
from sellmode_contract.wire import Drop, Remove, Sweep
from sellmode_tui.cache.store import Cache
from tests.tui.cache.lines import KEY, ME, NOW, STORE, TEAM, customer, fill, head, open_cache, put, staff
from tests.tui.cache.pages import PAGE, decrypted

MINE = f"team/person:{STORE}:{ME}"
FRAGMENT = 8
"""Letters or digits in a row that would tell something."""


def _letters(rng: random.Random) -> str:
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(12))


def _person(rng: random.Random, number: int) -> Customer:
    return customer(
        number,
        given_name=_letters(rng),
        family_name=_letters(rng),
        email=f"{_letters(rng)}@example.com",
        phone="+41" + "".join(rng.choice("0123456789") for _ in range(9)),
        tags=(_letters(rng),),
        address=Address(city=_letters(rng)),
        number=_letters(rng),
    )


def _secrets(person: Customer) -> list[str]:
    texts = [person.given_name, person.family_name, person.email.partition("@")[0], person.number, *person.tags]
    return [*texts, person.phone[3:], person.address.city if person.address else ""]


def _fragments(texts: Iterator[str]) -> set[bytes]:
    return {text[start : start + FRAGMENT].encode() for text in texts for start in range(len(text) - FRAGMENT + 1)}


def _found(cache: Cache, people: list[Customer]) -> set[bytes]:
    """Fragments of people's data that stand anywhere in the file or its log."""
    wanted = _fragments(text for person in people for text in _secrets(person))
    found = set()
    for page in decrypted(cache.path, KEY):
        found |= {page[start : start + FRAGMENT] for start in range(len(page))} & wanted
    return found


def _remove(cache: Cache, people: list[Customer]) -> None:
    lines = [Remove(k="customer", id=person.id, s=TEAM) for person in people]
    cache.apply([*lines, *(Remove(k="note", id=f"note of {person.id}", s=TEAM) for person in people)], "a")


def _drop(cache: Cache, people: list[Customer]) -> None:
    cache.apply([Drop(s=TEAM)], "a")


def _sweep(cache: Cache, people: list[Customer]) -> None:
    cache.apply([Sweep(s=TEAM, g=77)], "a")


def _switch_mode(cache: Cache, people: list[Customer]) -> None:
    cache.accept(head("associate"), at=NOW)


@pytest.mark.parametrize("leave", [_remove, _drop, _sweep, _switch_mode])
def test_what_left_is_in_no_page(tmp_path: Path, leave: Callable[[Cache, list[Customer]], None]) -> None:
    rng = random.Random(7)
    staying = [_person(rng, number) for number in range(300)]
    leaving = [_person(rng, number) for number in range(300, 600)]
    cache = open_cache(tmp_path)
    fill(cache, [staff(1, "Bo")])
    cache.apply([put(person, MINE) for person in staying], "0")
    notes = [Note(id=f"note of {one.id}", customer=one.id, written_at=NOW, text=one.given_name) for one in leaving]
    for start in range(0, 300, 50):  # in several pages, so that the search index has several segments
        cache.apply([put(record) for record in (*leaving[start : start + 50], *notes[start : start + 50])], "1")
    before = _found(cache, leaving)
    assert before >= _fragments(person.email.partition("@")[0] for person in leaving), "the test looks at the pages"

    leave(cache, leaving)
    cache.finish(at=NOW)

    elsewhere = _fragments(text for person in staying for text in _secrets(person))
    assert _found(cache, leaving) - elsewhere == set()
    assert Path(f"{cache.path}-wal").stat().st_size <= 32 + 24 + PAGE  # the note that it was emptied
    cache.close()


def test_a_reader_puts_the_scrubbing_off_to_the_next_pass(tmp_path: Path) -> None:
    person = _person(random.Random(1), 1)
    cache = open_cache(tmp_path)
    fill(cache, [person])
    with cache.reading():
        _remove(cache, [person])
        cache.finish(at=NOW)
        assert _found(cache, [person])
    cache.finish(at=NOW)
    assert not _found(cache, [person])
    cache.close()


def test_a_process_killed_before_the_scrubbing_leaves_it_to_the_next_pass(tmp_path: Path) -> None:
    person = _person(random.Random(1), 1)
    cache = open_cache(tmp_path)
    fill(cache, [person])
    holder = open_cache(tmp_path)  # so that the killed process's log is not taken in by the next opening
    script = (
        "import os, sys; from pathlib import Path; from sellmode_tui.cache.store import Cache;"
        "from sellmode_contract.wire import Remove; from tests.tui.cache.lines import KEY, NOW, TEAM;"
        "cache = Cache.open(Path(sys.argv[1]), KEY);"
        "cache._writer.set_trace_callback(lambda sql: 'wal_checkpoint' in sql and os._exit(9));"
        "cache.apply([Remove(k='customer', id=sys.argv[2], s=TEAM)], 'a');"
        "cache.finish(at=NOW)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", script, str(cache.path), person.id], env=environment, check=False)
    assert run.returncode == 9
    assert _found(cache, [person])
    holder.state()
    holder.finish(at=NOW)
    assert not _found(cache, [person])
    holder.close()
    cache.close()

"""The commands on damaged files: what can be healed is, and what is lost is told until somebody has seen it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_tui import sealed
from sellmode_tui.account.session import unlock
from tests.support.shop import PASSWORD
from tests.tui.test_cli import Desk, open_desk

PAGE = 4096


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def flip(path: Path, at: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])


def test_one_bit_of_any_page_of_the_cache_stops_no_sync(desk: Desk) -> None:
    cache = desk.account.cache_path
    session = unlock(desk.account, PASSWORD)
    key = bytes(session.key)
    session.close()
    content = cache.read_bytes()
    for page in range(0, len(content) // PAGE, 7):
        sealed.remove(cache)
        cache.write_bytes(content)
        cache.chmod(0o600)
        connection = sealed.connect(cache, key)  # something to be scrubbed, so that every page is read
        connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'deleted'")
        connection.close()
        flip(cache, page * PAGE + 1000)
        synced = desk.ask("sync")
        assert synced.code == 0, (page, synced)
        assert len(desk.ask("customers", "list", "--json").objects) == 60


def damage_journal(desk: Desk) -> None:
    """Write twelve notes and damage a page that some of them stand on."""
    for text in range(12):
        assert desk.ask("customers", "note", desk.people[0].number, f"{text} {'x' * 900}").code == 0
    journal = desk.account.journal_path
    flip(journal, len(journal.read_bytes()) - PAGE + 50)


def test_what_a_damaged_journal_has_lost_is_told_until_it_was_seen(desk: Desk) -> None:
    damage_journal(desk)
    first = desk.ask("unsent", "--json")
    kept = len(first.objects)
    lost = 12 - kept
    assert 0 < lost < 12
    told = f"Lost to a damaged file: {lost} unsent change{'s' * (lost != 1)}"
    assert "Damaged data was repaired" in first.err
    assert told in first.err
    synced = desk.ask("sync")
    assert (synced.code, f"{kept:,} sent" in synced.out, told in synced.err) == (0, True, True)
    nothing = desk.ask("unsent")
    assert (nothing.code, "Everything that could be read has been sent." in nothing.err, told in nothing.err) == (
        1,
        True,
        True,
    )
    assert f"{lost} item" in desk.run("status").out
    assert "to a damaged file: see" in desk.run("doctor").out
    (item,) = desk.ask("attention", "list", "--json").objects
    assert (item["source"], item["actions"]) == ("lost", ["acknowledge"])
    assert "journal-" in desk.ask("attention", "show", item["key"]).out
    seen = desk.ask("attention", "acknowledge", item["key"])
    assert (seen.code, "Seen: lost to a damaged file" in seen.out) == (0, True)
    again = desk.ask("unsent")
    assert (again.code, again.err) == (1, "Everything has been sent.\n")
    assert desk.run("status", "--json").objects[0]["lost"] == ""
    assert "to a damaged file: see" not in desk.run("doctor").out

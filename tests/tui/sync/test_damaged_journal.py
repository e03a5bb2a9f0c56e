"""A journal that is damaged with unsent work in it: what can be read reaches the backend, once."""

from __future__ import annotations

from pathlib import Path

from sellmode_tui import sealed
from tests.support.shop import open_shop, sync, terminal
from tests.tui.sync.test_live_writing import door_of, notes, passed, restore_from_before

PAGE = 4096


def test_what_can_be_read_of_a_damaged_journal_reaches_the_backend_once(sqlite_url: str, tmp_path: Path) -> None:
    with open_shop(sqlite_url, mode="team") as shop:
        ada = shop.person("ada")
        (someone,) = shop.customers(1, ada)
        with terminal(shop.url, ada, tmp_path) as mine:
            sync(mine)
            records = door_of(mine)
            texts = [f"{number:02} {'x' * 500}" for number in range(40)]
            for text in texts[:10]:
                records.customers.write_note(someone.id, text)
            path = mine.session.journal.path
            before = path.with_name("before")
            mine.session.journal._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            before.write_bytes(path.read_bytes())  # the backend's answer to these ten is in no journal
            passed(mine)
        path.write_bytes(before.read_bytes())
        with terminal(shop.url, ada, tmp_path) as mine:
            records = door_of(mine)
            for text in texts[10:]:
                records.customers.write_note(someone.id, text)
        content = path.read_bytes()
        place = len(content) // PAGE * 3 // 4 * PAGE
        path.write_bytes(content[:place] + bytes(PAGE) + content[place + PAGE :])
        with terminal(shop.url, ada, tmp_path) as mine:
            assert mine.session.moved_aside is not None
            passed(mine)
            passed(mine)
            assert mine.outbox.waiting() == []
            assert mine.outbox.tray.items() == []
        arrived = notes(shop)
        assert len(arrived) == len(set(arrived)), "nothing came twice"
        assert 30 <= len(arrived) < 41, "what stood on one page is gone"
        assert set(texts[:10]) <= set(arrived)


def test_a_journal_damaged_between_a_restore_and_the_next_pass_sends_again_what_was_lost(
    sqlite_url: str, tmp_path: Path
) -> None:
    with open_shop(sqlite_url, mode="team") as shop:
        ada = shop.person("ada")
        (someone,) = shop.customers(1, ada)
        with terminal(shop.url, ada, tmp_path) as mine:
            sync(mine)
            door_of(mine).customers.write_note(someone.id, "lost by the restore")
            passed(mine)
            path, cache = mine.session.journal.path, mine.cache.path
        restore_from_before(shop)
        content = path.read_bytes()
        path.write_bytes(content[:-PAGE] + bytes(PAGE))
        sealed.remove(cache)
        with terminal(shop.url, ada, tmp_path) as mine:
            assert mine.session.moved_aside is not None
            passed(mine)
        assert notes(shop) == ["lost by the restore"]

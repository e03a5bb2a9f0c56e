"""The journal: durable, versioned, never deleted."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_contract.visibility import Account
from sellmode_tui import sealed
from sellmode_tui.account.journal import Journal, SavedFilter, SignedInAs
from sellmode_tui.account.lease import Reading
from sellmode_tui.migrations import transaction

KEY = bytes(range(32))
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
ANNA = Account(id="a1", user_name="e-1001", name="Anna Sørensen", role="associate", stores=("s1",))


def signed_in(token: str | None) -> SignedInAs:
    return SignedInAs(account=ANNA, retailer="Meridian", token=token, expires_at=NOON + 30 * DAY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path, KEY)
    yield journal
    journal.close()


def test_a_new_journal_knows_nobody(journal: Journal) -> None:
    assert journal.signed_in_as() is None
    assert journal.clock() is None
    assert journal.saved_filters() == []
    assert journal.to_revoke() == []


def test_a_sign_in_is_kept(journal: Journal, path: Path) -> None:
    journal.store_sign_in(signed_in("token-1"))
    journal.close()
    again = Journal(path, KEY)
    assert again.signed_in_as() == signed_in("token-1")
    again.close()
    assert b"token-1" not in path.read_bytes()


def test_a_token_that_ended_is_kept_until_the_backend_has_heard(journal: Journal) -> None:
    journal.store_sign_in(signed_in("token-1"))
    journal.drop_token()
    journal.drop_token()
    assert journal.signed_in_as() == signed_in(None)
    assert journal.to_revoke() == ["token-1"]
    journal.revoked("token-1")
    assert journal.to_revoke() == []


def test_a_new_sign_in_ends_the_token_before_and_never_its_own(journal: Journal) -> None:
    journal.store_sign_in(signed_in("token-1"))
    journal.store_sign_in(signed_in("token-2"))
    assert journal.to_revoke() == ["token-1"]
    journal.store_sign_in(signed_in("token-2"))
    assert journal.to_revoke() == ["token-1"]


def test_the_clock_only_goes_forward_until_a_contact_sets_it(journal: Journal) -> None:
    journal.note_clock(Reading(NOON, "b", 1.0))
    assert journal.clock() is None
    journal.note_contact(Reading(NOON, "b", 1.0), 7 * DAY, 14 * DAY)
    journal.note_clock(Reading(NOON + DAY, "b", 2.0))
    journal.note_clock(Reading(NOON - DAY, "c", 3.0))
    clock = journal.clock()
    assert clock is not None
    assert clock.contact == (NOON, 7 * DAY, 14 * DAY)
    assert clock.mark == Reading(NOON + DAY, "c", 3.0)
    journal.note_contact(Reading(NOON - DAY, "c", 4.0), DAY, 2 * DAY)
    clock = journal.clock()
    assert clock is not None
    assert clock.contact == (NOON - DAY, DAY, 2 * DAY)
    assert clock.mark == Reading(NOON - DAY, "c", 4.0)


def test_saved_filters(journal: Journal) -> None:
    lapsed = SavedFilter("lapsed", "last_purchase>90d", NOON)
    cats = SavedFilter("cats 猫 [/VIP] \x1b[31m", "pet.species=cat", NOON)
    journal.save_filter(lapsed)
    journal.save_filter(cats)
    journal.save_filter(lapsed._replace(text="last_purchase>120d"))
    assert journal.saved_filters() == [cats, lapsed._replace(text="last_purchase>120d")]
    assert journal.delete_filter("lapsed") is True
    assert journal.delete_filter("lapsed") is False
    assert journal.saved_filters() == [cats]


def test_what_was_stored_survives_a_kill(path: Path) -> None:
    script = (
        "import datetime as dt, os, signal, sys; from pathlib import Path\n"
        "from sellmode_tui.account.journal import Journal, SavedFilter\n"
        "journal = Journal(Path(sys.argv[1]), bytes(range(32)))\n"
        "journal.save_filter(SavedFilter('kept', 'tag:vip', dt.datetime.now(dt.UTC)))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", script, path], check=False).returncode == -signal.SIGKILL
    journal = Journal(path, KEY)
    assert [saved.name for saved in journal.saved_filters()] == ["kept"]
    journal.close()


def test_used_from_many_threads(journal: Journal) -> None:
    def save(number: int) -> None:
        for n in range(10):
            journal.save_filter(SavedFilter(f"{number}-{n}", "tag:vip", NOON))

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.saved_filters()) == 40


def test_a_sound_journal_is_not_replaced(journal: Journal, path: Path) -> None:
    journal.save_filter(SavedFilter("kept", "tag:vip", NOON))
    journal.close()
    opened = Journal.open_or_replace(path, KEY, NOON)
    assert opened.moved_aside is None
    assert len(opened.journal.saved_filters()) == 1
    opened.journal.close()


@pytest.mark.parametrize("damage", ["last page flipped", "cut", "emptied", "other key", "gone but its log"])
def test_a_damaged_journal_is_moved_aside_and_never_deleted(journal: Journal, path: Path, damage: str) -> None:
    journal.close()
    content = path.read_bytes()
    key = KEY
    match damage:
        case "last page flipped":
            path.write_bytes(content[:-100] + b"\xff\xfe" + content[-98:])
        case "cut":
            path.write_bytes(content[:5000])
        case "emptied":
            path.write_bytes(b"")
        case "other key":
            key = bytes(32)
        case "gone but its log":
            path.rename(f"{path}-wal")
    before = sorted(file.read_bytes() for file in path.parent.glob("journal*"))
    opened = Journal.open_or_replace(path, key, NOON)
    opened.journal.save_filter(SavedFilter("new", "tag:vip", NOON))
    opened.journal.close()
    assert opened.moved_aside == path.with_name("journal-20261122T120000Z.db")
    assert sorted(file.read_bytes() for file in path.parent.glob("journal-2026*")) == before


def test_a_newer_journal_is_left_alone(journal: Journal, path: Path) -> None:
    journal.close()
    connection = sealed.connect(path, KEY)
    with transaction(connection):
        connection.execute("INSERT INTO migration VALUES ('of_next_year', '2027-01-01')")
    connection.close()
    with pytest.raises(sealed.SchemaTooNew, match="newer version"):
        Journal.open_or_replace(path, KEY, NOON)
    assert [file.name for file in path.parent.glob("journal*")] == ["journal.db"]

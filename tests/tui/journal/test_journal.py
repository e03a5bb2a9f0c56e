"""The journal: durable, versioned, never deleted."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sellmode_contract.visibility import Account
from sellmode_tui import sealed
from sellmode_tui.journal import recovery
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.entries import Kept
from sellmode_tui.journal.journal import Journal, SavedFilter, SignedInAs
from sellmode_tui.migrations import transaction
from tests.tui.cache.written import note, result

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
    journal.note_clock(ClockReading(NOON, "b", 1.0))
    assert journal.clock() is None
    journal.note_contact(ClockReading(NOON, "b", 1.0), 7 * DAY, 14 * DAY)
    journal.note_clock(ClockReading(NOON + DAY, "b", 2.0))
    journal.note_clock(ClockReading(NOON - DAY, "c", 3.0))
    clock = journal.clock()
    assert clock is not None
    assert clock.contact == (NOON, 7 * DAY, 14 * DAY)
    assert clock.mark == ClockReading(NOON + DAY, "c", 3.0)
    journal.note_contact(ClockReading(NOON - DAY, "c", 4.0), DAY, 2 * DAY)
    clock = journal.clock()
    assert clock is not None
    assert clock.contact == (NOON - DAY, DAY, 2 * DAY)
    assert clock.mark == ClockReading(NOON - DAY, "c", 4.0)


def test_saved_filters(journal: Journal) -> None:
    lapsed = SavedFilter("lapsed", "last_purchase>90d", NOON)
    cats = SavedFilter("cats 猫 [/VIP] \x1b[31m", "pet.species=cat", NOON)
    journal.save_filter(lapsed)
    journal.save_filter(cats)
    journal.save_filter(lapsed._replace(text="last_purchase>120d"))
    assert journal.saved_filters() == [cats, lapsed._replace(text="last_purchase>120d")]
    of_products = SavedFilter("lapsed", "stock=0", NOON, "products")
    journal.save_filter(of_products)
    assert journal.delete_filter("lapsed") is True
    assert journal.delete_filter("lapsed") is False
    assert journal.saved_filters() == [cats, of_products]


def test_what_was_stored_survives_a_kill(path: Path) -> None:
    script = (
        "import datetime as dt, os, signal, sys; from pathlib import Path\n"
        "from sellmode_tui.journal.journal import Journal, SavedFilter\n"
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
    before = {file.read_bytes() for file in path.parent.glob("journal*")}
    opened = Journal.open_or_replace(path, key, NOON)
    opened.journal.save_filter(SavedFilter("new", "tag:vip", NOON))
    opened.journal.close()
    assert opened.moved_aside == path.with_name("journal-20261122T120000Z.db")
    assert before <= {file.read_bytes() for file in path.parent.glob("journal-2026*")}


def test_a_newer_journal_is_left_alone(journal: Journal, path: Path) -> None:
    journal.close()
    connection = sealed.connect(path, KEY)
    with transaction(connection):
        connection.execute("INSERT INTO migration VALUES ('of_next_year', '2027-01-01')")
    connection.close()
    with pytest.raises(sealed.SchemaTooNew, match="newer version"):
        Journal.open_or_replace(path, KEY, NOON)
    assert [file.name for file in path.parent.glob("journal*")] == ["journal.db"]


# ------------------------------------------------------------------ what can be read of a damaged one


def written(path: Path) -> dict[str, list[str]]:
    """A journal with mutations in every state on many pages, closed; the ids by state."""
    journal = Journal(path, KEY)
    outbox, made = journal.outbox, ClockReading(NOON, "", 0.0)
    mids = [
        outbox.add(note("c", f"note {n} {'x' * 400}"), mid=f"mid-{n:03}", made=made, before={}).mid for n in range(120)
    ]
    batch = outbox.batch(40, 1 << 30)
    outbox.settle([result(entry, "rejected", code="invalid") for entry in batch[:20]], NOON)
    outbox.settle([result(entry) for entry in batch[20:30]], NOON)
    outbox.tray.leave(mids[0], "discarded", NOON)
    outbox.withdraw(mids[119])
    journal.save_filter(SavedFilter("mine", "tag:vip", NOON))
    journal.close()
    return {"tray": mids[1:20], "applied": mids[20:30], "waiting": mids[30:119], "all": mids}


def test_what_can_be_read_of_a_damaged_journal_goes_on_under_its_names(path: Path) -> None:
    mids = written(path)
    content = path.read_bytes()
    sound = page = 0
    for page in range(1, len(content) // 4096):
        path.unlink()
        path.write_bytes(content[: page * 4096 + 100] + bytes(1000) + content[page * 4096 + 1100 :])
        path.chmod(0o600)
        opened = Journal.open_or_replace(path, KEY, NOON)
        assert opened.moved_aside is not None
        outbox = opened.journal.outbox
        waiting = [entry.mid for entry in outbox.waiting()]
        tray = [item.mid for item in outbox.tray.items()]
        assert set(waiting) <= set(mids["waiting"])
        assert waiting == sorted(waiting), "in their order"
        assert set(tray) <= set(mids["tray"]) | {mids["all"][0]}
        if len(waiting) + len(tray) >= 100:  # a page holds some seven of them
            sound += 1
        batch = outbox.batch(3, 1 << 30)
        assert [entry.seq for entry in batch] == [1, 2, 3][: len(batch)]
        opened.journal.close()
        sealed.remove(path)
        sealed.remove(opened.moved_aside)
        path.write_bytes(content)
        path.chmod(0o600)
    assert sound >= page - 4, "only the pages on which everything hangs take everything with them"


@pytest.mark.parametrize("older", [False, True])
def test_what_was_written_at_once_is_still_known_so_unless_an_older_version_wrote_it(path: Path, older: bool) -> None:
    journal = Journal(path, KEY)
    made = ClockReading(NOON, "", 0.0)
    together = [f"one-{n}" for n in range(3)]
    journal.outbox.add_all([Kept(note("c", "short"), mid, {}) for mid in together], made=made)
    for n in range(60):
        journal.outbox.add(note("c", f"note {n} {'x' * 400}"), mid=f"mid-{n:03}", made=made, before={})
    journal.close()
    if older:
        connection = sealed.connect(path, KEY)
        for column in ("held", "bulk"):
            connection.execute(f"ALTER TABLE mutation DROP COLUMN {column}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    content = path.read_bytes()
    page = len(content) // 4096 - 3  # of the notes
    path.write_bytes(content[: page * 4096 + 100] + bytes(1000) + content[page * 4096 + 1100 :])
    opened = Journal.open_or_replace(path, KEY, NOON)
    assert opened.moved_aside is not None
    found = [opened.journal.outbox.entry(mid) for mid in together]
    assert [entry and entry.bulk for entry in found] == [None if older else together[0]] * 3
    assert all(found)
    opened.journal.close()


@pytest.mark.parametrize("moment", ["rescued", "aside", "aside without its log", "replaced"])
@pytest.mark.parametrize("online", [False, True], ids=["opened offline first", "signed in"])
def test_whoever_is_killed_while_replacing_a_journal_loses_nothing(path: Path, moment: str, online: bool) -> None:
    mids = written(path)
    content = path.read_bytes()
    at = 4096 * 30
    path.write_bytes(content[:at] + bytes(4096) + content[at + 4096 :])
    with pytest.MonkeyPatch.context() as patch:
        _killed(patch, moment)
        with pytest.raises(KeyboardInterrupt):
            Journal.open_or_replace(path, KEY, NOON)
    if moment == "aside without its log":
        Path(f"{path}-wal").write_bytes(b"not the new one's")
        Path(f"{path}-wal").chmod(0o600)
    if not online:
        try:
            Journal(path, KEY).close()
        except sealed.Corrupt:
            assert moment == "rescued"
    journal = Journal.open_or_replace(path, KEY, NOON).journal
    try:
        waiting = {entry.mid for entry in journal.outbox.waiting()}
        assert len(set(mids["waiting"]) - waiting) < 10, "what stood on one page is gone"
        assert journal.saved_filters() == [SavedFilter("mine", "tag:vip", NOON)]
    finally:
        journal.close()


def _killed(patch: pytest.MonkeyPatch, moment: str) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    def and_die(step: Callable[..., object]) -> Callable[..., None]:
        def died(*arguments: object) -> None:
            step(*arguments)
            die()

        return died

    match moment:
        case "rescued":
            patch.setattr(sealed, "move_aside", die)
        case "replaced":
            patch.setattr(recovery, "succeed", and_die(recovery.succeed))
        case _:
            patch.setattr(sealed, "move_aside", and_die(sealed.move_aside))


def test_who_has_a_journal_open_that_is_replaced_is_told_that_nothing_is_kept_there(path: Path) -> None:
    written(path)
    pane = Journal(path, KEY)
    content = path.read_bytes()
    path.write_bytes(content[: 4096 * 30] + bytes(4096) + content[4096 * 31 :])
    opened = Journal.open_or_replace(path, KEY, NOON)
    assert opened.moved_aside is not None
    with pytest.raises(sealed.Replaced, match="start it again"):
        pane.outbox.add(note("c", "lost"), mid="lost", made=ClockReading(NOON, "", 0.0), before={})
    opened.journal.save_filter(SavedFilter("new", "", NOON))
    pane.close()
    opened.journal.close()
    again = Journal(path, KEY)
    assert [saved.name for saved in again.saved_filters()] == ["mine", "new"]
    again.close()


def test_of_two_who_replace_a_journal_the_second_takes_the_first_one_s(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(path)
    content = path.read_bytes()
    path.write_bytes(content[: 4096 * 30] + bytes(4096) + content[4096 * 31 :])
    hold, others = recovery.hold, []

    def late(*arguments: Any) -> bool:
        monkeypatch.undo()
        connection = sealed.connect(path, KEY)  # the second has the damaged one open already
        others.append(Journal.open_or_replace(path, KEY, NOON).journal)
        others[0].save_filter(SavedFilter("new", "", NOON))
        connection.close()
        return hold(*arguments) and False

    monkeypatch.setattr(recovery, "hold", late)
    second = Journal.open_or_replace(path, KEY, NOON)
    assert second.moved_aside is None
    assert [saved.name for saved in second.journal.saved_filters()] == ["mine", "new"]
    second.journal.close()
    others[0].close()


def test_a_journal_whose_pages_are_sound_and_do_not_fit_together_is_replaced(path: Path) -> None:
    written(path)
    connection = sealed.connect(path, KEY)
    connection.execute("PRAGMA writable_schema = on")
    connection.execute("DELETE FROM sqlite_master WHERE name = 'mutation_waiting'")
    connection.close()
    opened = Journal.open_or_replace(path, KEY, NOON)
    assert opened.moved_aside is not None
    assert len(opened.journal.outbox.waiting()) == 89
    opened.journal.close()

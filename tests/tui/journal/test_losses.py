"""What damage takes from a journal is told, with its count, until somebody has seen it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sellmode_contract.mutations import Create
from sellmode_tui import sealed
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.journal import Journal, SavedFilter
from sellmode_tui.journal.tray import NotInTray
from sellmode_tui.journal.witness import read_witness, witness_path

KEY = bytes(range(32))
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def write(journal: Journal, *numbers: int, length: int = 400) -> None:
    for number in numbers:
        operation = Create(id=f"n-{number}", kind="note", doc={"customer": "c", "text": "x" * length})
        journal.outbox.add(operation, mid=f"mid-{number:03}", made=ClockReading(NOON, "", 0.0), before={})


def killed(path: Path, *numbers: int) -> None:
    """Leave a journal as a process that is killed does: with its log."""
    journal = Journal(path, KEY)
    write(journal, *numbers)
    files = {file: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    journal.close()
    for file, content in files.items():
        file.write_bytes(content)
        file.chmod(0o600)


def waiting(journal: Journal) -> list[str]:
    return [entry.mid for entry in journal.outbox.waiting()]


def test_what_stood_on_a_damaged_page_is_counted_exactly(path: Path) -> None:
    journal = Journal(path, KEY)
    write(journal, *range(60))
    journal.close()
    content = path.read_bytes()
    place = len(content) // PAGE * 3 // 4 * PAGE
    path.write_bytes(content[: place + 10] + b"\xff" + content[place + 11 :])
    opened = Journal.open_or_replace(path, KEY, NOON)
    (loss,) = opened.journal.outbox.tray.losses()
    assert loss.changes == 60 - len(waiting(opened.journal)) > 0
    assert opened.moved_aside is not None
    assert loss.kept_as == opened.moved_aside.name
    assert f"{loss.changes} unsent changes" in loss.words
    opened.journal.close()


def test_a_loss_is_told_until_somebody_has_seen_it(path: Path) -> None:
    journal = Journal(path, KEY)
    write(journal, 1, 2)
    journal.close()
    path.write_bytes(b"x" * PAGE)
    for _ in range(2):
        journal = Journal.open_or_replace(path, KEY, NOON).journal
        (loss,) = journal.outbox.tray.losses()
        assert (loss.changes, loss.total) == (2, 2)
        journal.close()
        held = read_witness(path)
        assert held is not None
        assert (held.losses, held.lost) == (1, 2)
    journal = Journal(path, KEY)
    journal.outbox.tray.acknowledge_loss(loss.id)
    with pytest.raises(NotInTray):
        journal.outbox.tray.acknowledge_loss(loss.id)
    assert journal.outbox.tray.losses() == []
    journal.close()
    held = read_witness(path)
    assert held is not None
    assert held.losses == 0


@pytest.mark.parametrize("place", ["header", "first frame", "last frame"])
def test_what_follows_on_damage_in_the_log_is_read(path: Path, place: str) -> None:
    """SQLite stops at the first frame that is damaged, and says nothing of those behind it."""
    killed(path, *range(20))
    log = Path(f"{path}-wal")
    content = log.read_bytes()
    at = {"header": 20, "first frame": 32 + 24 + 9, "last frame": len(content) - 100}[place]
    log.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    opened = Journal.open_or_replace(path, KEY, NOON)
    assert opened.moved_aside is not None
    lost = sum(loss.changes or 0 for loss in opened.journal.outbox.tray.losses())
    assert len(waiting(opened.journal)) + lost == 20
    assert lost < 8, "one page holds no more"
    assert lost == 0 or place == "last frame"
    opened.journal.close()


@pytest.mark.parametrize("rest", [0, 5000, None], ids=["emptied", "cut", "gone"])
def test_a_log_that_is_cut_is_no_older_journal(path: Path, rest: int | None) -> None:
    killed(path, *range(20))
    log = Path(f"{path}-wal")
    if rest is None:
        log.unlink()
    else:
        log.write_bytes(log.read_bytes()[:rest])
    journal = Journal.open_or_replace(path, KEY, NOON).journal
    (loss,) = journal.outbox.tray.losses()
    assert loss.changes == 20
    assert waiting(journal) == []
    journal.close()


def test_without_its_salt_a_journal_is_read_all_the_same(path: Path) -> None:
    journal = Journal(path, KEY)
    write(journal, *range(20))
    journal.close()
    path.write_bytes(bytes(16) + path.read_bytes()[16:])
    opened = Journal.open_or_replace(path, KEY, NOON)
    assert len(waiting(opened.journal)) == 20
    assert opened.journal.outbox.tray.losses() == []
    opened.journal.close()


def test_a_page_of_zeros_is_no_text_of_zeros(path: Path) -> None:
    """SQLCipher takes one for a page that was never written, and gives what stood on it as zeros."""
    journal = Journal(path, KEY)
    write(journal, 1, length=20_000)
    journal.close()
    content, witness = path.read_bytes(), witness_path(path).read_bytes()
    counted = 0
    for number in range(1, len(content) // PAGE):
        sealed.remove(path)
        path.write_bytes(content[: number * PAGE] + bytes(PAGE) + content[(number + 1) * PAGE :])
        path.chmod(0o600)
        journal = Journal.open_or_replace(path, KEY, NOON).journal
        bodies = [entry.body for entry in journal.outbox.waiting()]
        assert not any(b"\0" in body for body in bodies)
        counted += sum(loss.changes or 0 for loss in journal.outbox.tray.losses())
        for loss in journal.outbox.tray.losses():
            journal.outbox.tray.acknowledge_loss(loss.id)
        journal.close()
        witness_path(path).write_bytes(witness)
    assert counted


def test_a_journal_that_is_gone_is_missed(path: Path) -> None:
    journal = Journal(path, KEY)
    write(journal, 1, 2, 3)
    journal.save_filter(SavedFilter("vip", "tag:vip", NOON))
    journal.close()
    path.unlink()
    journal = Journal(path, KEY)
    (loss,) = journal.outbox.tray.losses()
    assert (loss.changes, loss.filters, loss.kept_as) == (3, 1, "")
    journal.close()


def test_a_damaged_witness_loses_nothing_and_accuses_nobody(path: Path) -> None:
    journal = Journal(path, KEY)
    write(journal, 1)
    journal.close()
    witness_path(path).write_bytes(b"journal abc commits 999999 unsent 9")
    opened = Journal.open_or_replace(path, KEY, NOON)
    assert opened.moved_aside is None
    assert opened.journal.outbox.tray.losses() == []
    opened.journal.close()
    assert read_witness(path) is not None


def test_without_a_witness_a_loss_has_no_count(path: Path) -> None:
    journal = Journal(path, KEY)
    write(journal, *range(30))
    journal.close()
    witness_path(path).unlink()
    content = path.read_bytes()
    path.write_bytes(content[:-2000] + bytes(2000))
    journal = Journal.open_or_replace(path, KEY, NOON).journal
    (loss,) = journal.outbox.tray.losses()
    assert loss.changes is None
    assert "possibly some unsent changes" in loss.words
    journal.close()


def test_trying_again_to_send_writes_nothing(path: Path) -> None:
    """A terminal without a line tries every few seconds."""
    journal = Journal(path, KEY)
    write(journal, 1, 2)
    sent = journal.outbox.batch(10, 60_000)
    before = read_witness(path)
    assert before is not None
    assert journal.outbox.batch(10, 60_000) == journal.outbox.batch(10, 60_000, fresh=False) == sent
    assert read_witness(path) == before
    write(journal, 3)
    assert [entry.seq for entry in journal.outbox.batch(10, 60_000)] == [1, 2, 3]
    journal.close()

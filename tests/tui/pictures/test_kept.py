"""Pictures on this terminal: encrypted, bounded, and replaced where the file cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from sellmode_tui import sealed
from sellmode_tui.pictures.kept import Kept, PictureFile
from tests.tui.pictures.drawn import KEY, png


def test_what_was_unseen_for_longest_makes_room(tmp_path: Path) -> None:
    file = PictureFile(tmp_path / "pictures.db", KEY, most_bytes=3500)
    day = 86400.0
    for number in range(3):
        file.keep(f"p{number}", Kept(b"x" * 1000, "t", number * day))
    assert file.find("p0", 10 * day)  # looked at
    file.keep("p3", Kept(b"x" * 1000, "t", 11 * day))
    assert [bool(file.find(f"p{number}", 12 * day)) for number in range(4)] == [True, False, True, True]
    file.keep("p4", Kept(b"x" * 3400, "t", 13 * day))
    assert [bool(file.find(f"p{number}", 14 * day)) for number in range(5)] == [False] * 4 + [True]
    file.close()


def test_nothing_of_it_can_be_read_without_the_key(tmp_path: Path) -> None:
    path = tmp_path / "pictures.db"
    file = PictureFile(path, KEY)
    file.keep("product-1", Kept(png(), "tag-1", 1.0))
    file.close()
    content = path.read_bytes()
    assert not [word for word in (b"PNG", b"product-1", b"tag-1", b"picture") if word in content]
    assert path.stat().st_mode & 0o077 == 0


def test_it_survives(tmp_path: Path) -> None:
    path = tmp_path / "pictures.db"
    file = PictureFile(path, KEY)
    file.keep("one", Kept(png(), "t", 1.0))
    file.keep("none", Kept(None, "", 2.0))
    file.confirm("one", 3.0)
    file.close()
    again = PictureFile(path, KEY)
    assert again.find("one", 4.0) == Kept(png(), "t", 3.0)
    assert again.find("none", 4.0) == Kept(None, "", 2.0)
    assert again.find("other", 4.0) is None
    again.close()
    with pytest.raises(sealed.Closed):
        again.find("one", 4.0)


def test_a_damaged_one_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "pictures.db"
    path.write_bytes(b"no such file" * 1000)
    path.chmod(0o600)
    file = PictureFile(path, KEY)
    assert file.find("one", 1.0) is None
    file.keep("one", Kept(png(), "t", 1.0))
    assert file.find("one", 1.0)
    file.close()


def test_damage_that_is_met_later_is_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "pictures.db"
    file = PictureFile(path, KEY)
    for number in range(20):
        file.keep(f"p{number}", Kept(b"x" * 3000, "t", 1.0))
    file.close()
    content = bytearray(path.read_bytes())
    for at in range(4 * 4096, len(content), 4096):  # what comes before is read when it is opened
        content[at + 100] ^= 1
    path.write_bytes(content)
    file = PictureFile(path, KEY)
    with pytest.raises(sealed.Corrupt):
        [file.find(f"p{number}", 1.0) for number in range(20)]
    file.keep("one", Kept(png(), "t", 1.0))
    assert file.find("one", 1.0)
    file.close()


def test_how_much_there_is_is_known_without_reading_the_pictures(tmp_path: Path) -> None:
    file = PictureFile(tmp_path / "pictures.db", KEY)
    plan = file._connection.execute("EXPLAIN QUERY PLAN SELECT sum(size) FROM picture").fetchall()
    assert "COVERING INDEX" in str(plan)
    file.close()

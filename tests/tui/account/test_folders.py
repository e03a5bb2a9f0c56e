"""An account's folder: private, found again, refused where others could have been at it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from sellmode_tui import private_files
from sellmode_tui.account import folders
from sellmode_tui.account.folders import Profile
from sellmode_tui.errors import DamagedFile, UnsafeFile

SERVER = "https://sell.example.com"
ANNA = Profile(server=SERVER, user_name="E-1001", name="Anna Sørensen", device="d1")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return private_files.private_folder(tmp_path / "data")


def test_the_data_folder_is_private_and_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    os.umask(0)
    default = folders.data_folder()
    assert default == Path(os.environ["XDG_DATA_HOME"]) / "sellmode"
    assert stat.S_IMODE(default.stat().st_mode) == 0o700
    monkeypatch.setenv(folders.DATA_VARIABLE, str(tmp_path / "other"))
    assert folders.data_folder() == tmp_path / "other"
    assert stat.S_IMODE((tmp_path / "other").stat().st_mode) == 0o700


def test_an_account_is_found_again(data: Path) -> None:
    made = folders.make_account_folder(ANNA, data)
    assert made.path.parent == data / "accounts"
    assert folders.find_account(SERVER, "E-1001", data).id == made.id  # type: ignore[union-attr]  # else it fails
    assert folders.find_account(SERVER, "e-1001", data).id == made.id  # type: ignore[union-attr]  # else it fails
    assert folders.find_account("https://other.example.com", "E-1001", data) is None
    assert folders.find_account(SERVER, "E-1002", data) is None
    assert folders.account_folder(SERVER, "E-1001", data).profile == ANNA


def test_the_end_of_the_first_run_keeps_what_another_window_has_noted(data: Path) -> None:
    """Else a lock would leave the key in the keyring, of which nobody knows any more."""
    mine = folders.make_account_folder(msgspec.structs.replace(ANNA, first_run=True), data)
    other = folders.account_folder(SERVER, "E-1001", data)
    other.store_profile(msgspec.structs.replace(other.profile, remembered=True))
    mine.end_first_run()
    for folder in (mine, folders.account_folder(SERVER, "E-1001", data)):
        assert (folder.profile.remembered, folder.profile.first_run) == (True, False)


def test_names_that_differ_in_their_letters_only_stay_apart(data: Path) -> None:
    folders.make_account_folder(ANNA, data)
    folders.make_account_folder(msgspec.structs.replace(ANNA, user_name="e-1001"), data)
    assert folders.find_account(SERVER, "e-1001", data).profile.user_name == "e-1001"  # type: ignore[union-attr]  # else it fails
    assert folders.find_account(SERVER, "E-1001", data).profile.user_name == "E-1001"  # type: ignore[union-attr]  # else it fails
    assert folders.find_account(SERVER, "E-1001".swapcase() + "x", data) is None


def test_known_accounts_come_by_name_and_none_is_dropped_for_a_problem(data: Path) -> None:
    assert folders.known_accounts(data) == []
    folders.make_account_folder(ANNA, data)
    folders.make_account_folder(msgspec.structs.replace(ANNA, user_name="E-2", name="Adaeze"), data)
    damaged = folders.make_account_folder(msgspec.structs.replace(ANNA, user_name="E-3"), data)
    (damaged.path / "profile.json").write_bytes(b"{")
    loose = folders.make_account_folder(msgspec.structs.replace(ANNA, user_name="E-4"), data)
    loose.path.chmod(0o750)
    known = folders.known_accounts(data)
    assert [folder.known.name for folder in known if folder.known] == ["Adaeze", "Anna Sørensen"]
    problems = {folder.id: folder.problem for folder in known if not folder.known}
    assert "cannot be read" in problems[damaged.id]
    assert "chmod 700" in problems[loose.id]
    again = next(folder for folder in known if folder.id == damaged.id)
    with pytest.raises(DamagedFile, match=r"profile\.json"):
        _ = again.profile


def test_a_device_has_one_id(data: Path) -> None:
    one = folders.device_id(data)
    assert one == folders.device_id(data)
    assert len(one) == 36
    assert stat.S_IMODE((data / "device").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"not an id\n", b"\xff" * 36, b"\x1b[31m"])
def test_a_damaged_id_is_said(data: Path, content: bytes) -> None:
    private_files.write_private(data / "device", content)
    with pytest.raises(UnsafeFile, match="no terminal's id"):
        folders.device_id(data)


def test_processes_that_make_the_id_at_once_agree(data: Path) -> None:
    script = "import sys; from pathlib import Path; from sellmode_tui.account.folders import device_id\n"
    script += "sys.stdin.read(); print(device_id(Path(sys.argv[1])))"
    processes = [
        subprocess.Popen([sys.executable, "-c", script, data], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    ids = set()
    for process in processes:
        assert process.stdout is not None
        with process.stdout:
            ids.add(process.stdout.read())
        process.wait()
    assert len(ids) == 1
    assert len(ids.pop()) == 37


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_use_is_refused(data: Path, mode: int) -> None:
    folders.device_id(data)
    (data / "device").chmod(mode)
    with pytest.raises(UnsafeFile, match="chmod 600"):
        folders.device_id(data)


def test_links_pipes_folders_and_giants_are_refused(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"x")
    target.chmod(0o600)
    (data / "link").symlink_to(target)
    os.mkfifo(data / "pipe", 0o600)
    (data / "folder").mkdir(mode=0o700)
    private_files.write_private(data / "giant", b"x" * (private_files.MAX_SMALL_FILE + 1))
    for name in ("link", "pipe", "folder", "giant"):
        with pytest.raises(UnsafeFile, match=name):
            private_files.read_private(data / name)
    with pytest.raises(FileNotFoundError):
        private_files.read_private(data / "missing")


def test_a_folder_that_is_a_link_is_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(data)
    with pytest.raises(UnsafeFile, match="not a folder"):
        private_files.private_folder(tmp_path / "link")
    (data / "accounts").symlink_to(tmp_path)
    with pytest.raises(UnsafeFile, match="not a folder"):
        folders.make_account_folder(ANNA, data)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_another_users_things_are_refused(data: Path) -> None:
    folders.device_id(data)
    os.chown(data / "device", 65534, 65534)
    with pytest.raises(UnsafeFile, match="another user"):
        folders.device_id(data)
    os.chown(data, 65534, 65534)
    with pytest.raises(UnsafeFile, match="another user"):
        private_files.private_folder(data)


def test_a_file_is_written_whole_and_private(data: Path) -> None:
    os.umask(0)
    path = data / "some"
    private_files.write_private(path, b"one")
    private_files.write_private(path, b"two", replace=False)
    assert private_files.read_private(path) == b"one"
    private_files.write_private(path, b"three")
    assert private_files.read_private(path) == b"three"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in data.iterdir()] == ["some"]


@pytest.mark.parametrize(("why", "cache_stays"), [("lease", True), ("disabled", False)])
def test_sealing_deletes_what_opens_and_keeps_the_journal(data: Path, why: str, cache_stays: bool) -> None:
    folder = folders.make_account_folder(ANNA, data)
    for path in (folder.slot_path, folder.journal_path, folder.cache_path, Path(f"{folder.cache_path}-wal")):
        private_files.write_private(path, b"x")
    assert folder.opens_offline is True
    folder.seal(why)  # type: ignore[arg-type]  # one of its two words
    assert not os.path.lexists(folder.slot_path)
    assert folder.journal_path.exists()
    assert folder.cache_path.exists() is cache_stays
    assert Path(f"{folder.cache_path}-wal").exists() is cache_stays
    assert folders.account_folder(SERVER, "E-1001", data).profile.sealed == why

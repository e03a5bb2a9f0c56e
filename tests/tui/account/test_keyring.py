"""The keyring, in a child process: working, absent, locked, hanging, and those that are refused."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sellmode_tui.account import keyring
from sellmode_tui.errors import KeyringUnavailable
from tests.tui.account.conftest import UseKeyring

KEY = bytes(range(32))
PATIENT = 60.0
"""A deadline that a busy machine keeps."""


def test_what_is_stored_comes_back_until_it_is_deleted(use_keyring: UseKeyring) -> None:
    use_keyring("Working")
    assert keyring.get("folder-1", deadline=PATIENT) is None
    keyring.store("folder-1", KEY, deadline=PATIENT)
    assert keyring.get("folder-1", deadline=PATIENT) == KEY
    assert keyring.get("folder-2", deadline=PATIENT) is None
    keyring.delete("folder-1", deadline=PATIENT)
    keyring.delete("folder-1", deadline=PATIENT)
    assert keyring.get("folder-1", deadline=PATIENT) is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("keyring.backends.null.Keyring", "store nothing"),
        ("keyring.backends.fail.Keyring", "no desktop session"),
        ("Locked", "it is locked"),
        ("Chain", "store the key unencrypted"),
    ],
)
def test_why_there_is_none(use_keyring: UseKeyring, tmp_path: Path, name: str, told: str) -> None:
    use_keyring(name)
    with pytest.raises(KeyringUnavailable, match=told) as caught:
        keyring.store("folder-1", KEY, deadline=PATIENT)
    assert not caught.value.unsure
    with pytest.raises(KeyringUnavailable, match=told):
        keyring.get("folder-1", deadline=PATIENT)
    assert not (tmp_path / "kept.json").exists()


def test_a_hanging_one_is_given_up(use_keyring: UseKeyring) -> None:
    use_keyring("Hanging")
    began = time.monotonic()
    with pytest.raises(KeyringUnavailable, match=r"did not answer within 0\.5 seconds") as caught:
        keyring.store("folder-1", KEY, deadline=0.5)
    assert caught.value.unsure
    assert time.monotonic() - began < 10


def test_no_bus_and_no_choice(use_keyring: UseKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    use_keyring("Working")
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    with pytest.raises(KeyringUnavailable):
        keyring.get("folder-1", deadline=PATIENT)


def test_an_error_that_holds_the_secret_is_not_repeated(use_keyring: UseKeyring) -> None:
    use_keyring("Failing")
    with pytest.raises(KeyringUnavailable) as caught:
        keyring.store("folder-1", KEY, deadline=PATIENT)
    assert "RuntimeError" in str(caught.value)
    assert "AAEC" not in str(caught.value)  # the beginning of the key in base64


def test_a_backend_that_does_not_exist(use_keyring: UseKeyring) -> None:
    use_keyring("Nonexistent")
    with pytest.raises(KeyringUnavailable):
        keyring.get("folder-1", deadline=PATIENT)


def test_what_is_kept_and_is_no_key(use_keyring: UseKeyring, tmp_path: Path) -> None:
    use_keyring("Working")
    (tmp_path / "kept.json").write_text('{"sellmode/folder-1": "no key"}')
    with pytest.raises(KeyringUnavailable, match="not a key"):
        keyring.get("folder-1", deadline=PATIENT)


def test_nothing_is_imported_from_where_the_app_was_started(
    use_keyring: UseKeyring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_keyring("Working")
    (tmp_path / "json.py").write_text("raise SystemExit('hijacked')")
    monkeypatch.chdir(tmp_path)
    assert keyring.get("folder-1", deadline=PATIENT) is None

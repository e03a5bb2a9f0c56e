"""The settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sellmode_tui.account.settings import CONFIG_VARIABLE, BadSettings, Settings, read_settings, settings_path


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path))
    return tmp_path / "settings.toml"


def test_none_is_needed(path: Path) -> None:
    assert settings_path() == path
    assert read_settings() == Settings(server="", ca_file=None)


def test_what_it_says(path: Path) -> None:
    (path.parent / "meridian.pem").touch()
    path.write_text('server = "https://sell.example.com"\nca_file = "meridian.pem"\n')
    assert read_settings() == Settings(server="https://sell.example.com", ca_file=path.parent / "meridian.pem")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'servr = "x"', "servr is not known here. There are server, ca_file, theme"),
        (b"server = 7", "server has to be text"),
        (b"ca_file = 7", r"ca_file|str"),
        (b"server = ?", "line 1"),
        (b'server = "\xff"', "settings.toml"),
        (b'ca_file = "absent.pem"', r"no such file: .*absent\.pem"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(path: Path, content: bytes, told: str) -> None:
    path.write_bytes(content)
    with pytest.raises(BadSettings, match=told) as caught:
        read_settings()
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_could_write_is_refused(path: Path, mode: int) -> None:
    path.write_text("")
    path.chmod(mode)
    with pytest.raises(BadSettings, match="chmod 600"):
        read_settings()


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir()
    with pytest.raises(BadSettings, match="cannot be read"):
        read_settings()


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_certificates_that_others_could_write_are_refused(path: Path, mode: int) -> None:
    path.write_text('ca_file = "meridian.pem"\n')
    certificates = path.parent / "meridian.pem"
    certificates.touch()
    certificates.chmod(mode)
    with pytest.raises(BadSettings, match="chmod go-w"):
        read_settings()

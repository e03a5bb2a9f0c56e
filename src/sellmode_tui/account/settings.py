"""`settings.toml` in the user's configuration folder: what this terminal is told once. It need not exist.

server = "https://sell.example.com"
ca_file = "/etc/ssl/meridian.pem"
theme = "light"
language = "de"
ascii = true
banner = "For staff of Meridian only"

[keys]
"app.lock" = "f4"
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Literal

import msgspec
import platformdirs

from sellmode_contract.type_errors import misfit
from sellmode_tui.errors import AccountError
from sellmode_tui.language import tr

CONFIG_VARIABLE = "SELLMODE_CONFIG_DIR"
"""Names another configuration folder: for tests and the demo."""

ThemeName = Literal["dark", "light", "high-contrast", "16-colours", "no-colours", "ansi"]
"""What the app looks like; `screens.kit.themes` has them."""
LanguageCode = Literal["en", "de", "fr", "es", "nl"]
"""What the app speaks; `language` has them."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a terminal can be told."""

    server: str = ""
    """Offered at the first sign-in."""
    ca_file: Path | None = None
    """Certificates (PEM) of an authority to trust besides the system's; a relative path starts at the settings file."""
    theme: ThemeName | None = None
    """For who has not chosen one; None: the one that fits the terminal."""
    language: LanguageCode | None = None
    """For who has not chosen one; None: the locale's."""
    ascii: bool = False
    """Draw nothing of the app's own beyond ASCII."""
    banner: str = ""
    """Said on the pages for signing in and unlocking."""
    keys: dict[str, str] = {}
    """Other keys, by the id of what they do (docs/keys.md has them all); several with commas."""


class BadSettings(AccountError):
    """The settings file cannot be used."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.path = path


def settings_path() -> Path:
    """Where the settings file is, or would be."""
    named = os.environ.get(CONFIG_VARIABLE)
    folder = Path(named) if named else Path(platformdirs.user_config_dir("sellmode", appauthor=False))
    return folder / "settings.toml"


def read_settings(path: Path | None = None) -> Settings:
    """The settings, defaults where there is no file. Raises BadSettings with the place and what is wrong there.

    A file that others could write is refused: it chooses whom to trust.
    """
    path = path or settings_path()
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise BadSettings(path, tr("cannot be read: {strerror}", strerror=error.strerror)) from error
    if _is_open(status):
        raise BadSettings(
            path, tr("others could change it. Make it your own and protect it with: chmod 600 '{path}'", path=path)
        )
    try:
        settings = msgspec.toml.decode(content, type=Settings, dec_hook=lambda _, text: Path(text))
    except msgspec.ValidationError as error:
        raise BadSettings(path, misfit(error, Settings.__struct_fields__).why) from error
    except ValueError as error:  # of TOML or of UTF-8
        raise BadSettings(path, str(error)) from error
    if settings.ca_file is None:
        return settings
    ca_file = path.parent / settings.ca_file.expanduser()
    if not ca_file.is_file():
        raise BadSettings(path, tr("ca_file: no such file: {ca_file}", ca_file=ca_file))
    if _is_open(ca_file.stat()):
        raise BadSettings(
            path, tr("ca_file: others could change {ca_file}. Protect it with: chmod go-w '{ca_file}'", ca_file=ca_file)
        )
    return msgspec.structs.replace(settings, ca_file=ca_file)


def _is_open(status: os.stat_result) -> bool:
    """Whether somebody else but root could change a file."""
    return status.st_uid not in (0, os.geteuid()) or bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))

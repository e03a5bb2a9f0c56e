"""Keyrings as a machine may have them, chosen by PYTHON_KEYRING_BACKEND in a test's child process."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class Working(KeyringBackend):
    """Keeps what it is given in a file; only a test may."""

    priority = 1.0

    @property
    def _file(self) -> Path:
        return Path(os.environ["FAKE_KEYRING_FILE"])

    def _kept(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads(self._file.read_text()) if self._file.exists() else {}
        return kept

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        if password in " ".join(sys.argv) or password in " ".join(os.environ.values()):
            raise RuntimeError("the key was in the arguments or the environment")
        self._file.write_text(json.dumps({**self._kept(), f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        kept = self._kept()
        if kept.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError
        self._file.write_text(json.dumps(kept))


class Locked(Working):
    """Wants to be opened on a screen that is not there."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"cannot open {service}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(password)


class Hanging(Working):
    """Waits for an answer that nobody gives."""

    def get_password(self, service: str, username: str) -> str | None:
        threading.Event().wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        threading.Event().wait()


class Failing(Working):
    """Fails with the secret in its error's text."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"could not store {password}")


class Chain(Working):
    """As keyring makes one of several; the second keeps plain text."""

    @property
    def backends(self) -> list[KeyringBackend]:
        plain = type("PlaintextKeyring", (Working,), {"__module__": "keyrings.alt.file"})
        return [plain()]

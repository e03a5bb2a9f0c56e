"""The machine's keyring, for "stay signed in on this machine": an offer, off by default.

A keyring may wait for a prompt that nobody sees, start a session bus, or take seconds to import. So it is used in a
child process with a deadline, after which the child is killed and the keyring counts as unavailable. The key goes
through pipes, never through arguments or the environment. Backends that keep plain text, or nothing, are refused.

Run as a program (`python -m sellmode_tui.account.keyring get ACCOUNT`), this module is that child.
"""

from __future__ import annotations

import base64
import binascii
import subprocess
import sys
from typing import Any, Literal

from sellmode_tui.errors import KeyringUnavailable
from sellmode_tui.key_memory import Key, wipe
from sellmode_tui.language import marked, tr

DEADLINE_SECONDS = 3.0
SERVICE = "sellmode"
_FOUND, _NOTHING, _UNAVAILABLE = 0, 3, 4

_REFUSED = {
    "keyring.backends.fail": marked("there is none (no desktop session, as over SSH)"),
    "keyring.backends.null": marked("it is configured to store nothing"),
    "keyrings.alt": marked("it would store the key unencrypted (keyrings.alt)"),
    "keyrings.cryptfile": marked("it would ask for its own password on this screen (keyrings.cryptfile)"),
}
"""Modules whose keyrings are not used, and why."""


def get(account: str, *, deadline: float = DEADLINE_SECONDS) -> bytes | None:
    """The key kept for an account (its folder's id), None if there is none. Raises KeyringUnavailable."""
    kept = _ask("get", account, b"", deadline)
    if kept is None:
        return None
    try:
        return base64.b64decode(kept, validate=True)
    except binascii.Error:
        raise KeyringUnavailable(tr("what it stores for this account is not a key")) from None
    finally:
        wipe(kept)


def store(account: str, key: Key, *, deadline: float = DEADLINE_SECONDS) -> None:
    """Keep an account's key. Raises KeyringUnavailable."""
    told = base64.b64encode(key)
    try:
        _ask("set", account, told, deadline)
    finally:
        wipe(told)


def delete(account: str, *, deadline: float = DEADLINE_SECONDS) -> None:
    """Forget an account's key; there may be none. Raises KeyringUnavailable: the key may still be there."""
    _ask("delete", account, b"", deadline)


def _ask(verb: Literal["get", "set", "delete"], account: str, secret: bytes, deadline: float) -> bytes | None:
    command = [sys.executable, "-P", "-m", __name__, verb, account]  # -P: nothing is imported from where we stand
    try:
        # A session of its own: no terminal to ask on, and no signal of the terminal's.
        child = subprocess.run(
            command, input=secret, capture_output=True, timeout=deadline, check=False, start_new_session=True
        )
    except subprocess.TimeoutExpired:
        raise KeyringUnavailable(
            tr("it did not answer within {deadline:g} seconds; it may be locked", deadline=deadline), unsure=True
        ) from None
    except OSError as error:
        raise KeyringUnavailable(tr("it could not be started: {strerror}", strerror=error.strerror)) from error
    if child.returncode == _FOUND:
        return child.stdout
    if child.returncode == _NOTHING:
        return None
    reason = child.stdout.decode("utf-8", "replace").strip() if child.returncode == _UNAVAILABLE else ""
    raise KeyringUnavailable(reason or tr("it failed"), unsure=not reason)


# ------------------------------------------------------------------ in the child


def _refusal(backend: Any) -> str | None:
    """Why a keyring, or one of those that it is chained from, is not used."""
    for part in (backend, *getattr(backend, "backends", ())):
        for module, why in _REFUSED.items():
            if f"{type(part).__module__}.".startswith(f"{module}."):
                return why
    return None


def _main(verb: str, account: str) -> int:
    import keyring
    import keyring.errors

    try:
        if why := _refusal(keyring.get_keyring()):
            sys.stdout.write(why)
            return _UNAVAILABLE
        match verb:
            case "get":
                kept = keyring.get_password(SERVICE, account)
                if kept is None:
                    return _NOTHING
                sys.stdout.write(kept)
            case "set":
                keyring.set_password(SERVICE, account, sys.stdin.read())
            case "delete":
                if keyring.get_password(SERVICE, account) is not None:
                    keyring.delete_password(SERVICE, account)
    except keyring.errors.KeyringLocked:
        sys.stdout.write(tr("it is locked"))
        return _UNAVAILABLE
    except Exception as error:  # noqa: BLE001 - backends raise what they like; its text may hold the secret
        sys.stdout.write(tr("it failed ({name})", name=type(error).__name__))
        return _UNAVAILABLE
    return _FOUND


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))

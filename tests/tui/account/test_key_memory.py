"""Where the key of an account's files stands in memory."""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path

import pytest

from sellmode_tui.key_memory import wipe
from tests.support.memory import copies
from tests.tui.on_a_terminal import terminal
from tests.tui.screens import counter, writing
from tests.tui.screens.counter import PASSWORD


def test_a_secret_is_overwritten_where_it_stands() -> None:
    changeable, constant = bytearray(b"secret"), b"sec" + str(len("ret")).encode()
    wipe(changeable, constant)
    assert (bytes(changeable), constant) == (bytes(6), bytes(4))


def test_what_all_share_is_left_alone() -> None:
    one = bytes([ord("s")])
    wipe(one, b"")
    assert one == b"secret"[:1]
    assert one[0] == ord("s")


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root reads the app's memory, on Linux")
def test_a_lock_leaves_no_copy_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = os.urandom(32)
    monkeypatch.setattr(counter, "KEY", key)
    data = tmp_path / "data"
    writing.files(data)
    sought = {"key": key, "hex": key.hex().encode(), "HEX": key.hex().upper().encode(), "64": base64.b64encode(key)}
    with terminal(data) as opened:
        for _ in range(2):  # signed in to with the app, and after a lock
            opened.wait_for("3 customers")
            opened.press("enter")
            opened.wait_for("Consent")
            held = copies(opened.pid, sought)
            assert held.pop("key") > 0, "it has to be somewhere"
            assert not any(held.values()), held
            opened.press("f10")
            opened.wait_for("Sellmode is locked")
            left = copies(opened.pid, sought)
            assert not any(left.values()), left
            opened.type(PASSWORD + "\r")
        opened.wait_for("3 customers")

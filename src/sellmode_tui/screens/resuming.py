"""What somebody finds again who comes back: the lists as they looked at them, and the forms that they had not saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from sellmode_tui.account.drafts import Draft, Left
from sellmode_tui.screens.desk import Looked
from sellmode_tui.screens.form_screen import FormScreen
from sellmode_tui.visibility import Door


class Found(NamedTuple):
    """A draft, and what its form is made with besides the desk; None if it cannot be opened any more."""

    draft: Draft
    parts: Sequence[Any] | None


class Resumed(NamedTuple):
    """Everything."""

    looked: Looked = Looked()
    drafts: Sequence[Found] = ()


def resume(door: Door, left: Left) -> Resumed:
    """Find again what the drafts are about. Blocks."""
    found = []
    for draft in left.drafts:
        kind = FormScreen.kinds.get(draft.kind)
        found.append(Found(draft, kind.find(door, draft.subject) if kind else None))
    return Resumed(_read(left.looked), found)


def _read(looked: bytes | None) -> Looked:
    """As another version may have kept it."""
    try:
        return msgspec.json.decode(looked, type=Looked) if looked else Looked()
    except msgspec.DecodeError:
        return Looked()

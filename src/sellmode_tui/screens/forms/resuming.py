"""What somebody finds again who comes back: the lists as they looked at them, and the forms that they had not saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from sellmode_tui.crash import write_report
from sellmode_tui.entrance import TOLD
from sellmode_tui.journal.drafts import Draft, Left
from sellmode_tui.records import RecordStore
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.kit.desk import Looked
from sellmode_tui.screens.kit.typed_text import TypedText


class Found(NamedTuple):
    """A draft, and what its form is made with besides the desk; None if it cannot be opened any more."""

    draft: Draft
    parts: Sequence[Any] | None


class Resumed(NamedTuple):
    """Everything."""

    looked: Looked = Looked()
    drafts: Sequence[Found] = ()
    in_boxes: Sequence[Draft] = ()
    """Those of boxes and of answers, for when these open again."""


def resume(records: RecordStore, left: Left) -> Resumed:
    """Find again what the drafts are about. Blocks."""
    found: list[Found] = []
    in_boxes: list[Draft] = []
    for draft in left.drafts:
        if draft.kind in TypedText.kinds:
            in_boxes.append(draft)
        else:
            kind = FormScreen.kinds.get(draft.kind)
            found.append(Found(draft, _find(kind, records, draft) if kind else None))
    return Resumed(_read(left.looked), found, in_boxes)


def _find(kind: type[FormScreen], records: RecordStore, draft: Draft) -> Sequence[Any] | None:
    try:
        return kind.find(records, draft.subject)
    except TOLD:
        raise  # the account cannot be read at all
    except Exception as error:  # noqa: BLE001  # a draft must not end the app each time that it is found; its text is offered
        write_report(error)
        return None


def _read(looked: bytes | None) -> Looked:
    """As another version may have kept it."""
    try:
        return msgspec.json.decode(looked, type=Looked) if looked else Looked()
    except msgspec.DecodeError:
        return Looked()

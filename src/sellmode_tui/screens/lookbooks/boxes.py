"""Small boxes of lookbooks: by which way one is shared, until when its link works, where it is saved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from sellmode_contract.kinds.sent_lookbook import WAYS
from sellmode_contract.store_time import Due
from sellmode_tui.dates.due import read_typed_due
from sellmode_tui.dates.words import full_words
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import Pick, PickBox

_ENDS: Final = {
    "in 4 weeks": marked("In 4 weeks"),
    "in 90 days": marked("In 90 days"),
    "in 6 months": marked("In 6 months"),
}
"""As they are typed, and as they are offered."""
_LONGEST_NAME: Final = 80
"""Characters of a file's name, but for its ending."""


class WayBox(PickBox):
    """By which way a lookbook goes to its customer."""

    KIND: ClassVar = "share_way"

    def __init__(self, desk: Desk, details: LookDetails) -> None:
        wanted = tr("the customer has opted out")
        about = {
            "email": wanted if "email" in details.unwanted else details.email or tr("no e-mail address"),
            "sms": wanted if "sms" in details.unwanted else details.phone or tr("no phone number"),
            "file": tr("HTML or plain text, to attach"),
            "qr": tr("for the customer to scan"),
        }
        customer = details.line.customer_name
        picks = [Pick(way, _capital(trd(word)), about.get(way, "") if customer else "") for way, word in WAYS.items()]
        super().__init__(
            desk,
            tr("Share with {customer}", customer=customer) if customer else tr("Share"),
            picks,
            about=[details.look.id],
            placeholder=tr("how you send it"),
            does=tr("Share"),
        )

    def matching(self, text: str) -> Sequence[Pick]:
        """Those whose names begin so."""
        return [each for each in self._picks if each.label.casefold().startswith(text.casefold())]

    def told(self, text: str) -> str:
        """Nothing is told beside the list."""
        return "" if self.matching(text) else self.typed(text)

    def typed(self, text: str) -> str:  # noqa: ARG002  # whatever it is
        """Nothing else can be typed."""
        raise ValueError(tr("Pick one of these: link, e-mail, SMS, chat, QR code, file."))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class RenewBox(PickBox):
    """Until when a link works; ends with a due time as records have it."""

    BINDING_GROUP_TITLE = "Renew"
    KIND: ClassVar = "renew_link"

    def __init__(self, desk: Desk, look: str) -> None:
        """`look`: its id."""
        self._words = desk.words
        super().__init__(
            desk,
            tr("Link expires"),
            [Pick((due := self._read(text)).text, trd(offered), full_words(due)) for text, offered in _ENDS.items()],
            about=[look],
            placeholder=tr("or type when: {examples}", examples="24 dec, in 2 weeks"),
            does=tr("Renew"),
        )

    def _read(self, text: str) -> Due:
        return read_typed_due(text, self._words.now, self._words.zone)

    def told(self, text: str) -> str:
        """How it is understood."""
        return f"= {full_words(self._read(text))}"

    def typed(self, text: str) -> str:
        """The due time."""
        return self._read(text).text


class SaveBox(PickBox):
    """In which file a look is saved; ends with its path."""

    BINDING_GROUP_TITLE = "Save as"
    KIND: ClassVar = "save_look"
    WRITES = False

    def __init__(self, desk: Desk, title: str, look: str) -> None:
        """`look`: its id."""
        name = re.sub(r"[^\w -]", "", title).strip()[:_LONGEST_NAME] or "lookbook"
        folder = next((each for each in (Path.home() / "Downloads", Path.home()) if each.is_dir()), Path())
        picks = [
            Pick(str(folder / f"{name}.html"), tr("A page (HTML)"), str(folder / f"{name}.html")),
            Pick(str(folder / f"{name}.txt"), tr("Plain text"), str(folder / f"{name}.txt")),
        ]
        super().__init__(
            desk,
            tr("Save as"),
            picks,
            about=[look],
            placeholder=tr("or type a path that ends in .html or .txt"),
            does=tr("Save"),
        )

    def told(self, text: str) -> str:
        """The file that is meant."""
        return str(_path(text))

    def typed(self, text: str) -> str:
        """The file."""
        return str(_path(text))


def _path(text: str) -> Path:
    path = Path(text).expanduser()
    if path.suffix not in (".html", ".txt"):
        raise ValueError(tr("The name has to end in .html or .txt."))
    return path.absolute()

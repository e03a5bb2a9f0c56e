"""What the forms about a request share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sellmode_tui.language import marked
from sellmode_tui.records import RecordStore, TalkDetails
from sellmode_tui.screens.forms.form_screen import FormScreen

GONE = marked("This request is no longer visible to you.")


class OfRequest(FormScreen):
    """A form about a request."""

    details: TalkDetails

    @property
    def subject(self) -> dict[str, str]:
        """The request."""
        return {"request": self.details.line.request.id}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The request as it is now."""
        details = records.requests.get(subject["request"])
        return (details,) if details else None

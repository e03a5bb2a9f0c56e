"""Saved filters and settings of one person, which come later."""

from __future__ import annotations

from sellmode_contract.audiences import PERSON, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


class PersonSetting(Record, frozen=True, kw_only=True):
    """A saved filter or a setting of one person."""

    store: str
    person: str


PERSON_SETTING = Kind(name="person_setting", record=PersonSetting, row=Row("saved filter, settings", PERSON, PERSON))

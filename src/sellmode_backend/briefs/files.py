"""Briefs as an operator has them: in files, with stores by their names."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.rules.stored_rules import RulesRefused, text_of
from sellmode_backend.store import settings
from sellmode_contract import text
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.records import Record
from sellmode_contract.rules.files import read_briefs
from sellmode_contract.table_files import TableFileError


def briefs_in(path: Path, connection: Connection) -> list[CorporateBrief]:
    """The corporate tasks of a file, with ids by which the same file finds the same. Raises RulesRefused."""
    stores = settings.stores(connection)
    known = {name: entry.id for entry in stores for name in (entry.id, entry.name)}
    try:
        found = read_briefs(text_of(path), list(known))
    except TableFileError as error:
        raise RulesRefused(f"{text.visible(str(path))}: {error}.") from None
    placed = (msgspec.structs.replace(brief, stores=tuple(known[name] for name in brief.stores)) for brief in found)
    return [msgspec.structs.replace(brief, id=_id_of(brief)) for brief in placed]


def _id_of(brief: Record) -> str:
    return source_id("corporate_brief", "operator", msgspec.json.encode(brief, order="deterministic").decode())
